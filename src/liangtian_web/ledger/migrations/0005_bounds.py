"""Keys, serials and days of the book within sane bounds, for everybody."""

import datetime

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_frozen_names"),
        ("people", "0003_columns_of_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "key__regex",
                        "^[^\\s\\u0001-\\u001f\\u007f]([^\\u0001-\\u001f\\u007f]*[^\\s\\u0001-\\u001f\\u007f])?$",
                    )
                ),
                name="ledger_entry_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                    models.Q(
                        ("expires", None),
                        ("expires__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))),
                        _connector="OR",
                    ),
                ),
                name="ledger_entry_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expires", None), ("kind", "reversal"), ("reverses__isnull", False), ("settles", None)),
                    models.Q(models.Q(("kind", "reversal"), _negated=True), ("reverses", None)),
                    _connector="OR",
                ),
                name="ledger_entry_reversal",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires", None), ("expires__gt", models.F("on")), _connector="OR"),
                name="ledger_entry_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="ground",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key", None),
                    (
                        "key__regex",
                        "^[^\\s\\u0001-\\u001f\\u007f]([^\\u0001-\\u001f\\u007f]*[^\\s\\u0001-\\u001f\\u007f])?$",
                    ),
                    _connector="OR",
                ),
                name="ledger_ground_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="leg",
            constraint=models.CheckConstraint(
                condition=models.Q(("on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))),
                name="ledger_leg_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "serial__regex",
                        "^[^\\s\\u0001-\\u001f\\u007f]([^\\u0001-\\u001f\\u007f]*[^\\s\\u0001-\\u001f\\u007f])?$",
                    )
                ),
                name="ledger_lot_serial",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(("on__range", (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))),
                name="ledger_lot_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "key__regex",
                        "^[^\\s\\u0001-\\u001f\\u007f]([^\\u0001-\\u001f\\u007f]*[^\\s\\u0001-\\u001f\\u007f])?$",
                    )
                ),
                name="ledger_period_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(("through__range", (datetime.date(1989, 12, 31), datetime.date(2100, 12, 31)))),
                name="ledger_period_day",
            ),
        ),
    ]

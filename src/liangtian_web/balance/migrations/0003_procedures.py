"""Procedures are named by `procedures`, and a filing may go on with any earlier one, not with a hold alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("balance", "0002_append_only")]

    operations = [
        migrations.RenameField("filing", "hold", "begun"),
        migrations.AlterField(
            "filing",
            "begun",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="later",
                to="balance.filing",
                verbose_name="前一事项",
            ),
        ),
        migrations.AlterField("filing", "event", models.CharField(max_length=30, verbose_name="事项")),
        migrations.AlterField("filing", "expires", models.DateField(null=True, verbose_name="到期日")),
    ]

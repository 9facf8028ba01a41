"""By what an entry was decided is kept with it, and sealed by its digest."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.append_only import narrow
from liangtian_web.ledger.words import run_file

TRIGGER = """
CREATE TRIGGER ledger_basis_kept BEFORE INSERT ON ledger_basis FOR EACH ROW EXECUTE FUNCTION book_basis_kept();
ALTER TABLE ledger_basis ENABLE ALWAYS TRIGGER ledger_basis_kept;
"""


def functions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every statement of the file may be run again."""
    run_file(editor, "book.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_day_sums")]

    operations = [
        migrations.CreateModel(
            name="Basis",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="basis",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                ("line", models.TextField()),
            ],
        ),
        migrations.RunPython(functions, migrations.RunPython.noop),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER ledger_basis_kept ON ledger_basis"),
        *narrow("ledger_basis"),
    ]

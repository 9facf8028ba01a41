"""The functions of the book anew: an entry is held to those it names, and a seal to the order within an account."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.ledger.words import run_file


def functions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every statement of the file may be run again."""
    run_file(editor, "book.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_one_statement")]

    operations = [migrations.RunPython(functions, migrations.RunPython.noop)]

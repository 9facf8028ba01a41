"""The functions of the book anew: who would wait out of the one order of locks is told to begin anew."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.ledger.words import run_file


def functions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every statement of the file may be run again."""
    run_file(editor, "book.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_basis")]

    operations = [migrations.RunPython(functions, migrations.RunPython.noop)]

"""The functions of the book anew: a booking is asked and written in one statement; triggers meet what comes beside it."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.ledger.words import run_file


def functions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Every statement of the file may be run again; what it hands from function to function is not the application's."""
    run_file(editor, "book.sql")
    if role := settings.APPLICATION_ROLE:
        editor.execute(f"REVOKE ALL ON ledger_booking FROM {editor.quote_name(role)}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_order_of_locks")]

    operations = [migrations.RunPython(functions, migrations.RunPython.noop)]

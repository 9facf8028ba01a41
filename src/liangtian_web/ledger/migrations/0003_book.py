"""The functions and triggers of the book, and who may run them."""

from importlib import resources

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.append_only import narrow

GROWING = ("account", "entry", "leg", "lot", "ground", "period", "opening", "seal", "link")
WRITTEN_BY_PAGES = ("proposal", "decision", "assertion")  # through Django, and never changed
DERIVED = ("fold", "day")


def load(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The file as it is: every statement in it may be run again, so a later migration loads it anew."""
    editor.execute(resources.files("liangtian_web.ledger").joinpath("book.sql").read_text("utf-8"), params=None)
    if role := settings.APPLICATION_ROLE:
        app = editor.quote_name(role)
        for name in (*GROWING, *DERIVED):
            editor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_{name} FROM {app}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_proposals")]

    operations = [
        *(operation for name in (*GROWING, *WRITTEN_BY_PAGES) for operation in narrow(f"ledger_{name}")),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]

"""What is sealed no longer depends on names that change; the database knows the words of the book and its bounds.

Records that exist take the names and codes of today: that is what their seals were made over.
"""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from liangtian_web.ledger.words import load, run_file

SIGNED = ("entry", "ground", "period")
NAME = "(SELECT u.username FROM people_user u WHERE u.id = {column}_id)"


def freeze(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The one update of tables that only grow, by their owner, with the triggers off."""
    for table in SIGNED:
        trigger = f"ledger_{table}_no_change"
        editor.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER {trigger}")
        editor.execute(
            f"UPDATE ledger_{table} SET actor_name = coalesce({NAME.format(column='actor')}, ''), "
            f"approver_name = coalesce({NAME.format(column='approver')}, '')"
        )
        editor.execute(f"ALTER TABLE ledger_{table} ENABLE ALWAYS TRIGGER {trigger}")
    editor.execute(
        "INSERT INTO ledger_placekey (place_id, key) SELECT id, coalesce(nullif(code, ''), 'p' || id) FROM people_place"
    )
    if role := settings.APPLICATION_ROLE:
        app = editor.quote_name(role)
        editor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_placekey FROM {app}")


def functions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The functions and triggers anew."""
    run_file(editor, "book.sql")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_book"), ("people", "0003_columns_of_lists")]

    operations = [
        migrations.CreateModel(
            name="PlaceKey",
            fields=[
                (
                    "place",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="book_key",
                        serialize=False,
                        to="people.place",
                    ),
                ),
                ("key", models.CharField(max_length=30, unique=True)),
            ],
        ),
        *(
            operation
            for table in SIGNED
            for operation in (
                migrations.AddField(
                    table, "actor_name", models.CharField(max_length=150, default=""), preserve_default=False
                ),
                migrations.AddField(
                    table,
                    "approver_name",
                    models.CharField(max_length=150, blank=True, default=""),
                    preserve_default=False,
                ),
            )
        ),
        migrations.RunPython(freeze, migrations.RunPython.noop),
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(functions, migrations.RunPython.noop),
    ]

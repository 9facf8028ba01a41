"""Tables that only grow: what their migrations run.

The application's role loses UPDATE, DELETE and TRUNCATE; that is the protection. A trigger refuses them to everybody
else, the owner included, so that a slip in a console is refused too.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTION = """
CREATE OR REPLACE FUNCTION liangtian_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""
TRIGGERS = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION liangtian_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION liangtian_append_only();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""
UNDO = "DROP TRIGGER {table}_no_change ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"


def narrow(table: str) -> list[migrations.operations.base.Operation]:
    """Operations that make `table` append-only."""

    def revoke(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if role := settings.APPLICATION_ROLE:
            editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {editor.quote_name(role)}")

    return [
        migrations.RunSQL(FUNCTION + TRIGGERS.format(table=table), UNDO.format(table=table)),
        migrations.RunPython(revoke, migrations.RunPython.noop),
    ]

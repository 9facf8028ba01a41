"""Rows, decisions and namings only grow; nobody confirms a row of one's own."""

from django.db import migrations

from liangtian_web.append_only import narrow

SECOND_PERSON = """
CREATE FUNCTION registers_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM registers_row WHERE id = NEW.row_id AND user_id = NEW.user_id) THEN
    RAISE EXCEPTION 'a row is confirmed by a second person' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER registers_decision_second_person BEFORE INSERT ON registers_decision
  FOR EACH ROW EXECUTE FUNCTION registers_second_person();
ALTER TABLE registers_decision ENABLE ALWAYS TRIGGER registers_decision_second_person;
"""
UNDO = """
DROP TRIGGER registers_decision_second_person ON registers_decision;
DROP FUNCTION registers_second_person();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [
        migrations.RunSQL(SECOND_PERSON, UNDO),
        *narrow("registers_row"),
        *narrow("registers_decision"),
        *narrow("registers_naming"),
    ]

"""Proposals, decisions and texts only grow; nobody decides on a proposal of one's own."""

from django.db import migrations

from liangtian_web.append_only import narrow

SECOND_PERSON = """
CREATE FUNCTION rulebook_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM rulebook_proposal WHERE id = NEW.proposal_id AND user_id = NEW.user_id) THEN
    RAISE EXCEPTION 'a proposal is decided by a second person' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rulebook_decision_second_person BEFORE INSERT ON rulebook_decision
  FOR EACH ROW EXECUTE FUNCTION rulebook_second_person();
ALTER TABLE rulebook_decision ENABLE ALWAYS TRIGGER rulebook_decision_second_person;
"""
UNDO = """
DROP TRIGGER rulebook_decision_second_person ON rulebook_decision;
DROP FUNCTION rulebook_second_person();
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]

    operations = [
        migrations.RunSQL(SECOND_PERSON, UNDO),
        *narrow("rulebook_proposal"),
        *narrow("rulebook_decision"),
        *narrow("rulebook_clausetext"),
    ]

"""Runs and their findings only grow; the box of a run is searched through GiST."""

from django.db import migrations

from liangtian_web.append_only import narrow

BOX = "CREATE INDEX review_run_box ON review_run USING gist (box)"


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.RunSQL(BOX, "DROP INDEX review_run_box"),
        *narrow("review_run"),
        *narrow("review_finding"),
    ]

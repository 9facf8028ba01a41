"""Answers given only grow."""

from django.db import migrations

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [("standing", "0001_initial")]

    operations = [*narrow("standing_answer")]

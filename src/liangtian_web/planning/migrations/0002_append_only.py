"""Questions, answers and plans only grow."""

from django.db import migrations

from liangtian_web.append_only import narrow

TABLES = ("planning_answer", "planning_study", "planning_block", "planning_plan")


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [operation for table in TABLES for operation in narrow(table)]

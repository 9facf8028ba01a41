"""Grounds of rows and what surveys show of them only grow."""

from django.db import migrations

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [("registers", "0003_block_projects")]

    operations = [*narrow("registers_rowground"), *narrow("registers_measurement")]

"""Filings and their decisions only grow."""

from django.db import migrations

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [("balance", "0001_initial")]

    operations = [*narrow("balance_filing"), *narrow("balance_decision")]

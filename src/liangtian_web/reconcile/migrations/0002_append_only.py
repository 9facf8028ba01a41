"""Statements, what was found of them and why differences stand only grow."""

from django.db import migrations

from liangtian_web.append_only import narrow

TABLES = ("import", "result", "match", "stated", "explanation")


class Migration(migrations.Migration):
    dependencies = [("reconcile", "0001_initial"), ("ledger", "0003_book")]

    operations = [operation for name in TABLES for operation in narrow(f"reconcile_{name}")]

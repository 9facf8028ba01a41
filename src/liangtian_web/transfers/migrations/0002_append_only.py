"""What the platform records only grows."""

from django.db import migrations

from liangtian_web.append_only import narrow

TABLES = ("listing", "demand", "withdrawal", "match", "consent", "payment")


class Migration(migrations.Migration):
    dependencies = [("transfers", "0001_initial")]

    operations = [operation for table in TABLES for operation in narrow(f"transfers_{table}")]

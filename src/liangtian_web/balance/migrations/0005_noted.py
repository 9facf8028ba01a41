"""A filing may pass without an entry: a project whose promise covers all it owes is approved and nothing is booked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("balance", "0004_grounds")]

    operations = [
        migrations.AddField(
            "decision",
            "noted",
            models.BooleanField(default=False, verbose_name="已记录，无须记账"),
        )
    ]

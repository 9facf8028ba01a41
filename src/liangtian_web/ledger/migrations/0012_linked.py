"""Entries that are proposed together name the first of their set."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_related")]

    operations = [
        migrations.AddField(
            "proposal",
            "head",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tail", to="ledger.proposal"
            ),
        ),
    ]

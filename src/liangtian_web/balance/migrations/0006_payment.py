"""Payments of earmarked money, whatever brought it; the rows of the transfer platform move here with its own migration."""

import django.db.models.deletion
from django.db import migrations, models

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [
        ("balance", "0005_noted"),
        ("ledger", "0009_order_of_locks"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "filing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payment",
                        serialize=False,
                        to="balance.filing",
                    ),
                ),
                ("fen", models.BigIntegerField(verbose_name="金额")),
                ("payee", models.CharField(max_length=100, verbose_name="收款单位")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="用于其他方面的理由")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="ledger.entry"
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.place",
                        verbose_name="受益村",
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
        migrations.AddConstraint(
            "payment", models.CheckConstraint(condition=models.Q(("fen__gt", 0)), name="balance_payment_amount")
        ),
        *narrow("balance_payment"),
    ]

"""The third side of a reconciliation: what a project’s own record says, and who disagrees. Results kept before have none of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("balance", "0006_payment"),
        ("ledger", "0011_related"),
        ("reconcile", "0002_append_only"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="match",
            name="reconcile_match_sides",
        ),
        migrations.AddField(
            model_name="match",
            name="filed",
            field=models.BigIntegerField(null=True, verbose_name="项目记录"),
        ),
        migrations.AddField(
            model_name="match",
            name="filed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="match",
            name="filed_state",
            field=models.CharField(
                blank=True, choices=[("booked", "已入账"), ("waiting", "待审核"), ("refused", "已退回")], max_length=10
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="filing",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="balance.filing"
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="ground_m2",
            field=models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="范围量算面积"),
        ),
        migrations.AddField(
            model_name="match",
            name="group",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="match",
            name="verdict",
            field=models.CharField(blank=True, max_length=20, verbose_name="三方结论"),
        ),
        migrations.AlterField(
            model_name="match",
            name="kind",
            field=models.CharField(
                choices=[
                    ("matched", "相符"),
                    ("theirs", "我方没有"),
                    ("ours", "对方没有"),
                    ("amount", "数量不同"),
                    ("date", "日期不同"),
                    ("duplicate", "重复"),
                    ("project", "只有项目"),
                ],
                max_length=10,
                verbose_name="差异",
            ),
        ),
        migrations.AlterField(
            model_name="match",
            name="ours",
            field=models.BigIntegerField(null=True, verbose_name="账面"),
        ),
        migrations.AlterField(
            model_name="stated",
            name="held",
            field=models.BigIntegerField(verbose_name="账面"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("theirs__isnull", False), ("ours__isnull", False), ("filed__isnull", False), _connector="OR"
                ),
                name="reconcile_match_three_sides",
            ),
        ),
    ]

"""Candidates of a survey of potential; they only grow."""

import django.db.models.deletion
from django.db import migrations, models

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("parcel", models.CharField(max_length=60, verbose_name="图斑")),
                ("kind", models.CharField(max_length=20, verbose_name="潜力类型")),
                ("state", models.CharField(max_length=10, verbose_name="结论")),
                ("code", models.CharField(blank=True, max_length=10, verbose_name="地类")),
                ("village", models.CharField(blank=True, max_length=12, verbose_name="村")),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="面积")),
                ("net_m2", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="净面积")),
                ("slope_deg", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("slope_grade", models.PositiveSmallIntegerField(null=True)),
                ("rules", models.JSONField(default=list)),
                ("reasons", models.JSONField(default=list)),
                ("box", models.JSONField(default=list)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="candidates", to="planning.answer"
                    ),
                ),
            ],
            options={
                "ordering": ["answer", "number"],
                "constraints": [models.UniqueConstraint(fields=("answer", "number"), name="planning_candidate_once")],
            },
        ),
        *narrow("planning_candidate"),
    ]

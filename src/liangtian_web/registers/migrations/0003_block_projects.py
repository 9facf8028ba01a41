"""A register of block projects: rows with a ground of their own, and what surveys show of it."""

import django.db.models.deletion
from django.db import migrations, models

import liangtian_web.boxes

BOX = "CREATE INDEX registers_rowground_box ON registers_rowground USING gist (box)"


class Migration(migrations.Migration):
    dependencies = [("registers", "0002_append_only")]

    operations = [
        migrations.RemoveConstraint("row", "registers_row_register"),
        migrations.AddConstraint(
            "row",
            models.CheckConstraint(
                condition=models.Q(
                    (
                        "register__in",
                        [
                            "annual-task",
                            "key-project",
                            "standard-upgrade",
                            "project-kind",
                            "advanced-place",
                            "task-list",
                            "block-project",
                        ],
                    )
                ),
                name="registers_row_register",
            ),
        ),
        migrations.CreateModel(
            name="RowGround",
            fields=[
                (
                    "row",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="ground",
                        serialize=False,
                        to="registers.row",
                    ),
                ),
                ("wkb", models.BinaryField()),
                ("crs", models.CharField(max_length=20, verbose_name="坐标系")),
                ("box", liangtian_web.boxes.BoxField()),
                ("area_m2", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="范围面积")),
                ("digest", models.CharField(max_length=64, verbose_name="范围摘要")),
                ("source", models.CharField(max_length=200, verbose_name="范围文件")),
                ("file_digest", models.CharField(max_length=64, verbose_name="文件摘要")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("result", models.JSONField()),
                ("kernel", models.CharField(max_length=30, verbose_name="程序版本")),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="算成时间")),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.row"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(BOX, migrations.RunSQL.noop),
    ]

"""Why something was booked although a clause asked for in principle was not met."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("balance", "0003_procedures")]

    operations = [
        migrations.AddField(
            "decision",
            "grounds",
            models.CharField(
                blank=True,
                choices=[
                    ("approved-above", "上级机关已批准"),
                    ("public-need", "公共利益急需"),
                    ("no-alternative", "没有其他可行方案"),
                ],
                default="",
                max_length=20,
                verbose_name="突破原则性要求的理由",
            ),
            preserve_default=False,
        )
    ]

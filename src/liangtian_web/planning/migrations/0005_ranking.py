"""A ranking of the reserve library is a kind of study too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0004_layout"),
    ]

    operations = [
        migrations.AlterField(
            model_name="study",
            name="kind",
            field=models.CharField(
                choices=[
                    ("blocks", "连片耕地"),
                    ("design", "集中连片设计"),
                    ("fragmentation", "破碎度对比"),
                    ("potential", "整治潜力调查"),
                    ("layout", "永久基本农田布局调整"),
                    ("ranking", "储备库项目排序"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
    ]

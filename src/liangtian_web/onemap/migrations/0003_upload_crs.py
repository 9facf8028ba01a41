from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onemap", "0002_north_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="crs",
            field=models.CharField(blank=True, default="", max_length=5, verbose_name="坐标系"),
        ),
    ]

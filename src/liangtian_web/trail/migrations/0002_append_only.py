from django.db import migrations

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]

    operations = narrow("trail_event")

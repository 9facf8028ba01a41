"""What was recorded of a promise only grows."""

from django.db import migrations

from liangtian_web.append_only import narrow


class Migration(migrations.Migration):
    dependencies = [("commitments", "0001_initial")]

    operations = [*narrow("commitments_stepdone")]

"""`liangtian-web sync_layers`: take over what the command line published, and say which snapshots are missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liangtian_web.onemap.actions import sync
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import the_catalogue


class Command(BaseCommand):
    """Rows for catalogue entries; missing snapshots end it with an error."""

    help = "Take over layers published on the command line; report missing snapshots."

    def handle(self, *args: Any, **options: Any) -> None:
        made, strangers = sync()
        for version in made:
            self.stdout.write(f"+ {version}")
        for name in strangers:
            self.stderr.write(f"? {name}: no place has this code")
        home = the_catalogue()
        missing = [
            str(v) for v in LayerVersion.objects.select_related("place") if not home.snapshot_path(v.digest).exists()
        ]
        if missing:
            raise CommandError("snapshots missing: " + ", ".join(missing))

"""`liangtian-web sync_layers`: take over what the command line published, and say which snapshots are not sound."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian_web.onemap.actions import sync, verify
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import is_unsound, the_catalogue


class Command(BaseCommand):
    """Rows for catalogue entries; snapshots that are missing or altered end it with an error."""

    help = "接收命令行发布的图层，报告缺失或被改动的快照。 Take over layers published on the command line; report snapshots that are missing or altered."

    def add_arguments(self, parser: CommandParser) -> None:
        """How closely to look, and whether to go on."""
        parser.add_argument("--full", action="store_true", help="重新计算每个摘要 recompute every digest")
        parser.add_argument(
            "--report", action="store_true", help="只报告问题，正常结束 only report what is wrong, and end well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take over, then look."""
        made, strangers = sync()
        for version in made:
            self.stdout.write(f"+ {version}")
        for name in strangers:
            self.stderr.write(f"? {name}: no place has this code")
        if wrong := self._wrong(full=options["full"]):
            said = f"图层快照缺失或被改动，这些图层不可用 / snapshots missing or altered, unusable: {wrong}"
            if not options["report"]:
                raise CommandError(said)
            self.stderr.write(said)

    def _wrong(self, *, full: bool) -> str:
        if full:
            try:
                verify(lambda share, message: None)
            except LiangtianError as error:
                return render_error(error, lang="zh")
        named = {version.digest: f"{version.name} ({state})" for version, state in the_catalogue().unsound()}
        rows = LayerVersion.objects.select_related("place")
        named |= {row.digest: str(row) for row in rows if row.digest not in named and is_unsound(row)}
        return ", ".join(named.values())

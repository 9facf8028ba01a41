"""`liangtian-web serve`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from liangtian_web import supervisor
from liangtian_web.onemap.queries import the_catalogue


class Command(BaseCommand):
    """Database, worker and web server as one program."""

    help = "启动数据库（已设 DATABASE_URL 时不启动）、后台工作程序和网页服务，直到停止。 Run the database (unless DATABASE_URL names one), the worker and the web server until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="监听的地址 address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="监听的端口 port to listen on")

    def prepare(self) -> list[list[str]]:
        """What runs before anything is served."""
        return [["migrate", "--verbosity", "0"]]

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve.

        Raises
        ------
        StartError : the browser files were never built
        """
        supervisor.look_for_bundle(Path(settings.STATICFILES_DIRS[0]) / "bundle" / "site.css")
        self.look_at_snapshots()
        supervisor.serve(
            settings.HOME, host=options["host"], port=options["port"], tell=self.tell, prepare=self.prepare()
        )

    def look_at_snapshots(self) -> None:
        """Say which are missing or altered; their layers are refused, the others are served."""
        for version, state in the_catalogue().unsound():
            self.tell(f"图层快照缺失或被改动，该图层不可用 / layer snapshot not sound: {version.name} ({state})")

    def tell(self, text: str) -> None:
        """Say one line at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

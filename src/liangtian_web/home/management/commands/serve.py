"""`liangtian-web serve`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from liangtian_web import supervisor


class Command(BaseCommand):
    """Database, worker and web server as one program."""

    help = "Run the database (unless DATABASE_URL names one), the worker and the web server until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def prepare(self) -> list[list[str]]:
        """What runs before anything is served."""
        return [["migrate", "--verbosity", "0"], ["sync_layers", "--report"]]

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        supervisor.serve(
            settings.HOME, host=options["host"], port=options["port"], tell=self.tell, prepare=self.prepare()
        )

    def tell(self, text: str) -> None:
        """Say one line at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

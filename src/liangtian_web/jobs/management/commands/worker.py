"""`liangtian-web worker`: do the deferred work until stopped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app


class Command(BaseCommand):
    """Run jobs."""

    help = "Do the deferred work until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at once."""
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run with a connector beside the app's own, so that a task's own deferring stays in its transaction."""
        with app.with_connector(app.connector.get_worker_connector()).open() as worker:
            worker.run_worker(concurrency=options["concurrency"], delete_jobs="successful")

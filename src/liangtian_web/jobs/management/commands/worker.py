"""`liangtian-web worker`: do the deferred work until stopped."""

import asyncio
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from liangtian_web.jobs.running import company, sweep


class Command(BaseCommand):
    """Run jobs."""

    help = "执行后台工作，直到停止。 Do the deferred work until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at once, and whether we are alone."""
        parser.add_argument("--concurrency", type=int, default=2, help="同时做几件 how many jobs at once")
        parser.add_argument(
            "--sole",
            action="store_true",
            help="没有别的后台工作程序：标为进行中的都是中断了的 no other worker exists: whatever is marked as running was interrupted",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run with a connector beside the app's own, so that a task's own deferring stays in its transaction."""
        if options["sole"]:
            asyncio.run(sweep(heartbeat_s=0))
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with company(), app.with_connector(connector).open() as worker:
            worker.run_worker(concurrency=options["concurrency"], delete_jobs="successful", shutdown_graceful_timeout=5)

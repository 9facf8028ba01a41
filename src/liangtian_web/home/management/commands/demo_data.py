"""`liangtian-web demo_data`: the demonstration's steps that have not been done."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from liangtian_web.demo import steps


class Command(BaseCommand):
    """Make the demonstration."""

    help = "补齐示范数据，并列出登录用户。 Make what is missing of the demonstration, and say how to log in."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the open steps."""
        steps.make(settings.HOME, self.tell)

    def tell(self, text: str) -> None:
        """Say one line at once."""
        self.stdout.write(text)
        self.stdout.flush()

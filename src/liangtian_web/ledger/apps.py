"""The book as Django knows it: after every migration the database is told the kernel's words anew."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Named by the settings as `liangtian_web.ledger`."""

    name = "liangtian_web.ledger"

    def ready(self) -> None:
        """`migrate` is the one command that runs as the owner of the tables, at each start of a new release."""
        post_migrate.connect(_tell, sender=self)


def _tell(**sent: Any) -> None:
    from liangtian_web.ledger.words import tell

    tell()

"""What `check --deploy` says of the database's roles."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def roles_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One role for everything could switch the guards of append-only tables off."""
    if settings.APPLICATION_ROLE:
        return []
    return [
        Warning(
            "The application owns its tables: what only grows could be changed.",
            hint="Create two roles with provision.sql and set DATABASE_OWNER_URL for `liangtian-web migrate`.",
            id="liangtian.W001",
        )
    ]

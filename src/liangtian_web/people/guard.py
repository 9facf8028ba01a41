"""When log-in is refused: too many failures of a user at an address, of an address, or of a user anywhere.

Failures count within `AXES_COOLOFF_TIME`; what is tried while it is closed does not count, so it opens again by itself.
Failures from elsewhere never close log-in to a user at an address this user has logged in from: nobody can be kept out
of the office by somebody outside it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

USERNAME_WIDTH = 255  # of the table of failures
KNOWN_FOR = timedelta(days=90)


class LoginGuard(AxesDatabaseHandler):  # type: ignore[misc]  # axes carries no types
    """Adds the two wider counts to that of a user at an address."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The count that `AXES_FAILURE_LIMIT` is compared with; the limit itself where a wider one is reached."""
        if _is_flooded(request, get_client_username(request, credentials)):
            return int(settings.AXES_FAILURE_LIMIT)
        return int(super().get_failures(request, credentials))

    def user_login_failed(
        self, sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Keep a failure, its name cut to what the table holds."""
        name = str(credentials.get("username") or "")[:USERNAME_WIDTH]
        super().user_login_failed(sender, credentials | {"username": name}, request, **kwargs)


def _is_flooded(request: HttpRequest, username: str | None) -> bool:
    address = request.axes_ip_address  # type: ignore[attr-defined]
    if _failures(request, ip_address=address) >= settings.LOGIN_FAILURES_ADDRESS:
        return True
    by_name = _failures(request, username=username)
    return by_name >= settings.LOGIN_FAILURES_USER and not _is_known(username, address)


def _failures(request: HttpRequest, **whose: str | None) -> int:
    recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request), **whose)
    return int(recent.aggregate(n=Sum("failures_since_start"))["n"] or 0)


def _is_known(username: str | None, address: str | None) -> bool:
    since = timezone.now() - KNOWN_FOR
    return bool(AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gte=since).exists())

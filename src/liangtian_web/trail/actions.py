"""Write the trail."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import home_membership
from liangtian_web.trail.models import Event


def note(
    who: HttpRequest | User | None,
    action: str,
    what: object,
    *,
    on: date | None = None,
    place: Place | None = None,
    rules_digest: str = "",
) -> Event:
    """Record an act, in the caller's transaction: it stands if and only if the act does.

    Parameters
    ----------
    who : the request of a page, the user of a job, or None for the system itself
    action : `<app>.<verb>`, "onemap.publish"; a page shows it translated
    what : its text is kept, "run:812"
    on : business date the act speaks of, None if it speaks of none
    place : None takes the place of the user's own membership
    """
    ip = who.META.get("REMOTE_ADDR") or None if isinstance(who, HttpRequest) else None
    user = who.user if isinstance(who, HttpRequest) else who
    user = user if isinstance(user, User) else None
    if place is None and user is not None and (membership := home_membership(user)):
        place = membership.place
    return Event.objects.create(
        on=on,
        user=user,
        username=user.username if user else "",
        place=place,
        action=action,
        object=str(what)[:200],
        rules_digest=rules_digest,
        ip=ip,
    )

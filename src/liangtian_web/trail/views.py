"""The trail as auditors read it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from liangtian_web.people.queries import has_role
from liangtian_web.trail.queries import events_for

PAGE = 100


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Newest first, a page at a time by key."""
    if not has_role(request.user, "auditor", "admin"):
        raise PermissionDenied
    events = events_for(request.user)
    before = request.GET.get("before", "")
    if before.isdecimal():
        events = events.filter(pk__lt=int(before))
    rows = list(events[: PAGE + 1])
    return render(
        request, "trail/index.html", {"events": rows[:PAGE], "more": rows[PAGE - 1].pk if len(rows) > PAGE else None}
    )

"""The trail as auditors read it and take it away."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.people.models import User
from liangtian_web.people.queries import has_role
from liangtian_web.people.requests import Request, number_in
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import safe_cell
from liangtian_web.trail.forms import TrailFilter
from liangtian_web.trail.models import Event
from liangtian_web.trail.presentation import thing
from liangtian_web.trail.queries import events_for

PAGE = 100


def _may_read(user: AbstractBaseUser | AnonymousUser) -> bool:
    if not isinstance(user, User) or not has_role(user, "auditor", "admin"):
        raise PermissionDenied
    return True


@require_GET
@user_passes_test(_may_read)
def index(request: Request) -> HttpResponse:
    """Newest first, a page at a time by key."""
    form = TrailFilter(request.GET, label_suffix="")
    events = form.narrow(events_for(request.user))
    before = number_in(request.GET.get("before", ""))
    if before is not None:
        events = events.filter(pk__lt=before)
    rows = list(events[: PAGE + 1])
    query = request.GET.copy()
    if more := len(rows) > PAGE:
        query["before"] = str(rows[PAGE - 1].pk)
    events_shown = [(row, thing(row.object, row.action)) for row in rows[:PAGE]]
    return render(
        request, "trail/index.html", {"form": form, "events": events_shown, "older": query.urlencode() if more else ""}
    )


@require_POST
@user_passes_test(_may_read)
def export(request: Request) -> StreamingHttpResponse:
    """The events that meet the filters, as a table for a spreadsheet. Taking them away is itself noted."""
    form = TrailFilter(request.POST)
    events = form.narrow(events_for(request.user))
    note(request, "trail.export", f"trail:{events.count()}")
    name = f"trail-{timezone.localdate():%Y%m%d}.csv"
    return StreamingHttpResponse(
        _lines(events),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Echo:
    """A file that hands back what is written, for a table sent line by line."""

    def write(self, line: str) -> str:
        return line


def _lines(events: QuerySet[Event]) -> Iterator[str]:
    table = csv.writer(_Echo())
    # The mark at the beginning tells Excel that the text is UTF-8.
    yield "\ufeff" + table.writerow(
        [_("时间"), _("用户"), _("责任单元"), _("动作"), _("对象"), _("业务日期"), _("来源")]
    )
    for event in events.iterator(chunk_size=1000):
        when = timezone.localtime(event.recorded_at).isoformat(sep=" ", timespec="seconds")
        cells = [when, event.username, event.place or "", event.words, event.object, event.on or "", event.ip or ""]
        yield table.writerow([safe_cell(str(cell)) for cell in cells])

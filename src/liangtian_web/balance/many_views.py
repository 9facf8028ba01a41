"""Many filings from one workbook: a page for each kind."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liangtian_web.balance.many import KINDS
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.ledger.sheet_pages import Many, many_page
from liangtian_web.people.requests import Request


@require_http_methods(["GET", "POST"])
def page(request: Request, event: str) -> HttpResponse | FileResponse:
    """Hand in the filings of a workbook, all or none."""
    kind = KINDS.get(event)
    if kind is None:
        raise Http404
    if not kind.places(request.user).exists():
        raise PermissionDenied
    index = reverse("balance:index")
    return many_page(
        request,
        Many(
            name=event, word=str(PROCEDURES[event].word), list_at=index, list_word=gettext("占补平衡"),
            done=f"{index}?event={event}&state=waiting#all", make=partial(kind.make, request.user), plot=kind.plot,
            todo=partial(kind.todo, request.user) if kind.todo else None,
        ),
    )  # fmt: skip

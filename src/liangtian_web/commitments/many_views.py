"""What is handed in of many commitments, from one workbook."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from liangtian_web.commitments.many import KINDS, filling, places_of, todo
from liangtian_web.ledger.sheet_pages import Many, many_page
from liangtian_web.people.requests import Request


@require_http_methods(["GET", "POST"])
def page(request: Request, kind: str) -> HttpResponse | FileResponse:
    """Hand in supplies, defaults or steps, all or none."""
    if kind not in KINDS:
        raise Http404
    if not places_of(request.user, kind).exists():
        raise PermissionDenied
    name, word, _may = KINDS[kind]
    at = reverse("commitments:index")
    return many_page(
        request,
        Many(
            name=name, word=str(word), list_at=at, list_word=gettext("承诺"), done=at, app="commitments",
            make=filling(request.user, kind), todo=partial(todo, request.user, kind),
        ),
    )  # fmt: skip

"""承诺: what is promised and due, a commitment with everything that became of it, and what is handed in for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.policy.amounts import BALANCE
from liangtian_web.balance.answers import answered, handed_in
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import COMPLETION
from liangtian_web.balance.promises import standing
from liangtian_web.balance.queries import filing_places
from liangtian_web.commitments import presentation
from liangtian_web.commitments.ahead import ahead, ahead_chart, ahead_table
from liangtian_web.commitments.forms import PROMISES, DefaultForm, StepForm, SupplyForm
from liangtian_web.commitments.many import KINDS, places_of
from liangtian_web.commitments.queries import booked_for, commitments_for, files_for, judges, recordable
from liangtian_web.commitments.register import lines, unlisted
from liangtian_web.ledger.queries import accounts_for
from liangtian_web.ledger.sheet_forms import WorkbookForm
from liangtian_web.ledger.sheet_pages import blank, handed_in_rows
from liangtian_web.people.requests import Request, language_of
from liangtian_web.trail.export import export


@require_GET
def index(request: Request) -> HttpResponse:
    """What is still to be kept, the most urgent first; with `all`, what is over too."""
    found = lines(booked_for(request.user), timezone.localdate())
    everything = "all" in request.GET
    context = {
        "lines": [each for each in found if everything or each.standing.is_open],
        "unlisted": unlisted(accounts_for(request.user), found, timezone.localdate()),
        "over": sum(not each.standing.is_open for each in found),
        "everything": everything,
        "waiting": commitments_for(request.user).filter(decision=None),
        "files": filing_places(request.user).exists(),
        "today": timezone.localdate(),
        "many": [(kind, words[1]) for kind, words in KINDS.items() if places_of(request.user, kind).exists()],
    }
    return render(request, "commitments/index.html", context)


@require_GET
def due_ahead(request: Request) -> HttpResponse:
    """What falls due month by month, as chart and table, each amount with the commitments it is the sum of."""
    index = request.GET.get("index", BALANCE[0])
    if index not in BALANCE:
        raise Http404
    today = timezone.localdate()
    found = ahead(lines(booked_for(request.user), today), index, today)
    context: dict[str, Any] = {"found": found, "index": index, "indices": BALANCE, "total": sum(found.totals)}
    context["asked"] = {"index": index}
    if found.places:
        context["chart"] = ahead_chart(found, index, request.unit)
    return render(request, "commitments/ahead.html", context)


@require_POST
def export_ahead(request: Request) -> HttpResponse:
    """The table under the chart; that it was taken is noted."""
    index = request.POST.get("index", BALANCE[0])
    if index not in BALANCE:
        raise Http404
    today = timezone.localdate()
    found = ahead(lines(booked_for(request.user), today), index, today)
    return export(request, "commitments.export", f"ahead:{index}", ahead_table(found, index))


@require_POST
def export_list(request: Request) -> HttpResponse:
    """The whole list as a table to take away; that it was taken is noted."""
    found = lines(booked_for(request.user), timezone.localdate())
    return export(request, "commitments.export", "commitments", presentation.table(found))


@require_http_methods(["GET", "POST"])
def promise(request: Request, kind: str) -> HttpResponse:
    """Ask to enter a promise."""
    if kind not in PROMISES:
        raise Http404
    if not filing_places(request.user).exists():
        raise PermissionDenied
    form = PROMISES[kind](request.user, request.POST or None, initial={"run": request.GET.get("run", "")})
    return answered(request, form, "commitments/new.html", kind=kind, workbook=WorkbookForm())


def _filling(request: Request, kind: str) -> Any:
    """The form of a kind, to be filled in by a row."""
    if kind not in PROMISES:
        raise Http404
    if not filing_places(request.user).exists():
        raise PermissionDenied
    return lambda data: PROMISES[kind](request.user, data)


@require_POST
def workbook(request: Request, kind: str) -> HttpResponse:
    """Ask to enter the promises of a workbook, all or none; everything wrong with it is said at once."""
    made, context = handed_in_rows(request, _filling(request, kind))
    if made:
        return redirect("commitments:index")
    return render(request, "commitments/new.html", context | {"kind": kind}, status=400)


@require_GET
def template(request: Request, kind: str) -> FileResponse:
    """The workbook to fill in."""
    return blank(_filling(request, kind), gettext("补充耕地承诺"))


def _promise(request: Request, uuid: UUID) -> Filing:
    return get_object_or_404(commitments_for(request.user), uuid=uuid)


@require_GET
def page(request: Request, uuid: UUID) -> HttpResponse:
    """A commitment: how it stands index by index, its days, what was booked of it, what the clauses say today."""
    found = _promise(request, uuid)
    context = presentation.page(found, timezone.localdate(), language_of(request))
    context |= {"files": files_for(request.user, found), "judges": judges(request.user, found)}
    return render(request, "commitments/page.html", context)


@require_http_methods(["GET", "POST"])
def supply(request: Request, uuid: UUID) -> HttpResponse:
    """Ask to supply what is promised or in arrears."""
    found = _promise(request, uuid)
    if not files_for(request.user, found):
        raise PermissionDenied
    form = SupplyForm(found, request.POST or None)
    if made := handed_in(request, form):
        return redirect("balance:filing", made.uuid)
    context = {"form": form, "promise": found, "known": standing(found)}
    context["rows"] = presentation.supply_rows(form, found, timezone.localdate())
    return render(request, "commitments/supply.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def default(request: Request, uuid: UUID) -> HttpResponse:
    """Ask to deduct what was not supplied in time: the place above does."""
    found = _promise(request, uuid)
    if not judges(request.user, found):
        raise PermissionDenied
    return answered(request, DefaultForm(found, request.POST or None), "commitments/default.html", promise=found)


@require_http_methods(["GET", "POST"])
def step(request: Request, uuid: UUID) -> HttpResponse:
    """Record a step taken; the day of completion, which sets the term, only the place above records."""
    found = _promise(request, uuid)
    steps = recordable(request.user, found)
    if not steps:
        raise PermissionDenied
    form = StepForm(found, steps, request.POST or None)
    if handed_in(request, form):
        return redirect("commitments:page", found.uuid)
    context = {"form": form, "promise": found, "completion": COMPLETION in steps}
    return render(request, "commitments/step.html", context, status=400 if form.errors else 200)

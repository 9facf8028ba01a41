"""The further steps of the balance, each a form: those that begin something and those that go on with a booked filing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian_web.balance import actions
from liangtian_web.balance.answers import answered
from liangtian_web.balance.loans import loan_table, loans_for
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import filing_places, filings_for, quota_places
from liangtian_web.balance.step_forms import StepForm
from liangtian_web.balance.steps import BEGIN, NEXT, open_to
from liangtian_web.ledger.sheet_forms import WorkbookForm
from liangtian_web.ledger.sheet_pages import blank, handed_in_rows
from liangtian_web.people.requests import Request
from liangtian_web.trail.export import export


@require_http_methods(["GET", "POST"])
def begin(request: Request, event: str) -> HttpResponse:
    """Hand in a step that goes on with nothing."""
    if event not in BEGIN:
        raise Http404
    if not open_to(request.user, {event: BEGIN[event]}):
        raise PermissionDenied
    form = BEGIN[event](request.user, event, None, request.POST or None)
    return _answer(request, event, form, workbook=WorkbookForm())


def _filling(request: Request, event: str) -> Any:
    """The form of a step, to be filled in by a row."""
    if event not in BEGIN:
        raise Http404
    if not open_to(request.user, {event: BEGIN[event]}):
        raise PermissionDenied
    return lambda data: BEGIN[event](request.user, event, None, data)


@require_POST
def workbook(request: Request, event: str) -> HttpResponse:
    """Hand in the steps of a workbook, all or none; everything wrong with it is said at once."""
    made, context = handed_in_rows(request, _filling(request, event))
    if made:
        return redirect("balance:index")
    context |= {"word": PROCEDURES[event].word, "event": event, "begun": None}
    return render(request, "balance/step.html", context, status=400)


@require_GET
def template(request: Request, event: str) -> FileResponse:
    """The workbook to fill in."""
    return blank(_filling(request, event), str(PROCEDURES[event].word))


@require_http_methods(["GET", "POST"])
def after(request: Request, uuid: UUID, event: str) -> HttpResponse:
    """Hand in a step that goes on with a booked filing."""
    begun = get_object_or_404(filings_for(request.user), uuid=uuid)
    if not quota_places(request.user).filter(pk=begun.place_id).exists():
        raise PermissionDenied
    form_class = NEXT.get(event)
    if form_class is None or not actions.may_follow(begun, event, timezone.localdate()):
        raise Http404
    return _answer(request, event, form_class(request.user, event, begun, request.POST or None))


@require_GET
def loans(request: Request) -> HttpResponse:
    """What the user's places borrowed and lent, the overdue first."""
    context = {"loans": loans_for(request.user, timezone.localdate()), "files": filing_places(request.user).exists()}
    return render(request, "balance/loans.html", context)


@require_POST
def export_loans(request: Request) -> HttpResponse:
    """The loans as a table to take away; that it was taken is noted."""
    return export(request, "balance.export", "loans", loan_table(loans_for(request.user, timezone.localdate())))


def _answer(request: Request, event: str, form: StepForm, **more: Any) -> HttpResponse:
    context = {"word": PROCEDURES[event].word, "event": event, "begun": form.begun, **more}
    return answered(request, form, "balance/step.html", **context)

"""The further steps of the balance, each a form: those that begin something and those that go on with a booked filing."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liangtian_web.balance import actions
from liangtian_web.balance.answers import answered
from liangtian_web.balance.loans import loans_for
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import filing_places, filings_for, quota_places
from liangtian_web.balance.step_forms import StepForm
from liangtian_web.balance.steps import BEGIN, NEXT
from liangtian_web.people.requests import Request


@require_http_methods(["GET", "POST"])
def begin(request: Request, event: str) -> HttpResponse:
    """Hand in a step that goes on with nothing."""
    if event not in BEGIN:
        raise Http404
    form = BEGIN[event](request.user, event, None, request.POST or None)
    if not form.fields["place"].queryset.exists():  # type: ignore[attr-defined]
        raise PermissionDenied
    return _answer(request, event, form)


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


def _answer(request: Request, event: str, form: StepForm) -> HttpResponse:
    return answered(request, form, "balance/step.html", word=PROCEDURES[event].word, event=event, begun=form.begun)

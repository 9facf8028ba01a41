"""Rulebook pages for writing: a value or an adoption proposed, and decided on by a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.messages import Language, render_error
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.rulebook import actions, values
from liangtian_web.rulebook.forms import AdoptionForm, DecisionForm, ValueForm
from liangtian_web.rulebook.queries import (
    adoptions_shown,
    as_parameter,
    decidable_by,
    history,
    home_place,
    proposals_for,
    proposing_places,
    value_names,
)
from liangtian_web.rulebook.views import asked_day

PAGE = 50


@require_http_methods(["GET", "POST"])
def value(request: Request, name: str) -> HttpResponse:
    """The history of a value, what is in force here, and a proposal of one's own."""
    if name not in value_names():
        raise Http404
    lang, place = language_of(request), home_place(request.user)
    context = values.value_page(name, lang, request.user, on=asked_day(request), place=place)
    _look_who_proposes(request)
    form = ValueForm(request.user, context["start"], lang, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = {**form.cleaned_data, "name": name, "unit": history(name)[-1].unit}
            return redirect("rulebook:proposal", actions.propose_value(request, given).uuid)
        except LiangtianError as error:
            _refuse(form, error, lang)
    context |= {
        "form": form,
        "on": asked_day(request),
        "place": place,
        "may_propose": proposing_places(request.user).exists(),
        "proposals": _shown(proposals_for(request.user).filter(name=name)[:PAGE], lang),
    }
    return render(request, "rulebook/value.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def adoptions(request: Request) -> HttpResponse:
    """Which place adopted which document, from when; and a proposal of one's own."""
    lang = language_of(request)
    _look_who_proposes(request)
    form = AdoptionForm(request.user, lang, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("rulebook:proposal", actions.propose_adoption(request, form.cleaned_data).uuid)
        except LiangtianError as error:
            _refuse(form, error, lang)
    context = {
        "form": form,
        "may_propose": proposing_places(request.user).exists(),
        "rows": adoptions_shown(request.user),
        "proposals": _shown(proposals_for(request.user).filter(kind="adoption")[:PAGE], lang),
    }
    return render(request, "rulebook/adoptions.html", context, status=400 if form.errors else 200)


@require_GET
def proposals(request: Request) -> HttpResponse:
    """Proposals, those that wait for the user first."""
    rows, lang = proposals_for(request.user), language_of(request)
    before = number_in(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    context = {
        "mine": _shown(decidable_by(request.user)[:PAGE], lang),
        "rows": _shown(found[:PAGE], lang),
        "more": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }
    return render(request, "rulebook/proposals.html", context)


@require_http_methods(["GET", "POST"])
def proposal(request: Request, uuid: UUID) -> HttpResponse:
    """One proposal beside the value it would take the place of, and the opinion of a second person."""
    row, lang = get_object_or_404(proposals_for(request.user), uuid=uuid), language_of(request)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.decide(request, row, approved=given["approved"], remark=given["note"])
            return redirect("rulebook:proposal", row.uuid)
        except LiangtianError as error:
            form.add_error(None, render_error(error, lang=lang))
    may_decide = decidable_by(request.user).filter(pk=row.pk).exists()
    context = {"row": row, "text": _text(row, lang), "form": form, "may_decide": may_decide}
    if row.kind == "value":
        context["was"] = values.held_row(row.name, lang, values.resolver(on=row.since, place=row.place))
    context["own"] = row.user_id == request.user.pk
    return render(request, "rulebook/proposal.html", context, status=400 if form.errors else 200)


def _look_who_proposes(request: Request) -> None:
    """Send away whoever has no place to propose for; reading is open to all."""
    if request.method == "POST" and not proposing_places(request.user).exists():
        raise PermissionDenied


def _shown(rows: Any, lang: Language) -> list[tuple[Any, str]]:
    """Proposals with their values in words."""
    return [(row, _text(row, lang)) for row in rows]


def _text(row: Any, lang: Language) -> str:
    return values.text_of(as_parameter(row), lang) if row.kind == "value" else ""


def _refuse(form: ValueForm | AdoptionForm, error: LiangtianError, lang: Language) -> None:
    """Every defect of a value, or the one sentence of another error."""
    for each in error.defects if isinstance(error, DocumentRefused) else (error,):
        form.add_error(None, render_error(each, lang=lang))

"""A design in hand: add and take away pieces, settle on a choice, take it away as table, layer or sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import LiangtianError
from liangtian_web.people.requests import Request, language_of
from liangtian_web.planning import actions, kept, presentation
from liangtian_web.planning.contexts import attempt as attempt_context
from liangtian_web.planning.contexts import design
from liangtian_web.planning.forms import PiecesForm
from liangtian_web.planning.models import Answer, Plan, Study
from liangtian_web.planning.queries import answer_of, folder_of, planning_places, plans_for, studies_for
from liangtian_web.planning.taking import EMPTY, KINDS, layer_response
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import Table, export


def _design(request: Request, uuid: UUID) -> tuple[Study, Answer]:
    study = get_object_or_404(studies_for(request.user), uuid=uuid, kind=Study.Kind.DESIGN)
    answer = answer_of(study)
    if answer is None or not (folder_of(study.key) / kept.NETWORK).is_file():
        raise Http404
    return study, answer


@require_POST
def attempt(request: Request, uuid: UUID) -> HttpResponse:
    """What another choice of pieces comes to, as a part of the page."""
    study, answer = _design(request, uuid)
    form = PiecesForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    context = attempt_context(request, study, answer, form.cleaned_data["pieces"])
    may_ask = planning_places(request.user).filter(pk=study.place_id).exists()
    return render(request, "planning/attempt.html", context | {"study": study, "may_ask": may_ask})


@require_POST
def keep(request: Request, uuid: UUID) -> HttpResponse:
    """Settle on a choice under a name."""
    study, _answer = _design(request, uuid)
    if not planning_places(request.user).filter(pk=study.place_id).exists():
        raise PermissionDenied
    form = PiecesForm(request.POST)
    if not form.is_valid():
        return redirect("planning:study", study.uuid)
    name = form.cleaned_data["name"] or study.name
    return redirect("planning:plan", actions.keep_plan(request, study, name, form.cleaned_data["pieces"]).uuid)


def _plan(request: Request, uuid: UUID) -> tuple[Plan, Study, Answer]:
    plan: Plan = get_object_or_404(plans_for(request.user), uuid=uuid)
    return plan, *_design(request, plan.study.uuid)


@require_http_methods(["GET", "POST"])
def plan(request: Request, uuid: UUID) -> HttpResponse:
    """A plan that was kept; posted, as a table or a layer, which the trail notes."""
    row, study, answer = _plan(request, uuid)
    if request.method == "POST":
        return _taken(request, row)
    may_ask = planning_places(request.user).filter(pk=study.place_id).exists()
    context: dict[str, Any] = {"study": study, "answer": answer, "data": answer.data, "may_ask": may_ask}
    return render(
        request, "planning/design.html", context | {"asked": study.asked} | design(request, study, answer, plan=row)
    )


@require_GET
def plan_print(request: Request, uuid: UUID) -> HttpResponse:
    """A plan on paper: map, verdict, figures, works with their clauses, and what it was based on."""
    row, study, answer = _plan(request, uuid)
    context: dict[str, Any] = {"study": study, "answer": answer, "data": answer.data} | design(
        request, study, answer, plan=row
    )
    context["config"] |= {"bare": True, "sharp": True}
    return render(request, "planning/design_print.html", context)


def _taken(request: Request, plan: Plan) -> HttpResponse:
    ground = kept.load(folder_of(plan.study.key))
    form = request.POST.get("form", "")
    if form not in KINDS:
        rows = presentation.conversions(ground.chosen(plan.pieces), language_of(request))
        heads, cells = presentation.design_table(rows)
        return export(request, "planning.plan_export", f"plan:{plan.uuid}", Table(plan.name, heads, cells))
    if not plan.pieces:
        raise LiangtianError(EMPTY)
    note(request, "planning.plan_export", f"plan:{plan.uuid} {form}", on=plan.study.on, place=plan.study.place)
    return layer_response(ground.features(plan.pieces), form, name=plan.name, stem="design")

"""Planning: the list of studies, a new one, its result or how far it is, and taking it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.formats import vector
from liangtian_web.onemap.map_views import day_of, map_config
from liangtian_web.onemap.queries import versions_on
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.planning import actions, potential, presentation
from liangtian_web.planning.contexts import CONTEXTS, TABLES
from liangtian_web.planning.filters import ListForm
from liangtian_web.planning.forms import FORMS
from liangtian_web.planning.models import Answer, Block, Candidate, Study
from liangtian_web.planning.queries import (
    answer_of,
    folder_of,
    is_lost,
    narrowed,
    planning_places,
    studies_for,
)
from liangtian_web.planning.survey_reports import report_of
from liangtian_web.planning.taking import KINDS, layer_response
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import Table, export

PAGE = 50
REPORTS = {"xlsx", "docx"}
TEMPLATES = {kind: f"planning/{kind}.html" for kind in Study.Kind.values}


@require_GET
def index(request: Request) -> HttpResponse:
    """Newest first, narrowed by the filters, a page at a time by key."""
    form = ListForm(request.user, request.GET, label_suffix="")
    rows = narrowed(studies_for(request.user), form.cleaned_data if form.is_valid() else {})
    before = number_in(request.GET.get("before", ""))
    found = list((rows if before is None else rows.filter(pk__lt=before)).defer("asked", "layers")[: PAGE + 1])
    asked = request.GET.copy()
    asked["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "form": form,
        "studies": found[:PAGE],
        "more": asked.urlencode() if asked["before"] else "",
        "asked": {key: value for key, value in request.GET.items() if key in form.fields},
        "may_ask": planning_places(request.user).exists(),
        "kinds": [(kind, word) for kind, word in Study.Kind.choices if kind in FORMS],
    }
    return render(request, "planning/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request, kind: str) -> HttpResponse:
    """Ask: choose the land, on the map or by its place, and what is wanted of it."""
    if not planning_places(request.user).exists():
        raise PermissionDenied
    if kind not in FORMS:
        raise Http404
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FORMS[kind](request.user, *given, initial=_initial(request, kind), label_suffix="")
    if form.is_valid():
        return redirect("planning:study", form.hand_in(request).uuid)
    on = day_of(request)
    versions = versions_on(request.user, on)
    context = {"form": form, "kind": Study.Kind(kind), "on": on, "config": map_config(request, versions, on)}
    return render(request, "planning/new.html", context, status=400 if form.is_bound else 200)


def _initial(request: Request, kind: str) -> dict[str, Any]:
    """What the form begins with: the address, over an earlier question the user may see (`from`)."""
    given = request.GET.dict()
    try:
        earlier = studies_for(request.user).filter(uuid=UUID(given.pop("from", "")), kind=kind).first()
    except ValueError:
        earlier = None
    return (FORMS[kind].as_asked(earlier) if earlier else {}) | given


def _study(request: Request, uuid: UUID) -> Study:
    return get_object_or_404(studies_for(request.user), uuid=uuid)


def _answer(study: Study) -> Answer:
    answer = answer_of(study)
    if answer is None:
        raise Http404
    return answer


@require_GET
def study(request: Request, uuid: UUID) -> HttpResponse:
    """The result, or how far the work is."""
    row = _study(request, uuid)
    answer = answer_of(row)
    may_ask = planning_places(request.user).filter(pk=row.place_id).exists()
    context: dict[str, Any] = {"study": row, "may_ask": may_ask}
    if answer is None:
        sentence = row.job.sentence(request.language) if row.job else ""
        return render(request, "planning/waiting.html", context | {"job": row.job, "sentence": sentence, "follow": "1"})
    context |= {"answer": answer, "data": answer.data, "asked": row.asked, "lost": is_lost(row)}
    return render(request, TEMPLATES[row.kind], context | CONTEXTS[row.kind](request, row, answer))


@require_POST
def again(request: Request, uuid: UUID) -> HttpResponse:
    """Ask the same once more."""
    row = _study(request, uuid)
    if not planning_places(request.user).filter(pk=row.place_id).exists():
        raise PermissionDenied
    return redirect("planning:study", actions.ask_again(request, row).uuid)


@require_GET
def shapes(request: Request, uuid: UUID) -> FileResponse:
    """Outlines for the map."""
    path = folder_of(_answer(_study(request, uuid)).key) / "shapes.json"
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type="application/geo+json")


@require_GET
def block(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """What a block is made of, as a part of the panel."""
    row = _study(request, uuid)
    found = get_object_or_404(Block.objects.filter(answer=_answer(row)), number=number)
    context = {"study": row, "block": found, "made": presentation.composition(found)}
    return render(request, "planning/block.html", context)


@require_GET
def candidate(request: Request, uuid: UUID, number: int) -> HttpResponse:
    """Why a parcel is a candidate or is not, rule by rule, as a part of the panel."""
    row = _study(request, uuid)
    found = get_object_or_404(Candidate.objects.filter(answer=_answer(row)), number=number)
    context = {"study": row, "candidate": found, "made": potential.reasons(found, language_of(request))}
    return render(request, "planning/candidate.html", context)


@require_GET
def print_view(request: Request, uuid: UUID) -> HttpResponse:
    """A survey of potential on paper: map, tables by town and village, rules, and what it was based on."""
    row = _study(request, uuid)
    if row.kind != Study.Kind.POTENTIAL:
        raise Http404
    answer = _answer(row)
    context: dict[str, Any] = {"study": row, "answer": answer, "asked": row.asked} | CONTEXTS[row.kind](
        request, row, answer
    )
    context["config"] |= {"bare": True, "sharp": True}
    return render(request, "planning/potential_print.html", context)


@require_POST
def report(request: Request, uuid: UUID, form: str) -> FileResponse:
    """The report of a survey, written when it is first asked for; the trail notes it."""
    row = _study(request, uuid)
    answer = _answer(row)
    if form not in REPORTS or row.kind != Study.Kind.POTENTIAL or not folder_of(answer.key).is_dir():
        raise Http404
    path = report_of(answer, f".{form}", language_of(request))
    note(request, "planning.report", f"study:{row.uuid} {form}", on=row.on, place=row.place)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{row.name}.{form}")


@require_POST
def export_rows(request: Request, uuid: UUID) -> HttpResponse:
    """The rows of a study, under the filters of its list, as a table; the trail notes it."""
    row = _study(request, uuid)
    if row.kind not in TABLES:
        raise Http404
    heads, cells = TABLES[row.kind](request, _answer(row))
    return export(request, "planning.export", f"study:{row.uuid}", Table(row.name, heads, cells))


@require_POST
def layer(request: Request, uuid: UUID) -> FileResponse | HttpResponse:
    """The outlines of an answer as a layer, a GeoPackage unless another form is asked for; the trail notes it."""
    row = _study(request, uuid)
    path = folder_of(_answer(row).key) / "layer.gpkg"
    if not path.is_file():
        raise Http404
    form = request.POST.get("form", "gpkg")
    note(request, "planning.layer", f"study:{row.uuid} {form}", on=row.on, place=row.place)
    if form in KINDS and form != "gpkg":
        return layer_response(vector.read(path), form, name=row.name, stem=row.kind)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{row.name}.gpkg")

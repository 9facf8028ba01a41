"""Checks: the list, a new one, its result, making it again, comparing two, taking it home."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian.reports.document import render_report
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.onemap.map_views import day_of, map_config
from liangtian_web.onemap.queries import versions_for, versions_on
from liangtian_web.onemap.templatetags.land import crs_word
from liangtian_web.people.columns import columns_of
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.review import actions, presentation
from liangtian_web.review.forms import CheckForm, DeclaredForm, ListForm
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, checking_places, narrowed, runs_for, totals
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import Table, export

PAGE = 50
REPORTS = {"docx", "xlsx", "html"}
PARCELS_SHOWN = 500


@require_GET
def runs(request: Request) -> HttpResponse:
    """Newest first, narrowed by the filters, a page at a time by key; totals are those of the whole list."""
    form = ListForm(request.user, request.GET, label_suffix="")
    rows = narrowed(runs_for(request.user), form.cleaned_data if form.is_valid() else {}).defer(*HEAVY)
    before = number_in(request.GET.get("before", ""))
    page = rows if before is None else rows.filter(pk__lt=before)
    found = list(page[: PAGE + 1])
    asked = request.GET.copy()
    asked["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "form": form,
        "runs": found[:PAGE],
        "more": asked.urlencode() if asked["before"] else "",
        "asked": {key: value for key, value in request.GET.items() if key in form.fields},
        "columns": columns_of(request.user, "review.runs", presentation.run_columns()),
        "totals": totals(rows),
        "may_check": checking_places(request.user).exists(),
    }
    return render(request, "review/runs.html", context)


@require_POST
def runs_export(request: Request) -> HttpResponse:
    """The whole list under the filters as a table; the trail notes it."""
    form = ListForm(request.user, request.POST)
    rows = narrowed(runs_for(request.user), form.cleaned_data if form.is_valid() else {}).defer(*HEAVY)
    heads, cells = presentation.runs_table(rows.iterator(chunk_size=1000))
    return export(request, "review.export", "review:runs", Table(gettext("占地检查"), heads, cells))


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Draw or upload a boundary, say what it is for, and get the result."""
    if not checking_places(request.user).exists():
        raise PermissionDenied
    form = CheckForm(request.user, request.POST or None, request.FILES or None)
    facts = DeclaredForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and facts.is_valid():
        try:
            return redirect("review:run", _check(request, form.cleaned_data, facts.declared()).uuid)
        except LiangtianError as error:
            form.add_error(None, render_error(error, lang=language_of(request)))
    on = day_of(request)
    versions = versions_on(request.user, on)
    config = map_config(request, versions, on, permalink=False)
    context = {"form": form, "facts": facts, "config": config, "on": on, "versions": versions}
    return render(request, "review/new.html", context, status=400 if form.errors or facts.errors else 200)


def _check(request: Request, given: dict[str, Any], declared: dict[str, object]) -> Run:
    boundary = boundary_from(given["files"] or [], given["drawn"], given["encoding"], given["crs"])
    asked = actions.Asked(given["name"], given["kind"], given["on"], given["place"], declared)
    return actions.check(request, boundary, asked)


def _run(request: Request, uuid: UUID) -> Run:
    return get_object_or_404(runs_for(request.user), uuid=uuid)


@require_GET
def run(request: Request, uuid: UUID) -> HttpResponse:
    """The result: map, verdict, figures, findings with their reasons, tables, what it was based on."""
    row = _run(request, uuid)
    return render(request, "review/run.html", _context(request, row))


@require_GET
def print_view(request: Request, uuid: UUID) -> HttpResponse:
    """The result on paper: map with scale and north, verdict, figures, findings, and what it was based on."""
    row = _run(request, uuid)
    context = _context(request, row)
    context["config"] |= {"bare": True, "sharp": True}
    return render(request, "review/print.html", context)


def _context(request: Request, row: Run) -> dict[str, Any]:
    data = row.data_in(request.language)
    found = presentation.findings(row, request.language)
    digests = [each["digest"] for each in data["layers"]]
    versions = list({v.digest: v for v in versions_for(request.user).filter(digest__in=digests)}.values())
    parcels = presentation.pieces(json.loads(row.shapes))
    return {
        "run": row,
        "data": data,
        "verdict_word": presentation.outcome_word(row.verdict),
        "sentence": presentation.verdict_sentence(found),
        "figures": presentation.figures(data),
        "capacity_doubt": presentation.doubt_of_capacity(data),
        "findings": presentation.gathered([f for f in found if f["outcome"] != "not_applicable"]),
        "not_applicable": presentation.gathered([f for f in found if f["outcome"] == "not_applicable"]),
        "crs": crs_word(row.crs),
        "classes": presentation.classes(data),
        "lines": presentation.control_lines(data),
        "parcels": parcels[:PARCELS_SHOWN],
        "parcels_left": max(0, len(parcels) - PARCELS_SHOWN),
        "parcel_count": len(parcels),
        "others": runs_for(request.user).defer(*HEAVY).exclude(pk=row.pk)[:20],
        "may_check": checking_places(request.user).exists(),
        "config": map_config(request, versions, row.on, shapes=reverse("review:shapes", args=[row.uuid])),
    }


@require_GET
def shapes(request: Request, uuid: UUID) -> HttpResponse:
    """Boundary, cut pieces and overlaps for the map."""
    return HttpResponse(_run(request, uuid).shapes, content_type="application/geo+json")


@require_GET
def download(request: Request, uuid: UUID, form: str) -> FileResponse:
    """The result as a file; the trail notes it."""
    row = _run(request, uuid)
    if form not in REPORTS | {"json"}:
        raise Http404
    note(request, "review.download", f"run:{row.uuid} {form}", on=row.on, place=row.place)
    if form == "json":
        content = (row.result_en if request.language == "en" else row.result).encode()
    else:
        content = render_report(row.data_in(request.language), f".{form}", lang=language_of(request), title=row.name)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{row.name}.{form}")


@require_POST
def again(request: Request, uuid: UUID, how: str) -> HttpResponse:
    """Recheck on stored facts, or remeasure on the named snapshots; the answer replaces the part of the page."""
    row = _run(request, uuid)
    try:
        repeated = (actions.recheck if how == "recheck" else actions.remeasure)(request, row)
    except LiangtianError as error:
        return render(request, "review/again.html", {"error": render_error(error, lang=language_of(request))})
    return render(request, "review/again.html", {"repeated": repeated, "how": how})


@require_GET
def compare(request: Request) -> HttpResponse:
    """Two runs side by side."""
    one, other = (_run(request, _uuid(request.GET.get(key, ""))) for key in ("a", "b"))
    rows = presentation.side_by_side(one.data_in(request.language), other.data_in(request.language))
    found = presentation.findings_side_by_side(one, other, request.language)
    count = sum(row["differs"] for row in [*rows, *found])
    said = gettext("%(n)s 处不同") % {"n": count} if count else gettext("完全相同")
    return render(request, "review/compare.html", {"runs": [one, other], "rows": rows, "found": found, "said": said})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

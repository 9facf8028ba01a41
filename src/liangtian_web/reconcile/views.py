"""对账: statements of the upper system, tried first, then recorded; each difference with the way to settle it."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import LiangtianError
from liangtian_web.ledger.proposing import Problems
from liangtian_web.ledger.queries import keeping_places, unsealed_for
from liangtian_web.people.requests import Request, number_in
from liangtian_web.reconcile import actions, presentation
from liangtian_web.reconcile.forms import ExplainForm, ImportForm
from liangtian_web.reconcile.models import Import
from liangtian_web.reconcile.queries import group_of, imports_for, matches_for
from liangtian_web.reconcile.verdicts import verdicts
from liangtian_web.refusals import sentence
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import export

PAGE = 50


@require_GET
def index(request: Request) -> HttpResponse:
    """Statements held against the book, newest first."""
    rows = imports_for(request.user)
    before = number_in(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    context = {
        "imports": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else "",
        "keeps": keeping_places(request.user).exists(),
    }
    return render(request, "reconcile/index.html", context)


@require_POST
def take_away(request: Request) -> HttpResponse:
    """The list as a table; that it was taken is noted."""
    return export(request, "reconcile.export", "reconciliations", presentation.list_table(imports_for(request.user)))


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Take a statement in; everything wrong with it is said at once."""
    if not keeping_places(request.user).exists():
        raise PermissionDenied
    form = ImportForm(request.user, request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.receive(request, form.asked(), file.name, file.read(), form.cleaned_data["form"])
            return redirect("reconcile:statement", made.uuid)
        except Problems as error:
            problems = [str(each) for each in error.problems]
        except LiangtianError as error:
            problems = [sentence(error, request.language)]
    context = {"form": form, "problems": problems}
    return render(request, "reconcile/new.html", context, status=400 if form.errors or problems else 200)


def _given(request: Request, uuid: UUID) -> Import:
    return get_object_or_404(imports_for(request.user), uuid=uuid)


def _keeps(request: Request, given: Import) -> bool:
    return keeping_places(request.user).filter(pk=given.place_id).exists()


@require_GET
def statement(request: Request, uuid: UUID) -> HttpResponse:
    """What is found of a statement now, or what was found and recorded."""
    given = _given(request, uuid)
    result = getattr(given, "result", None)
    found = None if result else actions.hold_against(given)
    kept = result.matches.select_related("entry", "filing__decision") if result else None
    matches = list(found.matches if found else kept)  # type: ignore[arg-type]
    asked = request.GET.get("kind", "")
    rows = presentation.shown_of(matches, asked)
    context: dict[str, Any] = {
        "given": given,
        "result": result,
        "counts": presentation.counts(matches),
        "kind": asked,
        "next": verdicts()[asked].next if asked in verdicts() else "",
        "shown": presentation.show(request.user, given, rows, kept=result is not None),
        "more": len(rows) - presentation.SHOWN,
        "balances": list(result.balances.all() if result else found.balances),  # type: ignore[union-attr]
        "said": result.said if result else found.said,  # type: ignore[union-attr]
        "keeps": _keeps(request, given),
        "unsealed": unsealed_for(request.user),
    }
    return render(request, "reconcile/statement.html", context)


@require_POST
def keep(request: Request, uuid: UUID) -> HttpResponse:
    """Record what was found."""
    given = _given(request, uuid)
    if not _keeps(request, given):
        raise PermissionDenied
    actions.keep(request, given)
    messages.success(request, gettext("对账结果已记下，不能改；差异可以更正或说明。"))
    return redirect("reconcile:statement", given.uuid)


@require_http_methods(["GET", "POST"])
def difference(request: Request, uuid: UUID, n: int) -> HttpResponse:
    """One difference: the three sides, what else bears its names, what is to be done, and how it is settled."""
    given = _given(request, uuid)
    line = get_object_or_404(matches_for(request.user), result=given.pk, n=n)
    keeps = _keeps(request, given)
    initial = {"reason": line.said.reason} if line.said else None
    form = ExplainForm(request.POST or None, initial=initial, label_suffix="")
    if request.method == "POST":
        if not keeps:
            raise PermissionDenied
        if form.is_valid():
            actions.explain(request, line, **form.cleaned_data)
            return redirect("reconcile:difference", given.uuid, n)
    rows = group_of(line)
    context = {
        "given": given,
        "each": presentation.show(request.user, given, [line], kept=True)[0],
        "line": line,
        "group": presentation.show(request.user, given, rows, kept=True),
        "sums": presentation.sums(rows),
        "form": form if keeps and not line.is_settled else None,
    }
    return render(request, "reconcile/difference.html", context, status=400 if form.errors else 200)


@require_GET
def report(request: Request, uuid: UUID) -> FileResponse:
    """The recorded result as a workbook; the trail notes it."""
    given = _given(request, uuid)
    if not hasattr(given, "result"):
        raise Http404
    content = presentation.report(request.user, given)
    note(request, "reconcile.download", f"statement:{given.uuid}", on=given.on, place=given.place)
    name = f"{gettext('对账结果')}-{given.place}-{given.on}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@require_GET
def original(request: Request, uuid: UUID) -> FileResponse:
    """The statement as it came; the trail notes it."""
    given = _given(request, uuid)
    note(request, "reconcile.download", f"original:{given.uuid}", on=given.on, place=given.place)
    content = bytes(Import.objects.only("content").get(pk=given.pk).content)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=given.name)

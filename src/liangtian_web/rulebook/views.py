"""Rulebook pages: documents, clauses, values with their history, proposals, printing, search."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.messages import Language, render_error
from liangtian.policy.values_file import write_values
from liangtian_web.people.queries import home_membership
from liangtian_web.people.requests import Request
from liangtian_web.rulebook import actions, contents
from liangtian_web.rulebook.forms import AdoptionForm, DecisionForm, ValueForm
from liangtian_web.rulebook.queries import (
    adoptions_shown,
    approved_for,
    binding,
    decidable_by,
    history,
    proposals_for,
    proposing_places,
    value_names,
)
from liangtian_web.trail.actions import note

PAGE = 50


def _language(request: Request) -> Language:
    return "en" if request.language == "en" else "zh"


def _day(request: Request) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


@require_GET
def index(request: Request) -> HttpResponse:
    """Every document, what waits for an opinion, and the search."""
    lang, words = _language(request), request.GET.get("q", "").strip()[:100]
    context = {
        "documents": list(contents.documents(lang)),
        "words": words,
        "found": list(contents.search(words, lang))[:200] if words else [],
        "binding": binding(request.user, _day(request)),
        "waiting": decidable_by(request.user).count(),
    }
    return render(request, "rulebook/index.html", context)


@require_GET
def document(request: Request, name: str) -> HttpResponse:
    """The contents page of a document."""
    lang = _language(request)
    known = {each["id"]: each for each in contents.documents(lang)}
    if name not in known:
        raise Http404
    context = {"document": known[name], "clauses": list(contents.contents(name, lang))}
    return render(request, "rulebook/document.html", context)


@require_GET
def clause(request: Request, name: str, number: str) -> HttpResponse:
    """One clause: our wording, the published text, obligations, values, facts, source, cases."""
    if not any((row.document, row.number) == (name, number) for row in contents.covered()):
        raise Http404
    membership, on = home_membership(request.user), _day(request)
    place = membership.place if membership else None
    found = contents.clause(name, number, _language(request), on=on, place=place)
    return render(request, "rulebook/clause.html", {"clause": found, "on": on, "place": place})


@require_GET
def cases(request: Request, name: str, number: str) -> HttpResponse:
    """The written cases of a clause, run now."""
    if not any((row.document, row.number) == (name, number) for row in contents.covered()):
        raise Http404
    rows = contents.run_cases(name, number, _language(request))
    return render(request, "rulebook/cases.html", {"rows": rows, "same": sum(row["same"] for row in rows)})


@require_http_methods(["GET", "POST"])
def value(request: Request, name: str) -> HttpResponse:
    """The history of a value, what is in force here, and a proposal of one's own."""
    if name not in value_names():
        raise Http404
    form = ValueForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        unit = history(name)[-1].unit
        try:
            proposal = actions.propose_value(request, {**form.cleaned_data, "name": name, "unit": unit})
            return redirect("rulebook:proposal", proposal.uuid)
        except LiangtianError as error:
            _refuse(form, error, _language(request))
    context = contents.value(name, _language(request), request.user, _day(request)) | {
        "form": form,
        "may_propose": proposing_places(request.user).exists(),
        "proposals": proposals_for(request.user).filter(name=name),
    }
    return render(request, "rulebook/value.html", context, status=400 if form.errors else 200)


def _refuse(form: ValueForm | AdoptionForm, error: LiangtianError, lang: Language) -> None:
    """Every defect of a value, or the one sentence of another error."""
    for each in error.defects if isinstance(error, DocumentRefused) else (error,):
        form.add_error(None, render_error(each, lang=lang))


@require_http_methods(["GET", "POST"])
def adoptions(request: Request) -> HttpResponse:
    """Which place adopted which document, from when; and a proposal of one's own."""
    form = AdoptionForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("rulebook:proposal", actions.propose_adoption(request, form.cleaned_data).uuid)
        except LiangtianError as error:
            _refuse(form, error, _language(request))
    context = {
        "form": form,
        "may_propose": proposing_places(request.user).exists(),
        "rows": adoptions_shown(request.user),
        "proposals": proposals_for(request.user).filter(kind="adoption"),
    }
    return render(request, "rulebook/adoptions.html", context, status=400 if form.errors else 200)


@require_GET
def proposals(request: Request) -> HttpResponse:
    """Proposals, those that wait for the user first."""
    rows = proposals_for(request.user)
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context = {
        "mine": list(decidable_by(request.user)[:PAGE]),
        "rows": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }
    return render(request, "rulebook/proposals.html", context)


@require_http_methods(["GET", "POST"])
def proposal(request: Request, uuid: UUID) -> HttpResponse:
    """One proposal, and the opinion of a second person."""
    row = get_object_or_404(proposals_for(request.user), uuid=uuid)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.decide(request, row, approved=given["approved"], remark=given["note"])
            return redirect("rulebook:proposal", row.uuid)
        except LiangtianError as error:
            form.add_error(None, render_error(error, lang=_language(request)))
    may_decide = decidable_by(request.user).filter(pk=row.pk).exists()
    context = {"row": row, "form": form, "may_decide": may_decide, "own": row.user_id == request.user.pk}
    return render(request, "rulebook/proposal.html", context, status=400 if form.errors else 200)


@require_GET
def coverage(request: Request) -> HttpResponse:
    """Every clause of every document on one page, for printing."""
    lang = _language(request)
    rows = [each | {"rows": list(contents.contents(each["id"], lang))} for each in contents.documents(lang)]
    return render(request, "rulebook/coverage.html", {"documents": rows})


@require_GET
def export(request: Request) -> HttpResponse:
    """The approved values the user may see, as a file of values."""
    text = write_values(approved_for(request.user))
    note(request, "rulebook.export", "values.toml")
    headers = {"Content-Disposition": 'attachment; filename="values.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)

"""Rulebook pages for reading: documents, clauses, cases, values, search, printing."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from liangtian.policy.values_file import write_values
from liangtian_web.people.requests import Request, language_of
from liangtian_web.rulebook import casework, contents, values
from liangtian_web.rulebook.models import Proposal
from liangtian_web.rulebook.queries import approved_for, binding, decidable_by, home_place
from liangtian_web.rulebook.search import search
from liangtian_web.trail.actions import note

FOUND_MAX = 200


def asked_day(request: Request) -> date:
    """The day asked for, today by default."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


@require_GET
def index(request: Request) -> HttpResponse:
    """Every document, what waits for an opinion, and the search."""
    lang, words, on = language_of(request), request.GET.get("q", "").strip()[:100], asked_day(request)
    context = {
        "documents": list(contents.documents(lang)),
        "words": words,
        "found": search(words, lang)[:FOUND_MAX] if words else [],
        "binding": binding(request.user, on),
        "place": home_place(request.user),
        "on": on,
        "waiting": decidable_by(request.user).count(),
    }
    return render(request, "rulebook/index.html", context)


@require_GET
def document(request: Request, name: str) -> HttpResponse:
    """The contents page of a document, narrowed by force, state, party or step of procedure."""
    lang = language_of(request)
    known = {each["id"]: each for each in contents.documents(lang)}
    if name not in known:
        raise Http404
    asked = {each: request.GET.get(each, "") for each in contents.FILTERS}
    context = {
        "document": known[name],
        "clauses": list(contents.contents(name, lang, asked)),
        "filters": [each | {"said": asked[each["name"]]} for each in contents.choices(name, lang)],
        "filtered": any(asked.values()),
        "bound": name in binding(request.user, asked_day(request)),
    }
    return render(request, "rulebook/document.html", context)


@require_GET
def clause(request: Request, name: str, number: str) -> HttpResponse:
    """One clause: our wording, the published text, obligations, values, facts, source, cases."""
    if not contents.is_clause(name, number):
        raise Http404
    place, on = home_place(request.user), asked_day(request)
    found = contents.clause(name, number, language_of(request), on=on, place=place)
    before, after = contents.neighbours(name, number)
    context = {"clause": found, "on": on, "place": place, "before": before, "after": after}
    return render(request, "rulebook/clause.html", context)


@require_GET
def cases(request: Request, name: str, number: str) -> HttpResponse:
    """The written cases of a clause, or of one obligation of it, run now."""
    if not contents.is_clause(name, number):
        raise Http404
    rows = casework.run_cases(name, number, language_of(request), request.GET.get("of", ""))
    return render(request, "rulebook/cases.html", {"rows": rows, "same": sum(row["same"] for row in rows)})


@require_GET
def value_list(request: Request) -> HttpResponse:
    """Every value in force at the user's place, by clause."""
    lang, on, place = language_of(request), asked_day(request), home_place(request.user)
    asked = {each: request.GET.get(each, "") for each in ("document", "status")}
    only = request.GET.getlist("name")
    context = asked | {
        "groups": list(values.value_list(lang, on=on, place=place, only=only, **asked)),
        "only": only,
        "documents": values.documents_with_values(lang),
        "statuses": Proposal.Status.choices,
        "on": on,
        "place": place,
    }
    return render(request, "rulebook/values.html", context)


@require_GET
def coverage(request: Request) -> HttpResponse:
    """Every clause of every document on one page, for printing."""
    lang, name = language_of(request), request.GET.get("document", "")
    documents = list(contents.documents(lang))
    rows = [
        each | {"rows": list(contents.contents(each["id"], lang))}
        for each in documents
        if not name or each["id"] == name
    ]
    context = {"documents": rows, "all": documents, "name": name, "today": timezone.localdate()}
    return render(request, "rulebook/coverage.html", context)


@require_GET
def export(request: Request) -> HttpResponse:
    """The approved values the user may see, as a file of values."""
    text = write_values(approved_for(request.user))
    note(request, "rulebook.export", "values.toml")
    headers = {"Content-Disposition": 'attachment; filename="values.toml"'}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)

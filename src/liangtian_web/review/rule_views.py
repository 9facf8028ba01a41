"""From the rulebook to the checks: findings of one rule, and values on trial over the checks made."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.messages import Language, render_error
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.review.queries import findings_for, outcomes_of_rules
from liangtian_web.review.trial_form import ChoiceForm, TrialForm
from liangtian_web.review.trials import Trial, try_value
from liangtian_web.rulebook.contents import covered, is_clause, is_obligation
from liangtian_web.rulebook.queries import home_place
from liangtian_web.rulebook.values import tryable_names, value_page

PAGE = 50


@require_GET
def findings(request: Request, rule: str) -> HttpResponse:
    """What one rule said in the checks the user may see, newest first."""
    if not is_obligation(rule):
        raise Http404
    every = findings_for(request.user).filter(rule=rule)
    outcome, before = request.GET.get("outcome", ""), number_in(request.GET.get("before", ""))
    rows = every.filter(outcome=outcome) if outcome else every
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    asked = request.GET.copy()
    asked["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "rule": rule,
        "counts": outcomes_of_rules(request.user, [rule]).get(rule, {}),
        "rows": found[:PAGE],
        "more": asked.urlencode() if asked["before"] else "",
        "outcome": outcome,
    }
    return render(request, "review/findings.html", context)


@require_GET
def counts(request: Request, name: str, number: str) -> HttpResponse:
    """How often the checks the user may see used each obligation of a clause; filled into the clause's page."""
    if not is_clause(name, number):
        raise Http404
    entries = [each for row in covered() if (row.document, row.number) == (name, number) for each in row.obligations]
    found = outcomes_of_rules(request.user, [each.rule for each in entries])
    rows = [(n, e.rule, found.get(e.rule, {})) for n, e in enumerate(entries, start=1) if e.state != "intent"]
    return render(request, "review/counts.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def whatif(request: Request) -> HttpResponse:
    """Try a value: which checks would come out differently."""
    lang, place = language_of(request), home_place(request.user)
    name = (request.POST or request.GET).get("name", "")
    context: dict[str, object] = {"choice": ChoiceForm(lang, initial={"name": name}), "place": place}
    if name not in tryable_names():
        return render(request, "review/whatif.html", context, status=404 if name else 200)
    shown = value_page(name, lang, request.user, on=timezone.localdate(), place=place)
    form = TrialForm(request.user, shown["start"], lang, request.POST or None)
    trial = _try(request, form, name, lang) if request.method == "POST" and form.is_valid() else None
    context |= {"form": form, "trial": trial, "shown": shown}
    return render(request, "review/whatif.html", context, status=400 if form.errors else 200)


def _try(request: Request, form: TrialForm, name: str, lang: Language) -> Trial | None:
    """The trial, or every defect of the value said at the form."""
    try:
        return try_value(request, form.cleaned_data | {"name": name}, lang)
    except LiangtianError as error:
        for each in error.defects if isinstance(error, DocumentRefused) else (error,):
            form.add_error(None, render_error(each, lang=lang))
    return None

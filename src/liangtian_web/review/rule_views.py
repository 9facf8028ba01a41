"""From the rulebook to the checks: findings of one rule, and values on trial over the checks made."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.messages import Language, catalogue, render_error
from liangtian_web.people.requests import Request
from liangtian_web.review.forms import TrialForm
from liangtian_web.review.queries import findings_for
from liangtian_web.review.trials import try_value

PAGE = 50


def _language(request: Request) -> Language:
    return "en" if request.language == "en" else "zh"


@require_GET
def findings(request: Request, rule: str) -> HttpResponse:
    """What one rule said in the checks the user may see, newest first."""
    if rule not in catalogue():
        raise Http404
    rows = findings_for(request.user).filter(rule=rule)
    if request.GET.get("outcome"):
        rows = rows.filter(outcome=request.GET["outcome"])
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    asked = request.GET.copy()
    asked["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "rule": rule,
        "wording": catalogue()[rule][_language(request)],
        "rows": found[:PAGE],
        "more": asked.urlencode() if asked["before"] else "",
    }
    return render(request, "review/findings.html", context)


@require_http_methods(["GET", "POST"])
def whatif(request: Request) -> HttpResponse:
    """Try a value: which checks would come out differently."""
    form = TrialForm(request.user, request.POST or None, initial={"name": request.GET.get("name", "")})
    trial = None
    if request.method == "POST" and form.is_valid():
        try:
            trial = try_value(request, form.cleaned_data, _language(request))
        except LiangtianError as error:
            for each in error.defects if isinstance(error, DocumentRefused) else (error,):
                form.add_error(None, render_error(each, lang=_language(request)))
    context = {"form": form, "trial": trial}
    return render(request, "review/whatif.html", context, status=400 if form.errors else 200)

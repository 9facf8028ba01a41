"""占补平衡: what waits, accepted projects, occupations from a check to the write-off, and the decision of a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian_web.balance import actions, many, presentation
from liangtian_web.balance.answers import answered
from liangtian_web.balance.filters import FilingFilter
from liangtian_web.balance.forms import AcceptanceForm, EndingForm, OccupationForm
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.procedure import Next
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import decides, filing_places, filings_for, standing_holds, waiting_for
from liangtian_web.balance.ruling import Ruled, findings_text, posting_rows, rule
from liangtian_web.balance.steps import BEGIN, ORDERED, open_to
from liangtian_web.balance.trials import BookTrial, try_over_book
from liangtian_web.onemap.map_views import map_config
from liangtian_web.onemap.queries import versions_on
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.refusals import sentence
from liangtian_web.registers.suspension import standing
from liangtian_web.review.presentation import citation
from liangtian_web.review.queries import checking_places
from liangtian_web.review.trial_form import ChoiceForm, TrialForm
from liangtian_web.rulebook.queries import home_place
from liangtian_web.rulebook.values import tryable_names, value_page

PAGE = 50


@require_GET
def index(request: Request) -> HttpResponse:
    """What waits for me first, then what is held, then everything, newest first."""
    open_ = open_to(request.user, {**BEGIN, **many.KINDS})
    context = {
        "waiting": waiting_for(request.user),
        "held": standing_holds(request.user, timezone.localdate()),
        "begins": [(name, PROCEDURES[name].word) for name in open_ if name in BEGIN and name not in ORDERED],
        "ordered": [(name, PROCEDURES[name].word) for name in open_ if name in ORDERED],
        "files": filing_places(request.user).exists(),
        "many": [(name, PROCEDURES[name].word) for name in open_ if name in many.KINDS],
        **_listed(request),
    }
    return render(request, "balance/index.html", context)


def _listed(request: Request) -> dict[str, Any]:
    """A page of all filings, narrowed, by key."""
    form = FilingFilter(request.user, request.GET)
    rows = form.narrowed(filings_for(request.user)).prefetch_related("later__decision__entry__reversed_by")
    before = number_in(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    shown, address = found[:PAGE], request.GET.copy()
    address["before"] = str(shown[-1].pk) if len(found) > PAGE else ""
    return {
        "form": form,
        "filings": [
            (each, *presentation.state_of(each), amounts)
            for each, amounts in zip(shown, presentation.amounts_of(shown), strict=True)
        ],
        "more": address.urlencode() if address["before"] else "",
        "asked": {name: value for name, value in request.GET.items() if name in form.fields and value},
    }


@require_http_methods(["GET", "POST"])
def accept(request: Request) -> HttpResponse:
    """Register an accepted project."""
    form = AcceptanceForm(_filer(request), request.POST or None, request.FILES or None)
    return answered(request, form, "balance/accept.html")


@require_http_methods(["GET", "POST"])
def occupy(request: Request) -> HttpResponse:
    """Ask to hold what the land of a check owes."""
    form = OccupationForm(_filer(request), request.POST or None, initial={"run": request.GET.get("run", "")})
    none = not form.fields["run"].queryset.exists()  # type: ignore[attr-defined]
    may_check = checking_places(request.user).exists()
    return answered(request, form, "balance/occupy.html", none=none, may_check=may_check)


@require_http_methods(["GET", "POST"])
def end(request: Request, uuid: str, event: str) -> HttpResponse:
    """Ask to write off or to release what is held."""
    hold = get_object_or_404(filings_for(request.user), uuid=uuid, event="hold")
    if not filing_places(request.user).filter(pk=hold.place_id).exists():
        raise PermissionDenied
    form = EndingForm(hold, event, request.POST or None)
    return answered(request, form, "balance/end.html", hold=hold, event=event, word=PROCEDURES[event].word)


def _filer(request: Request) -> Any:
    if not filing_places(request.user).exists():
        raise PermissionDenied
    return request.user


def _to(made: Filing) -> HttpResponse:
    return redirect("balance:filing", made.uuid)


def _filing(request: Request, uuid: UUID) -> Filing:
    return get_object_or_404(filings_for(request.user), uuid=uuid)


@require_GET
def filing(request: Request, uuid: UUID) -> HttpResponse:
    """What is asked, what the rulebook says of it, what it books; and what became of it."""
    row = _filing(request, uuid)
    decision = getattr(row, "decision", None)
    ruled = None if decision else rule(row, timezone.localdate())
    tag, word = presentation.state_of(row)
    context: dict[str, Any] = {"filing": row, "decision": decision, "tag": tag, "word": word}
    context |= {
        "run": (row.begun or row).run,
        "registered": presentation.registered(row),
        "stated": presentation.stated(row),
        "follows": _follows(request, row),
        "asked_today": "、".join(citation(name) for name in PROCEDURES[row.event].today),
        "later": filings_for(request.user).filter(begun=row),
        **_reasons(request, row, ruled),
        **_deciding(request, row, ruled),
    }
    if row.area_m2 is not None:
        config = map_config(request, versions_on(request.user, row.on), row.on, shapes=f"{request.path}shapes.json")
        context["config"] = config
    return render(request, "balance/filing.html", context)


def _deciding(request: Request, row: Filing, ruled: Ruled | None) -> dict[str, Any]:
    """Who may decide a filing that waits, what stops it, and on what grounds it may be booked all the same."""
    own = row.filer_id == request.user.pk
    found: dict[str, Any] = {"own": own, "may_decide": ruled is not None and not own and decides(request.user, row)}
    if ruled is not None:
        found |= {"stopped": not ruled.may_post, "grounds": Decision.Grounds.choices if ruled.departs else []}
        if row.event == "approval":
            found["suspension"] = standing(row.place, row.on)
    return found


def _follows(request: Request, row: Filing) -> tuple[Next, ...]:
    """The steps the user may take from here."""
    if not filing_places(request.user).filter(pk=row.place_id).exists():
        return ()
    return actions.next_steps(row, timezone.localdate())


def _reasons(request: Request, row: Filing, ruled: Ruled | None) -> dict[str, Any]:
    """Findings and postings: as decided, or as the rulebook says today of a filing that waits."""
    if ruled is None:
        text, rows, digest = row.decision.findings, row.decision.postings, row.decision.rules_digest
    else:
        text, rows, digest = findings_text(ruled.findings), posting_rows(ruled.postings), ruled.digest
    return {
        "found": presentation.findings_shown(text, request.language, PROCEDURES[row.event].gates),
        "postings": presentation.postings_shown(rows, PROCEDURES[row.event].parties(row)),
        "rules_digest": digest,
    }


@require_GET
def shapes(request: Request, uuid: UUID) -> HttpResponse:
    """The ground of an accepted project for the map."""
    row = _filing(request, uuid)
    if row.wkb is None:
        raise Http404
    return HttpResponse(presentation.shapes_of(row), content_type="application/geo+json")


@require_POST
def decide(request: Request, uuid: UUID) -> HttpResponse:
    """Post it or send it back."""
    row = _filing(request, uuid)
    reason = request.POST.get("reason", "").strip()[:500]
    grounds = request.POST.get("grounds", "")
    accept, today = "post" in request.POST, timezone.localdate()
    actions.decide(request, row, accept=accept, reason=reason, grounds=grounds, today=today)
    return _to(row)


@require_http_methods(["GET", "POST"])
def whatif(request: Request) -> HttpResponse:
    """Try a value over the book: which posted filings and which pools would come out otherwise."""
    lang, place = language_of(request), home_place(request.user)
    name = (request.POST or request.GET).get("name", "")
    context: dict[str, Any] = {"choice": ChoiceForm(lang, initial={"name": name}), "place": place}
    if name not in tryable_names():
        return render(request, "balance/whatif.html", context, status=404 if name else 200)
    shown = value_page(name, lang, request.user, on=timezone.localdate(), place=place)
    form = TrialForm(request.user, shown["start"], lang, request.POST or None)
    trial = _try(request, form, name) if request.method == "POST" and form.is_valid() else None
    context |= {"form": form, "trial": trial, "shown": shown}
    return render(request, "balance/whatif.html", context, status=400 if form.errors else 200)


def _try(request: Request, form: TrialForm, name: str) -> BookTrial | None:
    """The trial, or every defect of the value said at the form."""
    try:
        return try_over_book(request, form.cleaned_data | {"name": name}, language_of(request))
    except LiangtianError as error:
        for each in error.defects if isinstance(error, DocumentRefused) else (error,):
            form.add_error(None, sentence(each, request.language))
    return None

"""台账: balances, an account, an entry and its trace, lots on the map, proposals and who posted them."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import BookRefused, LiangtianError
from liangtian_web.ledger import actions, deciding, presentation, proposing, recording
from liangtian_web.ledger.filters import BalanceFilter, EntryFilter, LotFilter
from liangtian_web.ledger.forms import (
    AsOfForm,
    CompareForm,
    ProposalForm,
    ReversalForm,
    StatementForm,
    filled,
    lines_of,
)
from liangtian_web.ledger.models import Account, Entry, Leg, Lot, Proposal
from liangtian_web.ledger.queries import (
    accounts_for,
    balance,
    balances,
    entries_for,
    keeping_places,
    last_recorded,
    lot_balances,
    lots_for,
    moved_by,
    opened_by,
    openings_of,
    proposals_for,
    statement,
    unsealed_for,
)
from liangtian_web.ledger.templatetags.book import ENTRIES_MAX
from liangtian_web.ledger.workbooks import read_workbook
from liangtian_web.onemap.map_views import map_config
from liangtian_web.onemap.queries import versions_on
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request, number_in
from liangtian_web.refusals import sentence
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note

PAGE = 50
LOTS_SHOWN = 500


@require_GET
def index(request: Request) -> HttpResponse:
    """Balances of every account of the user's places, as of a day and as known on one."""
    form, narrow = AsOfForm(request.GET), BalanceFilter(request.user, request.GET)
    on, known_on = form.day(), form.moment()
    rows = balances(narrow.narrowed(accounts_for(request.user)).order_by("place__path", "pk"), on, known_on)
    context = {
        "form": form,
        "narrow": narrow,
        "places": presentation.by_place(rows),
        "on": on,
        "known_on": known_on,
        "unsealed": unsealed_for(request.user),
        "waiting": proposals_for(request.user).filter(decision=None).count(),
        "keeps": keeping_places(request.user).exists(),
        "asked": request.GET.urlencode(),
        "kept": request.GET.dict(),
    }
    return render(request, "ledger/index.html", context)


@require_GET
def account(request: Request, number: int) -> HttpResponse:
    """What came and went on an account, and which lots it holds."""
    row = get_object_or_404(accounts_for(request.user), pk=number)
    form, asked = StatementForm(request.GET), AsOfForm(request.GET)
    since, until = form.days()
    context = {
        "account": row,
        "form": form,
        "statement": statement(row, since, until, asked.moment()),
        "known": _known(row, asked),
        "balance": balance(row, until, asked.moment()),
        "unsealed": unsealed_for(request.user),
        "lots": lot_balances(row.pk, until, asked.moment()),
        "asked": request.GET.urlencode(),
        "compare": CompareForm(initial={"on": until}, label_suffix="") if _keeps(request, row) else None,
        "compared": row.assertions.select_related("actor")[:PAGE],
    }
    return render(request, "ledger/account.html", context)


def _known(row: Account, asked: AsOfForm) -> str:
    """As known at which moment a statement is said."""
    recorded = last_recorded(Account.objects.filter(pk=row.pk), asked.moment())
    return presentation.known_until(asked.moment(), recorded)


def _keeps(request: Request, row: Account) -> bool:
    return row.place is not None and keeping_places(request.user).filter(pk=row.place.pk).exists()


@require_POST
def compare(request: Request, number: int) -> HttpResponse:
    """Keep what another's statement says, and how far it is from the book."""
    row = get_object_or_404(accounts_for(request.user), pk=number)
    if not _keeps(request, row):
        raise PermissionDenied
    form = CompareForm(request.POST)
    if form.is_valid():
        actions.compare(request, row, **form.cleaned_data)
    else:
        messages.error(request, gettext("没有记下：日期、余额（整数）和来源都要填。"))
    return redirect("ledger:account", row.pk)


@require_GET
def account_workbook(request: Request, number: int) -> FileResponse:
    """The same as a workbook; the trail notes it."""
    row = get_object_or_404(accounts_for(request.user), pk=number)
    since, until = StatementForm(request.GET).days()
    asked = AsOfForm(request.GET)
    content = presentation.workbook_of(statement(row, since, until, asked.moment()), _known(row, asked))
    note(request, "ledger.download", f"account:{row.pk}", on=until, place=row.place)
    name = f"{row.place}-{row.index}-{row.pool}-{until}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@require_GET
def entries(request: Request) -> HttpResponse:
    """Newest first, narrowed, a page at a time by key."""
    form = EntryFilter(request.user, request.GET)
    rows = form.narrowed(entries_for(request.user))
    before = number_in(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    asked = request.GET.copy()
    asked["before"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    context = {
        "form": form,
        "entries": list(zip(found[:PAGE], moved_by(found[:PAGE]), strict=True)),
        "more": asked.urlencode() if asked["before"] else "",
        "asked": {name: value for name, value in request.GET.items() if name in form.fields},
        "as_many_as_fit": ENTRIES_MAX if request.GET.get("entries", "").count(",") >= ENTRIES_MAX - 1 else 0,
        "unsealed": unsealed_for(request.user),
    }
    return render(request, "ledger/entries.html", context)


@require_GET
def entry(request: Request, uuid: UUID) -> HttpResponse:
    """An entry and its trace. Of places the user does not answer for, the amounts are shown: without them it does not balance."""
    rows = entries_for(request.user).select_related("reverses", "settles", "reversed_by", "link", "decision__proposal")
    row = get_object_or_404(rows, uuid=uuid)
    legs = Leg.objects.filter(entry=row, implied=False).select_related("account__place", "lot").order_by("n")
    context: dict[str, Any] = {
        "entry": row,
        "legs": legs,
        "mine": set(places_for(request.user).values_list("pk", flat=True)),
        "lots": set(lots_for(request.user).filter(legs__entry=row).values_list("pk", flat=True)),
        "linked": entries_for(request.user).filter(key__in=row.linked),
        "settlements": entries_for(request.user).filter(settles=row),
        "lapses": Leg.objects.filter(entry=row, implied=True).exists(),
        "reversal": _reversal_form(request, row),
        "traces": presentation.traces(row),
    }
    if _grounded(request, row).exists():
        context["config"] = _map(request, f"{request.path}shapes.json", row.on)
    return render(request, "ledger/entry.html", context)


def _reversal_form(request: Request, row: Entry) -> ReversalForm | None:
    """For who keeps a place of the entry, while it can be taken back."""
    keeps = keeping_places(request.user).filter(pk__in=row.legs.values("account__place")).exists()
    open_to_it = row.reverses_id is None and not hasattr(row, "reversed_by")
    initial = {"on": row.on, "evidence": request.GET.get("evidence", "")[:200]}
    return ReversalForm(initial=initial, label_suffix="") if keeps and open_to_it else None


def _grounded(request: Request, row: Entry) -> QuerySet[Lot]:
    """The lots of an entry that have a boundary."""
    moved = Leg.objects.filter(entry=row, lot__isnull=False).values("lot")
    return lots_for(request.user).filter(pk__in=moved, ground__isnull=False)


@require_GET
def entry_shapes(request: Request, uuid: UUID) -> HttpResponse:
    """The boundaries of an entry's lots for the map."""
    row = get_object_or_404(entries_for(request.user), uuid=uuid)
    return HttpResponse(
        presentation.shapes_of(_grounded(request, row)[:LOTS_SHOWN]), content_type="application/geo+json"
    )


def _map(request: Request, shapes: str, on: date) -> dict[str, Any]:
    return map_config(request, versions_on(request.user, on), on, shapes=shapes)


@require_POST
def reverse_entry(request: Request, uuid: UUID) -> HttpResponse:
    """Propose to take an entry back."""
    row = get_object_or_404(entries_for(request.user), uuid=uuid)
    form = ReversalForm(request.POST)
    if not form.is_valid():
        raise BookRefused("entry-no-evidence", key=row.key)
    made = proposing.propose_reversal(request, row, **form.cleaned_data)
    return redirect("ledger:proposal", made.uuid)


@require_GET
def lots(request: Request) -> HttpResponse:
    """The lots of the user's places, narrowed; those without ground are counted apart."""
    form = LotFilter(request.user, request.GET)
    rows = form.narrowed(lots_for(request.user))
    found = list(rows.order_by("-on", "-serial")[:LOTS_SHOWN])
    opened = openings_of(request.user, found)
    context = {
        "form": form,
        "lots": [(each, opened.get(each.pk)) for each in found],
        "many": rows.count(),
        "without_ground": rows.filter(ground=None).count(),
        "asked": {name: value for name, value in request.GET.items() if name in form.fields},
        "keeping": set(keeping_places(request.user).values_list("pk", flat=True)),
    }
    return render(request, "ledger/lots.html", context)


def _lot(request: Request, serial: str) -> Lot:
    if unwritable(serial):
        raise Http404
    return get_object_or_404(lots_for(request.user), serial=serial)


@require_GET
def lot(request: Request, serial: str) -> HttpResponse:
    """A lot on the map, and where its credits stand."""
    row = _lot(request, serial)
    today = timezone.localdate()
    grounded = hasattr(row, "ground")
    held = Account.objects.filter(
        pk__in=Leg.objects.filter(lot=row).values("account"), place__in=places_for(request.user)
    )
    standings = [
        (each, lot_balances(each.pk, today).get(row.serial))
        for each in held.exclude(pool="outside").select_related("place")
    ]
    context = {
        "lot": row,
        "grounded": grounded,
        "own": places_for(request.user).filter(pk=row.place_id).exists(),
        "opened_by": entries_for(request.user).filter(pk=opened_by(row).pk).first(),
        "standings": [(each, amount) for each, amount in standings if amount],
        "path": entries_for(request.user).filter(legs__lot=row).distinct().order_by("pk")[:PAGE],
        "unsealed": unsealed_for(request.user),
        "attaches": not grounded and keeping_places(request.user).filter(pk=row.place_id).exists(),
        "config": _map(request, f"{request.path}shapes.json", today) if grounded else None,
    }
    return render(request, "ledger/lot.html", context)


@require_GET
def lot_shapes(request: Request, serial: str) -> HttpResponse:
    """Its boundary for the map."""
    row = _lot(request, serial)
    if not hasattr(row, "ground"):
        raise Http404
    return HttpResponse(presentation.shapes_of([row]), content_type="application/geo+json")


@require_GET
def proposals(request: Request) -> HttpResponse:
    """What waits for a decision, and what was decided."""
    rows = recording.with_outcome(proposals_for(request.user))
    context = {"open": rows.filter(decision=None), "decided": rows.exclude(decision=None)[:PAGE],
               "keeps": keeping_places(request.user).exists()}  # fmt: skip
    return render(request, "ledger/proposals.html", context)


@require_http_methods(["GET", "POST"])
def propose(request: Request) -> HttpResponse:
    """Propose an entry by form or workbook; everything wrong with it is said at once."""
    if not keeping_places(request.user).exists():
        raise PermissionDenied
    form = ProposalForm(request.user, request.POST or None, request.FILES or None, initial=filled(request.GET))
    lines = lines_of(request.user, request.POST or None, initial=request.GET)
    problems: list[str] = []
    beside = _beside(request)
    if request.method == "POST" and form.is_valid():
        try:
            rows, first = _rows(form, lines)
            given = form.cleaned_data
            made = proposing.propose(request, given["place"], given, rows, first=first, beside=beside)
            return redirect("ledger:proposal", made.uuid)
        except proposing.Problems as error:
            problems = [str(each) for each in error.problems]
        except LiangtianError as error:
            problems = [sentence(error, request.language)]
    context = {"form": form, "lines": lines, "problems": problems, "beside": beside}
    return render(request, "ledger/propose.html", context, status=400 if form.errors or problems else 200)


def _beside(request: Request) -> Proposal | None:
    """The proposal another entry is linked to."""
    named = request.POST.get("with") or request.GET.get("with")
    return _proposal(request, _uuid(named)) if named else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _rows(form: ProposalForm, lines: list[Any]) -> tuple[list[dict[str, str]], int]:
    """The rows handed in, and the number the first of them is known by."""
    if workbook := form.cleaned_data["workbook"]:
        return read_workbook(workbook.read()), 2
    names = proposing.COLUMNS
    return [{name: each.data.get(each.add_prefix(name), "").strip() for name in names} for each in lines], 1


@require_GET
def template(request: Request) -> FileResponse:
    """The workbook to fill in."""
    name = f"{gettext('台账明细表')}.xlsx"
    return FileResponse(io.BytesIO(presentation.template()), as_attachment=True, filename=name)


def _proposal(request: Request, uuid: UUID) -> Proposal:
    return get_object_or_404(proposals_for(request.user), uuid=uuid)


@require_GET
def proposal(request: Request, uuid: UUID) -> HttpResponse:
    """What is proposed, by whom, with what else, and what became of it."""
    row = _proposal(request, uuid)
    places = {each.place_id for each in proposing.set_of(row)}
    mine = keeping_places(request.user).filter(pk__in=places).count() == len(places)
    own = row.proposer_id == request.user.pk
    context: dict[str, Any] = {
        "proposal": row,
        **_asked(request, row),
        "linked": [{"proposal": each, **_asked(request, each)} for each in row.linked],
        "decision": getattr(row, "decision", None),
        "recorded": row.kind in recording.KINDS and recording.is_recorded(row),
        "may_decide": mine and not own,
        "own": own,
        "joins": own and row.kind not in recording.KINDS,
        "paper": recording.paper_of(row),
    }
    if row.kind == recording.ATTACHMENT:
        context["config"] = _map(request, f"{request.path}shapes.json", row.on)
    return render(request, "ledger/proposal.html", context)


def _asked(request: Request, row: Proposal) -> dict[str, Any]:
    """What a proposal moves, and the entry it takes back."""
    reverses = entries_for(request.user).filter(key=row.content.get("reverses", "")).first()
    return {"rows": proposing.shown(row.content.get("rows", [])), "reverses": reverses}


@require_GET
def proposal_rows(request: Request, uuid: UUID) -> FileResponse:
    """Its rows as a workbook that the form takes; the trail notes it."""
    row = _proposal(request, uuid)
    note(request, "ledger.export", f"proposal:{row.uuid}", on=row.on, place=row.place)
    content = io.BytesIO(presentation.rows_of(row))
    return FileResponse(content, as_attachment=True, filename=f"{gettext('台账明细表')}-{row.on}.xlsx")


@require_GET
def proposal_shapes(request: Request, uuid: UUID) -> HttpResponse:
    """The boundary a proposal brings, for the map."""
    row = _proposal(request, uuid)
    if row.kind != recording.ATTACHMENT:
        raise Http404
    shapes = presentation.features_of([recording.ground_of(row)], [{"role": "boundary"}])
    return HttpResponse(shapes, content_type="application/geo+json")


@require_POST
def decide(request: Request, uuid: UUID) -> HttpResponse:
    """Post it or refuse it."""
    row = _proposal(request, uuid)
    if not keeping_places(request.user).filter(pk=row.place_id).exists():
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:500]
    linked = [_uuid(each) for each in request.POST.getlist("linked")]
    deciding.decide(request, row, accept="post" in request.POST, reason=reason, linked=linked)
    return redirect("ledger:proposal", row.uuid)

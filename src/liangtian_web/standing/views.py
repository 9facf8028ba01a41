"""How the book stands: holds, ground and its credits, the year, headroom; a boundary attached, a period closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian.errors import LiangtianError
from liangtian_web.ledger import recording
from liangtian_web.ledger.filters import BalanceFilter, EntryFilter, LotFilter
from liangtian_web.ledger.forms import AsOfForm
from liangtian_web.ledger.models import Lot, Proposal
from liangtian_web.ledger.presentation import features_of, traces
from liangtian_web.ledger.queries import (
    accounts_for,
    balances,
    entries_for,
    keeping_places,
    lot_balances,
    lots_for,
    opened_by,
    proposals_for,
    unsealed_for,
)
from liangtian_web.ledger.records import as_ground
from liangtian_web.onemap.map_views import map_config
from liangtian_web.onemap.queries import versions_on
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.standing import charts, exports
from liangtian_web.standing.forms import BoundaryForm, ClosingForm, FlowForm, IndexForm
from liangtian_web.standing.queries import (
    AVAILABLE,
    STATES,
    Headroom,
    headroom,
    holds_for,
    lots_at,
    lots_in,
    point_in,
    standings,
    state_of,
)
from liangtian_web.standing.queries import flow as flow_of
from liangtian_web.standing.queries import origin as origin_of
from liangtian_web.texts import unwritable
from liangtian_web.trail.export import export

MAPPED_MAX = 3000
BEGINNING = date(1990, 1, 1)  # before any book: a statement from then on says all that a balance is the sum of


def state_words() -> dict[str, str]:
    """How a hold stands, in words."""
    return {
        "standing": gettext("在冻"),
        "lapsed": gettext("已到期退回"),
        "ended": gettext("已办结"),
        "undone": gettext("已冲正"),
    }


@require_GET
def holds(request: Request) -> HttpResponse:
    """What is held and until when."""
    words, today = state_words(), timezone.localdate()
    found = holds_for(request.user, today)
    context = {
        "standing": [(each, traces(each.entry)[0]) for each in found if each.state == "standing"],
        "over": [(each, words[each.state]) for each in found if each.state != "standing"][:100],
        "unsealed": unsealed_for(request.user),
    }
    return render(request, "standing/holds.html", context)


@require_GET
def lots_map(request: Request) -> HttpResponse:
    """All lots of the user's places on the map, by how their credits stand; a click asks the ground."""
    today, form = timezone.localdate(), IndexForm(request.GET)
    config = map_config(
        request, versions_on(request.user, today), today, lots=f"{request.path}shapes.json?index={form.index()}",
        ground=f"{request.path}ground/", states={name: [word, colour] for name, word, colour in _states()},
    )  # fmt: skip
    context = {
        "config": config,
        "form": form,
        "many": lots_in(request.user, form.index()).count(),
        "most": MAPPED_MAX,
        "without_ground": lots_for(request.user).filter(ground=None).count(),
        "states": _states(),
        "unsealed": unsealed_for(request.user),
    }
    return render(request, "standing/lots_map.html", context)


def _states() -> list[tuple[str, str, str]]:
    words = (gettext("可用"), gettext("冻结"), gettext("待释放或国家统筹"), gettext("已用完或不在本单元"))
    return list(zip(STATES, words, ("#1a7f4b", "#1f6feb", "#e0b400", "#8b958f"), strict=True))


@require_GET
def lots_shapes(request: Request) -> HttpResponse:
    """Boundaries of lots with their state, the newest first."""
    index = IndexForm(request.GET).index()
    found = list(lots_in(request.user, index).order_by("-on", "-pk")[:MAPPED_MAX])
    held = standings(request.user, found, timezone.localdate())
    said = [{"serial": lot.serial, "state": state_of(held.get(lot.pk, ()), index)} for lot in found]
    shapes = features_of([as_ground(lot.ground) for lot in found], said)
    return HttpResponse(shapes, content_type="application/geo+json")


@require_GET
def ground(request: Request) -> HttpResponse:
    """Every credit a point of ground ever earned, or one of a lot's, and where it stands: a part of the map's panel."""
    try:
        longitude, latitude = _point(request)
    except ValueError:
        raise Http404 from None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Http404
    found = lots_at(request.user, longitude, latitude)
    held = standings(request.user, found, timezone.localdate())
    rows = [(lot, held.get(lot.pk, [])) for lot in found]
    return render(request, "standing/ground.html", {"rows": rows, "lon": longitude, "lat": latitude})


def _point(request: Request) -> tuple[float, float]:
    """Where the map was clicked: on a point, or beside a lot too small to hit."""
    if serial := request.GET.get("lot"):
        return point_in(get_object_or_404(lots_for(request.user).filter(ground__isnull=False), serial=serial))
    return float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))


@require_GET
def origin(request: Request, number: int, serial: str) -> HttpResponse:
    """Where the credit of a lot in an account comes from: its ground, and every entry on its way."""
    account = get_object_or_404(accounts_for(request.user), pk=number)
    lot = _lot(request, serial)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "account": account,
        "lot": lot,
        "held": lot_balances(account.pk, today).get(serial, 0),
        "opened_by": entries_for(request.user).filter(pk=opened_by(lot).pk).first(),
        "steps": origin_of(request.user, account, lot),
        "mine": set(places_for(request.user).values_list("pk", flat=True)),
    }
    if hasattr(lot, "ground"):
        shapes = reverse("ledger:lot_shapes", args=[serial])
        context["config"] = map_config(request, versions_on(request.user, today), today, shapes=shapes)
    return render(request, "standing/origin.html", context)


def _lot(request: Request, serial: str) -> Lot:
    if unwritable(serial):
        raise Http404
    return get_object_or_404(lots_for(request.user), serial=serial)


@require_GET
def flow(request: Request) -> HttpResponse:
    """The year of an index of a place as a chart and a table, and the headroom of every place."""
    form = FlowForm(request.user, request.GET)
    context: dict[str, Any] = {"form": form, "unsealed": unsealed_for(request.user)}
    if form.is_valid():
        given = form.cleaned_data
        place, index = given["place"], given["index"]
        found = flow_of(accounts_for(request.user).filter(place=place, index=index), given["year"])
        rows, today = headroom(request.user, index, timezone.localdate()), timezone.localdate()
        context |= _balances(request, place.pk, index, given["year"], found.closing) | {
            "index": index, "place": place, "year": given["year"], "flow": found, "today": today,
            "rows": [(row, _ways(row, index, today)) for row in rows],
            "kinds": [_kind(kind, months, place.pk, index, given["year"]) for kind, months in found.moved.items()],
            "months": range(1, 13), "asked": {"place": place.pk, "index": index, "year": given["year"]},
            "flow_chart": charts.flow_chart(found, place.pk, index, given["year"], request.unit),
            "headroom_chart": charts.headroom_chart(rows, index, request.unit),
        }  # fmt: skip
    return render(request, "standing/flow.html", context)


@require_POST
def export_flow(request: Request) -> HttpResponse:
    """The year under the chart; that it was taken is noted."""
    given = _flow_asked(request)
    found = flow_of(accounts_for(request.user).filter(place=given["place"], index=given["index"]), given["year"])
    what = f"ledger:flow {given['index']} {given['year']}"
    return export(request, "ledger.export", what, exports.flow_table(found, **given))


@require_POST
def export_headroom(request: Request) -> HttpResponse:
    """The headroom under the chart; that it was taken is noted."""
    index, today = _flow_asked(request)["index"], timezone.localdate()
    found = headroom(request.user, index, today)
    return export(request, "ledger.export", f"ledger:headroom {index}", exports.headroom_table(found, index, today))


def _flow_asked(request: Request) -> dict[str, Any]:
    form = FlowForm(request.user, request.POST)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _balances(request: Request, place: int, index: str, year: int, closing: list[int]) -> dict[str, Any]:
    """What stood there at the start, at the end of each month and of the year, each with the way to its lines."""
    spendable = accounts_for(request.user).filter(place=place, index=index, pool__in=AVAILABLE)
    accounts = list(spendable.values_list("pk", flat=True))
    months = [charts.month_of(year, month) for month in range(1, 13)]
    ways = [charts.balance_url(accounts, place, index, days) for days in months]
    first, last = months[0][0], months[-1][1]
    return {
        "closing": list(zip(closing, ways, strict=True)),
        "whole_year": charts.balance_url(accounts, place, index, (first, last)),
        "before": charts.balance_url(accounts, place, index, (BEGINNING, first - timedelta(days=1))),
    }


def _ways(row: Headroom, index: str, today: date) -> dict[str, str]:
    """Where the amounts of a place are read line by line."""
    ways = (charts.balance_url(each, row.place.pk, index, (BEGINNING, today)) for each in row.accounts)
    return dict(zip(("available", "held", "owed"), ways, strict=True))


def _kind(kind: str, months: list[int], place: int, index: str, year: int) -> tuple[str, list[Any], int, str]:
    """A row of the year: its word, each month with the way to its entries, the sum with the way to those of the year."""
    cells = [(each, charts.entries_url(kind, place, index, year, month)) for month, each in enumerate(months, 1)]
    return charts.word_of(kind), cells, sum(months), charts.entries_url(kind, place, index, year)


@require_http_methods(["GET", "POST"])
def attach(request: Request, serial: str) -> HttpResponse:
    """Propose the boundary of a lot whose ground is not known."""
    lot = _lot(request, serial)
    if not keeping_places(request.user).filter(pk=lot.place_id).exists():
        raise PermissionDenied
    form = BoundaryForm(lot, request.POST or None, request.FILES or None)
    if made := _proposed(request, form):
        return redirect("ledger:proposal", made.uuid)
    return render(request, "standing/attach.html", {"form": form, "lot": lot}, status=400 if form.errors else 200)


def _proposed(request: Request, form: Any) -> Proposal | None:
    """What a valid form proposes; None: it was not sent, or says what is wrong with it."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made: Proposal = form.hand_in(request)
    except LiangtianError as error:
        form.add_error(None, sentence(error, request.language))
        return None
    return made


@require_http_methods(["GET", "POST"])
def periods(request: Request) -> HttpResponse:
    """Which books are closed up to which day; propose to close one further."""
    keeps = keeping_places(request.user).exists()
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    form = ClosingForm(request.user, request.POST or None)
    if made := _proposed(request, form):
        return redirect("ledger:proposal", made.uuid)
    context = {
        "form": form if keeps else None,
        "periods": recording.periods_of(places_for(request.user))[:100],
        "waiting": proposals_for(request.user).filter(kind=recording.CLOSING, decision=None),
    }
    return render(request, "standing/periods.html", context, status=400 if form.errors else 200)


@require_POST
def export_balances(request: Request) -> HttpResponse:
    """Balances under the filters of their page; the trail notes it."""
    asked = AsOfForm(request.POST)
    on, known_on = asked.day(), asked.moment()
    rows = BalanceFilter(request.user, request.POST).narrowed(accounts_for(request.user))
    found = balances(rows.order_by("place__path", "index", "pool"), on, known_on)
    return export(request, "ledger.export", "ledger:balances", exports.balance_table(found, on, known_on))


@require_POST
def export_entries(request: Request) -> HttpResponse:
    """Entries under the filters of their page, leg by leg."""
    rows = EntryFilter(request.user, request.POST).narrowed(entries_for(request.user))
    return export(request, "ledger.export", "ledger:entries", exports.entry_table(rows))


@require_POST
def export_lots(request: Request) -> HttpResponse:
    """Lots under the filters of their page."""
    rows = LotFilter(request.user, request.POST).narrowed(lots_for(request.user)).order_by("on", "serial")
    return export(request, "ledger.export", "ledger:lots", exports.lot_table(rows))


@require_POST
def export_proposals(request: Request) -> HttpResponse:
    """Proposals and what became of them."""
    rows = recording.with_outcome(proposals_for(request.user))
    return export(request, "ledger.export", "ledger:proposals", exports.proposal_table(rows))


@require_POST
def export_holds(request: Request) -> HttpResponse:
    """Holds, those that stand first."""
    found = holds_for(request.user, timezone.localdate())
    return export(request, "ledger.export", "ledger:holds", exports.hold_table(found, state_words()))


@require_POST
def export_periods(request: Request) -> HttpResponse:
    """Closings and openings, the last first."""
    found = recording.periods_of(places_for(request.user))
    return export(request, "ledger.export", "ledger:periods", exports.period_table(found))

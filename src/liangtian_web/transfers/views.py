"""The transfer platform: what is offered and asked for in the city, and how either is filed and taken back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian_web.balance.answers import answered, handed_in
from liangtian_web.balance.presentation import state_of
from liangtian_web.ledger.sheet_forms import WorkbookForm
from liangtian_web.ledger.sheet_pages import blank, handed_in_rows
from liangtian_web.onemap.map_views import day_of
from liangtian_web.people.requests import Request
from liangtian_web.trail.export import export
from liangtian_web.transfers import actions, presentation
from liangtian_web.transfers.forms import DemandForm, ListingForm, SupplyForm, WithdrawalForm
from liangtian_web.transfers.models import Demand, Good, Listing
from liangtian_web.transfers.queries import (
    acts_for_city,
    awaited,
    demands_for,
    filings_waiting,
    is_own,
    listed_on,
    listings_for,
    matches_for,
    queue,
    trading_places,
)
from liangtian_web.transfers.stages import Open, open_demands, open_listings, standings

RECENT = 50


@require_GET
def index(request: Request) -> HttpResponse:
    """What waits for me, what is offered, who asks, and the matches of my places."""
    offers, wanted = _platform(request)
    context = {
        "on": day_of(request),
        "awaited": awaited(request.user),
        "waiting": filings_waiting(request.user),
        "offers": [(each, presentation.listing_lines(each)) for each in offers],
        "wanted": [(each, presentation.demand_lines(each)) for each in wanted],
        "matches": standings(matches_for(request.user))[:RECENT],
        "trades": trading_places(request.user).exists(),
    }
    return render(request, "transfers/index.html", context)


def _platform(request: Request) -> tuple[list[Open[Listing]], list[Open[Demand]]]:
    """What is open on the day of the header."""
    on = day_of(request)
    offers = open_listings(listed_on(request.user, on))
    wanted = open_demands(demands_for(request.user).filter(until__gte=on, on__lte=on))
    return [each for each in offers if each.is_open], [each for each in wanted if each.is_open]


@require_POST
def download(request: Request) -> HttpResponse:
    """The platform as a table; that it was taken is noted."""
    return export(request, "transfers.export", "platform", presentation.platform_table(*_platform(request)))


@require_http_methods(["GET", "POST"])
def offer(request: Request) -> HttpResponse:
    """List indices to sell."""
    form = ListingForm(_trader(request), request.POST or None)
    if made := handed_in(request, form):
        return redirect("transfers:listing", made.uuid)
    return render(
        request, "transfers/offer.html", {"form": form, "workbook": WorkbookForm()}, status=400 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def ask(request: Request) -> HttpResponse:
    """Ask to buy."""
    form = DemandForm(_trader(request), request.POST or None)
    if made := handed_in(request, form):
        return redirect("transfers:demand", made.uuid)
    return render(
        request, "transfers/ask.html", {"form": form, "workbook": WorkbookForm()}, status=400 if form.errors else 200
    )


@require_POST
def offer_workbook(request: Request) -> HttpResponse:
    """List what the rows of a workbook say, all or none; everything wrong with it is said at once."""
    made, context = handed_in_rows(request, partial(ListingForm, _trader(request)))
    return redirect("transfers:index") if made else render(request, "transfers/offer.html", context, status=400)


@require_GET
def offer_template(request: Request) -> FileResponse:
    """The workbook to fill in."""
    return blank(partial(ListingForm, _trader(request)), gettext("挂牌调出"))


@require_POST
def ask_workbook(request: Request) -> HttpResponse:
    """Ask for what the rows of a workbook say, all or none; everything wrong with it is said at once."""
    made, context = handed_in_rows(request, partial(DemandForm, _trader(request)))
    return redirect("transfers:index") if made else render(request, "transfers/ask.html", context, status=400)


@require_GET
def ask_template(request: Request) -> FileResponse:
    """The workbook to fill in."""
    return blank(partial(DemandForm, _trader(request)), gettext("申请调入"))


def _trader(request: Request) -> Any:
    if not trading_places(request.user).exists():
        raise PermissionDenied
    return request.user


@require_GET
def listing(request: Request, uuid: UUID) -> HttpResponse:
    """An offer: what everybody sees; for its own place its lots and matches; for the city who is next."""
    row = get_object_or_404(listings_for(request.user), filing__uuid=uuid)
    now, on = open_listings([row])[0], day_of(request)
    own, city = is_own(request.user, row.filing.place), acts_for_city(request.user, row.filing.place)
    stands = now.is_open and row.filing.on <= on < (row.filing.expires or date.max)
    tag, word = state_of(row.filing)
    context = {
        "listing": row, "filing": row.filing, "on": on, "tag": tag, "word": word, "own": own,
        "lines": presentation.listing_lines(now, on if stands else row.filing.on),
        "lots": presentation.lots_of(row.filing) if own else (),
        "matches": standings(matches_for(request.user).filter(listing=row)),
        "turns": city and stands, "queue": presentation.queue_shown(queue(now, on)) if city and stands else (),
        "measured": presentation.village_measured(request.user, row) if own and row.village else "",
        "may_supply": stands and row.good == Good.COMPENSATION and _trades_beside(request, row.filing.place_id),
        "may_withdraw": stands and not now.matching and _trades_at(request, row.filing.place_id),
    }  # fmt: skip
    return render(request, "transfers/listing.html", context)


def _trades_at(request: Request, place: int) -> bool:
    return trading_places(request.user).filter(pk=place).exists()


def _trades_beside(request: Request, place: int) -> bool:
    return trading_places(request.user).exclude(pk=place).exists()


@require_http_methods(["GET", "POST"])
def supply(request: Request, uuid: UUID) -> HttpResponse:
    """Draw on what another place listed, for a separate site of one's own."""
    row = get_object_or_404(listings_for(request.user), filing__uuid=uuid)
    if not _trades_beside(request, row.filing.place_id):
        raise PermissionDenied
    form = SupplyForm(request.user, row, request.POST or None)
    lines = presentation.listing_lines(open_listings([row])[0], day_of(request))
    return answered(request, form, "transfers/supply.html", listing=row, lines=lines)


@require_http_methods(["GET", "POST"])
def withdraw_listing(request: Request, uuid: UUID) -> HttpResponse:
    """Ask to give back what a listing holds."""
    row = get_object_or_404(listings_for(request.user), filing__uuid=uuid)
    if not _trades_at(request, row.filing.place_id):
        raise PermissionDenied
    return answered(request, WithdrawalForm(row, request.POST or None), "transfers/withdraw.html", listing=row)


@require_GET
def demand(request: Request, uuid: UUID) -> HttpResponse:
    """A request to buy: what everybody sees, and for its own place its purpose and matches."""
    row = get_object_or_404(demands_for(request.user), uuid=uuid)
    now, own, on = open_demands([row])[0], is_own(request.user, row.place), day_of(request)
    context = {
        "demand": row, "wanted": now, "own": own, "lines": presentation.demand_lines(now),
        "matches": standings(matches_for(request.user).filter(demand=row)),
        "may_withdraw": now.is_open and not now.matching and _trades_at(request, row.place_id),
        "on": on, "late": row.until < on,
    }  # fmt: skip
    return render(request, "transfers/demand.html", context)


@require_POST
def withdraw_demand(request: Request, uuid: UUID) -> HttpResponse:
    """Take a request back."""
    row = get_object_or_404(demands_for(request.user), uuid=uuid)
    if not _trades_at(request, row.place_id):
        raise PermissionDenied
    actions.withdraw_demand(request, row, request.POST.get("reason", "").strip()[:500])
    return redirect("transfers:demand", row.uuid)

"""The transfer platform for machines: the same forms, rules and sides as its pages, each call done once for each key.

Offers, withdrawals and payments are decided as every filing of the balance is, at `/balance/filings/{uuid}/decision`; a match
is settled here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Status

from liangtian_web.balance.calls import FilingOut, Handed, Key, Limit, filing_out, form_data, form_number, page, taken
from liangtian_web.balance.earmarked import source_for, sources_for
from liangtian_web.balance.queries import filing_places
from liangtian_web.people.requests import Request
from liangtian_web.standing.once import once
from liangtian_web.transfers import actions, schemas
from liangtian_web.transfers.forms import DemandForm, ListingForm, MatchForm, PaymentForm, SupplyForm, WithdrawalForm
from liangtian_web.transfers.models import Demand, Listing, Match
from liangtian_web.transfers.queries import (
    acts_for_city,
    demands_for,
    listings_for,
    matches_for,
    trading_places,
)
from liangtian_web.transfers.stages import open_demands, open_listings, standing_of, standings

router = Router(tags=["transfers"])
Work = Callable[[], tuple[int, dict[str, Any]]]


@router.get("/listings", response=schemas.ListingPage, summary="Offers, newest first, a page at a time by key")
def listings(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """Those on the platform of the user's city, and the user's own that wait to get there."""
    found, more = page(listings_for(request.user).select_related("filing__place__book_key"), before, limit)
    return {"listings": schemas.listings_out(request.user, found), "before": more}


@router.get("/listings/{uuid}", response=schemas.ListingOut, summary="An offer")
def listing(request: Request, uuid: UUID) -> Any:
    """One offer."""
    return _listing_out(request, uuid)


@router.post("/listings", response={201: schemas.ListingOut}, summary="Ask to list indices to sell")
def offer(request: Request, asked: Handed, idempotency_key: str = Key) -> Any:
    """It is held and shown once another keeper has posted it."""
    form = partial(ListingForm, _trader(request), _data(request, asked, idempotency_key))

    def work() -> tuple[int, dict[str, Any]]:
        return 201, _listing_out(request, taken(request, form).uuid)

    return _answer(request, idempotency_key, asked, work)


@router.post("/listings/{uuid}/supply", response={201: FilingOut}, summary="Draw on an offer for a separate site")
def supply(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """The provider's keeper consents, at `/balance/filings/{uuid}/decision`."""
    row = _listing(request, uuid)
    if not trading_places(request.user).exclude(pk=row.filing.place_id).exists():
        raise PermissionDenied
    form = partial(SupplyForm, request.user, row, _data(request, asked, idempotency_key))
    return _answer(request, idempotency_key, asked, lambda: (201, filing_out(taken(request, form))))


@router.post("/listings/{uuid}/withdrawal", response={201: FilingOut}, summary="Ask to give back what an offer holds")
def withdraw_listing(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """Another keeper decides."""
    row = _listing(request, uuid)
    if not _trades_at(request, row.filing.place_id):
        raise PermissionDenied
    form = partial(WithdrawalForm, row, _data(request, asked, idempotency_key))
    return _answer(request, idempotency_key, asked, lambda: (201, filing_out(taken(request, form))))


@router.get("/requests", response=schemas.DemandPage, summary="Requests to buy, newest first, a page at a time by key")
def demands(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """Those of the user's city."""
    found, more = page(demands_for(request.user).select_related("place__book_key"), before, limit)
    return {"requests": schemas.demands_out(request.user, found), "before": more}


@router.get("/requests/{uuid}", response=schemas.DemandOut, summary="A request to buy")
def demand(request: Request, uuid: UUID) -> Any:
    """One request."""
    return _demand_out(request, uuid)


@router.post("/requests", response={201: schemas.DemandOut}, summary="Ask to buy")
def ask(request: Request, asked: Handed, idempotency_key: str = Key) -> Any:
    """It waits in the queue from its day on."""
    form = partial(DemandForm, _trader(request), _data(request, asked, idempotency_key))

    def work() -> tuple[int, dict[str, Any]]:
        return 201, _demand_out(request, taken(request, form).uuid)

    return _answer(request, idempotency_key, asked, work)


@router.post("/requests/{uuid}/withdrawal", response=schemas.DemandOut, summary="Take a request back")
def withdraw_demand(request: Request, uuid: UUID, asked: schemas.Withdrawn, idempotency_key: str = Key) -> Any:
    """By the people of its place."""
    row = _demand(request, uuid)
    if not _trades_at(request, row.place_id):
        raise PermissionDenied

    def work() -> tuple[int, dict[str, Any]]:
        actions.withdraw_demand(request, row, asked.reason)
        return 200, _demand_out(request, uuid)

    return _answer(request, idempotency_key, asked, work)


@router.get("/matches", response=schemas.MatchPage, summary="Matches, newest first, a page at a time by key")
def matches(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """Those in which a place of the user's sells or buys."""
    found, more = page(matches_for(request.user), before, limit)
    rows = Match.objects.filter(pk__in=[each.pk for each in found])
    rows = rows.select_related("listing__filing__place__book_key", "demand__place__book_key")
    return {"matches": schemas.matches_out(request.user, standings(rows)), "before": more}


@router.get("/matches/{uuid}", response=schemas.MatchOut, summary="A match")
def match(request: Request, uuid: UUID) -> Any:
    """One match."""
    return _match_out(request, uuid)


@router.post("/matches", response={201: schemas.MatchOut}, summary="Match an offer, or part of it, with a request")
def propose(request: Request, asked: schemas.Proposed, idempotency_key: str = Key) -> Any:
    """By the people of the city; both sides then agree or not."""
    row, wanted = _listing(request, asked.listing), _demand(request, asked.request)
    if not acts_for_city(request.user, row.filing.place, wanted.place):
        raise PermissionDenied
    data = _data(request, asked, idempotency_key)

    def work() -> tuple[int, dict[str, Any]]:
        form = partial(MatchForm, open_listings([row])[0], open_demands([wanted])[0], data)
        return 201, _match_out(request, taken(request, form).uuid)

    return _answer(request, idempotency_key, asked, work)


@router.post("/matches/{uuid}/answer", response=schemas.MatchOut, summary="Agree for one's side, decline, or call off")
def answer(request: Request, uuid: UUID, asked: schemas.Answered, idempotency_key: str = Key) -> Any:
    """Each side by its own people, once."""
    row = _match(request, uuid)

    def work() -> tuple[int, dict[str, Any]]:
        actions.answer(request, row, asked.side, agrees=asked.agrees, reason=asked.reason)
        return 200, _match_out(request, uuid)

    return _answer(request, idempotency_key, asked, work)


@router.post("/matches/{uuid}/decision", response=schemas.MatchOut, summary="Settle a match, or send it back")
def approve(request: Request, uuid: UUID, asked: schemas.MatchDecided, idempotency_key: str = Key) -> Any:
    """By another person of the city than the one who proposed it."""
    row = _match(request, uuid)
    if not acts_for_city(request.user, row.listing.filing.place, row.demand.place):
        raise PermissionDenied

    def work() -> tuple[int, dict[str, Any]]:
        today = timezone.localdate()
        actions.approve(request, standing_of(row), accept=asked.accept, reason=asked.reason, today=today)
        return 200, _match_out(request, uuid)

    return _answer(request, idempotency_key, asked, work)


@router.get("/earmarked", response=list[schemas.EarmarkedOut], summary="Earmarked money, source by source")
def earmarked(request: Request) -> Any:
    """What came to the user's places for a purpose: received, taken back, paid out, asked for, left; in fen."""
    return [schemas.earmarked_out(each) for each in sources_for(request.user)]


@router.post("/earmarked/{uuid}/payments", response={201: FilingOut}, summary="Ask to pay out earmarked money")
def pay(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """Of one source, by its entry or by the filing or match that brought it; never more than is left of it."""
    source = source_for(request.user, uuid)
    if source is None:
        raise Http404
    if not source.stands or not filing_places(request.user).filter(pk=source.place.pk).exists():
        raise PermissionDenied
    form = partial(PaymentForm, source, _data(request, asked, idempotency_key))
    return _answer(request, idempotency_key, asked, lambda: (201, filing_out(taken(request, form))))


def _answer(request: Request, key: str, asked: Any, work: Work) -> Any:
    return Status(*once(request, key, asked.dict(), work))


def _data(request: Request, asked: Handed, key: str) -> dict[str, Any]:
    return form_data(asked.fields, form_number(request, key))


def _trader(request: Request) -> Any:
    if not trading_places(request.user).exists():
        raise PermissionDenied
    return request.user


def _trades_at(request: Request, place: int) -> bool:
    return trading_places(request.user).filter(pk=place).exists()


def _listing(request: Request, uuid: UUID) -> Listing:
    return get_object_or_404(listings_for(request.user), filing__uuid=uuid)


def _demand(request: Request, uuid: UUID) -> Demand:
    return get_object_or_404(demands_for(request.user), uuid=uuid)


def _match(request: Request, uuid: UUID) -> Match:
    return get_object_or_404(matches_for(request.user), uuid=uuid)


def _listing_out(request: Request, uuid: UUID) -> dict[str, Any]:
    return schemas.listings_out(request.user, [_listing(request, uuid)])[0]


def _demand_out(request: Request, uuid: UUID) -> dict[str, Any]:
    return schemas.demands_out(request.user, [_demand(request, uuid)])[0]


def _match_out(request: Request, uuid: UUID) -> dict[str, Any]:
    return schemas.matches_out(request.user, [standing_of(_match(request, uuid))])[0]

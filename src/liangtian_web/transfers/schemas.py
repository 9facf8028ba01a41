"""The shapes of the platform's interface. Amounts are m² or kg, prices yuan per mu or kg as text, money fen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from liangtian_web.balance.calls import Handed, Text
from liangtian_web.balance.earmarked import Source, sources_of
from liangtian_web.balance.procedures.transfer import offered
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.transfers.models import Demand, Listing
from liangtian_web.transfers.stages import Open, Standing, open_demands, open_listings

Reason = Field("", max_length=500)


class Proposed(Handed):
    """A listing matched with a request."""

    listing: UUID
    request: UUID


class Answered(Schema):
    """What one side says of a match; the city only calls it off."""

    side: Literal["seller", "buyer", "city"]
    agrees: bool
    reason: Text = Reason


class MatchDecided(Schema):
    """Settle a match, or send it back."""

    accept: bool
    reason: Text = Reason


class Withdrawn(Schema):
    """Why a request is taken back."""

    reason: Text = Reason


class ListingOut(Schema):
    """An offer; its project, document and lots are null to those of other places. `posted`: it is on the platform."""

    uuid: UUID
    place: str
    good: str
    on: date
    expires: date | None
    posted: bool
    offered: dict[str, int]
    left: dict[str, int]
    matching: dict[str, int]
    prices: dict[str, str]
    project: str | None
    document: str | None
    lots: list[str] | None


class DemandOut(Schema):
    """A request to buy; its purpose and document are null to those of other places."""

    uuid: UUID
    place: str
    good: str
    on: date
    until: date
    amounts: dict[str, int]
    left: dict[str, int]
    matching: dict[str, int]
    prices: dict[str, str]
    withdrawn: bool
    purpose: str | None
    document: str | None


class ConsentOut(Schema):
    """What one side said."""

    side: str
    agrees: bool
    reason: str
    actor: str


class EarmarkedOut(Schema):
    """Earmarked money one entry brought, in fen: received, taken back since, paid out, asked for, left; `entry` pays it out."""

    entry: UUID
    place: str
    source: str
    document: str
    received: int
    returned: int
    used: int
    asked: int
    left: int


class MatchOut(Schema):
    """A match and how far it got; `proceeds` once it is settled, for the seller's people and those above."""

    uuid: UUID
    listing: UUID
    request: UUID
    seller: str
    buyer: str
    amounts: dict[str, int]
    prices: dict[str, str]
    fen: int
    on: date
    document: str
    reason: str
    stage: str
    consents: list[ConsentOut]
    entry: UUID | None
    proceeds: EarmarkedOut | None


class ListingPage(Schema):
    """`before` asks for the next page and is null on the last."""

    listings: list[ListingOut]
    before: int | None


class DemandPage(Schema):
    """`before` asks for the next page and is null on the last."""

    requests: list[DemandOut]
    before: int | None


class MatchPage(Schema):
    """`before` asks for the next page and is null on the last."""

    matches: list[MatchOut]
    before: int | None


def listings_out(user: User, rows: Iterable[Listing]) -> list[dict[str, Any]]:
    """Offers as the user may see them."""
    found = list(rows)
    own = _own(user, (each.filing.place_id for each in found))
    return [_listing(each, own=each.row.filing.place_id in own) for each in open_listings(found)]


def _listing(each: Open[Listing], *, own: bool) -> dict[str, Any]:
    filing, decision = each.row.filing, getattr(each.row.filing, "decision", None)
    hidden = {"project": filing.project, "document": filing.document, "lots": filing.lots}
    return {
        "uuid": filing.uuid, "place": place_key(filing.place), "good": each.row.good, "on": filing.on,
        "expires": filing.expires, "posted": decision is not None and decision.entry_id is not None,
        "offered": offered(filing), "left": each.left, "matching": each.matching, "prices": each.row.prices,
        **{name: value if own else None for name, value in hidden.items()},
    }  # fmt: skip


def demands_out(user: User, rows: Iterable[Demand]) -> list[dict[str, Any]]:
    """Requests as the user may see them."""
    found = list(rows)
    own = _own(user, (each.place_id for each in found))
    return [_demand(each, own=each.row.place_id in own) for each in open_demands(found)]


def _demand(each: Open[Demand], *, own: bool) -> dict[str, Any]:
    row = each.row
    return {
        "uuid": row.uuid, "place": place_key(row.place), "good": row.good, "on": row.on, "until": row.until,
        "amounts": row.amounts, "left": each.left, "matching": each.matching, "prices": row.prices,
        "withdrawn": hasattr(row, "withdrawal"),
        "purpose": row.purpose if own else None, "document": row.document if own else None,
    }  # fmt: skip


def matches_out(user: User, rows: list[Standing]) -> list[dict[str, Any]]:
    """Matches with their stage, and what their price became."""
    sellers = _own(user, (each.match.listing.filing.place_id for each in rows))
    mine = [each for each in rows if each.match.listing.filing.place_id in sellers]
    sums = sources_of(each.entry for each in mine if each.entry)
    return [_match(each, sums.get(each.entry.pk) if each.entry else None) for each in rows]


def _match(now: Standing, sums: Any) -> dict[str, Any]:
    match = now.match
    filing, said = match.listing.filing, now.consents.values()
    return {
        "uuid": match.uuid, "listing": filing.uuid, "request": match.demand.uuid, "seller": place_key(filing.place),
        "buyer": place_key(match.demand.place), "amounts": match.amounts, "prices": match.prices, "fen": match.fen,
        "on": match.on, "document": match.document, "reason": match.reason, "stage": str(now.stage),
        "consents": [{"side": each.side, "agrees": each.agrees, "reason": each.reason, "actor": each.actor.username}
                     for each in said],
        "entry": now.entry.uuid if now.entry else None,
        "proceeds": earmarked_out(sums) if sums else None,
    }  # fmt: skip


def earmarked_out(source: Source) -> dict[str, Any]:
    """One source of earmarked money; `source`: the event that brought it, or the kind of its entry."""
    columns = ("received", "returned", "used", "asked", "left")
    return {
        "entry": source.entry.uuid, "place": place_key(source.place), "document": source.document,
        "source": source.filing.event if source.filing else source.entry.kind,
        **{name: getattr(source, name) for name in columns},
    }  # fmt: skip


def _own(user: User, places: Iterable[int]) -> set[int]:
    return set(places_for(user).filter(pk__in=set(places)).values_list("pk", flat=True))

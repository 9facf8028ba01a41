"""The book for machines, continued: holds, the year of an index, headroom, closings, and the boundary of an opening lot."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema

from liangtian.check.gather import boundary_of
from liangtian.ledger.indices import indices
from liangtian.ledger.lots import Ground
from liangtian_web.ledger import recording
from liangtian_web.ledger.models import Period
from liangtian_web.ledger.queries import accounts_for, lots_for, proposals_for
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.people.models import Place
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.standing.api import Key, answered, answers, kept_place
from liangtian_web.standing.once import form_number, once
from liangtian_web.standing.queries import flow, headroom, holds_for
from liangtian_web.standing.schemas import ProposalOut, Writable

router = Router(tags=["book"])


class HoldOut(Schema):
    """A hold and what it put aside, by index; `state`: standing, lapsed, ended or undone."""

    entry: UUID
    place: str
    on: date
    expires: date | None
    days_left: int | None
    state: str
    amounts: dict[str, int]


class Holds(Schema):
    """Those that stand first, the nearest day of lapsing first."""

    holds: list[HoldOut]


class YearOut(Schema):
    """What came to and went from what a place can spend of an index: kind of entry → twelve months, January first."""

    place: str
    index: str
    year: int
    opening: int
    moved: dict[str, list[int]]
    closing: list[int]


class HeadroomOut(Schema):
    """What a place can spend, what is held of it, what it owes."""

    place: str
    available: int
    held: int
    owed: int


class Headrooms(Schema):
    """Of every place of the user that has accounts of the index."""

    on: date
    index: str
    places: list[HeadroomOut]


class PeriodOut(Schema):
    """A book closed through a day, or, where it `opens`, begun after it."""

    place: str
    through: date
    opens: bool
    evidence: list[str]
    actor: str
    approver: str | None
    recorded_at: datetime

    @staticmethod
    def resolve_place(row: Period) -> str:
        """Code or number."""
        return place_key(row.place)

    @staticmethod
    def resolve_actor(row: Period) -> str:
        """User name."""
        return row.actor.username

    @staticmethod
    def resolve_approver(row: Period) -> str | None:
        """User name."""
        return row.approver.username if row.approver else None


class Periods(Schema):
    """Closings and openings, the last first."""

    periods: list[PeriodOut]


class ClosingAsked(Schema):
    """Close a place's book through a day that is over."""

    place: Writable = Field(max_length=200)
    through: date
    evidence: Writable = Field(min_length=1, max_length=200)


class BoundaryAsked(Schema):
    """The boundary of a lot whose ground is not known, as GeoJSON in degrees (EPSG:4490), and what proves it."""

    boundary: dict[str, Any]
    evidence: Writable = Field(min_length=1, max_length=200)


@router.get("/holds", response=answers(Holds), summary="What is held and until when")
def the_holds(request: Request) -> Any:
    """Holds of the user's places."""
    found = holds_for(request.user, timezone.localdate())
    return {"holds": [
        {"entry": each.entry.uuid, "place": place_key(each.place), "on": each.entry.on, "expires": each.entry.expires,
         "days_left": each.days_left, "state": each.state, "amounts": dict(each.amounts)}
        for each in found
    ]}  # fmt: skip


@router.get("/year", response=answers(YearOut), summary="The year of an index of a place, month by month")
def the_year(request: Request, place: Writable, index: Writable, year: int) -> Any:
    """As the page of the year shows it; whole units of the index."""
    found = _own(request, place)
    if index not in indices() or not 1990 <= year <= 2200:
        raise Http404
    moved = flow(accounts_for(request.user).filter(place=found, index=index), year)
    return {"place": place_key(found), "index": index, "year": year, "opening": moved.opening, "moved": moved.moved,
            "closing": moved.closing}  # fmt: skip


@router.get("/headroom", response=answers(Headrooms), summary="What every place can spend, holds and owes of an index")
def the_headroom(request: Request, index: Writable, on: date | None = None) -> Any:
    """At the end of a day."""
    if index not in indices():
        raise Http404
    day = on or timezone.localdate()
    rows = [
        {"place": place_key(each.place), "available": each.available, "held": each.held, "owed": each.owed}
        for each in headroom(request.user, index, day)
    ]
    return {"on": day, "index": index, "places": rows}


@router.get("/closings", response=answers(Periods), summary="Which books are closed through which day")
def closings(request: Request) -> Any:
    """The last hundred of the user's places."""
    return {"periods": list(recording.periods_of(places_for(request.user))[:100])}


@router.post("/closings", response=answers(ProposalOut, 201), summary="Propose to close a book")
def close(request: Request, asked: ClosingAsked, idempotency_key: str = Key) -> Any:
    """Another keeper decides it, as any proposal."""
    place = kept_place(request, asked.place)

    def work() -> tuple[int, dict[str, Any]]:
        number = form_number(request, idempotency_key)
        return 201, _out(request, recording.propose_closing(request, place, asked.through, asked.evidence, number))

    return answered(*once(request, idempotency_key, asked.dict(), work))


@router.post("/lots/{serial}/boundary", response=answers(ProposalOut, 201), summary="Propose the boundary of a lot")
def attach(request: Request, serial: Writable, asked: BoundaryAsked, idempotency_key: str = Key) -> Any:
    """Of a lot that came with an opening balance."""
    lot = get_object_or_404(lots_for(request.user), serial=serial)
    kept_place(request, place_key(lot.place))

    def work() -> tuple[int, dict[str, Any]]:
        file = SimpleUploadedFile("boundary.geojson", json.dumps(asked.boundary).encode())
        boundary = boundary_from([file], "")
        found = boundary_of(boundary)
        shape = Ground.of(found.shape, f"EPSG:{found.crs.to_epsg()}")
        about = {"evidence": asked.evidence, "source": boundary.source}
        number = form_number(request, idempotency_key)
        return 201, _out(request, recording.propose_boundary(request, lot, shape, about, number))

    return answered(*once(request, idempotency_key, asked.dict(), work))


def _out(request: Request, row: Any) -> dict[str, Any]:
    found = recording.with_outcome(proposals_for(request.user)).get(pk=row.pk)
    return ProposalOut.from_orm(found).dict()


def _own(request: Request, key: str) -> Place:
    place = places_by_key([key]).get(key)
    if place is None or not places_for(request.user).filter(pk=place.pk).exists():
        raise Http404
    return place

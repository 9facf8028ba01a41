"""The ground of an occupation: never held twice, and of batch land in several places held by each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from liangtian.check.gather import boundary_of
from liangtian.ledger.lots import Ground
from liangtian.policy.amounts import BALANCE
from liangtian.policy.facts import read_facts
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import STANDS, taking_holds
from liangtian_web.errors import StageRefused
from liangtian_web.ledger.exclusivity import tolerance_on
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.review.actions import stored_boundary
from liangtian_web.review.models import Run

SAME = 0.99  # of the larger ground: the same boundary, as two places had it checked


def check_free(filing: Filing, today: date) -> None:
    """See that no other occupation of the place stands on this ground, nobody else holding there meanwhile.

    Raises
    ------
    StageRefused : one does
    """
    assert filing.run is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"balance.ground {filing.place_id}"])
    rule, ground = tolerance_on(filing.on), _ground(filing.run)
    for other in _near(filing.run, taking_ground(today).filter(place=filing.place)).exclude(run=filing.run):
        assert other.run is not None
        if shared := rule.overlap_dm2(ground, _ground(other.run)):
            words = {"project": other.project, "on": other.on.isoformat(), "document": other.document}
            raise StageRefused("balance-ground-held", **words, area=f"{shared / 100:,.2f}")


def check_parts(hold: Filing, today: date) -> None:
    """See that every other place the batch lies in has its own part held or written off.

    Raises
    ------
    StageRefused : one has not
    """
    run = hold.run
    assert run is not None
    if run.kind != Run.Kind.BATCH:
        return
    missing = [key for key in _others(run, place_key(hold.place)) if not _is_held_by(key, run, today)]
    if missing:
        names = "、".join(place.name for place in places_by_key(missing).values() if place)
        raise StageRefused("balance-parts-missing", places=names)


def _others(run: Run, own: str) -> Iterator[str]:
    rows = cast("tuple[dict[str, Any], ...]", read_facts(run.facts).get("required_by_place") or ())
    for row in rows:
        if row["place"] != own and any(row.get(index) for index in BALANCE):
            yield row["place"]


def _is_held_by(key: str, run: Run, today: date) -> bool:
    ground = _ground(run)
    rows = _near(run, taking_ground(today).filter(place=places_by_key([key]).get(key)))
    return any(_is_same(ground, _ground(each.run), run.on) for each in rows if each.run is not None)


def _is_same(one: Ground, other: Ground, on: date) -> bool:
    return tolerance_on(on).overlap_dm2(one, other) >= SAME * max(one.area_dm2, other.area_dm2)


def taking_ground(today: date) -> QuerySet[Filing]:
    """Holds that take their ground: what was released has given it back, what was written off has not."""
    released = Filing.objects.filter(STANDS, begun=OuterRef("pk"), event="release")
    return taking_holds(today).filter(~Exists(released)).select_related("run")


def _near(run: Run, rows: QuerySet[Filing]) -> QuerySet[Filing]:
    """Those whose check's box meets that of the run."""
    west, south, east, north = run.box
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM review_run WHERE box && %s::box", [f"({east},{north}),({west},{south})"])
        found = [number for (number,) in cursor.fetchall()]
    return rows.filter(run__in=found)


def _ground(run: Run) -> Ground:
    found = boundary_of(stored_boundary(run))
    return Ground.of(found.shape, f"EPSG:{found.crs.to_epsg()}")

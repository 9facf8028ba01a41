"""The same ground is never credited twice, under any number of writers.

1. Take the locks of every 1 km cell the boundaries touch, in the order of cells, or of 25 km cells where one is
   wide: `lock`.
2. Read the boundaries there: nobody else can add one now.
3. Record lots, boundaries and entry; the database refuses a boundary whose neighbours were not read.
4. Compare, exactly and as the kernel does, every lot whose credits changed with its neighbours: `check`. What it
   refuses takes the whole transaction with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from liangtian.errors import BookRefused
from liangtian.ledger.days import DaySums
from liangtian.ledger.entry import Entry
from liangtian.ledger.exclusivity import Credited, Exclusivity, shared_ground
from liangtian.ledger.indices import index_words
from liangtian.ledger.lots import Ground, plane
from liangtian.policy.parameters import Parameters
from liangtian.rules.documents import DOCUMENTS
from liangtian.space.crs import geographic, transformer
from liangtian.units import m2_from_dm2, round_dm2
from liangtian_web.ledger import models
from liangtian_web.ledger.records import as_ground, as_lot

Box = tuple[float, float, float, float]


def tolerance_on(on: date) -> Exclusivity:
    """What the rulebook tolerates between lots on a day."""
    value = Parameters(DOCUMENTS).resolve("liangtian-2026（技术）.line_tolerance", on=on, place="").table
    return Exclusivity.of(value["area_m2"], value["mean_width_m"])


def degrees_box(ground: Ground) -> Box:
    """West, south, east and north, by which boundaries of all planes are searched."""
    crs = plane(ground.crs)
    west, south, east, north = transformer(crs, geographic(crs)).transform_bounds(*ground.box, densify_pts=9)
    return west, south, east, north


def grounds_of(entries: Iterable[Entry]) -> list[Ground]:
    """The boundaries whose credits the entries change: of the lots they open and of those the outside world gives for."""
    entries = list(entries)
    opened = [lot.ground for each in entries for lot in each.lots if lot.ground is not None]
    return [*opened, *grounds_of_lots(changed(entries))]


def grounds_of_lots(serials: Iterable[str]) -> list[Ground]:
    """The boundaries of lots, of those that have one."""
    return [as_ground(row) for row in models.Ground.objects.filter(lot__serial__in=set(serials))]


def lock(grounds: Sequence[Ground]) -> list[int]:
    """Take the cells of the boundaries; the lots with a boundary there."""
    if not grounds:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM book_lock_ground(%s::text[]::box[])", [_boxes(degrees_box(each) for each in grounds)]
        )
        return [row[0] for row in cursor.fetchall()]


def add_ground(
    lot: int, ground: Ground, near: Sequence[int], *, evidence: Sequence[str], actor: int, approver: int | None,
    key: str | None = None,
) -> None:  # fmt: skip
    """Record a boundary; `near` are the lots that stood in its cells when they were locked."""
    area_m2 = m2_from_dm2(ground.area_dm2)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT book_add_ground(%s, %s, %s, %s::box, %s, %s, %s, %s, %s, %s)",
            [lot, ground.wkb, ground.crs, models.Ground._meta.get_field("box").get_prep_value(degrees_box(ground)),
             area_m2, key, list(evidence), actor, approver, list(near)],
        )  # fmt: skip


def check(entries: Iterable[Entry]) -> None:
    """Refuse lots credited beyond their ground, or on ground credited to another."""
    if serials := changed(entries):
        check_lots(models.Lot.objects.filter(serial__in=serials).values_list("pk", flat=True))


def check_lots(lots: Iterable[int]) -> None:
    """The same for lots by number, after their credits were recorded.

    Raises
    ------
    BookRefused (lot-beyond-ground, lot-overlap)
    """
    rule = tolerance_on(timezone.localdate())
    for row in models.Lot.objects.filter(pk__in=list(lots), ground__isnull=False).select_related(
        "place__book_key", "ground"
    ):
        one = credited(row)
        if excess := one.excess():
            index, ground_m2 = excess
            words = {"serial": row.serial, **index_words(index), "amount": one.highest[index]}
            raise BookRefused("lot-beyond-ground", **words, ground_m2=ground_m2)
        for other in _neighbours(row):
            if overlap := rule.clash(one, credited(other)):
                raise BookRefused("lot-overlap", **_pair(row, other), overlap_m2=m2_from_dm2(overlap))


def sweep() -> Iterator[dict[str, Any]]:
    """Every pair of lots that claims the same ground, whatever happened when they were booked."""
    rule = tolerance_on(timezone.localdate())
    for row in models.Lot.objects.filter(ground__isnull=False).select_related("place__book_key", "ground"):
        one = credited(row)
        for other in _neighbours(row):
            if other.pk > row.pk and (overlap := rule.clash(one, credited(other))):
                yield {**_pair(row, other), "overlap_m2": m2_from_dm2(overlap)}


@dataclass(frozen=True, slots=True)
class Met:
    """A lot whose boundary was there when another was recorded beside it: the ground both have, m², and how much beyond the tolerance."""

    lot: models.Lot
    shared_m2: Decimal
    beyond_m2: Decimal


def met(row: models.Lot) -> list[Met]:
    """What the boundary of a lot was held against when it was recorded: the neighbours there were then, by serial."""
    rule, own = tolerance_on(timezone.localdate(row.ground.recorded_at)), as_ground(row.ground)
    found = []
    for other in sorted(_neighbours(row), key=lambda each: each.serial):
        if other.ground.recorded_at < row.ground.recorded_at:
            theirs = as_ground(other.ground)
            shared_dm2 = int(round_dm2(shared_ground(theirs, own)[1]).sum())
            found.append(Met(other, m2_from_dm2(shared_dm2), m2_from_dm2(rule.overlap_dm2(theirs, own))))
    return found


def credited(row: models.Lot, known_at: datetime | None = None) -> Credited:
    """A lot with the times in which the outside world owes its credits; `known_at`: of what was recorded until then."""
    days: dict[str, dict[date, int]] = {}
    legs = models.Leg.objects.filter(lot=row, account__pool="outside")
    if known_at is not None:
        legs = legs.filter(entry__recorded_at__lte=known_at)
    sums_by_day = legs.values("account__index", "on")
    for each in sums_by_day.annotate(amount=Sum("amount")).values_list("account__index", "on", "amount"):
        days.setdefault(each[0], {})[each[1]] = each[2]
    sums = {index: DaySums().plus(moved) for index, moved in days.items()}
    spans = {index: each.spans() for index, each in sums.items()}
    highest = {index: -each.lowest(date.min) for index, each in sums.items()}
    ground = getattr(row, "ground", None)
    return Credited(as_lot(row), as_ground(ground) if ground else None, spans, highest)


def changed(entries: Iterable[Entry]) -> set[str]:
    """The lots that the world outside gives or takes credits of."""
    return {
        leg.account.lot for each in entries for leg in each.legs
        if leg.account.pool == "outside" and leg.account.lot is not None
    }  # fmt: skip


def _neighbours(row: models.Lot) -> Iterator[models.Lot]:
    """Lots whose box touches this one's, nearest candidates only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g.lot_id FROM ledger_ground g, ledger_ground o WHERE o.lot_id = %s AND g.box && o.box "
            "AND g.lot_id <> o.lot_id ORDER BY 1",
            [row.pk],
        )
        near = [each[0] for each in cursor.fetchall()]
    own = as_ground(row.ground)
    for other in models.Lot.objects.filter(pk__in=near).select_related("place__book_key", "ground").order_by("pk"):
        theirs = as_ground(other.ground)
        if own.crs != theirs.crs or bool(np.any(shapely.intersects(own.shape, theirs.shape))):
            yield other


def _pair(one: models.Lot, other: models.Lot) -> dict[str, Any]:
    return {
        "serial": one.serial, "project": one.project, "on": one.on,
        "other": other.serial, "other_project": other.project, "other_on": other.on,
    }  # fmt: skip


def _boxes(boxes: Iterable[Box]) -> list[str | None]:
    field = models.Ground._meta.get_field("box")
    return [field.get_prep_value(each) for each in boxes]

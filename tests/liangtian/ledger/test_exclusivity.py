"""Which lots may lie on which, by geometry and by time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bookkeeping import PLANE, day, lot, square
from liangtian.ledger.exclusivity import Cells, Credited, Exclusivity, cells_of
from liangtian.ledger.lots import Ground

STRICT = Exclusivity.of()


def credited(serial: str, ground: Ground | None, since: int, until: int, **about: str) -> Credited:
    index = about.pop("index", "quantity_m2")
    return Credited(lot(serial, ground, **about), ground, {index: ((day(since), day(until)),)}, {index: 10})


def test_overlaps_are_measured_on_the_ellipsoid() -> None:
    assert STRICT.overlap_dm2(square(0), square(0, shift=50.0)) == 500_000
    assert STRICT.overlap_dm2(square(0), square(1)) == 0


def test_many_slivers_are_judged_one_by_one_and_a_strip_as_one() -> None:
    comb = shapely.union_all([shapely.box(500_099.9, 3_375_000 + y, 500_110, 3_375_001 + y) for y in range(0, 100, 2)])
    strip = shapely.box(500_099.9, 3_375_000, 500_110, 3_375_100)
    rule = Exclusivity.of(1, Fraction(1, 5))
    assert rule.overlap_dm2(square(0), Ground.of(comb, PLANE)) == 0
    assert rule.overlap_dm2(square(0), Ground.of(strip, PLANE)) == 1000


def test_lots_credited_at_different_times_may_share_ground() -> None:
    one, other = credited("A", square(0), 1, 3), credited("B", square(0), 3, 5)
    assert STRICT.clash(one, other) == 0
    assert STRICT.clash(one, credited("C", square(0), 2, 4)) == 1_000_000


def test_the_pair_of_kinds_counts_in_either_order() -> None:
    below = credited("A", square(0), 1, 5)
    above = credited("B", square(0), 2, 5, credit="quality-improvement", index="capacity_kg")
    assert (STRICT.clash(below, above), STRICT.clash(above, below)) == (0, 0)
    strict = Exclusivity(area_m2=Fraction(0), mean_width_m=Fraction(0))
    assert strict.clash(above, below) == 1_000_000


def test_improved_ground_is_not_reclaimed_afterwards() -> None:
    better = credited("B", square(0), 2, 5, credit="quality-improvement", index="capacity_kg")
    later = replace(credited("A", square(0), 2, 5), lot=lot("A", square(0), on=day(2)))
    assert STRICT.clash(better, later) == 1_000_000
    assert STRICT.clash(better, credited("A", square(0), 2, 5)) == 0


def test_a_lot_without_ground_clashes_with_nothing() -> None:
    assert STRICT.clash(credited("A", None, 1, 5, document="doc:1"), credited("B", square(0), 1, 5)) == 0


@settings(deadline=None)
@given(st.integers(-30, 30), st.integers(-30, 30), st.floats(1.0, 2500.0))
def test_what_meets_is_near(column: int, row: int, side: float) -> None:
    cells = Cells()
    cells.add("A", square(0))
    other = square(column, row, side=side)
    if square(0).shape.intersects(other.shape):
        assert cells.near(other) == {"A"}


@pytest.mark.parametrize("zone", range(4535, 4551))
def test_lots_of_far_zones_are_not_near(zone: int) -> None:
    cells = Cells()
    cells.add("A", square(0))
    other = Ground.of(square(0).shape, f"EPSG:{zone}")
    assert cells.near(other) == ({"A"} if zone == 4549 else set())


def test_a_lot_on_the_other_side_of_the_earth_is_not_near() -> None:
    cells = Cells()
    cells.add("A", square(0))
    antipode = Ground.of(shapely.box(500_000, 3_000_000, 500_100, 3_000_100), "EPSG:32620")
    assert cells.near(antipode) == set()


def test_a_cell_holds_its_western_and_southern_edge() -> None:
    assert list(cells_of((0.0, 0.0, 1000.0, 999.9))) == [(0, 0), (1, 0)]
    assert list(cells_of((-0.1, -0.1, -0.1, -0.1))) == [(-1, -1)]

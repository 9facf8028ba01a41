"""Which lots may lie on which, by geometry and by time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
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


def comb(teeth: int) -> Ground:
    """Ground east of the first square that reaches 10 cm into it with teeth of 0.1 m² each."""
    boxes = [shapely.box(500_099.9, 3_375_000 + 2 * n, 500_110, 3_375_001 + 2 * n) for n in range(teeth)]
    return Ground.of(shapely.union_all(boxes), PLANE)


def test_slivers_are_tolerated_up_to_the_tolerance_all_together_and_a_strip_is_not() -> None:
    strip = shapely.box(500_099.9, 3_375_000, 500_110, 3_375_100)
    rule = Exclusivity.of(1, Fraction(1, 5))
    assert rule.overlap_dm2(square(0), comb(9)) == 0
    assert rule.overlap_dm2(square(0), comb(50)) == 500
    assert rule.overlap_dm2(square(0), Ground.of(strip, PLANE)) == 1000


def test_a_lot_made_of_slivers_of_another_is_that_other() -> None:
    strips = [shapely.box(500_000 + x, 3_375_000 + y, 500_000.19 + x, 3_375_005.1 + y)
              for x in np.arange(0, 99, 0.25) for y in np.arange(0, 94, 5.2)]  # fmt: skip
    covering = Ground.of(shapely.MultiPolygon(strips), PLANE)
    assert Exclusivity.of(1, Fraction(1, 5)).overlap_dm2(square(0), covering) > 690_000


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


def test_a_lot_at_the_other_end_of_the_country_is_not_near() -> None:
    cells = Cells()
    cells.add("A", square(0))
    west = Ground.of(shapely.box(500_000, 4_200_000, 500_100, 4_200_100), "EPSG:4534")
    assert cells.near(west) == set()


def test_a_cell_holds_its_western_and_southern_edge() -> None:
    assert list(cells_of((0.0, 0.0, 1000.0, 999.9))) == [(0, 0), (1, 0)]
    assert list(cells_of((-0.1, -0.1, -0.1, -0.1))) == [(-1, -1)]

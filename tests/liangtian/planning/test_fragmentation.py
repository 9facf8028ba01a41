"""Indices of fragmentation: reckoned on paper, and what must hold whatever the land."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

from liangtian.planning.blocks import blocks_of
from liangtian.planning.fragmentation import (
    BETTER,
    Fragmentation,
    aggregation_index,
    cells_of,
    compared,
    effective_mesh_size,
    fragmentation_of,
)
from liangtian.planning.shape import regularity
from planning_land import RULE, made
from squares import cell

AREAS = st.lists(st.integers(1, 10_000), min_size=1, max_size=20)


def measured(*shapes: shapely.Geometry, area_dm2: list[int] | None = None) -> Fragmentation:
    land = made([(shape, {"DLBM": "0101"}) for shape in shapes], area_dm2=area_dm2)
    found = fragmentation_of(blocks_of(land, RULE), cell_m=10.0)
    assert found is not None
    return found


def test_two_fields_side_by_side_and_one_apart() -> None:
    found = measured(cell(0, 0), cell(1, 0), cell(5, 5, 2, 1), area_dm2=[1_000_000, 1_000_000, 2_000_000])
    assert (found.fields, found.blocks, found.area_m2) == (3, 2, 40_000.0)
    assert found.field_m2 == (10_000.0, 10_000.0, 10_000.0, 15_000.0, 20_000.0)
    assert (found.largest_share, found.mesh_m2) == (0.5, 20_000.0)
    assert found.edge_m_per_ha == pytest.approx(1_200 / 4)  # the border between the first two is no edge
    assert found.shape_index == pytest.approx(0.25 * 1_200 / 200)
    assert found.aggregation == pytest.approx((180 + 190) * 2 / 760)
    assert (found.rectangularity, found.convexity, found.corners) == (pytest.approx(1.0), pytest.approx(1.0), 4.0)
    assert found.length_m == pytest.approx(150.0)
    assert found.elongation == pytest.approx(0.75)


def test_land_without_farmland_has_no_figures() -> None:
    assert fragmentation_of(blocks_of(made([(cell(0, 0), {"DLBM": "0301"})]), RULE)) is None


@given(area=AREAS)
def test_the_mesh_of_one_block_is_its_area_and_splitting_lowers_it(area: list[int]) -> None:
    sizes = np.array(area, dtype=float)
    mesh = effective_mesh_size(sizes)
    assert effective_mesh_size(sizes[:1]) == pytest.approx(sizes[0])
    assert sizes.min() <= mesh * (1 + 1e-12)
    assert mesh <= sizes.max() * (1 + 1e-12)
    split = np.concatenate([sizes[:-1], sizes[-1:] / 2, sizes[-1:] / 2])
    assert effective_mesh_size(split) < mesh


@given(seed=st.integers(0, 1000), count=st.integers(2, 60))
def test_aggregation_lies_between_nothing_and_one(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    cells = np.unique(rng.integers(-5, 6, (count, 2)), axis=0)
    found = aggregation_index(cells)
    if len(cells) < 2:
        assert found is None
        return
    assert found is not None
    assert 0.0 <= found <= 1.0
    apart = aggregation_index(cells * 2)
    assert apart == 0.0


@pytest.mark.parametrize("count", range(2, 40))
def test_cells_in_a_square_spiral_are_fully_aggregated(count: int) -> None:
    """Row after row onto a square that grows by a side each time."""
    side = int(np.sqrt(count))
    rest = count - side * side
    cells = [(x, y) for x in range(side) for y in range(side)]
    cells += [(side, y) for y in range(min(rest, side))] + [(x, side) for x in range(max(rest - side, 0))]
    assert aggregation_index(np.array(cells)) == 1.0


def test_cells_are_taken_by_their_centre_once() -> None:
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 24, 10), shapely.box(4, 0, 8, 10)], dtype=object)
    assert cells_of(shapes, 10.0).tolist() == [[0, 0], [1, 0]]
    assert cells_of(shapes, 8.0).tolist() == [[0, 0], [1, 0], [2, 0]]


@given(turn=st.floats(0, 360), wide=st.floats(1, 500), tall=st.floats(1, 500))
def test_a_rectangle_is_regular_however_it_lies(turn: float, wide: float, tall: float) -> None:
    found = regularity(np.array([shapely.affinity.rotate(shapely.box(0, 0, wide, tall), turn)], dtype=object))
    assert found.rectangularity[0] == pytest.approx(1.0)
    assert found.convexity[0] == pytest.approx(1.0)
    assert found.length_m[0] == pytest.approx(max(wide, tall))
    assert found.elongation[0] == pytest.approx(min(wide, tall) / max(wide, tall))


def test_a_notch_a_hole_and_a_slant_are_less_regular() -> None:
    square = shapely.box(0, 0, 10, 10)
    shapes = [
        square - shapely.box(4, 4, 10, 6),
        square - shapely.box(4, 4, 6, 6),
        shapely.Polygon([(0, 0), (10, 0), (15, 10), (5, 10)]),
    ]
    found = regularity(np.array(shapes, dtype=object))
    assert found.corners.tolist() == [8, 8, 4]
    assert found.convexity[:2].tolist() == [pytest.approx(0.88), pytest.approx(0.96)]
    assert (found.rectangularity < 0.97).all()


def test_a_comparison_says_what_got_better() -> None:
    before = measured(cell(0, 0), cell(2, 0))
    after = measured(cell(0, 0), cell(1, 0), cell(2, 0))
    told = {change.name: change.better for change in compared(before, after)}
    assert list(told) == [name for name in Fragmentation.__slots__ if name in BETTER]
    assert {name: told[name] for name in ("blocks", "mesh_m2", "edge_m_per_ha", "largest_share", "fields")} == {
        "blocks": True,
        "mesh_m2": True,
        "edge_m_per_ha": True,
        "largest_share": True,
        "fields": False,
    }
    assert all(change.better is None for change in compared(before, replace(before)))

"""Which polygons hang together: reckoned by hand, on real parcels, and whatever their order."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.space.contiguity import Between, connected, contiguous, shared_corners
from liangtian.space.crs import to_measuring_plane
from liangtian.space.outlines import Outlines
from plain_union_find import union_find
from real_data import real_data
from squares import cell

FIELDS = [cell(0, 0), cell(1, 0), cell(2.1, 0), cell(3.1, 0)]  # two, ten metres of other ground, two


def groups(shapes: list[shapely.Geometry], between: Between | None = None, limit: list[int] | None = None) -> list[int]:
    given_limit = None if limit is None else np.array(limit)
    return contiguous(Outlines.of(np.array(shapes)), between or Between(), given_limit).tolist()


def ground(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_what_shares_an_edge_or_a_corner_hangs_together() -> None:
    assert groups([cell(0, 0), cell(1, 0), cell(2, 1), cell(9, 9)]) == [0, 0, 0, 3]


def test_a_corner_on_the_edge_of_another_touches() -> None:
    assert groups([cell(0, 0, 1, 2), cell(1, 0.5, 1, 1)]) == [0, 0]


def test_a_polygon_in_the_hole_of_another_touches_it() -> None:
    assert groups([cell(0, 0, 3, 3) - cell(1, 1), cell(1, 1)]) == [0, 0]


def test_no_polygons_have_no_groups() -> None:
    assert groups([]) == []


@pytest.mark.parametrize(("gap_m", "expected"), [(9.99, [0, 0, 2, 2]), (10.0, [0, 0, 0, 0]), (11.0, [0, 0, 0, 0])])
def test_a_gap_is_crossed_up_to_its_width(gap_m: float, expected: list[int]) -> None:
    assert groups(FIELDS, Between(gap_m=gap_m)) == expected


@pytest.mark.parametrize(("across_m", "expected"), [(9.99, [0, 0, 2, 2]), (10.0, [0, 0, 0, 0])])
def test_crossable_ground_is_crossed_up_to_its_width(across_m: float, expected: list[int]) -> None:
    road = ground(cell(2, -1, 0.1, 3))
    assert groups(FIELDS, Between(across_m=across_m, crossable=road)) == expected


def test_a_road_and_a_ditch_side_by_side_are_crossed_together() -> None:
    strips = ground(cell(2, -1, 0.06, 3), cell(2.06, -1, 0.04, 3))
    assert groups(FIELDS, Between(across_m=10.0, crossable=strips)) == [0, 0, 0, 0]
    assert groups(FIELDS, Between(across_m=10.0, crossable=strips[:1])) == [0, 0, 2, 2]


def test_a_barrier_is_not_crossed_however_narrow() -> None:
    assert groups(FIELDS, Between(gap_m=50.0, barriers=ground(cell(2.04, -9, 0.02, 20)))) == [0, 0, 2, 2]


def test_the_seam_between_two_pieces_of_a_barrier_is_no_crossing() -> None:
    halves = ground(cell(2, -9, 0.1, 9), cell(2, 0, 0.1, 9))
    assert groups(FIELDS, Between(gap_m=50.0, barriers=halves)) == [0, 0, 2, 2]
    at_a_corner = ground(cell(2, -9, 0.1, 10), cell(2, 1, 0.1, 9))
    assert groups(FIELDS, Between(gap_m=50.0, barriers=at_a_corner)) == [0, 0, 2, 2]


def test_a_link_need_not_be_at_the_nearest_points() -> None:
    """A canal of 6 m runs between the fields below, a road of 10 m above it."""
    west, east = cell(0, 0), cell(1.06, 0, 1, 0.5) | cell(1.1, 0.5, 1, 0.5)
    canal, road = cell(1, -1, 0.06, 1.5), cell(1, 0.5, 0.1, 1)
    assert groups([west, east], Between(across_m=16.0, crossable=ground(road), barriers=ground(canal))) == [0, 0]
    assert groups([west, east], Between(across_m=16.0, barriers=ground(canal, road))) == [0, 1]


def test_fields_far_apart_along_one_road_do_not_hang_together() -> None:
    road = cell(0, 1, 50, 0.05)
    assert groups([cell(0, 0), cell(40, 0)], Between(across_m=16.0, crossable=ground(road))) == [0, 1]


def test_limits_part_what_touches() -> None:
    assert groups([cell(0, 0), cell(1, 0), cell(2, 0)], limit=[7, 7, 8]) == [0, 0, 2]
    assert groups(FIELDS, Between(gap_m=20.0), limit=[1, 1, 2, 2]) == [0, 0, 2, 2]


def test_a_long_chain_is_one_group_named_by_its_first() -> None:
    order = np.random.default_rng(3).permutation(5000)
    label = connected(np.arange(5000), order[:-1], order[1:])
    assert set(label.tolist()) == {0}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), gap_m=st.sampled_from([0.0, 3.0, 12.0]))
def test_groups_do_not_depend_on_the_order(seed: int, gap_m: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 12, (2, 40)) * 20.0
    fields = shapely.box(x, y, x + rng.integers(8, 21, 40), y + rng.integers(8, 21, 40))
    between = Between(
        gap_m=gap_m,
        across_m=16.0,
        crossable=shapely.box(x[:20] + 18, y[:20], x[:20] + 26, y[:20] + 30),
        barriers=shapely.box(x[20:] + 9, y[20:] + 18, x[20:] + 33, y[20:] + 20),
    )
    order = rng.permutation(40)
    plain = contiguous(Outlines.of(fields), between)
    mixed = contiguous(Outlines.of(fields[order]), between)
    pairs = {(a, b) for a in range(40) for b in range(40) if plain[a] == plain[b]}
    assert {(order[a], order[b]) for a in range(40) for b in range(40) if mixed[a] == mixed[b]} == pairs


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), gap_m=st.sampled_from([0.0, 2.5, 9.0]))
def test_without_barriers_groups_are_those_of_a_plain_union_find(seed: int, gap_m: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 200, (2, 60))
    fields = shapely.buffer(shapely.points(x, y), rng.uniform(2, 9, 60), quad_segs=3)
    assert contiguous(Outlines.of(fields), Between(gap_m=gap_m)).tolist() == union_find(fields, gap_m)


def clu() -> Features:
    return vector.read(real_data("clu_phillips_co", "clu_public_a_co095.shp"))


def oa() -> Features:
    return vector.read(real_data("scotland_oa", "scotland_oa_partial.gpkg"))


@pytest.mark.parametrize(("read", "gap_m"), [(clu, 0.0), (clu, 5.0), (oa, 0.0)])
def test_real_parcels_agree_with_a_union_find_over_what_touches(read: Callable[[], Features], gap_m: float) -> None:
    features = read()
    plane, _ = to_measuring_plane(features.geometry, features.crs)
    parts = shapely.get_parts(plane)
    parts = parts[shapely.is_valid(parts)]
    assert contiguous(Outlines.of(parts), Between(gap_m=gap_m)).tolist() == union_find(parts, gap_m)


def test_shared_corners_join_all_that_meet_there() -> None:
    shapes = np.array([cell(0, 0), cell(1, 0), cell(1.5, 1), cell(0, 1)])
    one, other = shared_corners(Outlines.of(shapes))
    assert (one < other).all()
    assert connected(np.arange(4), one, other).tolist() == [0, 0, 2, 0]

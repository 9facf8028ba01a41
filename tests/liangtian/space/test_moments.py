"""Areas by moments are the national formula: compared with it vertex by vertex, all over the zones and beyond."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from liangtian.space.area import ellipsoidal_area
from liangtian.space.moments import REACH_M, areas_by_moments, moments_of
from liangtian.space.transverse_mercator import TransverseMercator, transverse_mercator
from liangtian.space.trapezoid import Series, split_edges, trapezoids

PLANE = CRS.from_epsg(4549)
SERIES = Series.of(6378137.0, 6356752.314140356)
RINGS, CORNERS = 40, 9


def projection() -> TransverseMercator:
    found = transverse_mercator(PLANE)
    assert found is not None
    return found


def rings(seed: int, reach: float, flat: float, north: float, east: float) -> tuple[np.ndarray, np.ndarray]:
    """Random rings, some concave, some thin and turned, none crossing itself, within `reach` of their first vertex."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, (RINGS, CORNERS)), axis=1)
    radius = rng.uniform(0.2, 1.0, (RINGS, CORNERS)) * reach / 2
    star = radius * np.exp(1j * angle)
    turned = (star.real + 1j * flat * star.imag) * np.exp(1j * rng.uniform(0, np.pi, (RINGS, 1)))
    ring = np.concatenate([turned, turned[:, :1]], axis=1).ravel()
    return np.column_stack([ring.real + east, ring.imag + north]), np.arange(RINGS + 1) * (CORNERS + 1)


def by_vertices(xy: np.ndarray, starts: np.ndarray) -> np.ndarray:
    points, local = split_edges(xy, starts, 70.0)
    lon, sin_lat = projection()(points)
    return trapezoids(lon, SERIES.q(sin_lat), local) * SERIES.b2


@given(
    st.integers(0, 1 << 32),
    st.floats(5, REACH_M),
    st.floats(0.01, 1),
    st.floats(-6.6e6, 6.6e6),
    st.floats(-330_000, 330_000),
)
def test_moments_agree_with_the_formula_vertex_by_vertex(
    seed: int, reach: float, flat: float, north: float, off: float
) -> None:
    xy, starts = rings(seed, reach, flat, north, projection().false_easting + off)
    moments = moments_of(xy, starts, 70.0)
    areas, holds = areas_by_moments(moments, xy[starts[:-1]], projection(), SERIES)
    assert holds.all()
    rounding = 5e-9 * reach + 1e-6  # of the comparison: Q has sixteen digits
    assert np.abs(areas - by_vertices(xy, starts)).max() < 1.5e-10 * reach**2 + rounding


@pytest.mark.parametrize(
    ("what", "ring"),
    [
        ("reaches too far", [(0, 0), (1500, 0), (1500, 30), (0, 30)]),
        ("crosses itself, its centroid far away", [(0, 0), (100, 100.0001), (100, 0), (0, 100)]),
        ("has no area", [(0, 0), (100, 0), (50, 0)]),
    ],
)
def test_other_rings_are_left_to_the_formula(what: str, ring: list[tuple[float, float]]) -> None:
    closed = np.array([*ring, ring[0]]) + [500_000, 3_400_000]
    starts = np.array([0, len(closed)])
    _, holds = areas_by_moments(moments_of(closed, starts, 70.0), closed[:1], projection(), SERIES)
    assert holds.tolist() == [False], what
    got = ellipsoidal_area(np.array([shapely.Polygon(closed)]), PLANE)
    assert got.tolist() == by_vertices(closed, starts).tolist()


def test_far_north_and_far_from_the_meridian_is_left_to_the_formula() -> None:
    for east, north in ((500_000.0, 6_800_000.0), (950_000.0, 3_400_000.0)):
        ring = np.array([[0.0, 0], [50, 0], [50, 50], [0, 50], [0, 0]]) + [east, north]
        _, holds = areas_by_moments(moments_of(ring, np.array([0, 5]), 70.0), ring[:1], projection(), SERIES)
        assert holds.tolist() == [False]


def test_a_far_reaching_ring_does_not_change_its_neighbours() -> None:
    field = shapely.box(500_000, 3_400_000, 500_060, 3_400_080)
    road = shapely.box(510_000, 3_400_000, 515_000, 3_400_010)
    together = ellipsoidal_area(np.array([field, road, field]), PLANE)
    alone = [ellipsoidal_area(np.array([one]), PLANE)[0] for one in (field, road)]
    assert together.tolist() == [alone[0], alone[1], alone[0]]


def test_curvature_and_density_belong_to_the_ellipsoid() -> None:
    e2 = SERIES.e2
    assert SERIES.curvature(np.array([0.0]))[0] == pytest.approx(1 / (6378137.0**2 * (1 - e2)), rel=1e-14)
    sin_lat = np.sin(np.radians([0.0, 30.0, 60.0]))
    parallel2 = 6378137.0**2 * (1 - sin_lat**2) / (1 - e2 * sin_lat**2)  # (N cos B)²
    assert SERIES.density(sin_lat) == pytest.approx(parallel2, rel=1e-10)

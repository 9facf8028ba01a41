"""The national area formula: published vectors, PROJ's geodesic area, and what must hold for any polygon."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from liangtian.errors import CrsMismatch
from liangtian.space.area import Pyproj, ellipsoidal_area, ring_areas
from liangtian.space.crs import transformer
from liangtian.space.transverse_mercator import transverse_mercator
from liangtian.space.trapezoid import Series, split_edges

ZONE_40 = CRS.from_epsg(4528)
ZONE_40_CM = CRS.from_epsg(4549)
SHELL = [
    (40565230.125, 3379110.250),
    (40565310.500, 3379105.000),
    (40565342.750, 3379188.375),
    (40565290.000, 3379240.125),
    (40565221.625, 3379201.500),
]
HOLE = [(40565260, 3379150), (40565270, 3379170), (40565285, 3379160)]


def area(geometry: object, crs: CRS = ZONE_40, split_m: float | None = 70.0) -> float:
    return float(ellipsoidal_area(np.array([geometry], dtype=object), crs, split_m=split_m)[0])


def square(east: float, north: float, width: float, height: float | None = None) -> shapely.Polygon:
    return shapely.box(east, north, east + width, north + (height or width))


@pytest.mark.parametrize(
    ("geometry", "split_m", "expected"),
    [
        (square(40565259.975, 3379064.298, 100), 70.0, 9998.9481),
        (square(40565259.975, 3379064.298, 1000), 70.0, 999893.3581),
        (square(40565259.975, 3379064.298, 3000, 2000), 70.0, 5999340.4442),
        (square(40565259.975, 3379064.298, 3000, 2000), None, 5999340.3953),
        (square(40568854.272, 3098639.217, 1000), 70.0, 999881.3231),
        (shapely.Polygon(SHELL), 70.0, 11692.5451),
        (shapely.Polygon(HOLE), 70.0, 199.9790),
        (shapely.Polygon(SHELL, [HOLE]), 70.0, 11492.5661),
    ],
)
def test_area_matches_the_published_vectors(geometry: shapely.Polygon, split_m: float | None, expected: float) -> None:
    assert round(area(geometry, split_m=split_m), 4) == expected


def test_graticule_cell_and_whole_ellipsoid() -> None:
    series = Series.of(6378137.0, 6356752.314140356)
    q = series.q(np.sin(np.radians([30.0, 31.0])))
    assert series.b2 * np.radians(1) * (q[1] - q[0]) == pytest.approx(10642393438.71167, abs=1e-3)
    pole = series.q(np.array([-1.0, 1.0]))
    assert series.b2 * 2 * np.pi * (pole[1] - pole[0]) == pytest.approx(510065621714742.6, rel=1e-14)


def test_the_wrong_eccentricity_would_be_noticed() -> None:
    series = Series.of(6378137.0, 6356752.314140356)
    assert sum(series.coefficients) == pytest.approx(1.003364089834192674 - 0.001124189381927107 * -1, rel=1e-5)
    assert series.coefficients[0] == pytest.approx(
        1.003364089834192674
        - 3 * 0.001124189381927107
        + 5 * 0.000001699459473519
        - 7 * 0.000000002717857846
        + 9 * 0.000000000004358419,
        abs=1e-15,
    )


@pytest.mark.parametrize("side", [100, 1000])
def test_area_agrees_with_geodesic_area_on_densified_edges(side: int) -> None:
    dense = shapely.segmentize(square(40565259.975, 3379064.298, side), 1.0)
    lon, lat = transformer(ZONE_40, CRS.from_epsg(4490)).transform(*shapely.get_coordinates(dense).T)
    geodesic = abs(Geod(a=6378137.0, rf=298.257222101).polygon_area_perimeter(lon, lat)[0])
    assert area(square(40565259.975, 3379064.298, side)) == pytest.approx(geodesic, abs=1e-4 * (side / 100))


@pytest.mark.parametrize("epsg", [4526, 4528, 4549, 4547, 4499, 32650, 2154, 28992, 3763, 31287])
def test_own_inverse_projection_agrees_with_proj(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    west, south, east, north = crs.area_of_use.bounds  # type: ignore[union-attr]
    lon, lat = np.meshgrid(np.linspace(west, east, 20), np.linspace(max(south, 0.5), min(north, 80), 20))
    geodetic = crs.geodetic_crs
    xy = np.column_stack(transformer(geodetic, crs).transform(lon.ravel(), lat.ravel()))
    ours, proj = transverse_mercator(crs) or Pyproj(crs), Pyproj(crs)
    got, expected = ours(xy), proj(xy)
    offset = np.median(expected[0] - got[0])  # ours counts from the central meridian: any fixed meridian will do
    assert np.abs(got[0] + offset - expected[0]).max() < 1e-12
    assert np.abs(got[1] - expected[1]).max() < 1e-12


def test_gauss_kruger_zones_take_the_fast_inverse() -> None:
    assert transverse_mercator(ZONE_40) is not None
    assert transverse_mercator(CRS.from_epsg(2154)) is None


def test_a_sphere_is_an_ellipsoid_too() -> None:
    crs = CRS.from_user_input("+proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +R=6371000 +units=m +type=crs")
    square = np.array([shapely.box(500_000, 3_300_000, 500_100, 3_300_100)])
    assert transverse_mercator(crs) is not None
    assert ellipsoidal_area(square, crs)[0] == pytest.approx(10_000, rel=1e-6)


def test_prefixed_and_plain_eastings_give_the_same_area() -> None:
    plain = shapely.transform(shapely.Polygon(SHELL), lambda xy: xy - [40e6, 0])
    assert area(plain, ZONE_40_CM) == pytest.approx(area(shapely.Polygon(SHELL)), abs=1e-6)


def test_multiparts_add_and_nothing_is_zero() -> None:
    a, b = square(40565000, 3379000, 100), square(40565200, 3379000, 50)
    got = ellipsoidal_area(np.array([shapely.MultiPolygon([a, b]), None, shapely.Point(1, 1)], dtype=object), ZONE_40)
    assert got.tolist() == [pytest.approx(area(a) + area(b), abs=1e-7), 0.0, 0.0]


def test_geographic_coordinates_are_refused() -> None:
    with pytest.raises(CrsMismatch) as error:
        area(shapely.box(120, 30, 120.1, 30.1), CRS.from_epsg(4490))
    assert error.value.message_id == "crs-not-projected"


def test_chunks_do_not_change_the_result() -> None:
    ring = shapely.get_coordinates(shapely.Point(40565000, 3379000).buffer(50))
    many = 3000
    xy = np.vstack([ring + [i, 0] for i in range(many)])
    starts = np.arange(many + 1) * len(ring)
    together = ring_areas(xy, starts, ZONE_40)
    alone = [ring_areas(xy[starts[i] : starts[i + 1]], np.array([0, len(ring)]), ZONE_40)[0] for i in (0, 1500, 2999)]
    assert [together[0], together[1500], together[2999]] == alone


@given(st.floats(1, 500), st.floats(1, 500), st.floats(0.1, 0.9), st.integers(0, 359))
def test_area_is_conserved_when_a_polygon_is_cut(width: float, height: float, at: float, turn: int) -> None:
    origin = (40565000.0, 3379000.0)
    whole = shapely.affinity.rotate(square(*origin, width, height), turn, origin=origin)
    left = shapely.affinity.rotate(square(*origin, width * at, height), turn, origin=origin)
    rest = shapely.affinity.rotate(
        square(origin[0] + width * at, origin[1], width * (1 - at), height), turn, origin=origin
    )
    assert area(left) + area(rest) == pytest.approx(area(whole), abs=5e-3)  # an edge near 70 m may split or not


def test_an_edge_of_exactly_the_limit_is_not_split() -> None:
    ring = np.array([[0.0, 0], [70, 0], [70, 70], [0, 70], [0, 0]])
    assert split_edges(ring, np.array([0, 5]), 70.0)[0].tolist() == ring.tolist()

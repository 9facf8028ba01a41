"""Planes: which one a layer is measured in, and exact moves between the two forms of a zone."""

import numpy as np
import pytest
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch
from liangtian.space.crs import (
    false_easting_shift,
    gauss_kruger,
    is_cgcs2000,
    measuring_plane,
    reproject,
    to_measuring_plane,
)


def test_a_chinese_layer_is_measured_in_its_zone_without_prefix() -> None:
    expected = {4528: 4549, 4549: 4549, 4490: 4549, 4499: 4510}
    assert {code: measuring_plane(CRS.from_epsg(code), 120.7, 30.5).to_epsg() for code in expected} == expected


def test_the_zone_of_degrees_is_that_of_the_middle() -> None:
    zones = {118.49: 4548, 118.51: 4549, 121.49: 4549, 121.51: 4550}
    assert {lon: measuring_plane(CRS.from_epsg(4490), lon, 28.0).to_epsg() for lon in zones} == zones


def test_foreign_layers_keep_their_plane_or_get_utm_on_their_own_datum() -> None:
    assert measuring_plane(CRS.from_epsg(2154), 1.4, 43.6).to_epsg() == 2154
    assert measuring_plane(CRS.from_epsg(4326), -102.3, 40.6).to_epsg() == 32613
    japan = measuring_plane(CRS.from_epsg(6668), 139.7, 35.7)
    assert japan.is_projected
    assert japan.geodetic_crs == CRS.from_epsg(6668)


def test_removing_the_zone_prefix_moves_nothing() -> None:
    prefixed = np.array([shapely.Point(40565259.975, 3379064.298)])
    plain = reproject(prefixed, CRS.from_epsg(4528), CRS.from_epsg(4549))
    assert shapely.get_coordinates(plain).round(6).tolist() == [[565259.975, 3379064.298]]
    assert false_easting_shift(CRS.from_epsg(4549), CRS.from_epsg(4528)) == 40e6
    assert false_easting_shift(CRS.from_epsg(4528), CRS.from_epsg(4550)) is None


def test_degrees_are_projected_once() -> None:
    moved, plane = to_measuring_plane(np.array([shapely.box(120.6, 30.4, 120.7, 30.5)]), CRS.from_epsg(4490))
    assert plane.to_epsg() == 4549
    assert 550_000 < shapely.get_coordinates(moved)[0, 0] < 570_000


def test_unknown_zone_and_local_systems_are_refused() -> None:
    with pytest.raises(CrsMismatch):
        gauss_kruger(46)
    with pytest.raises(CrsMismatch):
        measuring_plane(CRS.from_epsg(4479), 120, 30)


def test_cgcs2000_is_recognised_in_all_its_forms() -> None:
    codes = (4490, 4528, 4549, 4499, 4510, 4326, 2364, 4610)
    assert [code for code in codes if is_cgcs2000(CRS.from_epsg(code))] == [4490, 4528, 4549, 4499, 4510]

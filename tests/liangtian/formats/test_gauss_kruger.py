"""The grids of domain.md §4, by code and by what other software calls them."""

import pytest
from pyproj import CRS

from liangtian.formats.gauss_kruger import ZONES, Grid, datum_named, identify, width_of


@pytest.mark.parametrize("datum", ["cgcs2000", "xian80", "beijing54"])
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_zone_is_the_crs_it_says_and_is_recognised(datum, prefixed):
    for width, zones in ZONES.items():
        for zone in (zones[0], zones[len(zones) // 2], zones[-1]):
            grid = Grid(datum, width, zone, prefixed)
            crs = grid.crs()
            value = {p.name: p.value for p in crs.coordinate_operation.params}
            assert value["Longitude of natural origin"] == grid.central_meridian
            assert value["False easting"] == grid.false_easting
            assert datum_named(crs.datum.name) == datum
            assert identify(crs) == grid


@pytest.mark.parametrize("code", [4528, 4549, 4499, 4510, 2364])
def test_names_of_esri_are_recognised(code):
    assert identify(CRS(CRS(code).to_wkt("WKT1_ESRI"))) == identify(CRS(code))


@pytest.mark.parametrize("code", [4490, 4326, 3857, 32650, 25832, 27700])
def test_anything_else_is_no_grid(code):
    assert identify(CRS(code)) is None


def test_a_local_meridian_is_no_grid():
    local = CRS("+proj=tmerc +lon_0=120.5 +x_0=500000 +datum=WGS84 +type=crs")

    assert identify(local) is None


def test_zone_numbers_tell_the_width():
    assert [width_of(zone) for zone in (12, 13, 23, 24, 25, 45, 46)] == [None, 6, 6, None, 3, 3, None]

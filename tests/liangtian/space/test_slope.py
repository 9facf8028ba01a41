"""Slope from heights, against an independent reckoning on real elevation models, and its mean over parcels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from pyproj import CRS, Geod

from liangtian.formats.raster import read_elevation
from liangtian.space.crs import reproject
from liangtian.space.slope import STRIP, Elevation, slope_deg, steepness
from real_data import real_data

PLANE = CRS.from_epsg(4549)
Floats = npt.NDArray[np.float64]


def model(heights: Floats, *, cell: float = 10.0, crs: CRS = PLANE) -> Elevation:
    return Elevation(heights, 570_000.0, 3_380_000.0, cell, cell, crs, "dem.tif")


def by_hand(elevation: Elevation, row: int, column: int) -> float:
    """Horn's slope of one cell, spelled out, with distances by geodesics between the middles of cells."""
    z, width, height = elevation.heights, elevation.width, elevation.height
    x = elevation.west + (column + 0.5) * width
    y = elevation.north - (row + 0.5) * height
    if elevation.crs.is_geographic:
        geod = Geod(ellps="WGS84")
        across = geod.inv(x - width / 2, y, x + width / 2, y)[2]
        down = geod.inv(x, y - height / 2, x, y + height / 2)[2]
    else:
        across, down = width, height
    a, b, c = z[row - 1, column - 1 : column + 2]
    d, _, f = z[row, column - 1 : column + 2]
    g, h, i = z[row + 1, column - 1 : column + 2]
    p = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * across)
    q = ((g + 2 * h + i) - (a + 2 * b + c)) / (8 * down)
    return float(np.degrees(np.arctan(np.sqrt(p * p + q * q))))


@pytest.mark.parametrize(
    ("file", "nodata"), [("dem_zion_srtm/srtm.tif", None), ("s2_slovenia_68dates/dem_10m.tif", "none")]
)
def test_real_models_have_horns_slope(file: str, nodata: str | None) -> None:
    elevation = read_elevation(real_data(file), nodata=nodata)
    found = slope_deg(elevation)
    rng = np.random.default_rng(1)
    rows, columns = (rng.integers(1, size - 1, 200) for size in elevation.heights.shape)
    expected = [by_hand(elevation, int(row), int(column)) for row, column in zip(rows, columns, strict=True)]
    np.testing.assert_allclose(found[rows, columns], expected, rtol=1e-6)
    assert np.isnan(found[[0, -1]]).all()
    assert np.isnan(found[:, [0, -1]]).all()


def test_a_real_model_gives_parcels_the_mean_of_the_cells_they_cover() -> None:
    elevation = read_elevation(real_data("s2_slovenia_68dates/dem_10m.tif"), nodata="none")
    west, south, east, north = elevation.bounds
    rng = np.random.default_rng(2)
    x, y = rng.uniform(west + 100, east - 100, 20), rng.uniform(south + 100, north - 100, 20)
    shapes = shapely.buffer(shapely.points(x, y), rng.uniform(5, 60, 20), quad_segs=3)
    slopes = slope_deg(elevation)
    found = steepness(elevation, shapes, elevation.crs)
    rows, columns = np.indices(slopes.shape)
    cell_west, cell_north = west + columns * elevation.width, north - rows * elevation.height
    cells = shapely.box(cell_west, cell_north - elevation.height, cell_west + elevation.width, cell_north)
    for shape, mean in zip(shapes, found.mean_deg, strict=True):
        weight = shapely.area(shapely.intersection(cells, shape))
        weight[np.isnan(slopes)] = 0
        assert mean == pytest.approx(np.nansum(weight * slopes) / weight.sum(), abs=1e-4)
    assert found.covered == pytest.approx(np.ones(20))


def test_a_tilted_plane_has_one_slope() -> None:
    rows, columns = np.indices((12, 9))
    slopes = slope_deg(model(3.0 * columns - 4.0 * rows + 100.0))
    np.testing.assert_allclose(slopes[1:-1, 1:-1], np.degrees(np.arctan(0.5)))


def test_tall_models_are_worked_on_in_strips() -> None:
    heights = np.random.default_rng(3).normal(0, 5, (2 * STRIP + 5, 4))
    tall = model(heights)
    near = range(STRIP - 2, STRIP + 4)
    assert slope_deg(tall)[near, 1] == pytest.approx([by_hand(tall, row, 1) for row in near])
    assert np.isnan(slope_deg(tall)[[0, -1]]).all()
    assert not np.isnan(slope_deg(tall)[1:-1, 1:-1]).any()


def test_a_gap_takes_the_slope_of_its_neighbours_and_leaves_a_share() -> None:
    heights = np.zeros((10, 10))
    heights[4, 4] = np.nan
    field = np.array([shapely.box(570_010, 3_379_910, 570_090, 3_379_990)])
    found = steepness(model(heights), field, PLANE)
    assert (found.mean_deg.tolist(), found.covered.round(9).tolist()) == ([0.0], [round(1 - 9 / 64, 9)])


def test_parcels_beside_the_model_have_no_slope() -> None:
    found = steepness(model(np.zeros((10, 10))), np.array([shapely.box(0, 0, 100, 100)]), PLANE)
    assert np.isnan(found.mean_deg).all()
    assert found.covered.tolist() == [0.0]
    assert len(steepness(model(np.zeros((10, 10))), np.array([], dtype=object), PLANE).mean_deg) == 0


def test_the_slope_of_the_ground_does_not_depend_on_the_grid() -> None:
    """The same hillside as a projected and as a geographic grid."""
    degrees = CRS.from_epsg(4490)
    field = np.array([shapely.box(570_100, 3_379_500, 570_400, 3_379_800)])
    west, south, east, north = reproject(field, PLANE, degrees)[0].bounds
    step = 0.0002
    longitude = west - 5 * step + step * (np.arange(int((east - west) / step) + 12) + 0.5)
    latitude = north + 5 * step - step * (np.arange(int((north - south) / step) + 12) + 0.5)
    points = shapely.points(*np.meshgrid(longitude, latitude))
    easting = shapely.get_x(reproject(points.ravel(), degrees, PLANE)).reshape(points.shape)
    geographic = Elevation((easting - 570_000) * 0.2, west - 5 * step, north + 5 * step, step, step, degrees, "dem")
    columns = np.indices((100, 100))[1]
    projected = model(columns * 10.0 * 0.2)
    expected = steepness(projected, field, PLANE).mean_deg[0]
    assert steepness(geographic, field, PLANE).mean_deg[0] == pytest.approx(expected, abs=0.01)


def test_feet_are_not_taken_for_metres_of_the_plane() -> None:
    heights = np.tile(np.arange(10.0), (10, 1))
    feet = replace(model(heights), crs=CRS.from_epsg(2231))
    unit = 1200 / 3937
    assert slope_deg(feet)[5, 5] == pytest.approx(np.degrees(np.arctan(1 / (10 * unit))))


def test_metres_of_a_stretched_plane_are_not_metres_of_the_ground() -> None:
    """A web map's plane is a seventh too wide at 30° N: a slope of 25° would pass for one of 22°."""
    web = CRS.from_epsg(3857)
    west, north = 13_430_000.0, 3_550_000.0  # 30.3° N
    latitude = shapely.get_y(reproject(np.array([shapely.Point(west, north)]), web, CRS.from_epsg(4326)))[0]
    ground = 10 * np.cos(np.radians(latitude))  # of a cell, to the flattening of the earth
    heights = np.tile(np.arange(9.0) * ground * np.tan(np.radians(25)), (9, 1))
    assert slope_deg(Elevation(heights, west, north, 10, 10, web, "dem"))[4, 4] == pytest.approx(25, abs=0.1)

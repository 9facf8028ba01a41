"""Elevation models: what is read, what is refused and why, and that writing is repeatable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import CRS

from liangtian.errors import LiangtianError
from liangtian.formats.raster import HANDED_IN, read_elevation, write_elevation
from liangtian.space.slope import Elevation
from real_data import real_data

PLANE = CRS.from_epsg(4549)


def put(path: Path, values: Any, *, turn: float = 0.0, **options: Any) -> Path:
    """Write a raster of 10 m cells as another program would."""
    bands = np.atleast_3d(np.asarray(values)).transpose(2, 0, 1)
    step = rasterio.Affine(10, turn, 570_000, 0, -10, 3_380_000)
    form = {"driver": "GTiff", "count": len(bands), "dtype": bands.dtype, "transform": step, "crs": "EPSG:4549"}
    with rasterio.open(path, "w", height=bands.shape[1], width=bands.shape[2], **(form | options)) as file:
        file.write(bands)
    return path


def refused(path: Path, **stated: Any) -> str:
    with pytest.raises(LiangtianError) as error:
        read_elevation(path, **stated)
    return error.value.message_id


HEIGHTS = np.arange(30, dtype=np.float32).reshape(5, 6)


def test_heights_are_read_with_their_gaps(tmp_path: Path) -> None:
    values = HEIGHTS.copy()
    values[1, 2] = -9999
    read = read_elevation(put(tmp_path / "dem.tif", values, nodata=-9999))
    assert np.isnan(read.heights[1, 2])
    assert (read.heights[0, 5], read.bounds) == (5.0, (570_000.0, 3_379_950.0, 570_060.0, 3_380_000.0))
    assert read.crs == PLANE


def test_a_model_that_declares_no_gaps_is_asked_for_them(tmp_path: Path) -> None:
    path = put(tmp_path / "dem.tif", HEIGHTS)
    assert refused(path) == "raster-no-nodata"
    assert not np.isnan(read_elevation(path, nodata="none").heights).any()
    assert np.isnan(read_elevation(path, nodata="7").heights[1, 1])


def test_undeclared_gaps_do_not_pass_for_ground(tmp_path: Path) -> None:
    values = HEIGHTS.copy()
    values[0, 0] = -32768
    assert refused(put(tmp_path / "dem.tif", values), nodata="none") == "raster-no-heights"


@pytest.mark.parametrize(
    ("values", "options", "message_id"),
    [
        (HEIGHTS, {"crs": None, "nodata": -1}, "raster-no-crs"),
        (np.dstack([HEIGHTS, HEIGHTS]), {"nodata": -1}, "raster-bands"),
        (HEIGHTS, {"nodata": -1, "turn": 2.0}, "raster-turned"),
    ],
)
def test_a_model_that_cannot_be_read_safely_is_refused(
    values: Any, options: dict[str, Any], message_id: str, tmp_path: Path
) -> None:
    assert refused(put(tmp_path / "dem.tif", values, **options)) == message_id


def test_a_value_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "dem.tif", HEIGHTS), nodata="nothing") == "raster-bad-nodata"


def test_what_is_no_raster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dem.tif").write_bytes(b"no raster")
    assert refused(tmp_path / "dem.tif") == "raster-unreadable"
    assert refused(tmp_path / "absent.tif") == "raster-unreadable"


def test_a_stated_system_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    path = put(tmp_path / "dem.tif", HEIGHTS, crs=None, nodata=-1)
    assert read_elevation(path, crs=PLANE).crs == PLANE


def test_a_part_is_the_same_as_the_whole() -> None:
    path = real_data("dem_zion_srtm/srtm.tif")
    whole = read_elevation(path)
    part = read_elevation(path, around=(-113.1, 37.2, -113.0, 37.3), around_crs=CRS.from_epsg(4326))
    column = round((part.west - whole.west) / whole.width)
    row = round((whole.north - part.north) / whole.height)
    rows, columns = part.heights.shape
    np.testing.assert_array_equal(part.heights, whole.heights[row : row + rows, column : column + columns])
    west, south, east, north = part.bounds
    assert (west < -113.1, east > -113.0, south < 37.2, north > 37.3) == (True, True, True, True)
    assert part.heights.size < whole.heights.size / 4


def test_a_model_of_another_place_is_refused() -> None:
    path = real_data("dem_zion_srtm/srtm.tif")
    assert refused(path, around=(120.0, 30.0, 121.0, 31.0), around_crs=CRS.from_epsg(4326)) == "raster-elsewhere"


def test_what_is_written_is_read_back_to_a_decimetre(tmp_path: Path) -> None:
    heights = np.array([[1.04, np.nan], [999.96, -3.2]])
    made = Elevation(heights, 570_000.0, 3_380_000.0, 30.0, 30.0, PLANE, "relief")
    write_elevation(made, tmp_path / "one.tif")
    write_elevation(made, tmp_path / "two.tif")
    read = read_elevation(tmp_path / "one.tif")
    np.testing.assert_allclose(read.heights, [[1.0, np.nan], [1000.0, -3.2]])
    assert (read.bounds, read.crs) == (made.bounds, PLANE)
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


def test_a_description_that_points_at_other_files_is_no_model_handed_in(tmp_path: Path) -> None:
    """A VRT may name any file of the machine or of the network, whatever its own name says."""
    secret = put(tmp_path / "secret.tif", HEIGHTS, nodata=-1)
    vrt = (
        '<VRTDataset rasterXSize="6" rasterYSize="5"><SRS>EPSG:4549</SRS>'
        "<GeoTransform>570000, 10, 0, 3380000, 0, -10</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-1</NoDataValue><SimpleSource>'
        f"<SourceFilename>{secret}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    for name in ("dem.vrt", "dem.tif"):
        (tmp_path / name).write_text(vrt, "utf-8")
        assert read_elevation(tmp_path / name).heights[4, 5] == 29  # one's own file may say so
        assert refused(tmp_path / name, drivers=HANDED_IN) == "raster-unreadable"
    assert read_elevation(secret, drivers=HANDED_IN).heights[4, 5] == 29


@pytest.mark.parametrize("more", [{}, {"tiled": True, "blockxsize": 65_536, "blockysize": 65_536}])
def test_a_small_file_of_very_many_cells_is_refused(more: dict[str, Any], tmp_path: Path) -> None:
    """Cells that are left out or packed well cost nothing in the file, and all memory when read."""
    step = rasterio.Affine(0.01, 0, 570_000, 0, -0.01, 3_380_000)
    form = {"driver": "GTiff", "count": 1, "dtype": "int16", "nodata": -1, "crs": "EPSG:4549", "transform": step}
    side = 60_000
    rasterio.open(tmp_path / "dem.tif", "w", width=side, height=side, sparse_ok=True, **(form | more)).close()
    assert refused(tmp_path / "dem.tif") == "raster-too-large"
    if not more:
        near = (570_000.0, 3_379_990.0, 570_001.0, 3_380_000.0)
        assert read_elevation(tmp_path / "dem.tif", around=near, around_crs=PLANE).heights.shape == (1002, 102)

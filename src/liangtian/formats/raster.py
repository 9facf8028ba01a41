"""Elevation models: any raster that GDAL reads, and a GeoTIFF of our own.

Nothing is guessed. A raster without a coordinate system, without a value for "no data", with several bands or turned
against north is refused with a sentence, unless the caller states what is missing.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from liangtian.errors import CrsMismatch, FileUnreadable, LiangtianError
from liangtian.space.slope import Elevation

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""No land lies beyond: such a height is a gap that the file does not declare."""

NO_GAPS = "none"

HANDED_IN = ("GTiff", "AAIGrid")
"""Formats that hold their heights themselves. Others (VRT, WMS) may name any file of the machine or of the network."""

CELLS_MAX = 100_000_000
"""Cells read at once, or packed into one block: a county at 5 m has 64 million. A small file may hold far more."""


def is_readable() -> bool:
    """Whether rasters can be read and written: the extra `raster` is installed."""
    return find_spec("rasterio") is not None


def read_elevation(
    path: Path,
    *,
    nodata: float | str | None = None,
    crs: CRS | None = None,
    around: tuple[float, float, float, float] | None = None,
    around_crs: CRS | None = None,
    drivers: Sequence[str] | None = None,
) -> Elevation:
    """Read heights in metres.

    Parameters
    ----------
    nodata : the value that says there is no height, where the file does not declare it; "none": every cell has one
    crs : coordinate system, where the file does not say it
    around : west, south, east, north in `around_crs`: only this part of the raster, and the cells next to it
    drivers : formats that are read, as GDAL calls them; None: all. `HANDED_IN` for a file that somebody else gave

    Raises
    ------
    FileUnreadable (file-unreadable): no raster, several bands, turned, no value for no data, heights that are none,
        more cells than `CELLS_MAX`, or nothing of it around.
    CrsMismatch (crs-mismatch): no coordinate system.
    LiangtianError (error): raster-not-installed.
    """
    rasterio = _rasterio()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)  # refused below, in our words
            allowed = None if drivers is None else list(drivers)
            with rasterio.Env(), rasterio.io.DatasetReader(path, driver=allowed) as file:
                return _read(file, path.name, nodata, crs, _around(around, around_crs))
    except rasterio.errors.RasterioIOError as error:
        raise FileUnreadable("raster-unreadable", file=path.name, reason=str(error)) from error


def write_elevation(elevation: Elevation, path: Path) -> None:
    """Write heights as a GeoTIFF of whole decimetres: 16 bits, packed, the same bytes every time."""
    rasterio = _rasterio()
    rows, columns = elevation.heights.shape
    whole = np.where(np.isnan(elevation.heights), _GAP, np.round(elevation.heights * 10)).astype(np.int16)
    step = rasterio.Affine(elevation.width, 0.0, elevation.west, 0.0, -elevation.height, elevation.north)
    options = {"driver": "GTiff", "dtype": "int16", "count": 1, "nodata": _GAP, "compress": "deflate", "predictor": 2}
    with rasterio.open(
        path, "w", height=rows, width=columns, crs=elevation.crs.to_wkt(), transform=step, **options
    ) as file:
        file.scales = (0.1,)
        file.write(whole, 1)


_GAP = -32768
Window = tuple[tuple[float, float, float, float], CRS] | None


def _rasterio() -> ModuleType:
    try:
        import rasterio
        import rasterio.errors
        import rasterio.io
        import rasterio.windows
    except ImportError:
        raise LiangtianError("raster-not-installed") from None
    module: ModuleType = rasterio
    return module


def _around(bounds: tuple[float, float, float, float] | None, crs: CRS | None) -> Window:
    return None if bounds is None or crs is None else (bounds, crs)


def _read(file: Any, source: str, nodata: float | str | None, crs: CRS | None, window: Window) -> Elevation:
    if file.count != 1:
        raise FileUnreadable("raster-bands", file=source, count=file.count)
    step = file.transform
    if file.crs is None and crs is None:
        raise CrsMismatch("raster-no-crs", file=source)
    if step.b or step.d or step.a <= 0 or step.e >= 0:
        raise FileUnreadable("raster-turned", file=source)
    plane = crs or CRS.from_wkt(file.crs.to_wkt())
    gap = _gap(file, source, nodata)
    part = _part(file, plane, window, source)
    _refuse_too_many(int(part.width) * int(part.height), source)
    _refuse_too_many(max(rows * columns for rows, columns in file.block_shapes), source)
    values = file.read(1, window=part).astype(np.float64)
    missing = np.isnan(values) if gap is None else (values == gap) | np.isnan(values)
    values = values * file.scales[0] + file.offsets[0]
    values[missing] = np.nan
    _refuse_no_heights(values, source)
    west, north = step.c + part.col_off * step.a, step.f + part.row_off * step.e
    return Elevation(values, west, north, step.a, -step.e, plane, source)


def _gap(file: Any, source: str, stated: float | str | None) -> float | None:
    """The value of cells without height; None: every cell has one."""
    if stated == NO_GAPS:
        return None
    if stated is not None:
        try:
            return float(stated)
        except ValueError:
            raise FileUnreadable("raster-bad-nodata", file=source, value=stated) from None
    if file.nodata is None:
        raise FileUnreadable("raster-no-nodata", file=source)
    return float(file.nodata)


def _part(file: Any, plane: CRS, window: Window, source: str) -> Any:
    """The cells around what is asked about, two more on each side: a slope needs its neighbours."""
    from rasterio.warp import transform_bounds
    from rasterio.windows import Window as Cells

    if window is None:
        return Cells(0, 0, file.width, file.height)
    bounds, crs = window
    west, south, east, north = transform_bounds(crs.to_wkt(), plane.to_wkt(), *bounds)
    step = file.transform
    first = max(int((west - step.c) // step.a) - 2, 0), max(int((north - step.f) // step.e) - 2, 0)
    last = min(int((east - step.c) // step.a) + 3, file.width), min(int((south - step.f) // step.e) + 3, file.height)
    if first[0] >= last[0] or first[1] >= last[1]:
        raise FileUnreadable("raster-elsewhere", file=source)
    return Cells(first[0], first[1], last[0] - first[0], last[1] - first[1])


def _refuse_too_many(cells: int, source: str) -> None:
    if cells > CELLS_MAX:
        raise FileUnreadable("raster-too-large", file=source, cells=f"{cells:,}", most=f"{CELLS_MAX:,}")


def _refuse_no_heights(values: npt.NDArray[np.float64], source: str) -> None:
    known = values[~np.isnan(values)]
    odd = known[(known < LOWEST_M) | (known > HIGHEST_M)]
    if len(odd):
        raise FileUnreadable("raster-no-heights", file=source, count=len(odd), value=f"{odd[0]:g}")

"""Slope of the ground from a grid of heights, and its mean over parcels by exact coverage.

The grid is never resampled: slope is worked out on the grid as it is delivered, with the metres of its cells, and parcels
are brought into its coordinate system instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod

from liangtian.errors import LiangtianError
from liangtian.space.crs import geographic, reproject, transformer

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

TRUE_SHARE = 0.01
"""A survey's plane is true to a few ten-thousandths, and its metres are taken as they are; beyond this a plane stretches."""

STRIP = 1024  # rows worked on at once: a model of a county at 5 m has 64 million cells


@dataclass(frozen=True, slots=True, eq=False)
class Elevation:
    """Heights of the ground on a grid, north up.

    Attributes
    ----------
    heights : shape (rows, columns), metres; nan where there is none
    west, north : outer corner of the first cell
    width, height : of a cell, both positive, in units of `crs`
    crs : of the grid, projected or geographic
    source : file name, used in messages
    """

    heights: Floats
    west: float
    north: float
    width: float
    height: float
    crs: CRS
    source: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        rows, columns = self.heights.shape
        return (self.west, self.north - rows * self.height, self.west + columns * self.width, self.north)


@dataclass(frozen=True, slots=True, eq=False)
class Steepness:
    """Slope of n parcels.

    Attributes
    ----------
    mean_deg : shape (n,), nan where no cell of the parcel has a slope
    covered : shape (n,), share of the parcel on cells that have one
    """

    mean_deg: Floats
    covered: Floats


def slope_deg(elevation: Elevation) -> Floats:
    """Slope of each cell in degrees, from the eight cells around it.

    A cell at the rim, or with a neighbour without height, has none (nan). Cells of a geographic grid are as wide as the
    parallel there on the ellipsoid of its own datum, and so are those of a plane that stretches the ground (a web map's): the
    slope is that of the ground.

    Source
    ------
    Horn (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69(1), equations for p and q.

    Examples
    --------
    >>> tilted = np.tile(np.arange(4.0), (3, 1)) * 10.0
    >>> slope_deg(Elevation(tilted, 0, 30, 10, 10, CRS.from_epsg(4549), "x")).round(2).tolist()
    [[nan, nan, nan, nan], [nan, 45.0, 45.0, nan], [nan, nan, nan, nan]]
    """
    z = elevation.heights
    found = np.full(z.shape, np.nan)
    across_m, down_m = _spacing_m(elevation)
    for first in range(1, z.shape[0] - 1, STRIP):
        rows = slice(first, min(first + STRIP, z.shape[0] - 1))
        around = z[rows.start - 1 : rows.stop + 1]
        found[rows, 1:-1] = _inner(around, across_m[rows, None], down_m[rows, None])
    found[np.isnan(z)] = np.nan
    return found


def _inner(z: Floats, across_m: Floats, down_m: Floats) -> Floats:
    """Slope of all cells but those at the rim."""
    west, middle, east = z[:, :-2], z[:, 1:-1], z[:, 2:]
    sides = east - west
    p = (sides[:-2] + 2 * sides[1:-1] + sides[2:]) / (8 * across_m)
    q = (west[:-2] + 2 * middle[:-2] + east[:-2] - west[2:] - 2 * middle[2:] - east[2:]) / (8 * down_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(p, q))))


def steepness(elevation: Elevation, shapes: Geometries, crs: CRS) -> Steepness:
    """Mean slope of parcels: each cell counts with the share of it that lies in the parcel, to the exact outline.

    Parameters
    ----------
    shapes : shape (n,), valid polygons and multipolygons in `crs`

    Raises
    ------
    LiangtianError (error): raster-not-installed, the extra `raster` is missing.

    Source
    ------
    The `exactextract` library: coverage fractions of cells by polygon, Baston (2018–).
    """
    moved = reproject(shapes, crs, elevation.crs)
    mean, count = _zonal()(slope_deg(elevation), elevation.bounds, shapely.to_wkb(moved))
    cells = shapely.area(moved) / (elevation.width * elevation.height)
    share = np.clip(np.divide(count, cells, out=np.zeros(len(cells)), where=cells > 0), 0.0, 1.0)
    return Steepness(np.where(count > 0, mean, np.nan), share)


def _spacing_m(elevation: Elevation) -> tuple[Floats, Floats]:
    """Metres between the middles of cells along and across each row."""
    if not elevation.crs.is_geographic:
        return _plane_spacing_m(elevation)
    rows = elevation.heights.shape[0]
    ellipsoid = elevation.crs.ellipsoid
    assert ellipsoid is not None
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    latitude = np.radians(elevation.north - (np.arange(rows) + 0.5) * elevation.height)
    squared = 1 - (1 - (b / a) ** 2) * np.sin(latitude) ** 2
    parallel_m = a / np.sqrt(squared) * np.cos(latitude)
    meridian_m = b**2 / a / squared**1.5
    return np.radians(elevation.width) * parallel_m, np.radians(elevation.height) * meridian_m


def _plane_spacing_m(elevation: Elevation) -> tuple[Floats, Floats]:
    """Those of the plane, or of the ground along the middle column where the plane is not true to it."""
    rows, columns = elevation.heights.shape
    unit = elevation.crs.axis_info[0].unit_conversion_factor
    plane = np.full(rows, elevation.width * unit), np.full(rows, elevation.height * unit)
    x: Floats = np.full(rows, elevation.west + columns / 2 * elevation.width)
    y: Floats = np.asarray(elevation.north - (np.arange(rows) + 0.5) * elevation.height, dtype=np.float64)
    wide: Floats = np.full(rows, elevation.width / 2)
    tall: Floats = np.full(rows, elevation.height / 2)
    ground = (
        _apart_m(elevation.crs, (x - wide, y), (x + wide, y)),
        _apart_m(elevation.crs, (x, y - tall), (x, y + tall)),
    )
    true = all(np.allclose(each, whole, rtol=TRUE_SHARE) for each, whole in zip(ground, plane, strict=True))
    return plane if true or not np.isfinite(ground).all() else ground


def _apart_m(crs: CRS, one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats:
    """Metres on the ellipsoid between points of a plane."""
    degrees = geographic(crs)
    ellipsoid = degrees.ellipsoid
    assert ellipsoid is not None
    to_degrees = transformer(crs, degrees)
    geod = Geod(a=ellipsoid.semi_major_metre, b=ellipsoid.semi_minor_metre)
    return np.asarray(geod.inv(*to_degrees.transform(*one), *to_degrees.transform(*other))[2])


def _zonal() -> Callable[..., tuple[Floats, Floats]]:
    """Loaded when it is needed: the base install goes without it."""
    try:
        from liangtian.space.zonal import means
    except ImportError:
        raise LiangtianError("raster-not-installed") from None
    return means

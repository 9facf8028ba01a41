"""Ellipsoidal areas by the national formula, on any number of parcels at once.

Parcels in a transverse Mercator plane are measured by moments (`moments.py`): exact far beyond the rounding, and several
times faster than projecting every vertex. Everything else is measured vertex by vertex (`trapezoid.py`): other
projections, rings of many kilometres, edges left unsplit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch
from liangtian.space.crs import geographic, transformer
from liangtian.space.moments import CHUNK, REACH_M, areas_by_moments, moments_of, ring_chunks
from liangtian.space.packed import measured
from liangtian.space.transverse_mercator import TransverseMercator, transverse_mercator
from liangtian.space.trapezoid import Series, split_edges, trapezoids

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Inverse = Callable[[Floats], tuple[Floats, Floats]]

SPLIT_M = 70.0
"""Edges longer than this are split into equal pieces before they leave the plane (survey software's practice)."""

BATCH = 1 << 18  # vertices measured at once, a few MB of temporaries


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings of polygons, flat.

    Attributes
    ----------
    xy : shape (n, 2), closed rings one after another
    starts : shape (r + 1,), first vertex of each ring, then n
    is_shell : shape (r,), False for holes
    owner : shape (r,), index of the geometry each ring belongs to, not decreasing
    """

    xy: Floats
    starts: Ints
    is_shell: npt.NDArray[np.bool_]
    owner: Ints


def rings_of(geometry: npt.NDArray[np.object_]) -> Rings:
    """Take polygons and multipolygons apart.

    Parameters
    ----------
    geometry : shape (n,), polygons, multipolygons or None; the area of anything else is 0
    """
    parts, owner_of_part = shapely.get_parts(geometry, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    parts, owner_of_part = parts[polygon], owner_of_part[polygon]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring_of_vertex, np.arange(len(rings) + 1))
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = part_of_ring[1:] != part_of_ring[:-1]
    return Rings(xy, starts.astype(np.int64), is_shell, owner_of_part[part_of_ring].astype(np.int64))


def ellipsoidal_area(geometry: npt.NDArray[np.object_], crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """Area on the ellipsoid of each geometry, holes out, parts added.

    Parameters
    ----------
    geometry : shape (n,), in a projected CRS, where edges are straight
    crs : that CRS; the area is measured on its own ellipsoid
    split_m : longest piece of an edge, metres; None leaves edges whole

    Returns
    -------
    ndarray : shape (n,), m², unrounded (`units.round_dm2` rounds); 0 for None and for anything without area

    Raises
    ------
    CrsMismatch (crs-mismatch): `crs` is not projected.

    Examples
    --------
    >>> square = shapely.box(40565259.975, 3379064.298, 40565359.975, 3379164.298)
    >>> ellipsoidal_area(np.array([square]), CRS.from_epsg(4528)).round(4).tolist()
    [9998.9481]
    """
    if not len(geometry) and crs.is_projected:
        return np.empty(0)
    return measured(geometry, lambda part: area_of_rings(rings_of(part), len(part), crs, split_m=split_m))


def area_of_rings(rings: Rings, count: int, crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """The same from flat coordinates, without geometry objects; shape (count,), m²."""
    signed = np.where(rings.is_shell, 1.0, -1.0) * ring_areas(rings.xy, rings.starts, crs, split_m=split_m)
    return np.bincount(rings.owner, weights=signed, minlength=count).astype(np.float64)


def ring_areas(xy: Floats, starts: Ints, crs: CRS, *, split_m: float | None = SPLIT_M) -> Floats:
    """Unsigned ellipsoidal area of closed rings, shape (r,), m².

    A ring's area does not depend on the rings it is measured with.

    Raises
    ------
    CrsMismatch (crs-mismatch): `crs` is not projected.
    """
    if not crs.is_projected:
        raise CrsMismatch("crs-not-projected", crs=crs.name)
    if len(starts) < 2:
        return np.empty(0)
    inverse, series = _means(crs.srs)
    if split_m is None or not isinstance(inverse, TransverseMercator):
        return _by_vertices(xy, starts, inverse, series, split_m)
    areas = np.empty(len(starts) - 1)
    for first, last in ring_chunks(starts, BATCH):
        points, local = xy[starts[first] : starts[last]], starts[first : last + 1] - starts[first]
        areas[first:last] = _by_moments(points, local, inverse, series, split_m)
    return areas


@cache
def _means(definition: str) -> tuple[Inverse, Series]:
    """The inverse projection and the series of a CRS; by its definition, as hashing a CRS costs more than an area."""
    crs = CRS.from_user_input(definition)
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        raise CrsMismatch("crs-not-measurable", crs=crs.name)
    series = Series.of(ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre)
    return transverse_mercator(crs) or Pyproj(crs), series


def _by_moments(xy: Floats, starts: Ints, projection: TransverseMercator, series: Series, split_m: float) -> Floats:
    moments = moments_of(xy, starts, split_m)
    if (moments.reach > REACH_M).all():
        return _by_vertices(xy, starts, projection, series, split_m)
    areas, holds = areas_by_moments(moments, xy[starts[:-1]], projection, series)
    if not holds.all():
        points, local = _chosen(xy, starts, np.flatnonzero(~holds))
        areas[~holds] = _by_vertices(points, local, projection, series, split_m)
    return areas


def _chosen(xy: Floats, starts: Ints, rings: Ints) -> tuple[Floats, Ints]:
    """The vertices of some rings, one ring after another.

    Examples
    --------
    >>> points, local = _chosen(np.arange(12.0).reshape(6, 2), np.array([0, 2, 3, 6]), np.array([0, 2]))
    >>> points[:, 0].tolist(), local.tolist()
    ([0.0, 2.0, 6.0, 8.0, 10.0], [0, 2, 5])
    """
    counts = starts[rings + 1] - starts[rings]
    local = np.concatenate([[0], np.cumsum(counts)])
    return xy[np.arange(local[-1]) + np.repeat(starts[rings] - local[:-1], counts)], local


def _by_vertices(xy: Floats, starts: Ints, inverse: Inverse, series: Series, split_m: float | None) -> Floats:
    areas = np.empty(len(starts) - 1)
    for first, last in ring_chunks(starts, CHUNK):
        points, local = xy[starts[first] : starts[last]], starts[first : last + 1] - starts[first]
        if split_m is not None:
            points, local = split_edges(points, local, split_m)
        lon, sin_lat = inverse(points)
        areas[first:last] = trapezoids(lon, series.q(sin_lat), local) * series.b2
    return areas


class Pyproj:
    """Plane → (longitude in radians, sine of the latitude) through PROJ, for any projection."""

    def __init__(self, crs: CRS) -> None:
        self._move = transformer(crs, geographic(crs))

    def __call__(self, xy: Floats) -> tuple[Floats, Floats]:
        lon, lat = self._move.transform(xy[:, 0], xy[:, 1], errcheck=True)
        return np.radians(lon), np.sin(np.radians(lat))

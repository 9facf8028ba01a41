"""Parcel tiles from the resident index: every parcel that meets a tile is in it.

Tiles are Web Mercator (z, x, y). From `PARCEL_ZOOM` on they hold parcels; below, `overview` draws the dominant class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.onemap.index import Index
from liangtian.space.crs import transformer
from liangtian_web.onemap import mvt

PARCEL_ZOOM, DEEPEST_ZOOM = 13, 18
FORM = 1  # raise when the content of tiles changes; cached ones are made again
BUFFER = 64  # tile units kept beyond the edge so that outlines do not show the cut
MERCATOR = CRS.from_epsg(3857)
HALF_M = math.pi * 6_378_137.0
CLASS_COLUMNS = ("DLBM", "TBLX")


def tile_bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Bounds of a tile in Web Mercator metres.

    Examples
    --------
    >>> [round(v) for v in tile_bounds(0, 0, 0)]
    [-20037508, -20037508, 20037508, 20037508]
    """
    side = 2 * HALF_M / 2**z
    return x * side - HALF_M, HALF_M - (y + 1) * side, (x + 1) * side - HALF_M, HALF_M - y * side


def plane_box(bounds: tuple[float, float, float, float], plane: CRS) -> tuple[float, float, float, float]:
    """The box in a measuring plane that holds a box of Web Mercator."""
    return transformer(MERCATOR, plane).transform_bounds(*bounds, densify_pts=5)


def parcels(name: str, versions: Sequence[tuple[str, Index]], z: int, x: int, y: int) -> bytes:
    """One vector tile of a layer.

    Parameters
    ----------
    name : of the layer in the tile
    versions : key and index of each version that may be seen; the key becomes the property `v`
    """
    shapes, tags = [], []
    for key, index in versions:
        found, rows = _cut(index, z, x, y)
        shapes.append(found)
        tags += _tags(index, rows, key)
    geometry = np.concatenate(shapes) if shapes else np.empty(0, dtype=object)
    return mvt.layer(name, geometry, tags) if len(geometry) else b""


def _cut(index: Index, z: int, x: int, y: int) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Parcels of a tile in tile units, clipped to the buffered tile, and their rows."""
    west, south, east, north = tile_bounds(z, x, y)
    unit = (east - west) / mvt.EXTENT
    reach = BUFFER * unit
    box = plane_box((west - reach, south - reach, east + reach, north + reach), index.crs)
    rows = index.search(box)
    if not len(rows):
        return np.empty(0, dtype=object), rows
    move = transformer(index.crs, MERCATOR)

    def to_units(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        mx, my = move.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([(mx - west) / unit, (north - my) / unit])

    geometry = shapely.transform(index.geometry(rows), to_units)
    low, high = -BUFFER, mvt.EXTENT + BUFFER
    b = shapely.bounds(geometry)
    meets = (b[:, 0] <= high) & (b[:, 2] >= low) & (b[:, 1] <= high) & (b[:, 3] >= low)
    geometry, rows, b = geometry[meets], rows[meets], b[meets]
    sticks_out = (b[:, 0] < low) | (b[:, 1] < low) | (b[:, 2] > high) | (b[:, 3] > high)
    if sticks_out.any():
        geometry[sticks_out] = _clipped(geometry[sticks_out], low, high)
    kept = ~(shapely.is_empty(geometry) | shapely.is_missing(geometry))
    return geometry[kept], rows[kept]


def _clipped(geometry: npt.NDArray[np.object_], low: float, high: float) -> npt.NDArray[np.object_]:
    """Clip to a square; pieces without area (a shared edge) fall away."""
    cut = shapely.clip_by_rect(geometry, low, low, high, high)
    odd = ~np.isin(shapely.get_type_id(cut), (3, 6))
    if odd.any():
        parts, owner = shapely.get_parts(cut[odd], return_index=True)
        polygon = shapely.get_type_id(parts) == 3
        cut[odd] = [shapely.multipolygons(parts[polygon & (owner == i)]) for i in range(int(odd.sum()))]
    return np.asarray(cut, dtype=object)


def _tags(index: Index, rows: npt.NDArray[np.int64], key: str) -> list[Mapping[str, mvt.Value]]:
    """Properties of each parcel: id, version, class, area in hundredths of m²."""
    column = next((c for c in CLASS_COLUMNS if c in index.attributes.column_names), "")
    ids = index.column("parcel_id", rows).to_pylist()
    classes = index.column(column, rows).to_pylist() if column else [None] * len(rows)
    areas = index.area_dm2[rows].tolist()
    return [
        {"id": i, "v": key, "a": a} | ({"c": str(c)} if c is not None else {})
        for i, c, a in zip(ids, classes, areas, strict=True)
    ]

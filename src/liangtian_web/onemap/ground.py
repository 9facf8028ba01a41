"""Asking the ground: what a text finds, what a parcel holds, what a drawn figure measures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow.compute as pc
import shapely
from django.utils.translation import gettext
from pyproj import Geod
from pyproj.crs import CRS

from liangtian.onemap.index import Index
from liangtian.onemap.snapshot import ID
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import CGCS2000, gauss_kruger, geographic, to_measuring_plane, transformer

NAME_COLUMNS = ("XZQMC", "ZLDWMC", "QSDWMC")
HITS_MAX = 20
FIGURES = ("Polygon", "MultiPolygon", "LineString", "MultiLineString")
FIGURE_BYTES_MAX, FIGURE_VERTICES_MAX, FIGURE_WIDTH_MAX_DEG = 4 * 2**20, 50_000, 10
GEOD = Geod(ellps="GRS80")  # the CGCS2000 ellipsoid to 0.1 mm


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a text found: what to say, and where to go (west, south, east, north in degrees)."""

    kind: str
    title: str
    note: str
    box: tuple[float, float, float, float]
    parcel: str = ""


def coordinates(text: str) -> tuple[float, float] | None:
    """Longitude and latitude of a pair of numbers: degrees, or metres of a 3-degree zone with its number (or zone 40).

    Examples
    --------
    >>> coordinates("120.69, 30.52"), coordinates("30.52 120.69"), coordinates("水田")
    ((120.69, 30.52), (120.69, 30.52), None)
    >>> tuple(round(v, 4) for v in coordinates("40500000,3377000"))
    (120.0, 30.5132)
    """
    numbers = re.findall(r"\d+(?:\.\d+)?", text)
    if len(numbers) != 2 or re.search(r"[^\d.,，;；\s°EN東东北]", text):
        return None
    a, b = (float(n) for n in numbers)
    if 73 <= b <= 136 and 3 <= a <= 54:
        a, b = b, a
    if 73 <= a <= 136 and 3 <= b <= 54:
        return a, b
    east, north = (a, b) if a >= 1e7 or (b > a and a < 1e6) else (b, a)
    zone = int(east // 1_000_000) or 40
    if not (25 <= zone <= 45 and 250_000 <= east % 1_000_000 <= 750_000 and 0 < north < 6e6):
        return None
    plane = gauss_kruger(zone, prefixed=east >= 1e7)
    lon, lat = transformer(plane, CGCS2000).transform(east, north)
    return float(lon), float(lat)


def box_of(index: Index, rows: np.ndarray) -> tuple[float, float, float, float]:
    """The box of some rows in degrees."""
    b = index.bounds[rows]
    (west, south), (east, north) = b[:, :2].min(axis=0), b[:, 2:].max(axis=0)
    moved = transformer(index.crs, geographic(index.crs)).transform_bounds(west, south, east, north, densify_pts=3)
    return tuple(round(float(v), 7) for v in moved)  # type: ignore[return-value]


def row_of(index: Index, parcel: str) -> int | None:
    """The row of a parcel id."""
    found = pc.index(index.attributes[ID], parcel).as_py()
    return None if found < 0 else int(found)


def find(index: Index, text: str, codes: str | None = None) -> list[Hit]:
    """Parcels whose id is or ends with the text; villages whose name holds it, or whose code, in `codes`, begins with it."""
    places = _named(index, text) if not text.isdecimal() else _coded(index, text, codes) if codes else []
    hits = [_village(index, name, rows) for name, rows in places]
    if len(text) >= 4 and text.isascii():
        ids = index.attributes[ID]
        rows = np.flatnonzero(pc.ends_with(ids, text).to_numpy(zero_copy_only=False))[:HITS_MAX]
        hits += [_parcel(index, int(row)) for row in rows]
    return hits[:HITS_MAX]


def _village(index: Index, name: str, rows: np.ndarray) -> Hit:
    return Hit("village", name, str(len(rows)), box_of(index, rows))


def _parcel(index: Index, row: int) -> Hit:
    rows = np.array([row])
    values = [index.column(c, rows)[0].as_py() for c in ("DLMC", "ZLDWMC")]
    parcel = index.attributes[ID][row].as_py()
    return Hit("parcel", parcel, " · ".join(str(v) for v in values if v), box_of(index, rows), parcel)


def _named(index: Index, text: str) -> list[tuple[str, np.ndarray]]:
    names = _names(index)
    if names is None:
        return []
    dictionary, codes = names
    found = [i for i, name in enumerate(dictionary) if text in name][:HITS_MAX]
    return [(dictionary[i], np.flatnonzero(codes == i)) for i in found]


def _coded(index: Index, text: str, column: str) -> list[tuple[str, np.ndarray]]:
    """Towns and villages by the beginning of their code, from the county's six digits on."""
    names = _names(index)
    if names is None or len(text) < 6 or column not in index.attributes.column_names:
        return []
    dictionary, numbers = names
    begins = pc.starts_with(index.attributes[column].cast("string"), text).fill_null(False)
    rows = np.flatnonzero(begins.to_numpy(zero_copy_only=False).astype(bool) & (numbers >= 0))
    return [(dictionary[i], rows[numbers[rows] == i]) for i in np.unique(numbers[rows])[:HITS_MAX]]


@lru_cache(maxsize=16)
def _names(index: Index) -> tuple[list[str], np.ndarray] | None:
    """Distinct village names and each row's number among them."""
    column = next((c for c in NAME_COLUMNS if c in index.attributes.column_names), None)
    if column is None:
        return None
    encoded = index.attributes[column].combine_chunks().cast("string").dictionary_encode()
    return [n or "" for n in encoded.dictionary.to_pylist()], encoded.indices.fill_null(-1).to_numpy()


def attributes(index: Index, row: int) -> dict[str, Any]:
    """Every column of a row."""
    return {name: index.attributes[name][row].as_py() for name in index.attributes.column_names}


class Unmeasurable(ValueError):
    """A figure that has no area or length; the text says why."""


def figure(body: bytes) -> shapely.Geometry:
    """A drawn figure from GeoJSON in degrees.

    Raises
    ------
    Unmeasurable : no GeoJSON, no line or polygon, crossing itself, off the earth or beyond a county's scale
    """
    if len(body) > FIGURE_BYTES_MAX:
        raise Unmeasurable(gettext("图形过大：最多 %(n)s 个顶点。整层数据请上传后检查。") % {"n": FIGURE_VERTICES_MAX})
    try:
        shape = shapely.from_geojson(json.dumps(json.loads(body)))
    except (ValueError, TypeError, RecursionError, shapely.errors.GEOSException):
        shape = None
    if shape is None or shape.is_empty or shape.geom_type not in FIGURES or not np.isfinite(shape.bounds).all():
        raise Unmeasurable(gettext("图形不完整，请重画。"))
    if shapely.get_num_coordinates(shape) > FIGURE_VERTICES_MAX:
        raise Unmeasurable(gettext("图形过大：最多 %(n)s 个顶点。整层数据请上传后检查。") % {"n": FIGURE_VERTICES_MAX})
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -85 or north > 85 or east - west > FIGURE_WIDTH_MAX_DEG:
        raise Unmeasurable(gettext("图形超出可量算的范围（经度跨度不超过 %(n)s 度）。") % {"n": FIGURE_WIDTH_MAX_DEG})
    if not shape.is_valid:
        raise Unmeasurable(gettext("图形自相交，没有确定的面积，请重画。"))
    return shape


def measure(geometry: shapely.Geometry, crs: CRS = CGCS2000) -> dict[str, float]:
    """Area on the ellipsoid (m²) of a polygon, or geodesic length (m) of a line, drawn in degrees."""
    length = GEOD.geometry_length(geometry)
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return {"length_m": length}
    plane_shape, plane = to_measuring_plane(np.array([geometry], dtype=object), crs)
    return {"area_m2": float(ellipsoidal_area(plane_shape, plane)[0]), "length_m": length}

"""Parcels as features: which rows of an index meet a box and values, and their GeoJSON in degrees (CRS84)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.onemap.index import Index
from liangtian.onemap.layers import LAYERS, Field
from liangtian.onemap.snapshot import ID
from liangtian.space.crs import transformer

CRS84 = CRS.from_user_input("OGC:CRS84")
CHUNK = 4096  # parcels whose shapes are built at once when a box cuts through
EDGE_PARTS = 64  # a parallel is no straight line in the plane
DECIMALS = 9  # 0.1 mm
MARGIN_DEG = 0.001  # stored bounds are rounded, and edges bulge

Box: TypeAlias = tuple[float, float, float, float]
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks of a collection: boxes in degrees (none: everywhere), and columns with their value as text."""

    boxes: tuple[Box, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def exported(layer: str) -> dict[str, Field]:
    """The columns that leave the house: those the layer knows, and of these none that names people.

    A column the layer does not know may hold anything, so it stays.
    """
    return {name: known for name, known in LAYERS[layer].fields.items() if not known.personal}


def matching(index: Index, values: Mapping[str, str]) -> Ints:
    """Rows whose columns equal the values, ascending.

    Raises
    ------
    ValueError : a value is not of its column's type
    """
    kept = np.ones(len(index), dtype=bool)
    for name, text in values.items():
        if name not in index.attributes.column_names:
            return np.empty(0, dtype=np.int64)
        column = index.attributes[name]
        try:
            wanted = pa.scalar(_typed(text, column.type), type=column.type)
        except OverflowError as error:
            raise ValueError(str(error)) from error
        equal = pc.equal(column, wanted)
        kept &= equal.fill_null(False).to_numpy()
    return np.flatnonzero(kept)


def _typed(text: str, kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_floating(kind):
        return float(text)
    return date.fromisoformat(text) if pa.types.is_date(kind) else text


def first(index: Index, rows: Ints, bounds: Box, boxes: Sequence[Box], *, limit: int) -> Ints:
    """The first of some rows that meet a box, at most `limit`.

    Parameters
    ----------
    rows : ascending
    bounds : of the whole layer, degrees
    boxes : degrees; none means everywhere
    """
    around = (bounds[0] - MARGIN_DEG, bounds[1] - MARGIN_DEG, bounds[2] + MARGIN_DEG, bounds[3] + MARGIN_DEG)
    cut = [_cut(box, around) for box in boxes]
    if not boxes or around in cut:
        return rows[:limit]
    planes = [_in_plane(box, index.crs) for box in cut if box]
    if not planes:
        return rows[:0]
    near = np.unique(np.concatenate([index.search(plane.bounds) for plane in planes]))
    area = shapely.union_all(planes)
    shapely.prepare(area)
    found: list[Ints] = [rows[:0]]
    for part in _chunks(np.intersect1d(rows, near, assume_unique=True)):
        found.append(part[shapely.intersects(area, index.geometry(part))])
        if sum(map(len, found)) >= limit:
            break
    return np.concatenate(found)[:limit]


def _chunks(rows: Ints) -> Iterator[Ints]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _cut(box: Box, around: Box) -> Box | None:
    """What of a box lies around the layer; far from it a plane has no coordinates."""
    west, south = max(box[0], around[0]), max(box[1], around[1])
    east, north = min(box[2], around[2]), min(box[3], around[3])
    return (west, south, east, north) if west <= east and south <= north else None


def _in_plane(box: Box, plane: CRS) -> shapely.Geometry:
    west, south, east, north = box
    along = np.linspace(0, 1, EDGE_PARTS + 1)
    x, y = west + along * (east - west), south + along * (north - south)
    flat = np.ones_like(along)
    lon = np.concatenate([x, east * flat, x[::-1], west * flat])
    lat = np.concatenate([south * flat, y, north * flat, y[::-1]])
    moved = np.column_stack(transformer(CRS84, plane).transform(lon, lat))
    if west < east and south < north:
        return shapely.polygons(moved)
    return shapely.linestrings(moved) if west < east or south < north else shapely.points(moved[0])


def geojson(layer: str, index: Index, rows: Ints) -> list[str]:
    """Each row as a GeoJSON feature, as text.

    Outer rings run counter-clockwise; `area_m2` is the whole parcel's ellipsoidal area.
    """
    move = transformer(index.crs, CRS84)

    def to_degrees(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.round(np.column_stack(move.transform(xy[:, 0], xy[:, 1])), DECIMALS)

    shapes = shapely.to_geojson(shapely.orient_polygons(shapely.transform(index.geometry(rows), to_degrees)))
    names = [name for name in exported(layer) if name in index.attributes.column_names]
    taken = index.attributes.select([ID, *names]).take(pa.array(rows)).to_pylist()
    areas = (index.area_dm2[rows] / 100).tolist()
    return [
        f'{{"type":"Feature","id":{json.dumps(each.pop(ID))},"geometry":{shape},'
        f'"properties":{json.dumps(each | {"area_m2": area}, ensure_ascii=False, default=str)}}}'
        for shape, each, area in zip(shapes, taken, areas, strict=True)
    ]

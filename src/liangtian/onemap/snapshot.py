"""Immutable, content-addressed snapshots of survey layers in GeoParquet, written in Hilbert order.

The digest is SHA-256 over CRS, schema and rows in canonical order (by parcel id): column after column,
each as validity bits, lengths and values, geometry as normalised little-endian WKB. It does not depend on row order,
file format, compression or library versions.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from liangtian.errors import CatalogueError
from liangtian.space.area import ellipsoidal_area
from liangtian.units import round_dm2

ID = "parcel_id"
AREA = "area_dm2"
GEOMETRY = "geometry"
BBOX = "bbox"
ROW_GROUP = 50_000
BATCH = 100_000  # geometries held as WKB at once


def build(geometry: npt.NDArray[np.object_], ids: pa.Array, attributes: pa.Table, crs: CRS) -> pa.Table:
    """Put a layer into snapshot form: Hilbert order, `parcel_id`, attributes, `area_dm2`, `bbox`, `geometry` (WKB).

    Parameters
    ----------
    geometry : shape (n,), polygons in the measuring plane `crs`
    ids : n strings, unique
    attributes : n rows
    """
    bounds = shapely.bounds(geometry)
    order = np.argsort(_hilbert(bounds), kind="stable")
    geometry, bounds = geometry[order], bounds[order]
    columns = {ID: ids.cast(pa.string()).take(pa.array(order))}
    columns |= {name: _typed(attributes[name]).take(pa.array(order)) for name in attributes.column_names}
    columns[AREA] = pa.array(round_dm2(ellipsoidal_area(geometry, crs)))
    columns[BBOX] = pa.StructArray.from_arrays(list(bounds.T), names=["xmin", "ymin", "xmax", "ymax"])
    columns[GEOMETRY] = pa.chunked_array(list(_wkb(geometry)), type=pa.binary())
    table = pa.table(columns)
    return table.replace_schema_metadata({"geo": json.dumps(_geo(geometry, crs), ensure_ascii=False)})


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of nothing but nulls has no type; text will do."""
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def _hilbert(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Distance along a Hilbert curve over the layer's extent, for row order; the curve itself means nothing."""
    centre = (bounds[:, :2] + bounds[:, 2:]) / 2
    low = np.nanmin(bounds[:, :2], axis=0)
    size = max(float((np.nanmax(bounds[:, 2:], axis=0) - low).max()), 1e-9)
    cells = np.clip((centre - low) / size * 65535, 0, 65535).astype(np.int64)
    x, y = cells[:, 0].copy(), cells[:, 1].copy()
    distance = np.zeros(len(x), dtype=np.int64)
    half = 32768
    while half:
        right, upper = (x & half) > 0, (y & half) > 0
        distance += half * half * ((3 * right) ^ upper)
        flip = right & ~upper
        x, y = np.where(flip, 65535 - x, x), np.where(flip, 65535 - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
        half //= 2
    return distance


def _wkb(geometry: npt.NDArray[np.object_]) -> Iterator[pa.Array]:
    for start in range(0, max(len(geometry), 1), BATCH):
        yield pa.array(shapely.to_wkb(geometry[start : start + BATCH], byte_order=1), type=pa.binary())


def _geo(geometry: npt.NDArray[np.object_], crs: CRS) -> dict[str, object]:
    """GeoParquet 1.1 metadata with the bounding-box covering column."""
    covering = {"bbox": {side: [BBOX, side] for side in ("xmin", "ymin", "xmax", "ymax")}}
    column = {
        "encoding": "WKB",
        "geometry_types": sorted({str(kind) for kind in _type_names(geometry)}),
        "crs": crs.to_json_dict(),
        "edges": "planar",
        "bbox": [float(v) for v in shapely.total_bounds(geometry)],
        "covering": covering,
    }
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _type_names(geometry: npt.NDArray[np.object_]) -> list[str]:
    names = {3: "Polygon", 6: "MultiPolygon"}
    return [names.get(int(kind), "GeometryCollection") for kind in np.unique(shapely.get_type_id(geometry))]


def digest(table: pa.Table) -> str:
    """SHA-256 of a snapshot table, hexadecimal; independent of row order and storage.

    Examples
    --------
    >>> one = build(np.array([shapely.box(5e5, 3e6, 5e5 + 10, 3e6 + 10), shapely.box(5e5, 3e6, 5e5 + 5, 3e6 + 5)]),
    ...     pa.array(["a", "b"]), pa.table({"DLBM": ["0101", None]}), CRS.from_epsg(4549))
    >>> digest(one) == digest(one.take(pa.array([1, 0])))
    True
    """
    order = pc.sort_indices(table, sort_keys=[(ID, "ascending")])
    crs = json.loads((table.schema.metadata or {})[b"geo"])["columns"][GEOMETRY]["crs"]
    state = hashlib.sha256(CRS.from_json_dict(crs).to_wkt("WKT2_2019").encode())
    for name in table.column_names:
        if name in (BBOX, GEOMETRY, AREA):  # derived from the geometry, which follows
            continue
        _hash_column(state, name, table[name].take(order).combine_chunks())
    for start in range(0, len(order), BATCH):
        part = table[GEOMETRY].take(order[start : start + BATCH])
        shapes = shapely.normalize(shapely.from_wkb(part.to_numpy(zero_copy_only=False)))
        _hash_column(state, GEOMETRY, pa.array(shapely.to_wkb(shapes, byte_order=1), type=pa.binary()))
    return state.hexdigest()


def _hash_column(state: hashlib._Hash, name: str, values: pa.Array | pa.ChunkedArray) -> None:
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    state.update(f"\n{name}:{values.type}\n".encode())
    state.update(np.packbits(pc.is_valid(values).to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        filled = pc.fill_null(values, "" if pa.types.is_string(values.type) else b"")
        lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False).astype("<i8")
        state.update(lengths.tobytes())
        data = filled.buffers()[2]
        if data is not None:
            offsets = np.frombuffer(filled.buffers()[1], dtype="<i4")[filled.offset : filled.offset + len(filled) + 1]
            state.update(memoryview(data)[int(offsets[0]) : int(offsets[-1])])
        return
    zero = pa.scalar(0, pa.int32() if pa.types.is_date32(values.type) else pa.int64()).cast(values.type)
    fixed = pc.fill_null(values, zero).to_numpy(zero_copy_only=False)
    state.update(np.ascontiguousarray(fixed).astype(fixed.dtype.newbyteorder("<")).tobytes())


def write(table: pa.Table, path: Path) -> None:
    """Write a snapshot so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        pq.write_table(table, partial, row_group_size=ROW_GROUP, compression="zstd", write_statistics=True)
        with partial.open("rb") as handle:
            os.fsync(handle.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_whole(path: Path, rows: int) -> bool:
    """Whether a snapshot file is there and can be read to its end mark."""
    try:
        return bool(pq.ParquetFile(path).metadata.num_rows == rows)
    except (OSError, pa.ArrowInvalid):
        return False


def read(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a snapshot, whole or some columns.

    Raises
    ------
    CatalogueError (catalogue-error): the file is missing or is no snapshot.
    """
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise CatalogueError("snapshot-unreadable", file=path.name, detail=str(error)) from error


def crs_of(table: pa.Table) -> CRS:
    """The measuring plane a snapshot is in."""
    return CRS.from_json_dict(json.loads(table.schema.metadata[b"geo"])["columns"][GEOMETRY]["crs"])

"""Immutable, content-addressed snapshots of survey layers in GeoParquet, written in Hilbert order.

The digest is SHA-256 over CRS, schema and rows in canonical order (by parcel id): column after column,
each as validity bits, lengths and values, geometry as normalised little-endian WKB. It does not depend on row order,
file format, compression or library versions.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from liangtian.errors import CatalogueError
from liangtian.onemap.columns import decoded, plain
from liangtian.space.area import ellipsoidal_area
from liangtian.space.packed import Geometries, batches, bounds_of, packed, taken, wkb_of
from liangtian.units import round_dm2

ID = "parcel_id"
AREA = "area_dm2"
GEOMETRY = "geometry"
BBOX = "bbox"
ROW_GROUP = 50_000
BATCH = 100_000  # geometries hashed at once: part of what a digest is, never to be changed


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A layer to become a snapshot, in the order of its file: rows are put into Hilbert order as they are written.

    Attributes
    ----------
    geometry : shape (n,), polygons in the measuring plane `crs`
    ids : n strings, unique
    attributes : n rows
    area_dm2 : shape (n,), ellipsoidal, hundredths of m²
    """

    geometry: Geometries
    ids: pa.Array
    attributes: pa.Table
    crs: CRS
    area_dm2: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.geometry)

    def digest(self) -> str:
        """What `digest` says of the table."""
        order = np.asarray(pc.sort_indices(self.ids)).astype(np.int64)
        columns = {ID: self.ids} | {name: self.attributes[name] for name in self.attributes.column_names}
        return _digest(self.crs, columns, self.geometry, order)

    def tables(self) -> Iterator[pa.Table]:
        """The snapshot, a row group at a time; at least one table, if without rows."""
        bounds = bounds_of(self.geometry)
        order = np.argsort(_hilbert(bounds), kind="stable")
        about = {"geo": json.dumps(_geo(self.geometry, bounds, self.crs), ensure_ascii=False)}
        for start in range(0, max(len(order), 1), ROW_GROUP):
            yield self._rows(order[start : start + ROW_GROUP], bounds).replace_schema_metadata(about)

    def _rows(self, at: npt.NDArray[np.int64], bounds: npt.NDArray[np.float64]) -> pa.Table:
        rows = pa.array(at)
        columns = {ID: self.ids.cast(pa.string()).take(rows)}
        columns |= {name: _typed(self.attributes[name].take(rows)) for name in self.attributes.column_names}
        columns[AREA] = pa.array(self.area_dm2[at])
        columns[BBOX] = pa.StructArray.from_arrays(list(bounds[at].T), names=["xmin", "ymin", "xmax", "ymax"])
        columns[GEOMETRY] = wkb_of(taken(self.geometry, at)).cast(pa.binary())
        return pa.table(columns)


def draft(
    geometry: Geometries,
    ids: pa.Array,
    attributes: pa.Table,
    crs: CRS,
    area_dm2: npt.NDArray[np.int64] | None = None,
) -> Draft:
    """A layer to become a snapshot; areas are measured unless the caller has done so.

    A digest is reckoned before a file is written and again after it is read, so each column is first put into a type
    that comes back the same.
    """
    measured_dm2 = round_dm2(ellipsoidal_area(geometry, crs)) if area_dm2 is None else area_dm2
    columns = {name: plain(attributes[name]) for name in attributes.column_names}
    return Draft(geometry, ids, pa.table(columns), crs, measured_dm2)


def build(geometry: Geometries, ids: pa.Array, attributes: pa.Table, crs: CRS) -> pa.Table:
    """Put a layer into snapshot form: Hilbert order, `parcel_id`, attributes, `area_dm2`, `bbox`, `geometry` (WKB).

    Parameters
    ----------
    geometry : shape (n,), polygons in the measuring plane `crs`
    ids : n strings, unique
    attributes : n rows
    """
    return pa.concat_tables(draft(geometry, ids, attributes, crs).tables())


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values written out; a column of nothing but nulls has no type, and text will do."""
    return column.cast(pa.string()) if pa.types.is_null(column.type) else decoded(column)


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


def _geo(geometry: Geometries, bounds: npt.NDArray[np.float64], crs: CRS) -> dict[str, object]:
    """GeoParquet 1.1 metadata with the bounding-box covering column."""
    covering = {"bbox": {side: [BBOX, side] for side in ("xmin", "ymin", "xmax", "ymax")}}
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(_type_names(geometry)),
        "crs": crs.to_json_dict(),
        "edges": "planar",
        "bbox": _total(bounds),
        "covering": covering,
    }
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _type_names(geometry: Geometries) -> set[str]:
    names = {3: "Polygon", 6: "MultiPolygon"}
    kinds = {kind for _, part in batches(geometry) for kind in shapely.get_type_id(part).tolist()}
    return {names.get(kind, "GeometryCollection") for kind in kinds}


def _total(bounds: npt.NDArray[np.float64]) -> list[float]:
    there = bounds[np.isfinite(bounds).all(axis=1)]
    return [*there[:, :2].min(axis=0).tolist(), *there[:, 2:].max(axis=0).tolist()] if len(there) else [np.nan] * 4


def digest(table: pa.Table) -> str:
    """SHA-256 of a snapshot table, hexadecimal; independent of row order and storage.

    Examples
    --------
    >>> one = build(np.array([shapely.box(5e5, 3e6, 5e5 + 10, 3e6 + 10), shapely.box(5e5, 3e6, 5e5 + 5, 3e6 + 5)]),
    ...     pa.array(["a", "b"]), pa.table({"DLBM": ["0101", None]}), CRS.from_epsg(4549))
    >>> digest(one) == digest(one.take(pa.array([1, 0])))
    True
    """
    order = np.asarray(pc.sort_indices(table[ID])).astype(np.int64)
    crs = json.loads((table.schema.metadata or {})[b"geo"])["columns"][GEOMETRY]["crs"]
    derived = (BBOX, GEOMETRY, AREA)  # from the geometry, which is hashed
    columns = {name: table[name] for name in table.column_names if name not in derived}
    return _digest(CRS.from_json_dict(crs), columns, packed(table[GEOMETRY].chunks), order)


def _digest(
    crs: CRS, columns: Mapping[str, pa.Array | pa.ChunkedArray], geometry: Geometries, order: npt.NDArray[np.int64]
) -> str:
    state = hashlib.sha256(crs.to_wkt("WKT2_2019").encode())
    for name, values in columns.items():
        _hash_column(state, name, _typed(values.take(pa.array(order))))
    for start in range(0, len(order), BATCH):
        shapes = shapely.normalize(geometry[order[start : start + BATCH]])
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


def write(table: pa.Table | Draft, path: Path) -> None:
    """Write a snapshot so that it is there whole or not at all."""
    tables = table.tables() if isinstance(table, Draft) else iter([table])
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        first = next(tables)
        with pq.ParquetWriter(partial, first.schema, compression="zstd", write_statistics=True) as writer:
            for part in chain([first], tables):
                writer.write_table(part, row_group_size=ROW_GROUP)
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


def row_groups(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    """Some columns of a snapshot, as many rows at a time as were written together; at least one table.

    Raises
    ------
    CatalogueError (catalogue-error): the file is missing or is no snapshot.
    """
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=columns)
            if not file.num_row_groups:
                yield file.read(columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise CatalogueError("snapshot-unreadable", file=path.name, detail=str(error)) from error


def column_names(path: Path) -> list[str]:
    """Columns of a snapshot, in order."""
    return [str(name) for name in pq.read_schema(path).names]


def crs_of(table: pa.Table) -> CRS:
    """The measuring plane a snapshot is in."""
    return CRS.from_json_dict(json.loads(table.schema.metadata[b"geo"])["columns"][GEOMETRY]["crs"])

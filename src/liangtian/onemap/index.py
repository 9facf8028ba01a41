"""A resident index over one snapshot: bounds in blocks of Hilbert order, coordinates mapped from disk, no WKB parsed.

Rows lie in Hilbert order, so the bounds of every 64 consecutive rows form the upper level of a packed R-tree: a query
tests the blocks, then the rows of the blocks that hit. The side files are rebuilt from the snapshot whenever absent.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.errors import CatalogueError
from liangtian.onemap import snapshot
from liangtian.space.packed import packed

BLOCK = 64
FORM = 1  # raise when the side files change shape; older ones are rebuilt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """One snapshot, ready for queries; arrays are memory-mapped and read-only.

    Attributes
    ----------
    bounds : shape (n, 4), xmin ymin xmax ymax in the measuring plane
    area_dm2 : shape (n,), whole-parcel ellipsoidal areas, hundredths of m²
    attributes : n rows, `parcel_id` and the layer's columns
    crs : the measuring plane
    blocks : shape (4, b), bounds of every BLOCK rows, side by side in memory because each query reads them all
    """

    bounds: Floats
    area_dm2: Ints
    attributes: pa.Table
    crs: CRS
    blocks: Floats
    xy: Floats
    ring_starts: Ints
    polygon_rings: Ints
    row_polygons: Ints

    def __len__(self) -> int:
        return len(self.bounds)

    def search(self, bounds: tuple[float, float, float, float]) -> Ints:
        """Rows whose bounds meet the box, ascending.

        Examples
        --------
        >>> index = of_table(snapshot.build(np.array([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]),
        ...     pa.array(["a", "b"]), pa.table({"DLBM": ["0101", "0103"]}), CRS.from_epsg(4549)))
        >>> [index.attributes["parcel_id"][int(row)].as_py() for row in index.search((0.5, 0.5, 2.0, 2.0))]
        ['a']
        """
        x0, y0, x1, y1 = bounds
        blocks = np.flatnonzero(_meets(self.blocks, x0, y0, x1, y1))
        rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
        rows = rows[rows < len(self.bounds)]
        return rows[_meets(self.bounds[rows].T, x0, y0, x1, y1)]

    def geometry(self, rows: Ints) -> npt.NDArray[np.object_]:
        """Parcels of the rows as multipolygons in the measuring plane, built straight from mapped coordinates."""
        polygons, row_offsets = _gather(self.row_polygons, rows)
        rings, polygon_offsets = _gather(self.polygon_rings, polygons)
        vertices, ring_offsets = _gather(self.ring_starts, rings)
        xy = self.xy.take(vertices, axis=0)  # rows of two numbers: ten times as fast as an index
        offsets = (ring_offsets, polygon_offsets, row_offsets)
        return np.asarray(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, offsets), dtype=object)

    def column(self, name: str, rows: Ints) -> pa.Array:
        """Values of a column at the rows; all null when the layer has no such column."""
        return self.take((name,), rows)[name].combine_chunks()

    def take(self, names: Sequence[str], rows: Ints) -> pa.Table:
        """Several columns at the rows, each as `column` gives it."""
        present = set(self.attributes.column_names).intersection(names)
        found = self.attributes.select([name for name in names if name in present]).take(pa.array(rows))
        if len(present) == len(names):
            return found
        missing = pa.nulls(len(rows), pa.string())
        return pa.table({name: found[name] if name in present else missing for name in names})


def _meets(boxes: Floats, x0: float, y0: float, x1: float, y1: float) -> npt.NDArray[np.bool_]:
    """Which boxes, shape (4, n), meet the given one."""
    return np.asarray((boxes[0] <= x1) & (boxes[2] >= x0) & (boxes[1] <= y1) & (boxes[3] >= y0))


def _gather(starts: Ints, items: Ints) -> tuple[Ints, Ints]:
    """Members of the chosen items, and the offsets that part them.

    Examples
    --------
    >>> members, offsets = _gather(np.array([0, 2, 5]), np.array([1, 0]))
    >>> members.tolist(), offsets.tolist()
    ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    begin, count = starts[items], starts[items + 1] - starts[items]
    offsets = np.zeros(len(items) + 1, dtype=np.int64)
    np.cumsum(count, out=offsets[1:])
    return np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], count), offsets


def _arrays(table: pa.Table) -> dict[str, npt.NDArray[Any]]:
    geometry = packed(table[snapshot.GEOMETRY].chunks)[:]
    bounds = shapely.bounds(geometry)
    shapes = _ragged(geometry)
    return {"bounds": bounds, "blocks": _blocks(bounds), "area_dm2": table[snapshot.AREA].to_numpy(), **shapes}


def _ragged(geometry: npt.NDArray[np.object_]) -> dict[str, npt.NDArray[Any]]:
    polygons, row_of_polygon = shapely.get_parts(geometry, return_index=True)
    rings, polygon_of_ring = shapely.get_rings(polygons, return_index=True)
    xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    return {
        "xy": xy,
        "ring_starts": np.searchsorted(ring_of_vertex, np.arange(len(rings) + 1)),
        "polygon_rings": np.searchsorted(polygon_of_ring, np.arange(len(polygons) + 1)),
        "row_polygons": np.searchsorted(row_of_polygon, np.arange(len(geometry) + 1)),
    }


def _blocks(bounds: Floats) -> Floats:
    """Bounds of every `BLOCK` rows."""
    edges = np.arange(0, len(bounds), BLOCK)
    low = np.minimum.reduceat(bounds[:, :2], edges, axis=0)
    high = np.maximum.reduceat(bounds[:, 2:], edges, axis=0)
    return np.hstack([low, high])


def of_table(table: pa.Table) -> Index:
    """Index a snapshot table in memory."""
    attributes = table.drop_columns([snapshot.GEOMETRY, snapshot.BBOX, snapshot.AREA])
    return _index(attributes, snapshot.crs_of(table), _arrays(table))


def _index(attributes: pa.Table, crs: CRS, arrays: dict[str, npt.NDArray[Any]]) -> Index:
    arrays = {**arrays, "blocks": np.ascontiguousarray(arrays["blocks"].T)}
    return Index(attributes=attributes.combine_chunks(), crs=crs, **arrays)


def build(snapshot_path: Path, folder: Path) -> None:
    """Write the side files of a snapshot into `folder`, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name[:12]}-", suffix=".partial", dir=folder.parent))
    try:
        crs = _write_shapes(snapshot_path, partial)
        _write_attributes(snapshot_path, partial)
        head = {"form": FORM, "crs": crs.to_json_dict()}
        (partial / "head.json").write_text(json.dumps(head), "utf-8")
        partial.chmod(0o755)
        _take_place(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_shapes(snapshot_path: Path, folder: Path) -> CRS:
    """Write bounds, areas and coordinates, a row group in hand at a time."""
    parts: dict[str, list[npt.NDArray[Any]]] = {name: [np.zeros(1, dtype=np.int64)] for name in _STARTS}
    parts |= {"bounds": [np.empty((0, 4))], "area_dm2": [np.empty(0, dtype=np.int64)]}
    with _GrowingArray(folder / "xy.npy", columns=2) as xy:
        for table in snapshot.row_groups(snapshot_path, [snapshot.AREA, snapshot.GEOMETRY]):
            arrays = _arrays(table)
            xy.append(arrays["xy"])
            for name in ("bounds", "area_dm2"):
                parts[name].append(arrays[name])
            for name in _STARTS:
                parts[name].append(arrays[name][1:] + parts[name][-1][-1])
    found = {name: np.concatenate(values) for name, values in parts.items()}
    for name, values in (found | {"blocks": _blocks(found["bounds"])}).items():
        np.save(folder / f"{name}.npy", values)
    return snapshot.crs_of(table)


_STARTS = ("ring_starts", "polygon_rings", "row_polygons")


class _GrowingArray:
    """A .npy file of float64 rows whose number is known at the end: the header has its place, and is written last."""

    HEADER = 128  # what NumPy takes for two dimensions of any length

    def __init__(self, path: Path, *, columns: int) -> None:
        self._path, self._columns, self._rows = path, columns, 0

    def __enter__(self) -> _GrowingArray:
        self._file = self._path.open("wb")
        self._file.write(bytes(self.HEADER))
        return self

    def append(self, rows: Floats) -> None:
        self._file.write(np.ascontiguousarray(rows, dtype="<f8").data)
        self._rows += len(rows)

    def __exit__(self, *error: object) -> None:
        with self._file as file:
            file.seek(0)
            about = {"descr": "<f8", "fortran_order": False, "shape": (self._rows, self._columns)}
            np.lib.format.write_array_header_1_0(file, about)
            assert file.tell() == self.HEADER


def _write_attributes(snapshot_path: Path, folder: Path) -> None:
    """Write the columns in one piece each: what is mapped from a file in pieces is copied together at every opening."""
    derived = (snapshot.GEOMETRY, snapshot.BBOX, snapshot.AREA)
    names = [name for name in snapshot.column_names(snapshot_path) if name not in derived]
    attributes = pa.table({name: snapshot.read(snapshot_path, [name])[name].combine_chunks() for name in names})
    with pa.ipc.new_file(str(folder / "attributes.arrow"), attributes.schema) as sink:
        sink.write_table(attributes)


def _take_place(partial: Path, folder: Path) -> None:
    """Put the finished files where readers look; whoever comes second finds them there and is content."""
    if _head(folder) is None:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        partial.rename(folder)
    except OSError:
        if _head(folder) is None:
            raise


def load(snapshot_path: Path, folder: Path) -> Index:
    """Map the side files of a snapshot, building them first when they are absent or of an older form.

    Raises
    ------
    CatalogueError (catalogue-error): the snapshot is missing or unreadable.
    """
    if not snapshot_path.exists():
        raise CatalogueError("snapshot-missing", file=snapshot_path.name)
    try:
        return _mapped(folder)
    except _UNUSABLE:
        with _turn(folder):
            return _rebuilt(snapshot_path, folder)


# Absent, of an older form, torn: the snapshot has it all.
_UNUSABLE = (OSError, ValueError, EOFError, KeyError, pa.ArrowInvalid)


def _rebuilt(snapshot_path: Path, folder: Path) -> Index:
    """Look once more, as another may have built it meanwhile; what nobody can map is built anew."""
    try:
        return _mapped(folder)
    except _UNUSABLE:
        shutil.rmtree(folder, ignore_errors=True)
        build(snapshot_path, folder)
        return _mapped(folder)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One builder at a time, among threads and processes: nobody removes what another has just made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _mapped(folder: Path) -> Index:
    head = _head(folder)
    if head is None:
        raise FileNotFoundError(folder)
    arrays = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)  # a memmap makes every slice a slow one
        for name in ("bounds", "blocks", "xy", "ring_starts", "polygon_rings", "row_polygons", "area_dm2")
    }
    attributes = pa.ipc.open_file(pa.memory_map(str(folder / "attributes.arrow"))).read_all()
    return _index(attributes, _plane(json.dumps(head["crs"])), arrays)


@cache
def _plane(definition: str) -> CRS:
    """One object for each plane, and the registered one where there is one: comparing others takes longer than a query."""
    crs = CRS.from_json(definition)
    code = crs.to_epsg()
    registered = crs if code is None else CRS.from_epsg(code)
    return registered if registered == crs else crs


def _head(folder: Path) -> dict[str, Any] | None:
    try:
        head: dict[str, Any] = json.loads((folder / "head.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return head if head.get("form") == FORM else None

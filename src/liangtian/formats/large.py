"""Layers of more than two million parcels: read batch by batch, shapes kept packed, repeated texts kept once.

What comes out is what `vector.read` gives for a smaller file, in a quarter of the memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyogrio import raw

from liangtian.errors import FileUnreadable
from liangtian.finding import Finding, Outcome
from liangtian.formats import ogr, text_repair
from liangtian.formats.features import Features
from liangtian.formats.geometry import note
from liangtian.space.packed import packed, wkb_of

LARGE = 2_000_000
"""Features of the largest layer that is read whole."""

BATCH = 1 << 16
REPEATED = 4  # a text column whose values stand this often on average is worth encoding


def is_large(path: Path, layer: str | None) -> bool:
    """Whether a GeoPackage layer is better read by `read`.

    Raises
    ------
    FileUnreadable : as `ogr.choose_layer`
    """
    name, _ = ogr.choose_layer(path, layer)
    with ogr.remarks(path, path.name):
        return int(pyogrio.read_info(path, layer=name)["features"]) > LARGE


def read(path: Path, layer: str | None) -> Features | None:
    """Read the polygons of a GeoPackage layer; None where it needs what only reading it whole can do.

    That is: arcs to be straightened, text that lost its encoding.

    Raises
    ------
    FileUnreadable : file-broken, file-no-polygons
    """
    name, is_only = ogr.choose_layer(path, layer)
    source = path.name if is_only else f"{path.name}|{name}"
    gathered = _Gathered()
    dataset = str(path.resolve())
    with (
        ogr.remarks(path, source) as met,
        raw.open_arrow(dataset, layer=name, use_pyarrow=True, batch_size=BATCH) as (meta, reader),
    ):
        column = meta["geometry_name"] or "wkb_geometry"
        try:
            for batch in reader:
                gathered.add(batch, column)
        except NotImplementedError:  # arcs
            return None
    if text_repair.is_chinese_bytes(sorted(gathered.texts)):
        return None
    if gathered.rows_read and not gathered.polygons and gathered.other:
        raise FileUnreadable("file-no-polygons", file=source)
    rows = np.concatenate(gathered.rows) if gathered.rows else np.empty(0, dtype=np.int64)
    attributes, geometry = gathered.table(), packed(gathered.wkb)
    gathered.wkb.clear()
    pa.default_memory_pool().release_unused()
    findings = gathered.findings(source, tuple(met))
    return Features(geometry, attributes, ogr.parsed_crs(meta["crs"], source), source, rows, findings)


class _Gathered:
    """What the batches held."""

    def __init__(self) -> None:
        self.wkb: list[pa.Array] = []
        self.attributes: list[pa.RecordBatch] = []
        self.rows: list[np.ndarray] = []
        self.texts: set[str] = set()
        self.rows_read = self.polygons = self.other = self.raised = self.broken = self.first_broken = 0
        self._encoded: Mapping[str, bool] = {}

    def add(self, batch: pa.RecordBatch, column: str) -> None:
        wkb = batch.column(column)
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        kind = shapely.get_type_id(shapes)
        polygonal = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
        kept = polygonal | (kind == -1)
        raised = kept & (shapely.has_z(shapes) | shapely.has_m(shapes))
        self._count_broken((kind == -1) & np.asarray(wkb.is_valid()))
        attributes = self._texts_once(batch.drop_columns([column]))
        if raised.any() or not kept.all():
            wkb, attributes = wkb_of(shapely.force_2d(shapes[kept])), attributes.filter(pa.array(kept))
        self.wkb.append(_own(wkb))
        self.attributes.append(attributes)
        self.rows.append(self.rows_read + 1 + np.flatnonzero(kept).astype(np.int64))
        self.rows_read += len(kept)
        self.polygons += int(polygonal.sum())
        self.other += int((~kept).sum())
        self.raised += int(raised.sum())

    def _count_broken(self, broken: np.ndarray) -> None:
        if broken.any() and not self.broken:
            self.first_broken = self.rows_read + int(np.flatnonzero(broken)[0]) + 1
        self.broken += int(broken.sum())

    def _texts_once(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with repeated texts encoded; the first batch says in which columns they repeat."""
        text = {field.name: batch.column(field.name) for field in batch.schema if pa.types.is_string(field.type)}
        encoded = {name: values.dictionary_encode() for name, values in text.items() if self._encoded.get(name, True)}
        if not self._encoded:
            self._encoded = {n: len(each.dictionary) * REPEATED <= len(each) for n, each in encoded.items()}
        for name, values in text.items():
            different = encoded[name].dictionary if name in encoded else values.drop_null()
            self.texts.update(different.filter(pc.invert(pc.string_is_ascii(different))).to_pylist())
        columns = [
            encoded[name] if self._encoded.get(name, False) else _own(batch.column(name)) for name in batch.schema.names
        ]
        return pa.record_batch(columns, names=batch.schema.names)

    def table(self) -> pa.Table:
        """The attributes in one piece a column; what they were gathered in is let go."""
        table = pa.Table.from_batches(self.attributes).unify_dictionaries()
        self.attributes.clear()
        return pa.table({name: table[name].combine_chunks() for name in table.column_names})

    def findings(self, source: str, met: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """As `geometry.from_wkb` and `geometry.polygons_of` word them."""
        found = list(met)
        if self.broken:
            params = {"source": source, "count": self.broken, "row": self.first_broken}
            found.insert(0, note("FILE-07", "file-geometry-broken", params, Outcome.FAIL, row=self.first_broken))
        if self.other:
            counted = {"source": source, "count": self.other}
            found.append(note("FILE-06", "file-other-geometry", counted, Outcome.FAIL))
        if self.raised:
            found.append(note("FILE-04", "file-heights-dropped", {"source": source, "count": self.raised}))
        return tuple(found)


def _own(values: pa.Array) -> pa.Array:
    """A copy: one column handed over by GDAL keeps its whole batch in memory."""
    return values.copy_to(pa.default_cpu_memory_manager())

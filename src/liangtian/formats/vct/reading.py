"""Read a VCT file: stream its sections, then build the polygons of one layer with their attributes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from liangtian.errors import FileUnreadable, LayerInvalid
from liangtian.formats.defects import DefectLog, each_said
from liangtian.formats.features import Features
from liangtian.formats.vct.assembly import PolygonStore, assemble
from liangtian.formats.vct.head import Head
from liangtian.formats.vct.records import take_line, take_polygon
from liangtian.formats.vct.scanning import RECORD_END, RULES, BadRecord, Lines, LineStore, whole
from liangtian.formats.vct.tables import Table, column_type

Integers = npt.NDArray[np.int64]

_SAMPLE_BYTES = 65_536
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of the FeatureCode section."""

    code: str
    name: str
    geometry: str
    table: str

    @property
    def label(self) -> str:
        """What messages and `layer=` call it: its table, else its name."""
        return self.table or self.name or self.code


def read(path: Path, *, layer: str | None = None) -> Features:
    """Read one polygon layer of a VCT 3.0 file in GBK (GB18030) or UTF-8.

    Records that cannot be used are findings of severity `error` with their line and left out. Points, lines that
    bound no polygon and annotation are passed over.

    Parameters
    ----------
    layer : table (DLTB), name (地类图斑) or code of the layer; may be left out if only one has polygons

    Returns
    -------
    Features
        geometry with x = easting; holes and parts decided by geometry, not by sign or order; `rows` are the lines where
        the polygons' records begin; `source` is `file|layer`. Columns as TableStructure declares them: Int → int64,
        Float → float64, Date → date32, anything else text, an empty value null; a polygon without a row has nulls.

    Raises
    ------
    FileUnreadable : vct-empty, vct-not-vct, vct-truncated, vct-no-polygons, vct-layer-empty,
        vct-nothing-usable, or the one defect that leaves nothing
    LayerInvalid : vct-layer-needed, vct-layer-unknown: lists the layers there are

    Source
    ------
    dialects and files seen in the field
    """
    scan = _scan(path, {})
    wanted = _wanted(scan, layer)
    polygons, log = scan.polygons, scan.log
    coordinates = scan.lines.coordinates() + np.array(scan.head.offset)
    if scan.head.swapped:
        coordinates = coordinates[:, ::-1].copy()
    crs = scan.head.crs(coordinates[~np.isnan(coordinates[:, 0]), 0], log)

    codes = [entry.code for entry in scan.layers if entry.label == wanted]
    chosen = np.flatnonzero(np.isin(np.array(polygons.codes), codes)).astype(np.int64)
    chosen = _first_of_each_id(np.asarray(polygons.ids, dtype=np.int64), chosen, polygons.numbers, log)
    _log_repeated_lines(scan)
    geometry, kept = assemble(polygons, chosen, scan.lines, coordinates, log)
    if not len(kept):
        raise _nothing_usable(scan)
    ids = np.asarray(polygons.ids, dtype=np.int64)
    rows = np.asarray(polygons.numbers, dtype=np.int64)[kept]
    return Features(
        geometry=geometry,
        attributes=_attributes(scan, wanted, ids[kept], rows, known=ids[chosen]),
        crs=crs,
        source=f"{path.name}|{wanted}",
        rows=rows,
        findings=log.in_line_order(),
    )


def layer_names(path: Path) -> list[str]:
    """The layers of the file that have polygons, by the name that `read(layer=…)` takes, in the file's order."""
    scan = _scan(path, {"Line": Lines.skip_section, "Attribute": Lines.skip_section})
    return _present(scan)


class _Scan:
    """What the sections hold."""

    def __init__(self, source: str) -> None:
        self.log = DefectLog(source, RULES)
        self.head = Head({}, {}, 1)
        self.layers: list[Layer] = []
        self.tables: dict[str, Table] = {}
        self.lines = LineStore(self.log, ",")
        self.polygons = PolygonStore()
        self.left_out: set[int] = set()
        self.sections: dict[str, int] = {}

    def take_head(self, lines: Lines) -> None:
        first = lines.number
        for text in lines.records():
            key, _, value = text.partition(":")
            self.head.values[key.strip()] = value.strip()
            self.head.lines[key.strip()] = lines.number
        self.head = Head(self.head.values, self.head.lines, first)
        self.lines = LineStore(self.log, self.head.separator)

    def take_feature_codes(self, lines: Lines) -> None:
        for text in lines.records():
            code, name, geometry, table, *_ = [part.strip() for part in text.split(self.head.separator)] + [""] * 3
            self.layers.append(Layer(code, name, geometry.casefold(), table))

    def take_tables(self, lines: Lines) -> None:
        separator = self.head.separator
        for text in lines.records():
            name, _, declared = text.partition(separator)
            at, columns, types = lines.number, list[str](), list[pa.DataType]()
            while (field := lines.next()) not in (RECORD_END, "TableStructureEnd", None):
                column, *kind = [part.strip() for part in str(field).split(separator)]
                columns.append(column)
                types.append(column_type(kind))
            if field is None:
                lines.truncated()
            if field != RECORD_END:
                lines.push_back([field])
            if declared.strip() != str(len(columns)):
                self.log.add("vct-table-count", at, table=name, declared=declared, found=len(columns))
            self.tables[name.strip()] = Table(name.strip(), columns, types)

    def take_lines(self, lines: Lines) -> None:
        for text in lines.records():
            try:
                take_line(text, lines, self.lines)
            except BadRecord as bad:
                lines.recover(bad, self.log)

    def take_polygons(self, lines: Lines) -> None:
        known = {layer.code for layer in self.layers if layer.geometry == "polygon"}
        for text in lines.records():
            number = lines.number
            try:
                take_polygon(text, lines, self.polygons, self.lines, self.head.separator)
            except BadRecord as bad:
                lines.recover(bad, self.log)
                with contextlib.suppress(ValueError):
                    self.left_out.add(whole(text))
                continue
            if self.polygons.codes[-1] not in known:
                polygon_id, code = self.polygons.ids[-1], self.polygons.codes[-1]
                self.log.add("vct-code-unknown", number, id=polygon_id, code=code)
                self.left_out.add(polygon_id)

    def take_attributes(self, lines: Lines) -> None:
        for name in lines.records():
            table = self.tables.get(name)
            if table is None:
                self.log.add("vct-table-unknown", lines.number, table=name)
            while (text := lines.next_filled()) != "TableEnd":
                if text is None:
                    lines.truncated()
                if _REPLACEMENT in text:
                    self.log.add("vct-text-damaged", lines.number, table=name)
                if table is not None:
                    table.add(text.split(self.head.separator), lines.number, self.log)


_SECTIONS: dict[str, Callable[[_Scan, Lines], None]] = {
    "Head": _Scan.take_head,
    "FeatureCode": _Scan.take_feature_codes,
    "TableStructure": _Scan.take_tables,
    "Line": _Scan.take_lines,
    "Polygon": _Scan.take_polygons,
    "Attribute": _Scan.take_attributes,
}


def _scan(path: Path, skipped: dict[str, Callable[[Lines], None]]) -> _Scan:
    scan = _Scan(path.name)
    # A value cut in the middle of a character is common: it must not cost the file.
    with path.open(encoding=_encoding(path), errors="replace") as stream:
        lines = Lines(stream, path.name)
        while (text := lines.next_filled()) is not None:
            if not scan.sections and text != "HeadBegin":
                raise FileUnreadable("vct-not-vct", source=path.name, line=lines.number)
            if not text.endswith("Begin"):
                continue
            lines.section = text.removesuffix("Begin")
            scan.sections[lines.section] = lines.number
            if lines.section in skipped or lines.section not in _SECTIONS:
                lines.skip_section()
            else:
                _SECTIONS[lines.section](scan, lines)
    if not lines.number:
        raise FileUnreadable("vct-empty", source=path.name)
    _check_sections(scan, lines.number)
    return scan


def _encoding(path: Path) -> str:
    """UTF-8 if the beginning is (the head holds Chinese words), else GB18030, which includes GBK and GB2312."""
    with path.open("rb") as stream:
        sample = stream.read(_SAMPLE_BYTES)
    try:
        sample[: sample.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "gb18030" if sample.isascii() else "utf-8-sig"


def _check_sections(scan: _Scan, last_line: int) -> None:
    """Without polygons there is nothing to read; without attributes there are shapes only."""
    for section in ("FeatureCode", "Polygon"):
        if section not in scan.sections:
            raise FileUnreadable("vct-no-polygons", source=scan.log.source, section=section, line=last_line)
    for section in ("TableStructure", "Line", "Attribute"):
        if section not in scan.sections:
            scan.log.add("vct-section-missing", last_line, section=section)


def _present(scan: _Scan) -> list[str]:
    codes = set(scan.polygons.codes)
    used = [layer.label for layer in scan.layers if layer.geometry == "polygon" and layer.code in codes]
    return list(dict.fromkeys(used))


def _wanted(scan: _Scan, layer: str | None) -> str:
    """Label of the layer to read."""
    present = _present(scan)
    if not present:
        raise _nothing_usable(scan)
    listed = "、".join(present)
    if layer is None:
        if len(present) > 1:
            raise LayerInvalid("vct-layer-needed", source=scan.log.source, layers=listed)
        return present[0]
    for entry in scan.layers:
        if layer in (entry.label, entry.name, entry.code) and entry.label in present:
            return entry.label
    raise LayerInvalid("vct-layer-unknown", source=scan.log.source, layer=layer, layers=listed)


def _nothing_usable(scan: _Scan) -> FileUnreadable:
    """A single defect speaks for itself; of several each is said, with its line."""
    errors = scan.log.errors()
    if not errors:
        return FileUnreadable("vct-layer-empty", source=scan.log.source, line=scan.sections["Polygon"])
    if len(errors) == 1:
        return FileUnreadable(errors[0].message_id, **errors[0].params)
    return FileUnreadable("vct-nothing-usable", source=scan.log.source, defects=len(errors), **each_said(errors))


def _first_of_each_id(ids: Integers, chosen: Integers, numbers: list[int], log: DefectLog) -> Integers:
    first = np.sort(np.unique(ids[chosen], return_index=True)[1])
    for index in np.setdiff1d(np.arange(len(chosen)), first).tolist():
        log.add("vct-id-repeated", numbers[chosen[index]], id=int(ids[chosen[index]]))
    return chosen[first]


def _log_repeated_lines(scan: _Scan) -> None:
    ids = np.asarray(scan.lines.ids, dtype=np.int64)
    everything = np.arange(len(ids), dtype=np.int64)
    _first_of_each_id(ids, everything, scan.lines.numbers, scan.log)


def _attributes(scan: _Scan, wanted: str, ids: Integers, rows: Integers, *, known: Integers) -> pa.Table:
    """The row of each polygon, by id; nulls and a finding where there is none."""
    table = scan.tables.get(wanted)
    if table is None or not table.columns:
        return pa.table({"id": pa.array(ids)})
    row_ids = np.asarray(table.ids, dtype=np.int64)
    numbers = np.asarray(table.numbers, dtype=np.int64)
    unique, first = np.unique(row_ids, return_index=True)
    for index in np.setdiff1d(np.arange(len(row_ids)), first).tolist():
        scan.log.add("vct-id-repeated", numbers[index], id=int(row_ids[index]))
    met = np.concatenate([known, np.array(sorted(scan.left_out), dtype=np.int64)])
    for index in first[~np.isin(unique, met)].tolist():
        scan.log.add("vct-attribute-orphan", numbers[index], table=wanted, id=int(row_ids[index]))

    place = np.minimum(np.searchsorted(unique, ids), max(len(unique) - 1, 0))
    found = unique[place] == ids if len(unique) else np.zeros(len(ids), dtype=bool)
    unexplained = ~found if "Attribute" in scan.sections else np.zeros(len(ids), dtype=bool)
    for index in np.flatnonzero(unexplained).tolist():
        scan.log.add("vct-attribute-missing", rows[index], table=wanted, id=int(ids[index]))
    take = pa.array(first[place] if len(unique) else np.zeros(len(ids), dtype=np.int64), mask=~found)
    return table.to_arrow(scan.log).take(take)

"""Attribute tables of a VCT file: structure, then rows converted a piece at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from liangtian.formats.defects import DefectLog
from liangtian.formats.vct.scanning import whole

_PIECE = 20_000


@dataclass(slots=True)
class Table:
    """One table: its structure from TableStructure, its rows from Attribute.

    A field of type Int becomes int64, Float float64, Date date32, anything else text. An empty value is null.
    """

    name: str
    columns: list[str]
    types: list[pa.DataType]
    ids: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _pieces: list[pa.RecordBatch] = field(default_factory=list)

    def add(self, parts: list[str], number: int, log: DefectLog) -> None:
        """Take the row in line `number`; one of wrong width or without an id is left out with a finding."""
        if len(parts) != len(self.columns) + 1:
            found = len(parts) - 1
            log.add("vct-attribute-width", number, table=self.name, expected=len(self.columns), found=found)
            return
        try:
            self.ids.append(whole(parts[0]))
        except ValueError:
            log.add("vct-attribute-value", number, field="id", text=parts[0][:60])
            return
        self.numbers.append(number)
        self._rows.append(parts[1:])
        if len(self._rows) >= _PIECE:
            self._convert(log)

    def to_arrow(self, log: DefectLog) -> pa.Table:
        """All rows, in the file's order."""
        self._convert(log)
        return pa.Table.from_batches(self._pieces, schema=self._schema())

    def _schema(self) -> pa.Schema:
        return pa.schema(list(zip(self.columns, self.types, strict=True)))

    def _convert(self, log: DefectLog) -> None:
        if not self._rows:
            return
        first = self.numbers[-len(self._rows) :]
        texts = [list(column) for column in zip(*self._rows, strict=True)]
        arrays = [
            _column(values, kind, name, first, log)
            for values, kind, name in zip(texts, self.types, self.columns, strict=True)
        ]
        self._pieces.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema()))
        self._rows.clear()


def column_type(declared: list[str]) -> pa.DataType:
    """Arrow type of a field declared as `Char,18`, `Int4`, `Float,15,2`, `Date,8` …

    Examples
    --------
    >>> [str(column_type(d)) for d in (["Char", "18"], ["Int4"], ["Float", "15", "2"], ["Date", "8"], ["Varbin"])]
    ['string', 'int64', 'double', 'date32[day]', 'string']
    """
    kind = declared[0].casefold() if declared else ""
    if kind.startswith("int"):
        return pa.int64()
    return {"float": pa.float64(), "double": pa.float64(), "date": pa.date32()}.get(kind, pa.string())


def _column(values: list[str], kind: pa.DataType, name: str, numbers: list[int], log: DefectLog) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(pa.array(values, pa.string()))
    texts = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if kind == pa.string():
        return texts
    if kind != pa.date32():
        try:
            return texts.cast(kind)
        except pa.ArrowInvalid:
            pass
    convert = _CONVERTERS[kind]
    converted: list[object] = []
    for text, number in zip(texts.to_pylist(), numbers, strict=True):
        try:
            converted.append(None if text is None else convert(text))
        except ValueError:
            log.add("vct-attribute-value", number, field=name, text=text[:60])
            converted.append(None)
    return pa.array(converted, kind)


def _whole(text: str) -> int:
    value = float(text)
    if not value.is_integer():
        raise ValueError(text)
    return whole(f"{value:.0f}")


def _date(text: str) -> dt.date:
    plain = text.replace("-", "").replace("/", "")
    if len(plain) != 8:
        raise ValueError(text)
    return dt.date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))


_CONVERTERS: dict[pa.DataType, Callable[[str], object]] = {pa.int64(): _whole, pa.float64(): float, pa.date32(): _date}

"""Casting a column of a file to the type its layer gives it, with the positions of what could not be read."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Index = npt.NDArray[np.int64]

ARROW_TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def cast(column: pa.ChunkedArray, to: str) -> tuple[pa.Array, Index]:
    """Cast to `text`, `integer`, `number` or `date`.

    Returns
    -------
    values : shape (n,), null where blank or unreadable
    bad : shape (k,), positions of values that were there and could not be read

    Examples
    --------
    >>> values, bad = cast(pa.chunked_array([["1203", " 12.5 ", "", "12,5", None]]), "number")
    >>> values.to_pylist(), bad.tolist()
    ([1203.0, 12.5, None, None, None], [3])
    >>> cast(pa.chunked_array([[1.0, 2.5, None]]), "text")[0].to_pylist()
    ['1', '2.5', None]
    """
    flat = whole(column)
    if pa.types.is_dictionary(flat.type):
        return _cast_encoded(flat, to)
    given = _blank_to_null(flat)
    try:
        values = _CASTS[to](given)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a type with no reading at all: a list, a struct, bytes
        values = pa.nulls(len(given), ARROW_TYPES[to])
    lost = pc.and_(pc.is_valid(given), pc.is_null(values))
    return values, np.flatnonzero(np.asarray(lost)).astype(np.int64)


def _cast_encoded(column: pa.DictionaryArray, to: str) -> tuple[pa.Array, Index]:
    """The same, asking each different value once; text stays encoded."""
    values, bad = cast(pa.chunked_array([column.dictionary]), to)
    if to == "text" and values.equals(column.dictionary):
        return column, bad
    if to == "text":
        unlike = pc.dictionary_encode(values)  # two spellings may have become one text
        values = pa.DictionaryArray.from_arrays(unlike.indices.take(column.indices), unlike.dictionary)
    else:
        values = values.take(column.indices)
    lost = np.zeros(len(column.dictionary) + 1, dtype=bool)
    lost[bad] = True
    return values, np.flatnonzero(lost[np.asarray(pc.fill_null(column.indices, -1))]).astype(np.int64)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, the very piece where there is only one; `combine_chunks` would copy it."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def decoded(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A column with its values written out, where it was encoded.

    Examples
    --------
    >>> decoded(pa.array(["水田", None, "水田"]).dictionary_encode()).to_pylist()
    ['水田', None, '水田']
    """
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


_PLAIN: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_null,
    pa.types.is_string,
    pa.types.is_binary,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_date32,
    pa.types.is_timestamp,
    pa.types.is_duration,
)


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in one of the few types that every store gives back as they were; the very column where it is one.

    Texts, bytes, days and moments of other types stay what they say, lists and records become JSON, what is left its text.

    Examples
    --------
    >>> plain(pa.chunked_array([[["a", "b"], None]])).to_pylist()
    ['["a", "b"]', None]
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column if _is_plain(kind.value_type) else plain(decoded(column))
    if pa.types.is_timestamp(kind) and kind.unit == "s":
        return column.cast(pa.timestamp("ms", kind.tz))
    if _is_plain(kind):
        return column
    if isinstance(kind, pa.BaseExtensionType):
        return plain(column.cast(kind.storage_type))
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind) or pa.types.is_fixed_size_binary(kind):
        return column.cast(pa.binary())
    if pa.types.is_date64(kind):
        return column.cast(pa.date32())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    write = _json if pa.types.is_nested(kind) else str
    return pa.chunked_array([[None if each is None else write(each) for each in column.to_pylist()]], pa.string())


def _is_plain(kind: pa.DataType) -> bool:
    return any(each(kind) for each in _PLAIN)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _blank_to_null(flat: pa.Array) -> pa.Array:
    """Trim text and make blank text null; make nan, the null of files read through numpy, null."""
    if pa.types.is_string(flat.type) or pa.types.is_large_string(flat.type):
        text = pc.utf8_trim(flat.cast(pa.string()), characters=" \t\r\n\x00\u3000")
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if pa.types.is_floating(flat.type):
        if pc.all(pc.is_finite(flat)).as_py() is not False:
            return flat
        return pc.if_else(pc.is_finite(flat), flat, pa.scalar(None, flat.type))
    return flat


def _text(given: pa.Array) -> pa.Array:
    if not pa.types.is_floating(given.type):
        return given.cast(pa.string())
    # Codes that a spreadsheet or a register keeps as numbers: 101.0 is the code 101.
    whole = pc.and_(pc.equal(pc.floor(given), given), pc.less(pc.abs(given), 1e15))
    integers = pc.if_else(whole, given, pa.scalar(None, given.type)).cast(pa.int64())
    return pc.coalesce(integers.cast(pa.string()), given.cast(pa.string()))


def _number(given: pa.Array) -> pa.Array:
    if pa.types.is_string(given.type):
        legible = pc.match_substring_regex(given, _NUMBER)
        given = pc.if_else(legible, given, pa.scalar(None, pa.string()))
    return given.cast(pa.float64())


def _integer(given: pa.Array) -> pa.Array:
    if pa.types.is_integer(given.type):
        return given.cast(pa.int64())
    number = _number(given)
    whole = pc.and_(pc.equal(pc.floor(number), number), pc.less(pc.abs(number), 2.0**53))
    return pc.if_else(whole, number, pa.scalar(None, pa.float64())).cast(pa.int64())


def _date(given: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(given.type) or pa.types.is_date(given.type):
        return pc.floor_temporal(given, unit="day").cast(pa.date32())
    text = _text(given)
    read = [pc.strptime(text, format=form, unit="s", error_is_null=True) for form in _DATE_FORMATS]
    return pc.coalesce(*read).cast(pa.timestamp("s")).cast(pa.date32(), safe=False)


_CASTS: dict[str, Callable[[pa.Array], pa.Array]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
}

"""Chinese text that lost its encoding on the way: .dbf bytes, and GBK that some program took for latin1."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_ASCII = re.compile(r"[\x00-\x7f]+")


def texts(table: pa.Table) -> list[str]:
    """Every distinct text beyond ASCII, column names included: what an encoding is judged by."""
    found = {name for name in table.column_names if not name.isascii()}
    for column in _text_columns(table):
        found.update(_beyond_ascii(table.column(column)).to_pylist())
    return sorted(found)


def recode(table: pa.Table, change: Callable[[str], str]) -> pa.Table:
    """Apply `change` to every text beyond ASCII and to the column names, once for each distinct value."""
    for index in _text_columns(table):
        column = table.column(index)
        old = _beyond_ascii(column)
        if len(old) == 0:
            continue
        new = pa.array([change(value) for value in old.to_pylist()], column.type)
        changed = pc.coalesce(new.take(pc.index_in(column, value_set=old)), column)
        table = table.set_column(index, table.field(index).with_type(column.type), changed)
    return table.rename_columns([change(name) for name in table.column_names])


def decode(text: str, encoding: str) -> str:
    """Text whose characters are bytes (read as ISO-8859-1) → text. A character cut off at the field's end is dropped.

    Raises
    ------
    UnicodeDecodeError : the bytes are not of that encoding.

    Examples
    --------
    >>> decode("盐官镇".encode("gbk").decode("latin1"), "gbk")
    '盐官镇'
    """
    return codecs.getincrementaldecoder(encoding)().decode(text.encode("latin1"))


def decodes(values: Iterable[str], encoding: str) -> bool:
    """Whether every text, taken as bytes, is of that encoding.

    Examples
    --------
    >>> decodes(["盐官".encode("gbk").decode("latin1")], "utf-8")
    False
    """
    try:
        for value in values:
            decode(value, encoding)
    except UnicodeError:
        return False
    return True


def unmangle(text: str) -> str:
    """Undo GBK read as latin1 or Windows-1252; text that is not mostly such Chinese comes back unchanged.

    Examples
    --------
    >>> unmangle("Ë®Ìï"), unmangle("水田"), unmangle("5 × 3"), unmangle("Österreich")
    ('水田', '水田', '5 × 3', 'Österreich')
    """
    raw = _as_bytes(text)
    if raw is None or not is_chinese_bytes([text]):
        return text
    return codecs.getincrementaldecoder("gb18030")().decode(raw)


def is_chinese_bytes(values: Iterable[str]) -> bool:
    """Whether texts, taken as bytes, are mostly whole GB2312 characters.

    European text in latin1 is not: its accents stand alone between ASCII letters, and accent and letter together
    are no GB2312 character. Rare characters (GBK beyond GB2312) are not either, hence most and not all.

    Examples
    --------
    >>> is_chinese_bytes(["Ë®Ìï"]), is_chinese_bytes(["Kløver", "Græs"]), is_chinese_bytes(["水田"])
    (True, False, False)
    """
    common, others = 0, 0
    for raw in filter(None, map(_as_bytes, values)):
        good, bad = _count_gb2312(raw)
        common, others = common + good, others + bad
    return common > others


def _count_gb2312(raw: bytes) -> tuple[int, int]:
    """How many characters beyond ASCII are GB2312, and how many are not."""
    try:
        # A field may end in the middle of a character.
        text = codecs.getincrementaldecoder("gb18030")().decode(raw)
    except UnicodeDecodeError:
        return 0, len(_HIGH_RUNS.findall(raw))
    beyond = _ASCII.sub("", text)
    common = len(beyond.encode("gb2312", errors="ignore")) // 2
    return common, len(beyond) - common


def _as_bytes(text: str) -> bytes | None:
    for encoding in ("latin1", "cp1252"):
        try:
            return text.encode(encoding)
        except UnicodeEncodeError:
            continue
    return None


def _text_columns(table: pa.Table) -> list[int]:
    return [
        index
        for index, field in enumerate(table.schema)
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    ]


def _beyond_ascii(column: pa.ChunkedArray) -> pa.Array:
    distinct = column.unique().drop_null()
    return distinct.filter(pc.invert(pc.string_is_ascii(distinct)))

"""Shapefiles: a set of files that must agree, and text in an encoding that nobody wrote down."""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.errors import FileUnreadable
from liangtian.finding import Finding, Outcome
from liangtian.formats import ogr, text_repair
from liangtian.formats.features import Features
from liangtian.formats.geometry import RawLayer, note

NAME_BYTES = 10
TEXT_BYTES = 254
# Columns of our own readers whose names a shapefile cannot hold: written short, read back under their own name.
SHORT_NAMES = {"declared_area_ha": "decl_ha"}
_OWN_NAMES = {short: own for own, short in SHORT_NAMES.items()}
_SHP_MAGIC = 9994
# Language driver ids of the .dbf header, for tables whose text is not Chinese.
_DBF_CODE_PAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4F: "big5", 0x57: "cp1252",
    0x78: "big5", 0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one shapefile; their suffixes may be written in capitals."""

    shp: Path
    shx: Path
    dbf: Path
    cpg: Path | None


def read(path: Path, *, encoding: str | None = None) -> RawLayer:
    """Read a shapefile: declared encoding, else the one its bytes prove, else GBK; `SHORT_NAMES` get their own back.

    Raises
    ------
    FileUnreadable : file-part-missing, file-truncated, file-not-what-named, file-encoding-wrong, file-encoding-unknown
    """
    parts = _parts(path)
    _check_lengths(parts)
    # ISO-8859-1 maps every byte to one character and back: the bytes arrive unharmed.
    layer = ogr.read(path, encoding="ISO-8859-1")
    attributes, findings = _decoded(layer.attributes, parts, encoding)
    attributes = attributes.rename_columns([_OWN_NAMES.get(name, name) for name in attributes.column_names])
    return RawLayer(layer.geometry, attributes, layer.crs, layer.source, (*layer.findings, *findings))


def _parts(path: Path) -> Parts:
    beside = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}
    for suffix in (".shx", ".dbf"):
        if suffix not in beside:
            raise FileUnreadable("file-part-missing", file=path.name, part=f"{path.stem}{suffix}")
    return Parts(path, beside[".shx"], beside[".dbf"], beside.get(".cpg"))


def _check_lengths(parts: Parts) -> None:
    """Compare each file's length with the one its header states: GDAL reads what is left and says little."""
    counts = {}
    for part in (parts.shp, parts.shx):
        head = _head(part, 100)
        if len(head) < 100 or struct.unpack_from(">i", head)[0] != _SHP_MAGIC:
            raise FileUnreadable("file-not-what-named", file=part.name)
        stated = 2 * struct.unpack_from(">i", head, 24)[0]
        if part.stat().st_size < stated:
            raise FileUnreadable("file-truncated", file=part.name)
        counts[part.suffix.lower()] = (stated - 100) // 8
    head = _head(parts.dbf, 32)
    if len(head) < 32:
        raise FileUnreadable("file-truncated", file=parts.dbf.name)
    rows, start, width = struct.unpack_from("<IHH", head, 4)
    # The end mark after the last record is often left out.
    if parts.dbf.stat().st_size < start + rows * width:
        raise FileUnreadable("file-truncated", file=parts.dbf.name)
    if rows != counts[".shx"]:
        raise FileUnreadable("file-parts-disagree", file=parts.shp.name, shapes=counts[".shx"], records=rows)


def _head(part: Path, size: int) -> bytes:
    with part.open("rb") as stream:
        return stream.read(size)


def _decoded(table: pa.Table, parts: Parts, given: str | None) -> tuple[pa.Table, tuple[Finding, ...]]:
    values = text_repair.texts(table)
    if not values:
        return table, ()
    source = parts.shp.name
    declared = _declared(parts.cpg)
    encoding = given or declared
    findings: tuple[Finding, ...] = ()
    if given is not None and (_codec(given) is None or not text_repair.decodes(values, given)):
        raise FileUnreadable("file-encoding-wrong", file=source, encoding=given)
    if given is None and (declared is None or not text_repair.decodes(values, declared)):
        encoding = _proved(values, parts)
        params = {"source": source, "encoding": _spoken(encoding), "declared": declared}
        findings = (
            note("FILE-01", "file-encoding-assumed", params)
            if declared is None
            else note("FILE-02", "file-encoding-contradicts", params, Outcome.FAIL),
        )
    return text_repair.recode(table, lambda text: text_repair.decode(text, str(encoding))), findings


def _declared(cpg: Path | None) -> str | None:
    """The codec that the .cpg names (`UTF-8`, `936`, `GBK`, `ANSI 1252` …)."""
    if cpg is None:
        return None
    text = cpg.read_text("ascii", errors="replace").strip().lower().removeprefix("ansi").strip()
    if text in {"936", "gbk", "gb2312", "cp936", "54936"}:
        return "gb18030"
    name = {"65001": "utf-8", "88591": "latin1", "950": "big5"}.get(text, text)
    return _codec(f"cp{name}" if name.isdigit() else name)


def _codec(name: str) -> str | None:
    """The codec of that name, if it makes text: Python knows others, `zip` and `hex` among them."""
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def _proved(values: list[str], parts: Parts) -> str:
    """UTF-8 proves itself; Chinese bytes are GBK; other text follows the .dbf header's own mark; else GBK."""
    if text_repair.decodes(values, "utf-8"):
        return "utf-8"
    marked = _DBF_CODE_PAGES.get(_head(parts.dbf, 30)[29])
    order = ["gb18030"] if marked is None or text_repair.is_chinese_bytes(values) else [marked, "gb18030"]
    for encoding in order:
        if text_repair.decodes(values, encoding):
            return encoding
    raise FileUnreadable("file-encoding-unknown", file=parts.shp.name)


def _spoken(encoding: str) -> str:
    return {"gb18030": "GBK", "utf-8": "UTF-8"}.get(encoding, encoding)


def write(features: Features, path: Path, *, encoding: str) -> None:
    """Write a shapefile with .cpg and .prj; our own column names beyond 10 bytes as `SHORT_NAMES` has them.

    Raises
    ------
    FileUnreadable : file-encoding-wrong, shp-name-too-long, shp-name-twice, shp-text-too-long, shp-text-not-encodable
    """
    codec = "gbk" if encoding.lower() in {"gbk", "gb2312", "cp936"} else _codec(encoding)
    if codec not in {"gbk", "utf-8"}:
        raise FileUnreadable("file-encoding-wrong", file=path.name, encoding=encoding)
    attributes = features.attributes
    attributes = attributes.rename_columns([SHORT_NAMES.get(name, name) for name in attributes.column_names])
    _check_names(attributes.column_names, path, codec)
    _check_texts(attributes, path, codec)
    table = attributes.append_column("geometry", ogr.wkb(features.geometry))
    is_multi = (shapely.get_type_id(features.geometry) == shapely.GeometryType.MULTIPOLYGON).any()
    ogr.write(
        table,
        path,
        driver="ESRI Shapefile",
        geometry_type="MultiPolygon" if is_multi else "Polygon",
        crs=features.crs.to_wkt() if features.crs else None,
        encoding="GBK" if codec == "gbk" else "UTF-8",
    )


def _check_names(names: list[str], path: Path, codec: str) -> None:
    for name in names:
        if len(_encoded(name, name, path, codec)) > NAME_BYTES:
            raise FileUnreadable("shp-name-too-long", file=path.name, field=name, limit=NAME_BYTES)
    twice = [name for name in names if [other.upper() for other in names].count(name.upper()) > 1]
    if twice:
        raise FileUnreadable("shp-name-twice", file=path.name, field=twice[0])


def _check_texts(table: pa.Table, path: Path, codec: str) -> None:
    for field in table.schema:
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        distinct = table.column(field.name).unique().drop_null()
        # No encoding here makes a character longer than four bytes; GBK must see all beyond ASCII to know them.
        suspects = distinct.filter(
            pc.or_(pc.greater(pc.utf8_length(distinct), TEXT_BYTES // 4), pc.invert(pc.string_is_ascii(distinct)))
        )
        for value in suspects.to_pylist():
            if len(_encoded(value, field.name, path, codec)) > TEXT_BYTES:
                raise FileUnreadable(
                    "shp-text-too-long", file=path.name, field=field.name, limit=TEXT_BYTES, start=value[:12]
                )


def _encoded(text: str, field: str, path: Path, codec: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise FileUnreadable("shp-text-not-encodable", file=path.name, field=field, character=character) from error

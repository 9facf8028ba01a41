"""KML: GDAL makes up columns and spells Chinese field names as underscores; both are put right here."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

from liangtian.formats import ogr
from liangtian.formats.geometry import RawLayer

# Columns that GDAL's reader makes up for every file.
_FILLERS = frozenset(
    {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"}
)
_DATA_NAME = re.compile(rb"<Data\s[^>]*?name=(?:\"([^\"]*)\"|'([^']*)')")


def read(path: Path, layer: str | None = None) -> RawLayer:
    """Read one folder of a KML file.

    Raises
    ------
    FileUnreadable : as `ogr.read`
    """
    raw = ogr.read(path, layer)
    attributes = raw.attributes.select([name for name in raw.attributes.column_names if name not in _FILLERS])
    return replace(raw, attributes=attributes.rename_columns(restored(attributes.column_names, path.read_bytes())))


def restored(columns: list[str], document: bytes) -> list[str]:
    """The column names as the document writes them, where only one name of it can be meant.

    Examples
    --------
    >>> restored(["Name", "______"], '<Data name="地类">'.encode())
    ['Name', '地类']
    """
    meant: dict[str, set[str]] = {}
    for double, single in _DATA_NAME.findall(document):
        name = html.unescape((double or single).decode("utf-8", errors="replace"))
        meant.setdefault(laundered(name), set()).add(name)
    return [next(iter(names)) if len(names := meant.get(column, {column})) == 1 else column for column in columns]


def laundered(name: str) -> str:
    """A field name as GDAL's reader spells it: an underscore for each byte that is no ASCII letter or digit."""
    return re.sub(rb"[^A-Za-z0-9_]", b"_", name.encode()).decode()

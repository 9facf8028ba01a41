"""Whether a file is of the format its name promises, asked before GDAL sees it.

GDAL chooses a reader by content, and some of its formats hold no land but name other files, databases or addresses: under
another suffix they would show whoever hands them in what is not theirs, and have the server ask on their behalf.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

from liangtian.errors import FileUnreadable

HEAD = 4096

# First bytes that the name promises; GDAL would otherwise hand the file to whichever driver likes it.
_BEGINS = {
    ".gpkg": re.compile(rb"SQLite format 3\x00"),
    ".geojson": re.compile(rb"\s*\{"),
    ".json": re.compile(rb"\s*\{"),
    ".kml": re.compile(
        rb"\s*(?:(?:<\?.*?\?>|<!--.*?-->)\s*)*<(?:[\w.-]+:)?(?:kml|Document|Folder|Placemark)[\s>]", re.DOTALL
    ),
    ".dxf": re.compile(rb"\s*(?:0|999)[ \t]*[\r\n]|AutoCAD Binary DXF"),
}
# What GDAL's redirecting formats are known by; some are looked for behind any beginning.
_ELSEWHERE = re.compile(rb"OGRVRTDataSource|OGRWFSDataSource|WFS_Capabilities|gdal_streamed_alg", re.IGNORECASE)
_LOOKED_THROUGH = frozenset({".kml", ".dxf"})
_PIECE, _OVERLAP = 1 << 20, 64
_MARK = b"\xef\xbb\xbf"


def check_content(path: Path) -> None:
    """Refuse a file that is not what its name promises, and a geodatabase cut short.

    GDAL reads a geodatabase table that ends too early as an empty one.

    Raises
    ------
    FileUnreadable : file-not-what-named, file-truncated
    """
    if path.is_dir():
        _check_gdb(path)
        return
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        head = stream.read(HEAD).removeprefix(_MARK)
    begins = _BEGINS.get(suffix)
    if (begins and not begins.match(head)) or (suffix in _LOOKED_THROUGH and _names_another(path)):
        raise FileUnreadable("file-not-what-named", file=path.name)


def _names_another(path: Path) -> bool:
    """Whether one of GDAL's formats that read other sources stands anywhere in the file."""
    before = b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            if _ELSEWHERE.search(before + piece):
                return True
            before = piece[-_OVERLAP:]
    return False


def _check_gdb(folder: Path) -> None:
    """Compare each table's length with the one its header states (bytes 24–31)."""
    tables = sorted(folder.glob("*.gdbtable"))
    if not tables:
        raise FileUnreadable("file-not-what-named", file=folder.name)
    for table in tables:
        with table.open("rb") as stream:
            head = stream.read(32)
        if len(head) < 32 or table.stat().st_size < struct.unpack_from("<Q", head, 24)[0]:
            raise FileUnreadable("file-truncated", file=f"{folder.name}/{table.name}")

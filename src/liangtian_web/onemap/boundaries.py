"""Boundaries of requests: a file handed in or a figure drawn on the map, of bearable size, read while somebody waits."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import shapely
from django.core.files.uploadedfile import UploadedFile
from pyproj import CRS

from liangtian.errors import LayerInvalid
from liangtian.formats.archive import Limits
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian_web.onemap.actions import safe_name

DRAWN = "drawn.geojson"
BYTES_MAX = 50 * 2**20
UNPACKED = Limits(files=200, total_bytes=500 << 20)
"""What a boundary's zip may grow to."""
CORNERS_MAX = 200_000
"""What a boundary may have: it is united, cut and drawn while somebody waits."""


def boundary_from(files: list[UploadedFile[Any]], drawn: str, encoding: str = "", crs: str = "") -> Features:
    """The boundary of a form: the files, or the figure drawn on the map, read by the same reader.

    Parameters
    ----------
    crs : EPSG code the user names; what is drawn is in degrees

    Raises
    ------
    LiangtianError : it cannot be read, or has too many corners
    """
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        if drawn:
            path = Path(folder) / DRAWN
            path.write_text(drawn, "utf-8")
        else:
            for file in files:
                with (Path(folder) / safe_name(file.name or "file")).open("wb") as sink:
                    sink.writelines(file.chunks())
            path = Path(folder) / safe_name(files[0].name or "file")
        unpacked = Path(folder) / "unpacked"
        unpacked.mkdir()
        named = CRS.from_epsg(int(crs)) if crs and not drawn else None
        found = open_features(path, encoding=encoding or None, crs=named, workdir=unpacked, limits=UNPACKED)
    corners = int(shapely.get_num_coordinates(found.geometry).sum())
    if corners > CORNERS_MAX:
        raise LayerInvalid("boundary-too-many-corners", source=found.source, count=corners, most=CORNERS_MAX)
    return found

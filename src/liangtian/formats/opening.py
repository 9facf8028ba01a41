"""Open any file a user hands over: unpack, read, settle the coordinate system. The one entry of every caller."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pyproj import CRS

from liangtian.formats import vector
from liangtian.formats.archive import Limits
from liangtian.formats.features import Features
from liangtian.space.detect import settle_crs


def open_features(
    path: Path,
    *,
    workdir: Path,
    layer: str | None = None,
    encoding: str | None = None,
    crs: CRS | None = None,
    strict_datum: bool = False,
    transformation: str | None = None,
    limits: Limits | None = None,
) -> Features:
    """Read a file's polygons and settle their coordinate system; every assumption stands in `findings`.

    Parameters
    ----------
    path : file, .gdb folder or zip
    workdir : temporary folder of the caller, where zips are unpacked
    layer, encoding : as `vector.read`
    crs, strict_datum, transformation : as `detect.settle_crs`, `crs` being what the user names
    limits : what a zip may grow to, where that is less than a whole layer

    Returns
    -------
    Features whose `crs` is never None and whose x is east or longitude

    Raises
    ------
    FileUnreadable : the file cannot be read
    CrsMismatch : its coordinate system is missing, contradictory or cannot be used
    """
    features = vector.read(path, layer=layer, encoding=encoding, workdir=workdir, limits=limits)
    settled = settle_crs(
        features.geometry,
        features.crs,
        source=features.source,
        assume=crs,
        strict_datum=strict_datum,
        transformation=transformation,
    )
    findings = (*features.findings, *settled.findings)
    return replace(features, geometry=settled.geometry, crs=settled.crs, findings=findings)

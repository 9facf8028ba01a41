"""Geometry columns as files deliver them → polygons in two dimensions, with a finding for everything set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.errors import FileUnreadable
from liangtian.finding import Finding, Outcome, Where
from liangtian.formats.features import Features

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class CurvesMet(Exception):
    """The column holds curves, which the caller must read again as straight segments."""


@dataclass(frozen=True, slots=True, eq=False)
class RawLayer:
    """One layer as a format module hands it over: geometry of any type, one row for each record of the file."""

    geometry: Geometries
    attributes: pa.Table
    crs: CRS | None
    source: str
    findings: tuple[Finding, ...] = ()


def from_wkb(column: pa.ChunkedArray, source: str) -> tuple[Geometries, tuple[Finding, ...]]:
    """Parse a WKB column; a record whose geometry cannot be parsed becomes None and is reported.

    Raises
    ------
    CurvesMet : a record is a curve.
    """
    try:
        # Chunk by chunk: a million parcels as Python bytes objects at once would double the memory.
        parts = [_parsed(chunk) for chunk in column.chunks]
    except NotImplementedError as error:
        raise CurvesMet from error
    geometry = np.concatenate(parts) if parts else np.empty(0, dtype=object)
    broken = shapely.is_missing(geometry) & np.asarray(column.is_valid(), dtype=np.bool_)
    if not broken.any():
        return geometry, ()
    first = int(np.flatnonzero(broken)[0]) + 1
    params = {"source": source, "count": int(broken.sum()), "row": first}
    return geometry, (note("FILE-07", "file-geometry-broken", params, Outcome.FAIL, row=first),)


def _parsed(chunk: pa.Array) -> Geometries:
    return np.asarray(shapely.from_wkb(chunk.to_numpy(zero_copy_only=False), on_invalid="ignore"), dtype=object)


def polygons_of(layer: RawLayer) -> Features:
    """Keep the polygons in two dimensions; count what is left out.

    Raises
    ------
    FileUnreadable (file-no-polygons) : there are records and not one of them is a polygon.
    """
    kind = shapely.get_type_id(layer.geometry)
    kept = np.isin(kind, _POLYGONAL) | (kind == -1)
    if not np.isin(kind, _POLYGONAL).any() and not kept.all():
        raise FileUnreadable("file-no-polygons", file=layer.source)
    geometry, findings = layer.geometry[kept], list(layer.findings)
    if not kept.all():
        params = {"source": layer.source, "count": int((~kept).sum())}
        findings.append(note("FILE-06", "file-other-geometry", params, Outcome.FAIL))
    raised = shapely.has_z(geometry) | shapely.has_m(geometry)
    if raised.any():
        geometry = shapely.force_2d(geometry)
        params = {"source": layer.source, "count": int(raised.sum())}
        findings.append(note("FILE-04", "file-heights-dropped", params))
    rows = (np.flatnonzero(kept) + 1).astype(np.int64)
    attributes = layer.attributes if kept.all() else layer.attributes.filter(pa.array(kept))
    return Features(geometry, attributes, layer.crs, layer.source, rows, tuple(findings))


def note(
    rule: str, message_id: str, params: Mapping[str, object], outcome: Outcome = Outcome.PASS, row: int | None = None
) -> Finding:
    """A finding about a file: `pass` records an assumption or harmless change, `fail` a defect of the data."""
    return Finding(rule, outcome, message_id, params, where=Where(str(params["source"]), row))

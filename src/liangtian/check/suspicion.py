"""What the published parcels make doubtful about a boundary: coordinates shifted by a web map, or a size beyond all land."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import shapely

from liangtian.check.gather import Boundary
from liangtian.finding import Finding, Outcome
from liangtian.formats.features import Features
from liangtian.onemap.index import Index
from liangtian.space.crs import CGCS2000, is_cgcs2000, reproject, transformer
from liangtian.space.gcj02 import suspect_gcj02

AROUND_M = 1_200.0  # the shift moves ground by less than this

UNREAD = "CHK-02"
OVERSIZED = 10  # times all published parcels together: no project, but a wrong unit, system or scale (ours)


def doubts(features: Features, boundary: Boundary, parcels: Sequence[Index]) -> tuple[Finding, ...]:
    """Everything to ask about a boundary; see `shifted` and `oversized`."""
    return (*oversized(features, boundary, parcels), *shifted(features, boundary, parcels))


def unread(features: Features) -> tuple[Finding, ...]:
    """Say so when plots of the file were left out, with the lines of their defects: what was asked about is more."""
    errors = [each for each in features.findings if each.params.get("severity") == "error"]
    if not errors:
        return ()
    lines = "、".join(str(each.params["line"]) for each in errors[:10]) + ("…" if len(errors) > 10 else "")
    params = {"source": features.source, "lines": lines, "defects": len(errors)}
    return (Finding(UNREAD, Outcome.UNKNOWN, "check-plots-unread", params),)


def oversized(features: Features, boundary: Boundary, parcels: Sequence[Index]) -> tuple[Finding, ...]:
    """Ask about a boundary far larger than all land-use parcels published for the date."""
    published = sum(_land_dm2(index) for index in parcels)
    if not published or boundary.area_dm2 <= OVERSIZED * published:
        return ()
    km2, land_km2 = (f"{dm2 / 1e8:,.0f}" for dm2 in (boundary.area_dm2, published))
    params = {"source": features.source, "area": km2, "land": land_km2, "times": OVERSIZED}
    return (Finding("CHK-01", Outcome.UNKNOWN, "check-oversized", params),)


@lru_cache(maxsize=64)
def _land_dm2(index: Index) -> int:
    """Area of all parcels of a version; one that is in force is asked at every check."""
    return int(index.area_dm2.sum())


def shifted(features: Features, boundary: Boundary, parcels: Sequence[Index]) -> tuple[Finding, ...]:
    """Say so when a boundary given in degrees fits the parcels only with the GCJ-02 shift undone.

    Parameters
    ----------
    features : the boundary as given
    boundary : the same in its measuring plane
    parcels : the land-use versions of the check
    """
    if features.crs is None or not (features.crs.is_geographic and is_cgcs2000(features.crs)):
        return ()
    vertices = shapely.get_coordinates(features.geometry)
    published = [_vertices_around(boundary, index) for index in parcels if is_cgcs2000(index.crs)]
    if not published or not suspect_gcj02(vertices, np.concatenate(published)):
        return ()
    params = {"source": features.source}
    return (Finding("CRS-10", Outcome.UNKNOWN, "check-gcj02-suspected", params),)


def _vertices_around(boundary: Boundary, index: Index) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    shape = reproject(np.array([boundary.shape], dtype=object), boundary.crs, index.crs)[0]
    x0, y0, x1, y1 = shape.bounds
    rows = index.search((x0 - AROUND_M, y0 - AROUND_M, x1 + AROUND_M, y1 + AROUND_M))
    xy = shapely.get_coordinates(index.geometry(rows))
    return np.column_stack(transformer(index.crs, CGCS2000).transform(xy[:, 0], xy[:, 1]))

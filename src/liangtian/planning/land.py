"""Land-use parcels of a file or of published versions, made ready for blocks, with what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch, LayerInvalid
from liangtian.finding import Finding, Outcome
from liangtian.formats.features import Features
from liangtian.onemap import index, landclass, snapshot
from liangtian.onemap.index import Index
from liangtian.onemap.layers import conform, layer_spec
from liangtian.onemap.places import stem
from liangtian.planning.parcels import Ints
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject, to_measuring_plane
from liangtian.space.topology import coverage, find_gaps, find_overlaps
from liangtian.units import m2_from_dm2, round_dm2

NAMED = 10  # parcels a finding names


def indexed(features: Features) -> Index:
    """Index the land-use parcels of a file, unpublished.

    Raises
    ------
    CrsMismatch (crs-mismatch): the file has no coordinate system.
    LayerInvalid (layer-invalid): no column of classes, or features that are no polygons or invalid ones.
    """
    if features.crs is None:
        raise CrsMismatch("check-boundary-no-crs", source=features.source)
    layer = conform(features, layer_spec("DLTB"))
    if "DLBM" in layer.absent:
        raise LayerInvalid("blocks-no-classes", source=features.source)
    if not len(features):
        raise LayerInvalid("blocks-empty", source=features.source)
    _refuse_unusable(features)
    plane, crs = to_measuring_plane(features.geometry, features.crs)
    ids = _unique(layer.ids)
    return index.of_table(snapshot.build(plane, ids, layer.features.attributes, crs))


def steep_ground(features: Features, crs: CRS) -> npt.NDArray[np.object_]:
    """Polygons of steep ground in the plane of the parcels, each part by itself, none over another.

    Raises
    ------
    CrsMismatch (crs-mismatch): the file has no coordinate system.
    LayerInvalid (layer-invalid): features that are no polygons or invalid ones.
    """
    if features.crs is None:
        raise CrsMismatch("check-boundary-no-crs", source=features.source)
    _refuse_unusable(features)
    plane, own = to_measuring_plane(features.geometry, features.crs)
    parts = np.asarray(shapely.get_parts(reproject(plane, own, crs)), dtype=object)
    one, other = shapely.STRtree(parts).query(parts, predicate="intersects")
    above = one < other
    if not shapely.area(shapely.intersection(parts[one[above]], parts[other[above]])).any():
        return parts  # cells of a raster side by side stay small
    return np.asarray(shapely.get_parts(shapely.union_all(parts)), dtype=object)


def rows_in(layer: Index, place: str | None) -> Ints:
    """Rows of the parcels that lie in a place by their code (ZLDWDM); None: all of them."""
    every = np.arange(len(layer))
    if place is None:
        return every
    codes = pc.fill_null(layer.column("ZLDWDM", every).cast(pa.string()), "")
    return np.flatnonzero(np.asarray(pc.starts_with(codes, stem(place))))


def unclassed(layer: Index, rows: Ints) -> list[Finding]:
    """Parcels whose class is missing or unknown."""
    bad = rows[~landclass.is_known(layer.column("DLBM", rows))]
    return unclassed_named(_ids(layer, bad))


def unclassed_named(ids: Sequence[str]) -> list[Finding]:
    """The same of parcels named already; none, no finding."""
    return [_note("BLK-01", "blocks-unclassed", ids, count=len(ids))] if ids else []


def overlapping(layer: Index, rows: Ints) -> list[Finding]:
    """Pairs of farmland parcels that share 0.01 m² or more."""
    farmland = rows[landclass.is_farmland(layer.column("DLBM", rows))]
    pairs = find_overlaps(coverage(layer.geometry(farmland)))
    area = round_dm2(ellipsoidal_area(pairs.piece, layer.crs))
    real = area >= 1
    if not real.any():
        return []
    ids = _ids(layer, farmland[np.unique(np.concatenate([pairs.first[real], pairs.second[real]]))])
    shared = m2_from_dm2(int(area.sum()))
    return [_note("BLK-02", "blocks-overlap", ids, count=int(real.sum()), area_m2=shared)]


def uncovered(layer: Index) -> list[Finding]:
    """Ground of 0.01 m² or more that parcels enclose and none of them covers."""
    gaps = find_gaps(coverage(layer.geometry(np.arange(len(layer)))))
    area = round_dm2(ellipsoidal_area(gaps, layer.crs)) if len(gaps) else np.empty(0, dtype=np.int64)
    if not (area >= 1).any():
        return []
    params = {"count": int((area >= 1).sum()), "area_m2": m2_from_dm2(int(area.sum()))}
    return [Finding("BLK-04", Outcome.UNKNOWN, "blocks-gaps", params)]


def _note(rule: str, message_id: str, ids: Sequence[str], **params: int | Decimal) -> Finding:
    shown = "、".join(ids[:NAMED]) + ("…" if len(ids) > NAMED else "")
    return Finding(rule, Outcome.FAIL, message_id, {**params, "ids": shown}, parcels=tuple(ids))


def _ids(layer: Index, rows: Ints) -> list[str]:
    return sorted(layer.column(snapshot.ID, rows).to_pylist())


def _refuse_unusable(features: Features) -> None:
    shapes, rows = features.geometry, features.rows
    bad = ~np.isin(shapely.get_type_id(shapes), (3, 6)) | shapely.is_empty(shapes)
    if bad.any():
        numbers = "、".join(str(row) for row in rows[bad][:NAMED])
        raise LayerInvalid("blocks-not-areal", source=features.source, rows=numbers, count=int(bad.sum()))
    valid = shapely.is_valid(shapes)
    if not valid.all():
        first = int(np.flatnonzero(~valid)[0])
        reason = shapely.is_valid_reason(shapes[first])
        raise LayerInvalid("blocks-invalid", source=features.source, row=int(rows[first]), reason=reason)


def _unique(ids: pa.Array) -> pa.Array:
    """Ids as they are; where the file gives one to several parcels, all of them by their place in the file as well."""
    if len(pc.unique(ids)) == len(ids):
        return ids
    numbers = pa.array([f"#{row}" for row in range(1, len(ids) + 1)])
    return pc.binary_join_element_wise(ids, numbers, "")

"""Quality rules on geometry, of every layer (COM-2x): broken shapes, slivers, copies, overlaps, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely

from liangtian.finding import Finding
from liangtian.onemap.defects import LIMIT, Geometries, Hits, Index, Mask, Rule, Subject, findings_of, m2
from liangtian.onemap.layers import Conformed
from liangtian.space.packed import batches, measured
from liangtian.space.topology import (
    find_gaps,
    find_overlaps,
    is_sliver,
    mean_width,
    propose_repair,
)

REASONS_ZH = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环嵌套",
    "Nested shells": "部件嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
    "Ring is not closed": "环未闭合",
    "Invalid Coordinate": "坐标不是有效数字",
}

SLIVER_WIDTH_M = 0.2
"""Mean width below which a polygon, a hole or a gap is taken for a drawing error (ours)."""


def _rows(mask: Mask) -> Iterator[Hits]:
    at = np.flatnonzero(mask).astype(np.int64)
    if len(at):
        yield Hits(at)


def absent(subject: Subject) -> Iterator[Hits]:
    yield from _rows(subject.absent)


def not_polygon(subject: Subject) -> Iterator[Hits]:
    for hits in _rows(~subject.absent & ~subject.polygonal):
        kinds = [shape.geom_type for shape in subject.geometry[hits.at[:LIMIT]]]
        yield Hits(hits.at, {"value": kinds})


def invalid(subject: Subject) -> Iterator[Hits]:
    found = subject.invalid
    polygons = subject.polygonal[found.at]
    if polygons.any():
        yield Hits(found.at[polygons], _reasons(found.reason[polygons]), xy=found.xy[polygons])


def flat(subject: Subject) -> Iterator[Hits]:
    for hits in _rows(subject.flat):
        first = shapely.get_point(shapely.get_exterior_ring(shapely.get_geometry(subject.geometry[hits.at], 0)), 0)
        yield Hits(hits.at, xy=shapely.get_coordinates(first))


def sliver(subject: Subject) -> Iterator[Hits]:
    thin = measured(subject.plane, lambda part: is_sliver(part, SLIVER_WIDTH_M))
    thin[thin] = shapely.is_valid(subject.plane[thin])
    for hits in _rows(thin):
        yield Hits(hits.at, _sizes(subject, subject.plane[hits.at]))


def duplicate(subject: Subject) -> Iterator[Hits]:
    copies = subject.copies
    if len(copies.at):
        yield Hits(copies.at, others=copies.of)


def overlap(subject: Subject) -> Iterator[Hits]:
    """Pairs sharing 0.01 m² or more; exact copies are COM-25's."""
    pairs = find_overlaps(subject.coverage)
    copies = subject.copies
    copied = set(zip(copies.of.tolist(), copies.at.tolist(), strict=True))
    fresh = [pair not in copied for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)]
    area = subject.measure_dm2(pairs.piece)
    keep = (area >= 1) & np.array(fresh, dtype=bool)
    if keep.any():
        piece, shared = pairs.piece[keep], m2(area[keep])
        values = {"area": shared}
        yield Hits(pairs.first[keep], values, shared, others=pairs.second[keep], xy=subject.places(piece))


def gap(subject: Subject) -> Iterator[Hits]:
    """Ground without a parcel: any in a layer that tiles, only slits in the others."""
    pieces = find_gaps(subject.coverage, subject.plane_extent)
    area = subject.measure_dm2(pieces)
    keep = area >= 1
    if not subject.layer.spec.tiles:
        keep &= mean_width(pieces) < SLIVER_WIDTH_M
    if keep.any():
        pieces, sizes = _from_west(pieces[keep], area[keep])
        nowhere = np.full(len(pieces), -1, dtype=np.int64)
        yield Hits(nowhere, {"area": m2(sizes)}, m2(sizes), xy=subject.places(pieces))


def slit(subject: Subject) -> Iterator[Hits]:
    """Parcels with a hole thinner than a sliver."""
    rings: list[tuple[int, shapely.LinearRing]] = []
    for start, shapes in batches(subject.plane):
        parts, of_part = shapely.get_parts(shapes, return_index=True)
        holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
        rings += [(start + int(of_part[k]), ring) for k in holed.tolist() for ring in parts[k].interiors]
    holes = shapely.polygons(np.array([ring for _, ring in rings], dtype=object))
    owner = np.array([of for of, _ in rings], dtype=np.int64)
    thin = is_sliver(holes, SLIVER_WIDTH_M)
    if thin.any():
        order = np.argsort(owner[thin], kind="stable")
        holes, owner = holes[thin][order], owner[thin][order]
        yield Hits(owner, _sizes(subject, holes), xy=subject.places(holes))


def _sizes(subject: Subject, pieces: Geometries) -> dict[str, list[float]]:
    width = np.round(mean_width(pieces), 3).tolist()
    return {"area": m2(subject.measure_dm2(pieces)), "width": width}


def _from_west(pieces: Geometries, area: Index) -> tuple[Geometries, Index]:
    """A fixed order for pieces that belong to no row."""
    order = np.lexsort(shapely.bounds(pieces).T[::-1])
    return pieces[order], area[order]


def _reasons(reason: Geometries) -> dict[str, list[str]]:
    """GEOS's words and ours."""
    words = [str(text) for text in reason]
    return {"value": words, "value_zh": [REASONS_ZH.get(text, text) for text in words]}


def repair(layer: Conformed) -> tuple[Conformed, tuple[Finding, ...]]:
    """Take every proposed repair, and say so: the same layer with valid geometry, and a finding (COM-29) each.

    Publishing calls this only when asked to; without it an invalid geometry refuses the layer (COM-22). Areas in the
    findings are those of the repaired geometry. What cannot be repaired is left as it is.
    """
    repaired, what = propose_repair(layer.features.geometry)
    at = np.flatnonzero(what != None).astype(np.int64)  # noqa: E711  (elementwise)
    changed = replace(layer, features=replace(layer.features, geometry=repaired))
    if not len(at):
        return layer, ()
    subject = Subject(changed)
    area = m2(subject.area_dm2[at]) if subject.can_measure else [None] * len(at)
    return changed, tuple(findings_of(REPAIRED, subject, (Hits(at, {**_reasons(what[at]), "area": area}),)))


REPAIRED = Rule("COM-29", "note", "geom-repaired", None, "Liangtian", status="ours")

GEOMETRY = "TD/T 1057-2020, topology"
RULES = (
    Rule("COM-20", "refuse", "geom-absent", absent, GEOMETRY),
    Rule("COM-21", "refuse", "geom-not-polygon", not_polygon, GEOMETRY),
    Rule("COM-22", "refuse", "geom-invalid", invalid, GEOMETRY),
    Rule("COM-23", "refuse", "geom-flat", flat, GEOMETRY),
    Rule("COM-24", "note", "geom-sliver", sliver, "Liangtian", measures=True, status="ours"),
    Rule("COM-25", "note", "geom-duplicate", duplicate, GEOMETRY),
    Rule("COM-26", "note", "geom-overlap", overlap, GEOMETRY, measures=True, status="unverified"),
    Rule("COM-27", "note", "geom-gap", gap, GEOMETRY, measures=True, status="unverified"),
    Rule("COM-28", "note", "geom-slit", slit, "Liangtian", measures=True, status="ours"),
    REPAIRED,
)

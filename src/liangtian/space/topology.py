"""Defects of polygon geometry: what is broken, where, and what a repair would look like.

Everything works on arrays of shapely geometries, in the plane and the unit they come in; the areas of overlaps and gaps
are measured by the caller on the ellipsoid, so pieces are returned and not their planar size. Nothing here changes a
geometry: `propose_repair` returns a proposal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.space.edges import has_unshared_edge, pair_keys, vertex_keys
from liangtian.space.keys import distinct
from liangtian.space.overlay import LEAST_M2, remainder, shared
from liangtian.space.packed import batches, bounds_of, measured, replaced, taken

Geometries = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOT_A_NUMBER = "Invalid Coordinate"
"""GEOS's reason for a coordinate that is infinite or not a number: nothing can be measured or repaired there."""

UNION = 1 << 17  # polygons united, or asked for, at once
RUN = 64  # rows passed over together
NEAR_M = 1e-4  # an overlay that fails is repeated with corners moved by less than this

_POINT = re.compile(r"\[(\S+) (\S+)\]")


@dataclass(frozen=True, slots=True, eq=False)
class Invalid:
    """Geometries that break the rules of a polygon: positions, the reason in GEOS's words, and the place (k, 2)."""

    at: Index
    reason: npt.NDArray[np.object_]
    xy: npt.NDArray[np.float64]

    def among(self, chosen: Mask) -> Invalid:
        """Those of a mask, shape (k,)."""
        return Invalid(self.at[chosen], self.reason[chosen], self.xy[chosen])

    @property
    def unmeasurable(self) -> Index:
        """Positions of geometries with a coordinate that is infinite or not a number."""
        return np.asarray(self.at[self.reason == NOT_A_NUMBER], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of geometries, `first` < `second`, ordered by position; `piece` is the polygon both cover."""

    first: Index
    second: Index
    piece: Geometries


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The polygons of a layer made ready for comparison, at their positions (`at`) in the layer.

    `polygons` are valid and enclose something; `unmatched` tells which overlap or have an edge that is no
    neighbour's too; `overlapping` holds the pairs (k, 2) of `polygons` whose interiors meet, lower first, in order.
    """

    at: Index
    polygons: Geometries
    unmatched: Mask
    overlapping: Index


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Later copies (`at`) of an earlier geometry (`of`), ordered by position."""

    at: Index
    of: Index


def is_absent(geometry: Geometries) -> Mask:
    """Whether each record has no geometry, or an empty one. Shape (n,)."""
    return np.asarray(shapely.is_missing(geometry) | shapely.is_empty(geometry))


def is_polygonal(geometry: Geometries) -> Mask:
    """Whether each geometry is a polygon or a multipolygon; False for None. Shape (n,)."""
    return np.isin(shapely.get_type_id(geometry), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))


def is_flat(geometry: Geometries) -> Mask:
    """Whether each polygon encloses nothing: all its corners lie on one line. False for None. Shape (n,).

    Examples
    --------
    >>> is_flat(shapely.from_wkt(["POLYGON ((0 0, 2 0, 1 0, 0 0))", "POLYGON ((0 0, 1 0, 1 1, 0 0))"])).tolist()
    [True, False]
    """
    flat: Mask = is_polygonal(geometry) & ~is_absent(geometry) & (shapely.area(geometry) == 0.0)
    at = np.flatnonzero(flat)
    # A bow tie with equal wings has area 0 too, but its hull has not.
    flat[at] = shapely.area(shapely.convex_hull(geometry[at])) == 0.0
    return flat


def find_invalid(geometry: Geometries) -> Invalid:
    """Find self-intersections, rings outside their shell, bow ties and the like, with the place of the first of each.

    None, empty and flat geometries are not reported: `is_absent` and `is_flat` name them better.

    Examples
    --------
    >>> bow = find_invalid(shapely.from_wkt(["POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"]))
    >>> bow.reason.tolist(), bow.xy.tolist()
    (['Self-intersection'], [[1.0, 1.0]])
    """
    at = np.flatnonzero(measured(geometry, _is_suspect))
    reasons = [str(text) for text in shapely.is_valid_reason(geometry[at])]
    places = [_POINT.search(text) for text in reasons]
    xy = [(float(found[1]), float(found[2])) if found else (np.nan, np.nan) for found in places]
    short = np.array([_POINT.sub("", text) for text in reasons], dtype=object)
    return Invalid(at, short, np.array(xy, dtype=np.float64).reshape(-1, 2))


def _is_suspect(geometry: Geometries) -> Mask:
    suspect: Mask = ~shapely.is_valid(geometry)
    at = np.flatnonzero(suspect)
    suspect[at] = ~is_absent(geometry[at]) & ~is_flat(geometry[at])
    return suspect


def mean_width(geometry: Geometries) -> npt.NDArray[np.float64]:
    """Mean width of each polygon, twice its area over its perimeter; nan for None and empty. Shape (n,), CRS unit.

    A strip of width w and length l ≫ w has mean width w; a square of side s has s/2.

    Examples
    --------
    >>> mean_width(np.array([shapely.box(0, 0, 1000, 0.5), shapely.box(0, 0, 10, 10)])).round(2).tolist()
    [0.5, 5.0]
    """
    length = shapely.length(geometry)
    width = np.full(len(geometry), np.nan)
    np.divide(2.0 * shapely.area(geometry), length, out=width, where=length > 0.0)
    return width


def is_sliver(geometry: Geometries, width_max: float) -> Mask:
    """Whether each polygon has an area but is thinner on average than `width_max` (unit of the CRS). Shape (n,)."""
    return is_polygonal(geometry) & ~is_flat(geometry) & (mean_width(geometry) < width_max)


def count_holes(geometry: Geometries) -> Index:
    """Number of holes of each polygon, over all its parts; 0 for None. Shape (n,).

    Examples
    --------
    >>> count_holes(np.array([shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 2, 2), None], dtype=object)).tolist()
    [1, 0]
    """
    parts, of = shapely.get_parts(geometry, return_index=True)
    return np.bincount(of, weights=shapely.get_num_interior_rings(parts), minlength=len(geometry)).astype(np.int64)


def find_duplicates(geometry: Geometries) -> Copies:
    """Find geometries equal to an earlier one, whatever their starting corner, direction and order of parts.

    Only geometries with the same bounds are compared, by the WKB of their normal form.

    Examples
    --------
    >>> same = find_duplicates(np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 1).reverse()]))
    >>> same.at.tolist(), same.of.tolist()
    ([1], [0])
    """
    bounds = bounds_of(geometry)
    among = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    among = among[_share_bounds(bounds[among])]
    keys = np.array(shapely.to_wkb(shapely.normalize(geometry[among])), dtype=object)
    first: dict[bytes, int] = {}
    of = np.array([first.setdefault(key, at) for key, at in zip(keys, among.tolist(), strict=True)], dtype=np.int64)
    later = of != among
    return Copies(among[later], of[later])


def coverage(geometry: Geometries, found: Invalid | None = None) -> Coverage:
    """Make a layer's polygons ready for `find_overlaps` and `find_gaps`.

    Invalid polygons take part in their repaired form; None, lines, points and flat polygons do not take part. `found` is
    what `find_invalid` says of `geometry`, if the caller has asked it already.

    1. Ground covered twice has a rim of edges that are nobody else's (`edges.has_unshared_edge`), and a polygon with
       such an edge there overlaps another: these polygons are compared with their surroundings.
    2. Walking inwards from the rim, one of two overlapping polygons is always still there when the other is left: so
       comparing every polygon found to overlap, until no new one comes up, finds all pairs.

    In a clean layer step 1 compares the polygons at the edge of the layer and step 2 nothing.
    """
    found = find_invalid(geometry) if found is None else found
    repaired, what = propose_repair(geometry, found)
    fit = measured(repaired, lambda part: is_polygonal(part) & ~is_absent(part) & ~is_flat(part))
    fit[found.at] = [reason is not None for reason in what[found.at]]
    at = np.flatnonzero(fit)
    polygons = repaired if fit.all() else taken(repaired, at)
    unmatched = has_unshared_edge(polygons)
    pairs = _meeting(polygons, np.flatnonzero(unmatched))
    unmatched[pairs] = True
    return Coverage(at, polygons, unmatched, pairs)


def find_overlaps(layer: Coverage) -> Pairs:
    """Find pairs of polygons whose interiors meet, with the polygon they share.

    Pieces of any size are returned, floating-point crumbs included: the caller sets the limit.

    Examples
    --------
    >>> three = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), shapely.box(3, 0, 4, 2)])
    >>> pairs = find_overlaps(coverage(three))
    >>> pairs.first.tolist(), pairs.second.tolist(), shapely.area(pairs.piece).tolist()
    ([0], [1], [2.0])
    """
    one, other = layer.overlapping[:, 0], layer.overlapping[:, 1]
    parts, of = shapely.get_parts(shared(layer.polygons[one], layer.polygons[other]), return_index=True)
    keep = is_polygonal(parts) & (shapely.area(parts) > 0.0)
    pairs, of = np.unique(of[keep], return_inverse=True)
    piece = shapely.multipolygons(parts[keep], indices=of) if len(of) else np.empty(0, dtype=object)
    return Pairs(layer.at[one[pairs]], layer.at[other[pairs]], piece)


def find_gaps(layer: Coverage, extent: shapely.Geometry | None = None) -> Geometries:
    """Find the ground that no polygon covers: inside `extent` if given, else what polygons enclose on all sides.

    Without an extent, a gap open to the outside of the layer is enclosed by nothing and is not found.

    Examples
    --------
    >>> frame = shapely.box(0, 0, 9, 9) - shapely.box(4, 4, 6, 6)
    >>> shapely.area(find_gaps(coverage(np.array([frame, shapely.box(4, 4, 6, 5)])))).tolist()
    [2.0]
    """
    return enclosed(layer, covered(layer)) if extent is None else bare(covered(layer), extent)


def covered(layer: Coverage) -> shapely.Geometry:
    """The ground that the polygons of a layer cover.

    Matched polygons are united by their edges and only the others overlaid, so a clean layer of a million parcels takes
    seconds.
    """
    # Fields between ditches are thousands of islands: each is united by itself, which is five times faster than all at once.
    return shapely.disjoint_subset_union_all([*shapely.get_parts(_matched(layer)), *layer.polygons[layer.unmatched]])


def bare(ground: shapely.Geometry, extent: shapely.Geometry) -> Geometries:
    """The parts of an extent beyond some ground."""
    return _with_area(shapely.get_parts(remainder(np.array([extent], dtype=object), ground)))


def enclosed(layer: Coverage, ground: shapely.Geometry) -> Geometries:
    """What the polygons of a layer enclose and do not cover; islands inside it are left out.

    A gap of half of 0.01 m² or more is drawn again from the polygons around it alone, taken in the order of their
    coordinates: it comes out the same to the last bit in any layer, or part of a layer, in which these stand.

    Parameters
    ----------
    ground : what `covered` says of the layer
    """
    gaps = shapely.normalize(_enclosed(ground))
    large = np.flatnonzero(shapely.area(gaps) >= LEAST_M2)
    if len(large):
        gaps[large] = _redrawn(gaps[large], layer.polygons)
    return np.asarray(gaps, dtype=object)


def _enclosed(ground: shapely.Geometry) -> Geometries:
    """The holes of some ground, each without the islands that lie in it, and what lies between parts that meet in corners."""
    parts = shapely.get_parts(ground)
    rings = [ring for part in parts[shapely.get_num_interior_rings(parts) > 0] for ring in part.interiors]
    holes = shapely.polygons(np.array(rings, dtype=object))
    holes = np.append(holes, _between_corners(parts, holes))
    if not len(holes):
        return np.empty(0, dtype=object)
    hole, part = shapely.STRtree(parts).query(holes, predicate="covers")
    order = np.argsort(hole, kind="stable")
    full, of = np.unique(hole[order], return_inverse=True)
    islands = shapely.polygons(shapely.get_exterior_ring(parts[part[order]]))
    if len(full):
        # An island may have a hole with an island of its own: united they are one ground.
        filled = shapely.union_all(shapely.geometrycollections(islands, indices=of)[:, None], axis=1)
        holes[full] = remainder(holes[full], filled)
    return _with_area(shapely.get_parts(holes))


def _between_corners(parts: Geometries, holes: Geometries) -> Geometries:
    """What parts that lie in no hole enclose together: they meet in corners alone, so it is the hole of none of them."""
    shells = shapely.polygons(shapely.get_exterior_ring(parts))
    corners, of = shapely.get_coordinates(shells, return_index=True)
    order = np.lexsort([of, corners[:, 1], corners[:, 0]])
    corners, of = corners[order], of[order]
    met = np.flatnonzero((corners[1:] == corners[:-1]).all(axis=1) & (of[1:] != of[:-1]))
    meeting = np.unique(of[np.append(met, met + 1)])
    inside = np.unique(shapely.STRtree(shells[meeting]).query(holes, predicate="covers")[1])
    shells = shells[np.delete(meeting, inside)]
    if not len(shells):
        return np.empty(0, dtype=object)
    bounds = shapely.total_bounds(shells)
    frame = shapely.box(*(bounds + np.array([-1.0, -1.0, 1.0, 1.0])))
    rest = shapely.get_parts(remainder(np.array([frame], dtype=object), shapely.union_all(shells)))
    inner = shapely.bounds(rest)[:, 0] >= bounds[0]  # all but the part around them
    return _with_area(rest[inner])


def _redrawn(gaps: Geometries, polygons: Geometries) -> Geometries:
    """Gaps drawn from the polygons around them, one or more."""
    near = _around(bounds_of(polygons), shapely.bounds(gaps) + NEAR_M * np.array([-1.0, -1.0, 1.0, 1.0]))
    around = shapely.normalize(polygons[near])
    around = around[np.argsort(np.array(shapely.to_wkb(around), dtype=object))]
    gap, hit = shapely.STRtree(around).query(gaps, predicate="dwithin", distance=NEAR_M)
    order = np.lexsort([hit, gap])
    of = np.split(hit[order], np.cumsum(np.bincount(gap, minlength=len(gaps)))[:-1])
    drawn = gaps.copy()
    for at, (members, point) in enumerate(zip(of, shapely.point_on_surface(gaps), strict=True)):
        found = _enclosed(shapely.union_all(around[members]))
        found = found[shapely.intersects(found, point)]
        if len(found) == 1:
            drawn[at] = shapely.normalize(found[0])
    return drawn


def _with_area(parts: Geometries) -> Geometries:
    return np.asarray(parts[is_polygonal(parts) & (shapely.area(parts) > 0.0)], dtype=object)


def _matched(layer: Coverage) -> shapely.Geometry:
    """The union of the matched polygons: unions of some tens of thousands each, then the union of these."""
    unions = [
        shapely.coverage_union_all(part[~layer.unmatched[at : at + len(part)]])
        for at, part in batches(layer.polygons, UNION)
    ]
    return unions[0] if len(unions) == 1 else shapely.coverage_union_all(unions)


def propose_repair(geometry: Geometries, found: Invalid | None = None) -> tuple[Geometries, npt.NDArray[np.object_]]:
    """Propose a valid geometry for each invalid one, by its structure: shells united, then holes taken away.

    `found` is what `find_invalid` says of `geometry`, if the caller has asked it already.

    Returns
    -------
    repaired : shape (n,), the same object where nothing is proposed
    what : shape (n,), the defect in GEOS's words where a repair is proposed, else None; what collapses to nothing
        is left as it was, without a proposal

    Examples
    --------
    >>> repaired, what = propose_repair(shapely.from_wkt(["POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"]))
    >>> repaired[0].geom_type, what.tolist()
    ('MultiPolygon', ['Self-intersection'])
    """
    found = find_invalid(geometry) if found is None else found
    found = found.among((found.reason != NOT_A_NUMBER) & is_polygonal(geometry[found.at]))
    proposal = shapely.make_valid(geometry[found.at], method="structure", keep_collapsed=False)
    usable = is_polygonal(proposal) & ~is_absent(proposal)
    what = np.full(len(geometry), None, dtype=object)
    what[found.at[usable]] = found.reason[usable]
    return replaced(geometry, found.at[usable], proposal[usable]), what


def _share_bounds(bounds: npt.NDArray[np.float64]) -> Mask:
    """Whether another row has the same four bounds."""
    key = pair_keys(vertex_keys(bounds[:, :2]), vertex_keys(bounds[:, 2:]))
    order = np.argsort(key)
    same = key[order][1:] == key[order][:-1]
    shared = np.zeros(len(bounds), dtype=bool)
    shared[order[1:][same]] = True
    shared[order[:-1][same]] = True
    return shared


def _meeting(polygons: Geometries, suspects: Index) -> Index:
    """Pairs (lower position first, in order) whose interiors meet, reached from `suspects`. Shape (k, 2)."""
    bounds = bounds_of(polygons)
    compared = np.zeros(len(polygons), dtype=bool)
    found = [np.empty((0, 2), dtype=np.int64)]
    while len(suspects):
        compared[suspects] = True
        near = _around(bounds, bounds[suspects])
        shapes, first = polygons[near], polygons[suspects]
        at, hit = shapely.STRtree(shapes).query(first, predicate="intersects")
        one, other = suspects[at], near[hit]
        # A pair of two suspects comes up twice: keep it once.
        fresh = (one != other) & ~(compared[other] & (one > other) & np.isin(other, suspects))
        one, other = one[fresh], other[fresh]
        meets = shapely.relate_pattern(first[at[fresh]], shapes[hit[fresh]], "T********")
        found.append(np.sort(np.stack([one[meets], other[meets]], axis=1), axis=1))
        suspects = distinct(other[meets])
        suspects = suspects[~compared[suspects]]
    pair = np.concatenate(found)
    pair = distinct(pair[:, 0] * len(polygons) + pair[:, 1])
    return np.stack([pair // max(len(polygons), 1), pair % max(len(polygons), 1)], axis=1)


def _around(bounds: Floats, wanted: Floats) -> Index:
    """Rows whose bounds meet one of those wanted, ascending.

    Rows of a file mostly stand near their neighbours: runs of them that lie elsewhere are passed over together.
    """
    low, high = bounds[:, :2], bounds[:, 2:]
    edges = np.arange(0, len(bounds), RUN)
    runs = np.hstack([np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges)])
    boxes = _diagonals(wanted)
    hit = np.zeros(len(runs), dtype=bool)
    hit[shapely.STRtree(_diagonals(runs)).query(boxes)[1]] = True
    rows = (np.flatnonzero(hit)[:, None] * RUN + np.arange(RUN)).ravel()
    rows = rows[rows < len(bounds)]
    tree = shapely.STRtree(boxes)
    near = np.zeros(len(bounds), dtype=bool)
    for at in range(0, len(rows), UNION):
        some = rows[at : at + UNION]
        near[some[tree.query(_diagonals(bounds[some]))[0]]] = True
    return np.flatnonzero(near)


def _diagonals(bounds: Floats) -> Geometries:
    """Lines whose bounds are these: a tree asks for nothing else."""
    return np.asarray(shapely.linestrings(bounds.reshape(-1, 2, 2)), dtype=object)

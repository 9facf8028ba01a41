"""Which polygons hang together: by shared corners, by touching, and by short straight links over passable ground.

Corners that two polygons share exactly are found by sorting, as edges are (`edges.py`): in a survey layer that joins
nearly everything there is to join by touch. What is left is compared by geometry, nearest first, and a pair that
other links have joined meanwhile is not compared at all. The answer does not depend on the order of the polygons.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.space.clipping import length_inside
from liangtian.space.edges import vertex_keys
from liangtian.space.keys import distinct

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

ROUNDING_M = 1e-6
"""Lengths are compared to a micrometre: coordinates of a zone carry no more."""

STEP_M = 4.0
"""Where the nearest points of two polygons have no passable ground between them, their outlines are tried at this step."""

CHOICES = 4  # rounds in which each group tries its nearest pair only; then all pairs left are tried at once


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Polygons as flat coordinates; shells come before their holes.

    Attributes
    ----------
    xy : shape (v, 2), closed rings one after another, projected metres
    ring_starts : shape (r + 1,), first vertex of each ring, then v
    polygon_rings : shape (n + 1,), first ring of each polygon, then r
    boxes : shape (n, 4), bounds where they are known already
    """

    xy: Floats
    ring_starts: Ints
    polygon_rings: Ints
    boxes: Floats | None = None

    @classmethod
    def of(cls, polygons: Geometries) -> Outlines:
        """Take polygons (no multipolygons) apart."""
        rings, of_ring = shapely.get_rings(polygons, return_index=True)
        xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
        starts = np.searchsorted(of_vertex, np.arange(len(rings) + 1))
        return cls(xy, starts, np.searchsorted(of_ring, np.arange(len(polygons) + 1)))

    def __len__(self) -> int:
        return len(self.polygon_rings) - 1

    @property
    def owner(self) -> Ints:
        """Polygon of each vertex, shape (v,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.ring_starts[self.polygon_rings]))

    @property
    def bounds(self) -> Floats:
        """xmin ymin xmax ymax of each polygon, shape (n, 4)."""
        if self.boxes is not None:
            return self.boxes
        if not len(self):
            return np.empty((0, 4))
        first = self.ring_starts[self.polygon_rings[:-1]]
        return np.hstack([np.minimum.reduceat(self.xy, first), np.maximum.reduceat(self.xy, first)])

    def polygons(self, at: Ints) -> Geometries:
        """Some of the polygons as geometries."""
        rings, in_polygon = members(self.polygon_rings, at)
        vertices, in_ring = members(self.ring_starts, rings)
        made = shapely.from_ragged_array(shapely.GeometryType.POLYGON, self.xy[vertices], (in_ring, in_polygon))
        return np.asarray(made, dtype=object)

    def take(self, at: Ints) -> Outlines:
        """Some of the polygons, in the order asked for."""
        rings, in_polygon = members(self.polygon_rings, at)
        vertices, in_ring = members(self.ring_starts, rings)
        return Outlines(self.xy[vertices], in_ring, in_polygon, None if self.boxes is None else self.boxes[at])


def members(starts: Ints, items: Ints) -> tuple[Ints, Ints]:
    """Members of the chosen items of a ragged array, and the offsets that part them.

    Examples
    --------
    >>> chosen, offsets = members(np.array([0, 2, 5]), np.array([1, 0]))
    >>> chosen.tolist(), offsets.tolist()
    ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    begin, count = starts[items], starts[items + 1] - starts[items]
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], count), offsets


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """What a straight link from one polygon to another may cross.

    Attributes
    ----------
    gap_m : longest link over ground of any kind but barriers, metres
    across_m : longest link over ground inside `crossable`, metres, of which no more than `gap_m` may be other ground
    crossable, barriers : polygons; a link never runs over a barrier, nor along its edge
    """

    gap_m: float = 0.0
    across_m: float = 0.0
    crossable: Geometries = field(default_factory=lambda: np.empty(0, dtype=object))
    barriers: Geometries = field(default_factory=lambda: np.empty(0, dtype=object))

    @property
    def reach_m(self) -> float:
        """Longest link there can be."""
        return max(self.gap_m, self.across_m if len(self.crossable) else 0.0)


def contiguous(polygons: Outlines, between: Between, limit: Ints | None = None) -> Ints:
    """Label polygons that hang together, by the position of the first polygon of each group.

    1. Polygons that share a corner, or touch anywhere, belong together.
    2. So do two polygons with a passable straight link (`Between`) at their nearest points, or from any corner or any
       `STEP_M` of the outline of one to the nearest point of the other.

    Parameters
    ----------
    polygons : valid polygons
    between : what links may cross
    limit : shape (n,), polygons of different limits never belong together; None: no limit

    Returns
    -------
    ndarray : shape (n,)

    Examples
    --------
    >>> fields = Outlines.of(np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(24, 0, 30, 10)]))
    >>> road = np.array([shapely.box(20, 0, 24, 10)])
    >>> contiguous(fields, Between()).tolist()
    [0, 0, 2]
    >>> contiguous(fields, Between(across_m=8.0, crossable=road)).tolist()
    [0, 0, 0]
    >>> contiguous(fields, Between(gap_m=8.0, barriers=road)).tolist()
    [0, 0, 2]
    """
    if not len(polygons):
        return np.empty(0, dtype=np.int64)
    one, other = shared_corners(polygons)
    one, other = _inside_limits(one, other, limit)
    label = connected(np.arange(len(polygons)), one, other)
    bounds = polygons.bounds
    one, other = _near(bounds, between.reach_m, label, limit)
    return _joined(_Links(polygons, bounds, between), label, one, other)


def linked(polygons: Outlines, between: Between, asked: Mask, limit: Ints | None = None) -> tuple[Ints, Ints]:
    """All pairs that belong together by themselves, whatever lies around them; `contiguous` is what they join to.

    Parameters
    ----------
    asked : shape (n,), pairs with neither polygon asked about are left out
    limit : as of `contiguous`

    Returns
    -------
    tuple : two arrays of shape (k,), the lower position first

    Examples
    --------
    >>> fields = Outlines.of(np.array([shapely.box(x, 0, x + 10, 10) for x in (0, 10, 20)]))
    >>> [side.tolist() for side in linked(fields, Between(), np.array([True, False, False]))]
    [[0], [1]]
    """
    if not len(polygons):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    bounds = polygons.bounds
    one, other = _near(bounds, between.reach_m, np.arange(len(polygons)), limit)
    wanted = asked[one] | asked[other]
    one, other = one[wanted], other[wanted]
    links = _Links(polygons, bounds, between)
    passes, in_reach = links.nearest(one, other)
    doubtful = np.flatnonzero(in_reach & ~passes)
    passes[doubtful] = links.anywhere(one[doubtful], other[doubtful])
    return one[passes], other[passes]


def connected(label: Ints, one: Ints, other: Ints) -> Ints:
    """Unite groups of a labelling by pairs; each group is named by its lowest position.

    Parameters
    ----------
    label : shape (n,), position of the first member of each group
    one, other : shape (k,), positions

    Examples
    --------
    >>> connected(np.arange(5), np.array([4, 1]), np.array([2, 4])).tolist()
    [0, 1, 1, 3, 1]
    """
    label = label.copy()
    while True:
        first, second = label[one], label[other]
        apart = np.flatnonzero(first != second)
        if not len(apart):
            return label
        one, other = one[apart], other[apart]
        low, high = np.minimum(first[apart], second[apart]), np.maximum(first[apart], second[apart])
        label[high] = low  # a root hangs on a lower root: whichever comes last, no circle arises
        while True:
            above = label[label]
            if np.array_equal(above, label):
                break
            label = above


def shared_corners(polygons: Outlines) -> tuple[Ints, Ints]:
    """Pairs of polygons with a corner in common, enough of them to join all that share it."""
    key, owner = vertex_keys(polygons.xy), polygons.owner
    order = np.argsort(key)
    key, owner = key[order], owner[order]
    same = (key[1:] == key[:-1]) & (owner[1:] != owner[:-1])
    one, other = owner[1:][same], owner[:-1][same]
    pairs = distinct(np.minimum(one, other) * len(polygons) + np.maximum(one, other))
    return pairs // len(polygons), pairs % len(polygons)


def _inside_limits(one: Ints, other: Ints, limit: Ints | None) -> tuple[Ints, Ints]:
    if limit is None:
        return one, other
    together = limit[one] == limit[other]
    return one[together], other[together]


def _near(bounds: Floats, reach_m: float, label: Ints, limit: Ints | None) -> tuple[Ints, Ints]:
    """Pairs of different groups whose bounds come within reach of each other, nearest bounds first."""
    wide = bounds + (reach_m / 2 + ROUNDING_M) * np.array([-1.0, -1.0, 1.0, 1.0])
    diagonals = shapely.linestrings(wide.reshape(-1, 2, 2))  # the tree asks for nothing but bounds
    one, other = shapely.STRtree(diagonals).query(diagonals)
    once = one < other
    one, other = one[once], other[once]
    apart = label[one] != label[other]
    one, other = _inside_limits(one[apart], other[apart], limit)
    away = np.maximum(bounds[one, :2] - bounds[other, 2:], bounds[other, :2] - bounds[one, 2:])
    order = np.argsort(np.hypot(*np.maximum(away, 0.0).T), kind="stable")
    return one[order], other[order]


def _joined(links: _Links, label: Ints, one: Ints, other: Ints) -> Ints:
    """Follow links until no pair of different groups is left untried."""
    failed: list[tuple[Ints, Ints]] = []
    for choice in range(CHOICES + 1):
        apart = label[one] != label[other]
        one, other = one[apart], other[apart]
        tried = _nearest_of_each(label, one, other) if choice < CHOICES else np.arange(len(one))
        passes, in_reach = links.nearest(one[tried], other[tried])
        failed.append((one[tried][in_reach & ~passes], other[tried][in_reach & ~passes]))
        label = connected(label, one[tried][passes], other[tried][passes])
        rest = np.ones(len(one), dtype=bool)
        rest[tried] = False
        one, other = one[rest], other[rest]
    one, other = (np.concatenate(side) for side in zip(*failed, strict=True))
    apart = label[one] != label[other]
    one, other = one[apart], other[apart]
    passes = links.anywhere(one, other)
    return connected(label, one[passes], other[passes])


def _within(xy: Floats, box: Floats, reach_m: float) -> Mask:
    """Which points lie in reach of the box of each."""
    return np.asarray(((xy >= box[:, :2] - reach_m) & (xy <= box[:, 2:] + reach_m)).all(axis=1))


def _nearest_of_each(label: Ints, one: Ints, other: Ints) -> Ints:
    """For each group the first of its pairs, ascending."""
    first = np.full(len(label), -1, dtype=np.int64)
    backwards = np.arange(len(one))[::-1]
    first[label[one[backwards]]] = backwards
    seen = np.full(len(label), -1, dtype=np.int64)
    seen[label[other[backwards]]] = backwards
    return distinct(np.concatenate([first[first >= 0], seen[seen >= 0]]))


class _Links:
    """Straight links between polygons."""

    def __init__(self, polygons: Outlines, bounds: Floats, between: Between) -> None:
        self._polygons = polygons
        self._between = between
        self._crossable = shapely.STRtree(between.crossable)
        self._barriers = shapely.STRtree(between.barriers)
        self._bounds = bounds

    def nearest(self, one: Ints, other: Ints) -> tuple[Mask, Mask]:
        """Whether the link at the nearest points of each pair is passable, and whether it is in reach at all."""
        one, other = self._in_order(one, other)
        named, at = np.unique(np.concatenate([one, other]), return_inverse=True)
        shapes = self._polygons.polygons(named)
        first, second = shapes[at[: len(one)]], shapes[at[len(one) :]]
        in_reach = shapely.dwithin(first, second, self._between.reach_m + ROUNDING_M)
        if self._between.gap_m >= self._between.reach_m and not len(self._between.barriers):
            return in_reach, in_reach
        passes = np.zeros(len(one), dtype=bool)
        lines = shapely.shortest_line(first[in_reach], second[in_reach])
        passes[in_reach] = self._passable(lines, shapely.length(lines))
        return passes, in_reach

    def anywhere(self, one: Ints, other: Ints) -> Mask:
        """Whether any link from a point of the outline of either to the other is passable."""
        passes = np.zeros(len(one), dtype=bool)
        asked = self._worth_trying(one, other)
        for first, second in ((one, other), (other, one)):
            passes[asked] = self._from_outline(first[asked], second[asked])
            asked = asked[~passes[asked]]
        return passes

    def _worth_trying(self, one: Ints, other: Ints) -> Ints:
        """Pairs that crossable ground between them may join; where gaps reach as far, all pairs.

        A link longer than `gap_m` leaves either polygon for crossable ground within `gap_m`.
        """
        if self._between.gap_m >= self._between.reach_m:
            return np.arange(len(one))
        reach, gap = self._between.reach_m + ROUNDING_M, self._between.gap_m + 2 * ROUNDING_M
        low = np.maximum(self._bounds[one, :2], self._bounds[other, :2]) - reach
        high = np.minimum(self._bounds[one, 2:], self._bounds[other, 2:]) + reach
        pair, ground = self._crossable.query(shapely.box(*low.T, *high.T), predicate="intersects")
        first, second = (self._polygons.polygons(side[pair]) for side in (one, other))
        beside = np.zeros((len(one), 2), dtype=bool)
        for side, polygons in enumerate((first, second)):
            beside[pair[shapely.dwithin(polygons, self._between.crossable[ground], gap)], side] = True
        beside[pair[shapely.dwithin(first, second, gap)]] = True
        return np.flatnonzero(beside.all(axis=1))

    def _from_outline(self, one: Ints, other: Ints) -> Mask:
        """Whether any link from a corner, or a point every STEP_M, of the first to the second is passable."""
        passes = np.zeros(len(one), dtype=bool)
        if not len(one):
            return passes
        outlines = shapely.segmentize(shapely.boundary(self._polygons.polygons(one)), STEP_M)
        xy, pair = shapely.get_coordinates(outlines, return_index=True)
        box = self._bounds[other[pair]]
        reach = self._between.reach_m + ROUNDING_M
        near = np.flatnonzero(_within(xy, box, reach))
        starts, pair = shapely.points(xy[near]), pair[near]
        named, at = np.unique(pair, return_inverse=True)
        lines = shapely.shortest_line(starts, self._polygons.polygons(other[named])[at])
        length = shapely.length(lines)
        short = length <= reach
        lines, length, pair = lines[short], length[short], pair[short]
        passes[pair[self._passable(lines, length)]] = True
        return passes

    def _passable(self, lines: Geometries, length: Floats) -> Mask:
        between = self._between
        passes = length <= between.gap_m + ROUNDING_M
        longer = np.flatnonzero(~passes & (length <= between.across_m + ROUNDING_M))
        line, ground = self._crossable.query(lines[longer], predicate="intersects")
        named, at = np.unique(ground, return_inverse=True)
        ends = shapely.get_coordinates(lines[longer]).reshape(-1, 2, 2)[line]
        shared = length_inside(ends, Outlines.of(between.crossable[named]), at, ROUNDING_M)
        inside = np.minimum(np.bincount(line, weights=shared, minlength=len(longer)), length[longer])
        passes[longer] = length[longer] - inside <= between.gap_m + ROUNDING_M
        asked = np.flatnonzero(passes & (length > 0.0))
        line, ground = self._barriers.query(lines[asked], predicate="intersects")
        # By length, not by interiors: along the seam of two pieces of a road a link enters the inside of neither.
        on_barrier = shapely.length(shapely.intersection(lines[asked[line]], between.barriers[ground])) > ROUNDING_M
        passes[asked[line[on_barrier]]] = False
        return passes

    def _in_order(self, one: Ints, other: Ints) -> tuple[Ints, Ints]:
        """Each pair with the polygon further west (then south) first, so that no link hangs on the order of the layer."""
        a, b = self._bounds[one], self._bounds[other]
        swap = np.zeros(len(one), dtype=bool)
        settled = np.zeros(len(one), dtype=bool)
        for side in range(4):
            swap |= ~settled & (a[:, side] > b[:, side])
            settled |= a[:, side] != b[:, side]
        return np.where(swap, other, one), np.where(swap, one, other)

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
from liangtian.space.nearness import clearance, near_boxes
from liangtian.space.outlines import Outlines

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
    one, other, away = _near(polygons, between.reach_m, label, limit)
    nearest_first = np.argsort(away)
    return _joined(_Links(polygons, between), label, one[nearest_first], other[nearest_first])


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
    one, other, _ = _near(polygons, between.reach_m, np.arange(len(polygons)), limit)
    wanted = np.flatnonzero(asked[one] | asked[other])
    wanted = wanted[np.lexsort((other[wanted], one[wanted]))]
    one, other = one[wanted], other[wanted]
    links = _Links(polygons, between)
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
        one, other, first, second = one[apart], other[apart], first[apart], second[apart]
        high = np.maximum(first, second)
        label[high] = np.minimum(first, second)  # a root hangs on a lower root: whichever comes last, no circle arises
        root = label[high]
        while not np.array_equal(above := label[root], root):
            label[high] = root = above
        label = label[label]  # who hung on a root hangs on what it hangs on now


def shared_corners(polygons: Outlines) -> tuple[Ints, Ints]:
    """Pairs of polygons with a corner in common, enough of them to join all that share it, the lower position first.

    Key and number of a corner are sorted as one number, which takes a third of the time of sorting one by the other. Bits
    of the key give way to the number, so corners are compared; should two keys be the same, `contiguous` still finds
    by distance what touches.
    """
    xy, bits = polygons.xy, np.uint64(len(polygons.xy).bit_length())
    key = np.sort((vertex_keys(xy) << bits) | np.arange(len(xy), dtype=np.uint64))
    same = np.flatnonzero(key[1:] >> bits == key[:-1] >> bits)
    first, second = ((key[at] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64) for at in (same, same + 1))
    same = np.flatnonzero((xy.take(first, axis=0) == xy.take(second, axis=0)).all(axis=1))
    owner = polygons.owner
    one, other = owner[first[same]], owner[second[same]]
    apart = np.flatnonzero(one != other)
    return np.minimum(one[apart], other[apart]), np.maximum(one[apart], other[apart])


def _inside_limits(one: Ints, other: Ints, limit: Ints | None) -> tuple[Ints, Ints]:
    if limit is None:
        return one, other
    together = limit[one] == limit[other]
    return one[together], other[together]


def _near(polygons: Outlines, reach_m: float, label: Ints, limit: Ints | None) -> tuple[Ints, Ints, Floats]:
    """Pairs of different groups that may come within reach of each other, and what lies between them at least."""
    one, other = near_boxes(polygons.bounds, reach_m + 2 * ROUNDING_M, label)
    one, other = _inside_limits(one, other, limit)
    away = clearance(polygons, one, other)
    near = np.flatnonzero(away <= reach_m + 2 * ROUNDING_M)
    return one[near], other[near], away[near]


def _joined(links: _Links, label: Ints, one: Ints, other: Ints) -> Ints:
    """Follow links until no pair of different groups is left untried; the first pairs are tried first."""
    failed: list[tuple[Ints, Ints]] = []
    for choice in range(CHOICES + 1):
        apart = np.flatnonzero(label[one] != label[other])
        one, other = one[apart], other[apart]
        tried = _nearest_of_each(label, one, other) if choice < CHOICES else np.ones(len(one), dtype=bool)
        first, second, one, other = one[tried], other[tried], one[~tried], other[~tried]
        passes, in_reach = links.nearest(first, second)
        doubtful = in_reach & ~passes
        failed.append((first[doubtful], second[doubtful]))
        label = connected(label, first[passes], second[passes])
    one, other = (np.concatenate(side) for side in zip(*failed, strict=True))
    apart = label[one] != label[other]
    one, other = one[apart], other[apart]
    passes = links.anywhere(one, other)
    return connected(label, one[passes], other[passes])


def _within(xy: Floats, box: Floats, reach_m: float) -> Mask:
    """Which points lie in reach of the box of each."""
    return np.asarray(((xy >= box[:, :2] - reach_m) & (xy <= box[:, 2:] + reach_m)).all(axis=1))


def _nearest_of_each(label: Ints, one: Ints, other: Ints) -> Mask:
    """Which pairs are the first of a group."""
    backwards = np.arange(len(one))[::-1]
    first = np.full((2, len(label)), len(one))
    first[0, label[one[backwards]]] = backwards
    first[1, label[other[backwards]]] = backwards
    chosen = np.zeros(len(one) + 1, dtype=bool)
    chosen[first.min(axis=0)] = True
    return chosen[:-1]


class _Links:
    """Straight links between polygons."""

    def __init__(self, polygons: Outlines, between: Between) -> None:
        self._polygons = polygons
        self._between = between
        self._crossable = shapely.STRtree(between.crossable)
        self._barriers = shapely.STRtree(between.barriers)
        self._bounds = polygons.bounds
        self._made = np.full(len(polygons), None, dtype=object)

    def _shapes(self, at: Ints) -> Geometries:
        """Some of the polygons as geometries, each made once."""
        wanted = np.zeros(len(self._made), dtype=bool)
        wanted[at] = True
        missing = np.flatnonzero(wanted)
        missing = missing[shapely.is_missing(self._made[missing])]
        self._made[missing] = self._polygons.polygons(missing)
        return self._made[at]

    def nearest(self, one: Ints, other: Ints) -> tuple[Mask, Mask]:
        """Whether the link at the nearest points of each pair is passable, and whether it is in reach at all."""
        one, other = self._in_order(one, other)
        first, second = self._shapes(one), self._shapes(other)
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
        first, second = (self._shapes(side[pair]) for side in (one, other))
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
        outlines = shapely.segmentize(shapely.boundary(self._shapes(one)), STEP_M)
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
        swap = self._bounds[one, 0] > self._bounds[other, 0]
        level = np.flatnonzero(self._bounds[one, 0] == self._bounds[other, 0])
        a, b = self._bounds[one[level], 1:], self._bounds[other[level], 1:]
        differ = (a != b).argmax(axis=1)  # the first side that differs tells; of equal boxes none does
        pair = np.arange(len(level))
        swap[level] = a[pair, differ] > b[pair, differ]
        return np.where(swap, other, one), np.where(swap, one, other)

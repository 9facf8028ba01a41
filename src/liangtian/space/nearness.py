"""Which polygons may come within reach of each other, told from their extents alone: no geometry is made, no tree built.

Boxes are laid into strips as high as the mean box and sorted along each strip, so that those a box can meet follow it
directly. Extents along the two diagonals then tell apart most of what lies aslant, a canal between, in each other's box.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liangtian.space.outlines import Outlines

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_STRIP_M = 1.0
PER_METRE = 1000  # places along a strip are whole millimetres, so that strip and place are one key
PLACE_BITS = 36  # 68,000 km


def near_boxes(boxes: Floats, reach_m: float, label: Ints) -> tuple[Ints, Ints]:
    """All pairs of boxes of different groups no further apart than the reach, in x and in y; some a millimetre beyond.

    Parameters
    ----------
    boxes : shape (n, 4), xmin ymin xmax ymax, metres of one plane
    reach_m : not below 0
    label : shape (n,), pairs of one group are left out

    Returns
    -------
    tuple : two arrays of shape (k,), the lower position first; no pair twice, in no order

    Examples
    --------
    >>> boxes = np.array([[0.0, 0, 9, 9], [10, 0, 19, 9], [21, 0, 29, 9]])
    >>> [side.tolist() for side in near_boxes(boxes, 1.0, np.arange(3))]
    [[0], [1]]
    """
    if not len(boxes):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    low = (boxes[:, :2] - boxes[:, :2].min(axis=0) - reach_m / 2).T
    high = (boxes[:, 2:] - boxes[:, :2].min(axis=0) + reach_m / 2).T
    first, last = _strips(low[1], high[1])
    at, strip, count = _followers(low[0], high[0], first, last)
    own = np.arange(len(at))
    one = np.repeat(own, count)
    other = np.arange(len(one)) + np.repeat(own + 1 - (np.cumsum(count) - count), count)
    group = label[at]
    apart = np.flatnonzero(group[one] != group[other])
    strip, one, other = strip[one[apart]], at[one[apart]], at[other[apart]]
    once = np.maximum(first[one], first[other]) == strip  # of the strips two boxes share, the first
    meets = np.flatnonzero(once & (low[1, one] <= high[1, other]) & (low[1, other] <= high[1, one]))
    return np.minimum(one[meets], other[meets]), np.maximum(one[meets], other[meets])


def _strips(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """First and last strip of each box: three a box on the mean at most, however unequal they are."""
    side = max(float(np.mean(high - low)), LEAST_STRIP_M)
    return np.floor(low / side).astype(np.int64), np.floor(high / side).astype(np.int64)


def _followers(low: Floats, high: Floats, first: Ints, last: Ints) -> tuple[Ints, Ints, Ints]:
    """Boxes strip by strip from west to east, the strip of each, and how many that follow begin before it ends."""
    count = last - first + 1
    at = np.repeat(np.arange(len(count)), count)
    strip = np.arange(len(at)) - np.repeat(np.cumsum(count) - count - first, count)
    base = strip << PLACE_BITS
    begin, end = (np.floor(side * PER_METRE).astype(np.int64) for side in (low, high))
    key = base + begin[at]
    order = np.argsort(key)
    until = np.searchsorted(key[order], (base + end[at])[order], side="right")
    return at[order], strip[order], until - np.arange(len(at)) - 1


def clearance(polygons: Outlines, one: Ints, other: Ints) -> Floats:
    """What lies between two polygons at least: the widest gap between their extents in x, y and along both diagonals.

    Parameters
    ----------
    one, other : shape (k,), positions

    Returns
    -------
    ndarray : shape (k,), metres, a lower bound of the distance but for rounding; negative where all extents overlap

    Examples
    --------
    >>> import shapely
    >>> two = Outlines.of(shapely.from_wkt(["POLYGON ((0 0, 8 0, 0 8, 0 0))", "POLYGON ((9 9, 9 4, 4 9, 9 9))"]))
    >>> clearance(two, np.array([0]), np.array([1])).round(3).tolist()
    [3.536]
    """
    if not len(one):
        return np.empty(0)
    boxes = polygons.bounds
    away = np.maximum(_gap(boxes[:, 0], boxes[:, 2], one, other), _gap(boxes[:, 1], boxes[:, 3], one, other))
    x, y = polygons.xy.T
    for diagonal in (x + y, x - y):
        low, high = (bound.reduceat(diagonal, polygons.first) for bound in (np.minimum, np.maximum))
        np.maximum(away, _gap(low, high, one, other) / np.sqrt(2.0), out=away)
    return away


def _gap(low: Floats, high: Floats, one: Ints, other: Ints) -> Floats:
    return np.maximum(low[one] - high[other], low[other] - high[one])

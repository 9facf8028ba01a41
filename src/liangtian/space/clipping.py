"""How much of a straight line lies inside a polygon, for very many short lines at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liangtian.space.outlines import Outlines

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def length_inside(lines: Floats, polygons: Outlines, at: Ints, tolerance_m: float) -> Floats:
    """Length of each line inside, or along the edge of, its polygon.

    The line, prolonged at both ends, enters and leaves the polygon by turns; between an entry and the exit after it the
    line is inside. A corner on the line counts as lying on one side. So that the edge of a polygon counts whichever
    side the polygon is on, this is done for the line moved to the left and to the right by the tolerance; the greater
    length is the answer.

    Parameters
    ----------
    lines : shape (k, 2, 2), start and end, not at the same place
    polygons : valid ones
    at : shape (k,), position of the polygon of each line
    tolerance_m : lines no further off an edge than this run along it

    Returns
    -------
    ndarray : shape (k,), exact but for rounding

    Examples
    --------
    >>> from shapely import box
    >>> frame = Outlines.of(np.array([box(0, 0, 9, 9) - box(4, 4, 6, 6)]))
    >>> across = np.array([[[-1.0, 5.0], [7.0, 5.0]], [[0.0, 9.0], [20.0, 9.0]], [[-2.0, 1.0], [-1.0, 1.0]]])
    >>> length_inside(across, frame, np.array([0, 0, 0]), 1e-6).round(9).tolist()
    [5.0, 9.0, 0.0]
    """
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    length = np.hypot(*along.T)
    unit = along / length[:, None]
    first, count, ends_ring = _vertices(polygons, at)
    line = np.repeat(np.arange(len(lines)), count)
    vertex = np.arange(len(line)) + np.repeat(first - (np.cumsum(count) - count), count)
    dx, dy = (polygons.xy[vertex] - start[line]).T
    ux, uy = unit[line].T
    forward, left = dx * ux + dy * uy, dy * ux - dx * uy
    edge = ~ends_ring[vertex]
    sides = (_between_crossings(line, forward, left + moved, edge, length) for moved in (-tolerance_m, tolerance_m))
    return np.maximum(*sides)


def _vertices(polygons: Outlines, at: Ints) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """First vertex and number of vertices of the polygon of each line; of all vertices, whether a ring ends there."""
    starts = polygons.ring_starts[polygons.polygon_rings]
    ends_ring = np.zeros(len(polygons.xy), dtype=bool)
    ends_ring[polygons.ring_starts[1:] - 1] = True
    return starts[at], starts[at + 1] - starts[at], ends_ring


def _between_crossings(
    line: Ints, forward: Floats, left: Floats, edge: npt.NDArray[np.bool_], length: Floats
) -> Floats:
    """Length between each entry and exit, where edges (of a vertex and the next) go from one side to the other."""
    above = left > 0.0
    one = np.flatnonzero((above[:-1] != above[1:]) & edge[:-1])
    share = left[one] / (left[one] - left[one + 1])
    where = forward[one] + share * (forward[one + 1] - forward[one])
    order = np.lexsort((where, line[one]))
    owner = line[one][order]
    where = np.clip(where[order], 0.0, length[owner])
    sign = np.where(
        np.arange(len(owner)) % 2, 1.0, -1.0
    )  # rings are closed: every line has an even number of crossings
    return np.bincount(owner, weights=sign * where, minlength=len(length)).astype(np.float64)

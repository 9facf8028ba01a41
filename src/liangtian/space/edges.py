"""Edges that two polygons share exactly, found by sorting instead of by geometry: seconds for twenty million edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]


def has_unshared_edge(polygons: npt.NDArray[np.object_]) -> Mask:
    """Whether each polygon has an edge that is not, vertex for vertex, the edge of just one neighbour on the far side.

    The number of polygons that cover a point changes only across such edges: where ground is covered twice, the rim of
    that ground belongs to a polygon with an unshared edge that itself overlaps another. So if none of the polygons
    marked here overlaps anything, nothing in the layer does. The rim of the layer is unshared as well.

    Parameters
    ----------
    polygons : shape (n,), valid polygons and multipolygons, of any orientation

    Examples
    --------
    >>> frame = shapely.box(0, 0, 9, 9) - shapely.box(4, 4, 6, 6)
    >>> has_unshared_edge(np.array([frame, shapely.box(4, 4, 6, 6)])).tolist()
    [True, False]
    """
    edge, forward, owner = _edges(polygons)
    order = np.argsort(edge)
    edge, forward, owner = edge[order], forward[order], owner[order]
    starts = np.flatnonzero(np.diff(edge, prepend=~edge[:1]) != 0)
    count = np.diff(starts, append=len(edge))
    ahead = np.add.reduceat(forward.astype(np.int64), starts) if len(starts) else np.empty(0, dtype=np.int64)
    shared = np.repeat((count == 2) & (ahead == 1), count)
    unshared = np.zeros(len(polygons), dtype=bool)
    unshared[owner[~shared]] = True
    return unshared


def _edges(polygons: npt.NDArray[np.object_]) -> tuple[Keys, Mask, Index]:
    """Key of each edge, the same from both sides; whether it runs forward with its polygon on the left; its polygon."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = of_ring[1:] != of_ring[:-1]
    flip = shapely.is_ccw(rings) != is_shell
    vertex = _vertex_keys(xy)
    # A ring's last vertex starts no edge, and a vertex repeated in place makes none.
    edge = (of_vertex[1:] == of_vertex[:-1]) & (vertex[1:] != vertex[:-1])
    one, other, ring = vertex[:-1][edge], vertex[1:][edge], of_vertex[1:][edge]
    there, back = _pair_keys(one, other), _pair_keys(other, one)
    return np.minimum(there, back), (there < back) != flip[ring], of_part[of_ring[ring]].astype(np.int64)


def _vertex_keys(xy: npt.NDArray[np.float64]) -> Keys:
    """64 well-mixed bits a vertex; equal coordinates give equal keys (adding 0.0 turns -0.0 into 0.0)."""
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64).reshape(-1, 2)
    return _mix(_mix(bits[:, 0]) + np.uint64(0x9E3779B97F4A7C15) * bits[:, 1])


def _pair_keys(one: Keys, other: Keys) -> Keys:
    return _mix(one + np.uint64(0xC2B2AE3D27D4EB4F) * other)


def _mix(bits: Keys) -> Keys:
    """The finaliser of MurmurHash3: every input bit reaches every output bit. Source: Appleby (2011)."""
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return bits ^ (bits >> np.uint64(33))

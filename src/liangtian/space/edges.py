"""Edges that two polygons share exactly, found by sorting instead of by geometry: seconds for twenty million edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.space.packed import batches

Mask = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Sides = npt.NDArray[np.int32]

SHARES = 32  # power of two
CHUNK = 1 << 14  # polygons taken apart at once: ring objects take more memory than all keys together


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
    pieces = [_shared_out(*_edges(part, at)) for at, part in batches(polygons, CHUNK)]
    unshared = np.zeros(len(polygons), dtype=bool)
    for share in range(SHARES):
        edge, side = (np.concatenate([piece[share][k] for piece in pieces]) for k in (0, 1))
        owner = _alone(edge, side)
        unshared[np.where(owner < 0, ~owner, owner)] = True
    return unshared


def _shared_out(edge: Keys, side: Sides) -> list[tuple[Keys, Sides]]:
    """Edges parted by their first bits: the two sides of an edge are in one share, and a share is soon sorted."""
    order = np.argsort(edge)
    edge, side = edge[order], side[order]
    cuts = np.searchsorted(edge, np.arange(1, SHARES, dtype=np.uint64) << np.uint64(64 - SHARES.bit_length() + 1))
    return list(zip(np.split(edge, cuts), np.split(side, cuts), strict=True))


def _alone(edge: Keys, side: Sides) -> Sides:
    """Sides of the edges that are not just two, one from either hand."""
    if not len(edge):
        return side
    order = np.argsort(edge)
    edge, side = edge[order], side[order]
    last = np.append(edge[1:] != edge[:-1], True)
    first = np.roll(last, 1)
    # Two entries of one key, and no third: the first of them starts a run that the next one ends.
    twice = first[:-1] & ~last[:-1] & last[1:]
    mates = np.flatnonzero(twice & ((side[:-1] < 0) != (side[1:] < 0)))
    alone = np.ones(len(edge), dtype=bool)
    alone[mates] = alone[mates + 1] = False
    return side[alone]


def _edges(polygons: npt.NDArray[np.object_], first: int) -> tuple[Keys, Sides]:
    """Key of each edge, the same from both sides, and its side: the position of its polygon, counted from `first`,
    inverted where the edge runs backwards with the polygon on its left."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = of_ring[1:] != of_ring[:-1]
    flip = shapely.is_ccw(rings) != is_shell
    vertex = vertex_keys(xy)
    # A ring's last vertex starts no edge, and a vertex repeated in place makes none.
    edge = (of_vertex[1:] == of_vertex[:-1]) & (vertex[1:] != vertex[:-1])
    one, other, ring = vertex[:-1][edge], vertex[1:][edge], of_vertex[1:][edge]
    there, back = pair_keys(one, other), pair_keys(other, one)
    owner = (of_part[of_ring[ring]] + first).astype(np.int32)
    return np.minimum(there, back), np.where((there < back) != flip[ring], owner, ~owner)


def vertex_keys(xy: npt.NDArray[np.float64]) -> Keys:
    """64 well-mixed bits a vertex; equal coordinates give equal keys (adding 0.0 turns -0.0 into 0.0)."""
    bits = np.ascontiguousarray(xy + 0.0).view(np.uint64).reshape(-1, 2)
    return _mix(_mix(bits[:, 0]) + np.uint64(0x9E3779B97F4A7C15) * bits[:, 1])


def pair_keys(one: Keys, other: Keys) -> Keys:
    """64 well-mixed bits an ordered pair of keys."""
    return _mix(one + np.uint64(0xC2B2AE3D27D4EB4F) * other)


def _mix(bits: Keys) -> Keys:
    """The finaliser of MurmurHash3: every input bit reaches every output bit. Source: Appleby (2011)."""
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    bits = (bits ^ (bits >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return bits ^ (bits >> np.uint64(33))

"""Cut polygons into lines so that an edge shared by two polygons is one line, used once in each direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.formats.rings import ranges

Coordinates = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


class RingCollapsed(ValueError):
    """A ring of polygon number `polygon` (0-based) has fewer than three vertices left once rounded."""

    def __init__(self, polygon: int) -> None:
        super().__init__(polygon)
        self.polygon = polygon


@dataclass(frozen=True, slots=True)
class Topology:
    """Lines and the polygons made of them.

    Attributes
    ----------
    coordinates : shape (v, 2), vertices of all lines
    line_offsets : shape (lines + 1,), where each line begins in `coordinates`
    uses : shape (u,), 1-based line, negative where the ring runs against it, in ring order
    use_ring : shape (u,), ring of each use
    ring_polygon : shape (rings,), polygon of each ring: shells counter-clockwise, their holes behind them clockwise
    """

    coordinates: Coordinates
    line_offsets: Integers
    uses: Integers
    use_ring: Integers
    ring_polygon: Integers


def shared_lines(polygons: npt.NDArray[np.object_], *, decimals: int) -> Topology:
    """Find the lines of a polygon layer, all polygons at once.

    Vertices that agree to `decimals` are one vertex. A node is a vertex where other than two different edges meet, or
    where a ring turns back; lines run from node to node, a ring without a node from its smallest vertex. Edges are
    shared only where both polygons have the same vertices: nothing is snapped or split.

    Parameters
    ----------
    polygons : shape (n,), Polygon or MultiPolygon, CRS projected metres

    Raises
    ------
    RingCollapsed

    Examples
    --------
    >>> both = shared_lines(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]), decimals=4)
    >>> both.uses.tolist(), both.ring_polygon.tolist()
    ([1, 2, -1, 3], [0, 1])
    """
    parts, part_polygon = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = _ring_vertices(rings, decimals)
    short = np.flatnonzero(np.bincount(ring, minlength=len(rings)) < 3)
    if len(short):
        raise RingCollapsed(int(part_polygon[ring_part][short[0]]))
    vertex = _vertex_ids(coordinates)
    start = np.flatnonzero(np.diff(ring, prepend=-1))
    following = _following(ring, start)
    edge = _edge_ids(vertex, vertex[following])
    node = _nodes(vertex, edge, following)
    node |= _lone_ring_nodes(vertex, node, start)

    order = _from_node(ring, start, node[vertex])
    begins = np.flatnonzero(node[vertex][order])
    line_of, forward, first_use = _lines(begins, edge[order], vertex[order])
    lengths = np.diff(np.append(begins, len(order)))
    source = ranges(begins[first_use], lengths[first_use])
    tails = following[order][begins[first_use] + lengths[first_use] - 1]
    ends = np.cumsum(lengths[first_use])
    taken = np.insert(order[source], ends, tails)
    return Topology(
        coordinates=coordinates[taken],
        line_offsets=np.concatenate([[0], np.cumsum(lengths[first_use] + 1)]),
        uses=np.where(forward, line_of + 1, -(line_of + 1)),
        use_ring=ring[order][begins],
        ring_polygon=part_polygon[ring_part],
    )


def _ring_vertices(rings: npt.NDArray[np.object_], decimals: int) -> tuple[Coordinates, Integers]:
    """Rounded vertices of open rings without repeated ones, and the ring of each."""
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    coordinates = np.round(coordinates, decimals)
    repeated = (np.diff(ring) == 0) & (np.diff(coordinates, axis=0) == 0).all(axis=1)
    closing = np.diff(ring, append=-1) != 0
    keep = ~closing & np.concatenate([~repeated, [True]])
    return coordinates[keep], ring[keep]


def _vertex_ids(coordinates: Coordinates) -> Integers:
    """0-based id of each distinct vertex; adding 0.0 makes the two zeros one."""
    pairs = np.ascontiguousarray(coordinates + 0.0).view(np.complex128).ravel()
    return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)


def _following(ring: Integers, start: Integers) -> Integers:
    """Index of the next vertex of the same ring, round the ring."""
    following = np.arange(1, len(ring) + 1)
    following[np.append(start[1:], len(ring)) - 1] = start
    return following


def _edge_ids(a: Integers, b: Integers) -> Integers:
    """0-based id of each distinct undirected edge."""
    keys = np.minimum(a, b) * (max(int(a.max()), int(b.max())) + 1) + np.maximum(a, b)
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.int64)


def _nodes(vertex: Integers, edge: Integers, following: Integers) -> Booleans:
    """By vertex id: True where other than two different edges meet or a ring turns back on itself."""
    count = int(vertex.max()) + 1
    first = np.unique(edge, return_index=True)[1]
    degree = np.bincount(vertex[first], minlength=count) + np.bincount(vertex[following[first]], minlength=count)
    node = degree != 2
    node[vertex[following[edge == edge[following]]]] = True
    return np.asarray(node, dtype=np.bool_)


def _lone_ring_nodes(vertex: Integers, node: Booleans, start: Integers) -> Booleans:
    """By vertex id: the smallest vertex of each ring that has no node, the same for every ring on those vertices."""
    lone = np.zeros(len(node), dtype=np.bool_)
    has_node = np.logical_or.reduceat(node[vertex], start)
    lone[np.minimum.reduceat(vertex, start)[~has_node]] = True
    return lone


def _from_node(ring: Integers, start: Integers, at_node: Booleans) -> Integers:
    """Vertex indices ring by ring, each ring turned so that it begins at its first node."""
    size = np.diff(np.append(start, len(ring)))
    nodes = np.flatnonzero(at_node)
    first = nodes[np.flatnonzero(np.diff(ring[nodes], prepend=-1))]
    within = np.arange(len(ring)) - start[ring]
    turned: Integers = start[ring] + (within + (first - start)[ring]) % size[ring]
    return turned


def _lines(begins: Integers, edge: Integers, vertex: Integers) -> tuple[Integers, Booleans, Integers]:
    """Line of each use, whether it runs forward, and each line's first use (which gives its direction).

    Between nodes only two edges meet at a vertex, so an edge belongs to one line: its smallest edge names it.
    """
    name = np.minimum.reduceat(edge, begins)
    _, first, line = np.unique(name, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    first_use = np.sort(first)
    line_of = rank[line]
    model = first_use[line_of]
    forward = (vertex[begins] == vertex[begins[model]]) & (edge[begins] == edge[begins[model]])
    return line_of, forward, first_use

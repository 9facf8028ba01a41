"""Axis-parallel cells of a plan → shared vertices, segments with a cell on each side, and rings.

Every vertex and every segment exists once. A parcel is a set of cells; its rings are the segments with the parcel
on one side only, so neighbours share their vertices by construction: no gap, no overlap, no vertex of one side
missing on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from liangtian.space.keys import distinct, positions

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.void]

CELL = np.dtype(
    [
        ("u0", "i8"),
        ("v0", "i8"),
        ("u1", "i8"),
        ("v1", "i8"),
        ("block", "i4"),  # the block of fields, houses or forest it was cut from; strips: -1
        ("strip", "i4"),  # the road, ditch or watercourse it belongs to; land: -1
        ("axis", "i1"),  # strips: the axis they run along, 0 = u, 1 = v
        ("code", "i2"),  # row of the class list
        ("place", "i4"),  # the village, once it is known
        ("kind", "i1"),  # what the block is, `landuse.Kind`
    ]
)
"""A cell of the plan, corners in centimetres, never negative."""

_SHIFT = 32


@dataclass(frozen=True, slots=True)
class Mesh:
    """Vertices (n,) in plan centimetres; segments (m,) from `start` to `end` with cells `left` and `right` (-1: none).

    The first `flat` segments run along u, the others along v; both run towards growing coordinates.
    """

    u: Ints
    v: Ints
    start: Ints
    end: Ints
    left: Ints
    right: Ints
    flat: int


def build_mesh(cells: Cells) -> Mesh:
    """Node the cells: split every side at every corner that lies on it."""
    keys = distinct(np.concatenate([cells[v] << _SHIFT | cells[u] for u in ("u0", "u1") for v in ("v0", "v1")]))
    u, v = keys & (2**_SHIFT - 1), keys >> _SHIFT
    above, below = _sides(keys, cells, along=("u0", "u1"), low="v0", high="v1")
    turned = u << _SHIFT | v
    order = np.argsort(turned, kind="stable")
    east, west = _sides(turned[order], cells, along=("v0", "v1"), low="u0", high="u1")
    flat, tall = np.flatnonzero((above >= 0) | (below >= 0)), np.flatnonzero((east >= 0) | (west >= 0))
    return Mesh(
        u,
        v,
        start=np.concatenate([flat, order[tall]]),
        end=np.concatenate([flat + 1, order[tall + 1]]),
        left=np.concatenate([above[flat], west[tall]]),
        right=np.concatenate([below[flat], east[tall]]),
        flat=len(flat),
    )


def split_strips(cells: Cells, *, longest_cm: int) -> Cells:
    """Cut every strip across at the corners met on either bank, and so that no piece is longer than `longest_cm`.

    A strip a few metres wide keeps parallel banks when it is bent only if both banks have the same vertices.
    """
    for _ in range(6):
        strips = cells[cells["strip"] >= 0]
        pieces = [_cut_across(cells, strips[strips["axis"] == axis], axis, longest_cm) for axis in (0, 1)]
        if sum(map(len, pieces)) == len(strips):
            break
        cells = np.concatenate([cells[cells["strip"] < 0], *pieces])
    return cells


def components(count: int, a: Ints, b: Ints) -> Ints:
    """Number the connected groups of `count` nodes joined by the pairs (a, b): the smallest node of each group.

    Examples
    --------
    >>> components(5, np.array([0, 3]), np.array([1, 4])).tolist()
    [0, 0, 2, 3, 3]
    """
    root = np.arange(count)
    while True:
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        open_ = low != high
        if not open_.any():
            return root
        a, b = a[open_], b[open_]
        np.minimum.at(root, high[open_], low[open_])
        while True:
            jumped = root[root]
            if (jumped == root).all():
                break
            root = jumped


def group_cells(mesh: Mesh, key: Ints) -> Ints:
    """Group neighbouring cells of equal key (≥ 0), and see that no group touches itself in a point only.

    Returns
    -------
    shape (cells,): the smallest cell of each group.
    """
    inner = (mesh.left >= 0) & (mesh.right >= 0)
    a, b = mesh.left[inner], mesh.right[inner]
    same = (key[a] == key[b]) & (key[a] >= 0)
    a, b = a[same], b[same]
    alone = np.zeros(len(key), dtype=bool)
    while True:
        joined = ~(alone[a] | alone[b])
        group = components(len(key), a[joined], b[joined])
        pinched = _pinched_cells(mesh, group)
        if not len(pinched):
            return group
        alone[pinched] = True


def trace_polygons(mesh: Mesh, label: Ints, xy: Floats) -> tuple[npt.NDArray[np.object_], Ints]:
    """Polygons of the labelled cells (label ≥ 0), in the order of their labels.

    Parameters
    ----------
    label : shape (cells,), equal for the cells of one connected parcel
    xy : shape (vertices, 2), where each vertex lies on the ground

    Returns
    -------
    polygons, labels : shape (parcels,)
    """
    start, owner, ring, rank = _walk(mesh, label)
    order = np.lexsort((rank, ring))
    start, ring = start[order], ring[order]
    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    size = np.diff(np.r_[first, len(ring)])
    ring_label = owner[order][first]
    hole = _signed_area(xy[start], first, size) < 0
    by_label = np.lexsort((hole, ring_label))
    coords, offsets = _closed(start, first[by_label], size[by_label])
    labels, rings = np.unique(ring_label, return_counts=True)
    parts = np.r_[0, np.cumsum(rings)]
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy[coords], (offsets, parts)), labels


def _sides(keys: Ints, cells: Cells, *, along: tuple[str, str], low: str, high: str) -> tuple[Ints, Ints]:
    """Cell after and cell before each segment (key k, key k + 1), -1 where none."""
    after, before = np.full(len(keys), -1), np.full(len(keys), -1)
    for line, found in ((low, after), (high, before)):
        lo = positions(keys, cells[line] << _SHIFT | cells[along[0]])
        hi = positions(keys, cells[line] << _SHIFT | cells[along[1]])
        segment, owner = _expand(lo, hi)
        found[segment] = owner
    return after, before


def _expand(lo: Ints, hi: Ints) -> tuple[Ints, Ints]:
    """Members lo … hi - 1 of each range, and the range each belongs to."""
    size = hi - lo
    owner = np.repeat(np.arange(len(lo)), size)
    return np.arange(len(owner)) - np.repeat(np.cumsum(size) - size - lo, size), owner


def _cut_across(cells: Cells, strips: Cells, axis: int, longest_cm: int) -> Cells:
    near, far, low, high = ("u0", "u1", "v0", "v1") if axis == 0 else ("v0", "v1", "u0", "u1")
    keys = distinct(np.concatenate([cells[q] << _SHIFT | cells[p] for p in (near, far) for q in (low, high)]))
    owners, places = [], []
    for bank in (low, high):
        lo = positions(keys, strips[bank] << _SHIFT | strips[near])
        hi = positions(keys, strips[bank] << _SHIFT | strips[far], "right")
        member, owner = _expand(lo, hi)
        owners.append(owner)
        places.append(keys[member] & (2**_SHIFT - 1))
    marks = distinct(np.concatenate(owners) << _SHIFT | np.concatenate(places))
    owner, place = marks >> _SHIFT, marks & (2**_SHIFT - 1)
    whole = np.flatnonzero(owner[1:] == owner[:-1])
    owner, begin, stop = owner[whole], place[whole], place[whole + 1]
    count = -(-(stop - begin) // longest_cm)
    step, source = _expand(np.zeros_like(count), count)
    pieces = strips[owner[source]]
    length = (stop - begin)[source]
    pieces[near] = begin[source] + length * step // count[source]
    pieces[far] = begin[source] + length * (step + 1) // count[source]
    return pieces


def _pinched_cells(mesh: Mesh, group: Ints) -> Ints:
    """Cells whose group meets itself across a vertex but not beside it."""
    above, below = np.full(len(mesh.u), -1), np.full(len(mesh.u), -1)
    flat = mesh.start[: mesh.flat]
    above[flat], below[flat] = mesh.left[: mesh.flat], mesh.right[: mesh.flat]
    east, west = np.arange(1, len(above)), np.arange(len(above) - 1)
    found = []
    for one, other, beside, opposite in ((above, below, above, below), (below, above, below, above)):
        a, b = one[east], other[west]  # across the vertex
        c, d = opposite[east], beside[west]  # beside it
        full = (a >= 0) & (b >= 0)
        touching = full & (group[a] == group[b]) & (a != b)
        touching &= (c < 0) | (group[c] != group[a])
        touching &= (d < 0) | (group[d] != group[a])
        found.append(b[touching])
    return distinct(np.concatenate(found))


def _walk(mesh: Mesh, label: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Directed segments with their parcel on the left: start vertex, parcel, ring and rank in the ring."""
    start, owner, following = _successors(mesh, label)
    ring, rank = np.full(len(start), -1), np.zeros(len(start), dtype=np.int64)
    rings = 0
    while True:
        left_over = np.flatnonzero(ring < 0)
        if not len(left_over):
            return start, owner, ring, rank
        _, first = np.unique(owner[left_over], return_index=True)
        home = left_over[first]
        here, number = home, np.arange(rings, rings + len(home))
        rings += len(home)
        step = 0
        while len(here):
            ring[here], rank[here] = number, step
            here = following[here]
            away = here != home
            if not away.all():
                here, home, number = here[away], home[away], number[away]
            step += 1


def _successors(mesh: Mesh, label: Ints) -> tuple[Ints, Ints, Ints]:
    """Directed segments sorted by parcel and start vertex, and the one that follows each around its parcel."""
    padded = np.r_[label, -1]
    ahead, back = padded[mesh.left], padded[mesh.right]
    heading = np.where(np.arange(len(mesh.start)) < mesh.flat, 0, 1)
    edge = ahead != back
    one, two = edge & (ahead >= 0), edge & (back >= 0)
    start = np.concatenate([mesh.start[one], mesh.end[two]])
    end = np.concatenate([mesh.end[one], mesh.start[two]])
    owner = np.concatenate([ahead[one], back[two]])
    heading = np.concatenate([heading[one], heading[two] + 2])
    key = owner * len(mesh.u) + start
    order = np.argsort(key, kind="stable")
    key, start, end, owner, heading = key[order], start[order], end[order], owner[order], heading[order]
    following = np.searchsorted(key, owner * len(mesh.u) + end)
    second = np.minimum(following + 1, len(key) - 1)
    # Two ways on from one vertex: turn left, which stays with the same cell.
    forked = (second > following) & (key[second] == key[following])
    turn = forked & (heading[following] != (heading + 1) % 4)
    return start, owner, np.where(turn, second, following)


def _signed_area(xy: Floats, first: Ints, size: Ints) -> Floats:
    local = xy - xy[np.repeat(first, size)]
    following = np.arange(1, len(xy) + 1)
    following[first + size - 1] = first
    return np.add.reduceat(local[:, 0] * local[following, 1] - local[following, 0] * local[:, 1], first) / 2


def _closed(start: Ints, first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Vertices of the chosen rings, each closed, and the offsets of the rings."""
    member, _ = _expand(first, first + size + 1)
    offsets = np.r_[0, np.cumsum(size + 1)]
    member[offsets[1:] - 1] = first
    return start[member], offsets

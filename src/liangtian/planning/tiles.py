"""Contiguity tile by tile: each tile by itself, then what tiles have in common is united.

The plane is cut into squares at multiples of their side. A tile looks at every field whose bounds, widened by half of the
longest link, meet its square, and at the ground that links between these can cross. Two fields that a link can join meet some
square together, so each pair is looked at in at least one tile; uniting what the tiles find gives the groups of the
whole, whatever the side of the squares. What one tile finds is kept under a digest of all it looked at: a new version
of a layer computes only the tiles that changed.

`tiles_of`, `extents_of`, `tiles_meeting`, `links_of` and `merged` know nothing of files or of each other's memory: an
engine of many machines calls them on its own partitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.space.contiguity import Between, Geometries, connected, contiguous
from liangtian.space.keys import distinct
from liangtian.space.outlines import Outlines

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]

SIDE_M = 4096.0
"""Side of a tile: some six thousand parcels of a survey, small enough for a processor's cache."""

FIELD, CROSSABLE, BARRIER = 0, 1, 2
"""What a polygon is to blocks: part of them, ground that links may cross, ground that ends them."""

SHAPES = pa.schema([("key", pa.int64()), ("role", pa.int8()), ("place", pa.int64()), ("geometry", pa.binary())])
"""What `links_of` takes: a polygon a row as WKB; keys of fields are unique, where no place is given there is no limit."""

FORM = b"liangtian-tile-1"  # raise when `contiguous` answers differently: what was kept before is then not found
THREADS = min(pa.cpu_count(), 8)
BATCH = 1 << 18


Progress = Callable[[int, int], None]
"""Told of tiles done and all tiles; whatever it raises ends the work."""


def unheard(done: int, total: int) -> None:
    """Nobody wants to know how far the work is."""


class Kept(Protocol):
    """Where results of tiles are kept by digest; a dict is one."""

    def get(self, digest: str, /) -> Labels | None: ...

    def __setitem__(self, digest: str, label: Labels, /) -> None: ...


def tiles_of(bounds: Floats, reach_m: float, side_m: float = SIDE_M) -> tuple[Ints, Ints]:
    """The tiles in which each field is looked at.

    Parameters
    ----------
    bounds : shape (n, 4), xmin ymin xmax ymax, metres of one plane
    reach_m : longest link (`Between.reach_m`)

    Returns
    -------
    tuple : positions and keys of tiles, each of shape (k,), k ≥ n; positions ascending

    Examples
    --------
    >>> at, tile = tiles_of(np.array([[2.0, 2.0, 5.0, 5.0], [6.0, 2.0, 9.0, 5.0]]), 2.0, 8.0)
    >>> at.tolist(), len(set(tile.tolist())), bool(tile[0] == tile[1])
    ([0, 1, 1], 2, True)
    """
    margin = reach_m / 2 + MARGIN_M
    return _cells(bounds + margin * np.array([-1.0, -1.0, 1.0, 1.0]), side_m)


MARGIN_M = 1e-3  # links are compared to a micrometre: a pair may not slip between two tiles by that


def extents_of(tile: Ints, bounds: Floats, reach_m: float) -> tuple[Ints, Floats]:
    """What ground links inside each tile can cross, as a box: the bounds of its fields widened by the longest link.

    Parameters
    ----------
    tile : shape (k,), keys of tiles
    bounds : shape (k, 4), of the field looked at there

    Returns
    -------
    tuple : the different tiles, ascending, shape (t,), and their boxes, shape (t, 4)

    Examples
    --------
    >>> tiles, box = extents_of(np.array([7, 3, 7]), np.array([[0.0, 0, 1, 1], [5, 5, 6, 6], [2, 0, 3, 1]]), 1.0)
    >>> tiles.tolist(), box.tolist()
    ([3, 7], [[4.0, 4.0, 7.0, 7.0], [-1.0, -1.0, 4.0, 2.0]])
    """
    order = np.argsort(tile, kind="stable")
    starts = _starts(tile[order])
    if not len(starts):
        return tile, np.empty((0, 4))
    low = np.minimum.reduceat(bounds[order, :2], starts, axis=0)
    high = np.maximum.reduceat(bounds[order, 2:], starts, axis=0)
    return tile[order][starts], np.hstack([low - reach_m, high + reach_m])


def tiles_meeting(extents: tuple[Ints, Floats], bounds: Floats, side_m: float = SIDE_M) -> tuple[Ints, Ints]:
    """The tiles whose extent each piece of ground meets.

    Parameters
    ----------
    extents : of all tiles, see `extents_of`
    bounds : shape (n, 4), of ground that links may cross or that ends blocks

    Returns
    -------
    tuple : positions and keys of tiles, each of shape (k,); no pair twice

    Examples
    --------
    >>> at, tile = tiles_meeting((np.array([3, 7]), np.array([[4.0, 4, 7, 7], [-1, -1, 4, 2]])), np.array([[3.0, 0, 5, 5]]))
    >>> at.tolist(), tile.tolist()
    ([0, 0], [3, 7])
    """
    tiles, boxes = extents
    of_cell, cell = _cells(boxes, side_m)
    order = np.argsort(cell, kind="stable")
    squares = of_cell[order], cell[order]
    starts = range(0, max(len(bounds), 1), BATCH)
    found = [_meeting(squares, boxes, bounds[start : start + BATCH], side_m) for start in starts]
    at = np.concatenate([part + start for (part, _), start in zip(found, starts, strict=True)])
    return at, tiles[np.concatenate([tile for _, tile in found])]


def _meeting(squares: tuple[Ints, Ints], boxes: Floats, bounds: Floats, side_m: float) -> tuple[Ints, Ints]:
    """One batch of `tiles_meeting`: tiles by their place among the boxes; `squares` that each box meets, in order."""
    of_cell, cell = squares
    at, wanted = _cells(bounds, side_m)
    first, last = np.searchsorted(cell, wanted), np.searchsorted(cell, wanted, side="right")
    count = last - first
    at = np.repeat(at, count)
    tile = of_cell[np.arange(len(at)) - np.repeat(np.cumsum(count) - count - first, count)]
    box, ground = boxes[tile], bounds[at]
    meets = ((box[:, :2] <= ground[:, 2:]) & (box[:, 2:] >= ground[:, :2])).all(axis=1)
    pairs = distinct(at[meets] * max(len(boxes), 1) + tile[meets])
    return pairs // max(len(boxes), 1), pairs % max(len(boxes), 1)


def links_of(shapes: pa.Table, *, gap_m: float, across_m: float) -> pa.Table:
    """What one tile finds: pairs of fields that belong together, enough of them to join all that do.

    Parameters
    ----------
    shapes : rows of `SHAPES`, in any order: the fields of the tile, and the ground within its extent
    gap_m, across_m : see `Between`

    Returns
    -------
    Table : `one` and `other`, keys of fields, int64

    Examples
    --------
    >>> wkb = shapely.to_wkb(shapely.box([0, 10, 24], 0, [10, 20, 30], 10))
    >>> tile = pa.table([[8, 9, 5], [FIELD] * 3, [None] * 3, wkb], schema=SHAPES)
    >>> links_of(tile, gap_m=1.0, across_m=0.0).to_pylist()
    [{'one': 9, 'other': 8}]
    """
    geometry = shapely.from_wkb(shapes["geometry"].to_numpy())
    role = shapes["role"].to_numpy()
    at = np.flatnonzero(role == FIELD)
    between = Between(gap_m, across_m, geometry[role == CROSSABLE], geometry[role == BARRIER])
    place = shapes["place"].take(pa.array(at))
    limit = None if place.null_count == len(place) else pc.fill_null(place, -1).to_numpy()
    label = contiguous(Outlines.of(geometry[at]), between, limit)
    key, joins = shapes["key"].to_numpy()[at], label != np.arange(len(label))
    return pa.table({"one": key[joins], "other": key[label[joins]]})


def merged(keys: Ints, one: Ints, other: Ints) -> Ints:
    """Unite what tiles found: the lowest key of the group of each field.

    Parameters
    ----------
    keys : shape (n,), all fields, none twice
    one, other : shape (k,), links of all tiles

    Examples
    --------
    >>> merged(np.array([5, 8, 9]), np.array([9]), np.array([8])).tolist()
    [5, 8, 8]
    """
    order = np.argsort(keys)
    ordered = keys[order]
    label = connected(np.arange(len(keys)), np.searchsorted(ordered, one), np.searchsorted(ordered, other))
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = ordered[label]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Polygons and what they are to blocks.

    Attributes
    ----------
    outlines : all of them
    bounds : shape (p, 4)
    fields, crossable, barriers : positions, ascending
    gap_m, across_m : see `Between`
    limit : shape (f,), fields of different limits never belong together; None: no limit
    more_barriers : further polygons that no link crosses
    """

    outlines: Outlines
    bounds: Floats
    fields: Ints
    crossable: Ints
    barriers: Ints
    gap_m: float
    across_m: float
    limit: Ints | None = None
    more_barriers: Geometries = field(default_factory=lambda: np.empty(0, dtype=object))

    @property
    def reach_m(self) -> float:
        """Longest link there can be."""
        return max(self.gap_m, self.across_m if len(self.crossable) else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Tiled:
    """Groups of fields.

    Attributes
    ----------
    label : shape (f,), position among the fields of the first of each group
    tiles, computed : how many there are, and how many were not kept already
    """

    label: Ints
    tiles: int
    computed: int


def contiguous_by_tile(
    ground: Ground,
    *,
    side_m: float = SIDE_M,
    kept: Kept | None = None,
    progress: Progress = unheard,
) -> Tiled:
    """Label fields that hang together, as `contiguous` labels them.

    Parameters
    ----------
    kept : results of tiles from earlier runs, to which new ones are added; None: everything is computed
    progress : see `Progress`

    Returns
    -------
    Tiled : groups that depend neither on the side of the tiles nor on the order of the polygons
    """
    plan = _Plan.of(ground, side_m)
    ones, others, computed = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)], 0
    for done, (members, label, fresh) in enumerate(_in_turn(plan, kept)):
        joins = np.flatnonzero(label != np.arange(len(label)))
        ones.append(members[joins])
        others.append(members[label[joins]])
        computed += fresh
        progress(done + 1, len(plan))
    groups = connected(np.arange(len(ground.fields)), np.concatenate(ones), np.concatenate(others))
    return Tiled(groups, len(plan), computed)


def _in_turn(plan: _Plan, kept: Kept | None) -> Iterator[tuple[Ints, Labels, bool]]:
    """The tiles one after another, some at a time; what has not begun is dropped when the caller is done."""
    threads = ThreadPoolExecutor(THREADS)
    try:
        yield from threads.map(lambda number: _labelled(plan, number, kept), range(len(plan)))
    finally:
        threads.shutdown(cancel_futures=True)


def _labelled(plan: _Plan, number: int, kept: Kept | None) -> tuple[Ints, Labels, bool]:
    """Fields of a tile, their groups by first members, and whether these had to be computed."""
    tile = plan.tile(number)
    if kept is None:
        return tile.members, tile.labels(), True
    digest = tile.digest()
    known = kept.get(digest)
    if known is not None and _is_possible(known, len(tile.members)):
        return tile.members, known, False
    label = tile.labels()
    kept[digest] = label
    return tile.members, label, True


def _is_possible(label: Labels, fields: int) -> bool:
    """Whether numbers can be groups of fields by their first members; a damaged file would join or part fields silently."""
    own = np.arange(fields)
    if label.shape != (fields,) or (label < 0).any() or (label > own).any():
        return False
    return bool((label[label] == label).all())


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """All that decides which fields of a tile hang together; `members` says which these are among all fields."""

    members: Ints
    fields: Outlines
    limit: Ints | None
    crossable: Outlines
    barriers: Outlines
    more_barriers: Geometries
    gap_m: float
    across_m: float

    def labels(self) -> Labels:
        barriers = np.concatenate([_shapes(self.barriers), self.more_barriers])
        between = Between(self.gap_m, self.across_m, _shapes(self.crossable), barriers)
        return contiguous(self.fields, between, self.limit).astype(np.int32)

    def digest(self) -> str:
        """SHA-256 over coordinates, rings and limits in their order, and the widths of the rule."""
        state = hashlib.sha256(FORM + np.array([self.gap_m, self.across_m], dtype="<f8").tobytes())
        if self.limit is not None:
            state.update(_by_first(self.limit).astype("<i8").tobytes())
        for outlines in (self.fields, self.crossable, self.barriers):
            for numbers in (outlines.polygon_rings, outlines.ring_starts):
                state.update(np.array([len(numbers), *numbers], dtype="<i8").tobytes())
            state.update(np.ascontiguousarray(outlines.xy, dtype="<f8").data)
        for wkb in shapely.to_wkb(self.more_barriers, byte_order=1).tolist():
            state.update(wkb)
        return state.hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Which fields, and which ground, each tile looks at."""

    ground: Ground
    fields: _Shares
    crossable: _Shares
    barriers: _Shares
    more_barriers: _Shares

    @classmethod
    def of(cls, ground: Ground, side_m: float) -> _Plan:
        bounds = ground.bounds.take(ground.fields, axis=0)
        at, tile = tiles_of(bounds, ground.reach_m, side_m)
        extents = extents_of(tile, bounds.take(at, axis=0), ground.reach_m)
        others = (ground.bounds[ground.crossable], ground.bounds[ground.barriers], shapely.bounds(ground.more_barriers))
        tiles = extents[0]
        shares = [_Shares.of(*tiles_meeting(extents, each, side_m), tiles) for each in others]
        return cls(ground, _Shares.of(at, tile, tiles), *shares)

    def __len__(self) -> int:
        return len(self.fields.starts) - 1

    def tile(self, number: int) -> _Tile:
        ground, members = self.ground, self.fields.of_tile(number)
        fields = ground.fields[members]
        return _Tile(
            members,
            replace(ground.outlines.take(fields), boxes=ground.bounds.take(fields, axis=0)),
            None if ground.limit is None else ground.limit[members],
            ground.outlines.take(ground.crossable[self.crossable.of_tile(number)]),
            ground.outlines.take(ground.barriers[self.barriers.of_tile(number)]),
            ground.more_barriers[self.more_barriers.of_tile(number)],
            ground.gap_m,
            ground.across_m,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """Positions by tile: those of tile n are `at[starts[n]:starts[n + 1]]`, ascending."""

    at: Ints
    starts: Ints

    @classmethod
    def of(cls, at: Ints, tile: Ints, tiles: Ints) -> _Shares:
        order = np.argsort(tile, kind="stable")
        starts = np.searchsorted(tile[order], tiles)
        return cls(at[order], np.append(starts, len(at)))

    def of_tile(self, number: int) -> Ints:
        return self.at[self.starts[number] : self.starts[number + 1]]


def _cells(bounds: Floats, side_m: float) -> tuple[Ints, Ints]:
    """Squares that boxes meet: positions of boxes, ascending, and keys of squares."""
    low, high = (np.floor(corner / side_m).astype(np.int64) for corner in (bounds[:, :2], bounds[:, 2:]))
    wide, tall = (high - low + 1).T
    count = wide * tall
    at = np.repeat(np.arange(len(bounds)), count)
    place = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    x, y = low[at, 0] + place % wide[at], low[at, 1] + place // wide[at]
    return at, (x << 32) + y


def _starts(keys: Ints) -> Ints:
    """Where runs of equal keys begin."""
    return np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])


def _by_first(limit: Ints) -> Ints:
    """Limits by the position of their first field: numbers that do not hang on what lies outside the tile."""
    _, first, inverse = np.unique(limit, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


def _shapes(outlines: Outlines) -> Geometries:
    return outlines.polygons(np.arange(len(outlines)))

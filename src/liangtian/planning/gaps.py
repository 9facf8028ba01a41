"""Gaps between parcels, on any engine: ground that parcels enclose and none of them covers, the same as on one machine.

Whether ground is enclosed shows only in the whole layer. So each tile finds the ground left bare in its square:

1. What the parcels of a tile enclose inside its square is a gap already (`pieces_of`).
2. Bare ground that reaches the border of a square goes on beyond it, wherever the ground there is bare too (`gap_seams.sql`), or
   where no parcel stands in the next square at all. Only these seams come to one place: ground that comes out at the far end of
   the layer is open, all other is enclosed (`enclosed_of`).
3. Enclosed ground of several squares is drawn from the parcels around it, by the function that one machine uses
   (`topology.find_gaps`): the same corners, the same hundredths of square metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.engine.spatial import Engine
from liangtian.onemap.snapshot import GEOMETRY
from liangtian.planning.surroundings import SHAPES, keys_of
from liangtian.planning.tiles import tiles_of
from liangtian.space.area import ellipsoidal_area
from liangtian.space.contiguity import connected
from liangtian.space.topology import NEAR_M, bare, coverage, covered, enclosed, find_gaps
from liangtian.units import round_dm2

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SIDE_M = 4096.0
SHIFT_M = 0.3819660113  # squares do not begin at whole metres: a border through the corners of a grid of parcels parts nothing
TOUCH_M = 1e-5  # an overlay may leave a corner that far from the border it was cut at

BOX = [(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")]
PLACED = pa.schema([("tile", pa.int64()), ("key", pa.string()), *BOX, (GEOMETRY, pa.binary())])
GAPS = pa.schema([("area_dm2", pa.int64()), *BOX, (GEOMETRY, pa.binary())])
"""A gap: hundredths of m² (1 or more), its box, and its polygon in the plane of the snapshots."""

PIECES = pa.schema([("tile", pa.int64()), ("piece", pa.string()), ("whole", pa.int64()), *GAPS])
"""A gap (`whole` 1), or bare ground that reaches the border of its square (0, without an area)."""

BORDERS = pa.schema(
    [
        ("tile", pa.int64()),
        ("piece", pa.string()),
        ("facing", pa.int64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
"""A stretch of the border of a square that is bare, and the tile on its other side."""

ENCLOSED = pa.schema([("piece", pa.string()), ("gap", pa.int64())])


def gaps(engine: Engine, paths: Sequence[str], crs: CRS, *, side_m: float = SIDE_M) -> pa.Table:
    """Find the gaps of 0.01 m² and more.

    Parameters
    ----------
    paths : snapshots of one plane, valid polygons
    side_m : of the tiles, metres; the answer does not depend on it

    Returns
    -------
    Table : rows of `GAPS`, from west to east; the engine holds them as `gaps`
    """
    engine.read("parcels", paths, SHAPES)
    engine.each("placed", "parcels", partial(placed_in, several=len(paths) > 1, side_m=side_m), PLACED)
    engine.keep("placed")
    engine.by_tile("pieces", "placed", partial(pieces_of, crs=crs.to_wkt(), side_m=side_m), PIECES)
    engine.keep("pieces")
    engine.query("cut", "gap_cut")
    engine.each("borders", "cut", partial(borders_of, side_m=side_m), BORDERS)
    engine.keep("borders")
    engine.query("tiles", "gap_tiles")
    engine.query("seams", "gap_seams")
    engine.query("outer", "gap_outer")
    pieces = engine.fetch("cut").select(["piece"])
    engine.put("enclosed", enclosed_of(pieces, engine.fetch("seams"), engine.fetch("outer"), engine.fetch("tiles")))
    engine.query("rims", "gap_rims", reach_m=NEAR_M)
    engine.by_tile("drawn", "rims", partial(drawn_of, crs=crs.to_wkt()), GAPS)
    engine.query("gaps", "gaps")
    order = [*(name for name, _ in BOX), "area_dm2"]
    return engine.fetch("gaps").sort_by([(name, "ascending") for name in order])


def placed_in(table: pa.Table, *, several: bool, side_m: float) -> pa.Table:
    """The tiles that see each parcel, a row for each."""
    bounds = shapely.bounds(shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))).reshape(-1, 4)
    at, tile = tiles_of(bounds - SHIFT_M, 0.0, side_m)
    rows = pa.array(at)
    boxes = bounds.take(at, axis=0).T
    return pa.table(
        [tile, keys_of(table, several=several).take(rows), *boxes, table[GEOMETRY].take(rows)], schema=PLACED
    )


def pieces_of(table: pa.Table, *, crs: str, side_m: float) -> pa.Table:
    """What the parcels of one tile leave bare in its square.

    Examples
    --------
    >>> frame = shapely.box(500100, 100, 500109, 109) - shapely.box(500104, 104, 500106, 106)
    >>> rows = placed_in(pa.table({"parcel_id": ["a"], "geometry": [frame.wkb]}), several=False, side_m=1e6)
    >>> pieces_of(rows, crs="EPSG:4549", side_m=1e6).select(["whole", "area_dm2"]).to_pylist()
    [{'whole': 1, 'area_dm2': 400}, {'whole': 0, 'area_dm2': 0}]
    """
    table = table.sort_by("key")  # a tile computed again, after a worker was lost, names its pieces as before
    tile = table["tile"][0].as_py()
    layer = coverage(shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False)))
    ground, square = covered(layer), _squares(np.array([tile]), side_m)
    rest = bare(ground, shapely.box(*square[0]))
    rest = rest[_reaches(rest, square)]
    inside = enclosed(layer, ground)
    found = _gaps(inside[_is_whole(inside, rest, square[0])], crs)
    rows = pa.concat_tables([found, _rows(rest, np.zeros(len(rest), dtype=np.int64))])
    whole = np.arange(len(rows)) < len(found)
    names = [f"{tile}/{number}" for number in range(len(rows))]
    about = [np.full(len(rows), tile), pa.array(names, pa.string()), whole.astype(np.int64)]
    return pa.table([*about, *rows.columns], schema=PIECES)


def borders_of(table: pa.Table, *, side_m: float) -> pa.Table:
    """The stretches of the borders of squares that pieces of bare ground lie along.

    Parameters
    ----------
    table : rows of `PIECES`, of any tiles
    """
    rings = shapely.get_exterior_ring(shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False)))
    xy, of = shapely.get_coordinates(rings, return_index=True)
    squares = _squares(table["tile"].to_numpy(), side_m)
    columns, rows = _cells(table["tile"].to_numpy())
    found = []
    for side, axis, step in ((0, 0, (-1, 0)), (1, 1, (0, -1)), (2, 0, (1, 0)), (3, 1, (0, 1))):
        on = np.abs(xy[:, axis] - squares[of, side]) <= TOUCH_M
        at = np.flatnonzero(on[1:] & on[:-1] & (of[1:] == of[:-1]))
        along = np.sort(np.stack([xy[at, 1 - axis], xy[at + 1, 1 - axis]]), axis=0)
        piece = pa.array(of[at])
        facing = _keys(columns[of[at]] + step[0], rows[of[at]] + step[1])
        stretch = [table["tile"].take(piece), table["piece"].take(piece), facing, *along]
        found.append(pa.table(stretch, schema=BORDERS))
    return pa.concat_tables(found)


def enclosed_of(pieces: pa.Table, seams: pa.Table, outer: pa.Table, tiles: pa.Table) -> pa.Table:
    """Bare ground that does not come out of the layer, each piece with the number of the gap it is a part of.

    Parameters
    ----------
    pieces : `piece`, all that reach the border of their square
    seams : `one` and `other`, pieces that go on in each other
    outer : `piece` and `facing`, pieces that go on in squares without parcels
    tiles : `tile`, the squares with parcels

    Returns
    -------
    Table : rows of `ENCLOSED`
    """
    names = pc.unique(pieces["piece"]).sort()
    count = len(names)

    def numbers(column: pa.ChunkedArray) -> Ints:
        return np.asarray(pc.index_in(column, value_set=names), dtype=np.int64)

    region, regions = _regions(np.asarray(tiles["tile"], dtype=np.int64), np.asarray(outer["facing"], dtype=np.int64))
    one = np.concatenate([numbers(seams["one"]), numbers(outer["piece"])])
    other = np.concatenate([numbers(seams["other"]), count + region])
    group = connected(np.arange(count + regions), one, other)
    within = np.flatnonzero(group[:count] != group[count])  # the first region is the outside
    return pa.table([names.take(pa.array(within)), group[within]], schema=ENCLOSED)


def drawn_of(table: pa.Table, *, crs: str) -> pa.Table:
    """A gap that several squares have a part of, drawn from the parcels around it.

    Parameters
    ----------
    table : all rows of `gap_rims.sql` of one gap; a parcel once for each square that sees it
    """
    table = table.sort_by([("role", "ascending"), ("key", "ascending")])
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    role, keys = table["role"].to_numpy(), np.array(table["key"].to_pylist(), dtype=object)
    fresh = np.append(True, keys[1:] != keys[:-1])
    # Parcels taken out of their layer seem to enclose ground that others cover: of a gap, its parts lie in it.
    points = shapely.point_on_surface(shapes[role == 1])
    found = find_gaps(coverage(shapes[(role == 0) & fresh]))
    return _gaps(found[np.unique(shapely.STRtree(found).query(points, predicate="intersects")[1])], crs)


def _gaps(shapes: Geometries, crs: str) -> pa.Table:
    """Rows of `GAPS` of gaps large enough."""
    area = round_dm2(ellipsoidal_area(shapes, CRS.from_user_input(crs)))
    return _rows(shapes[area >= 1], area[area >= 1])


def _rows(shapes: Geometries, area_dm2: Ints) -> pa.Table:
    wkb = np.asarray(shapely.to_wkb(shapes, byte_order=1), dtype=object)
    return pa.table([area_dm2, *shapely.bounds(shapes).reshape(-1, 4).T, pa.array(wkb, pa.binary())], schema=GAPS)


def _squares(tiles: Ints, side_m: float) -> Floats:
    """The squares of tiles, shape (n, 4)."""
    low = np.stack(_cells(tiles), axis=1).astype(np.float64)
    return np.hstack([low, low + 1.0]) * side_m + SHIFT_M


def _reaches(shapes: Geometries, square: Floats) -> npt.NDArray[np.bool_]:
    """Whether each polygon comes to the border of a square, or beyond."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    west_or_south, east_or_north = bounds[:, :2] <= square[:, :2] + TOUCH_M, bounds[:, 2:] >= square[:, 2:] - TOUCH_M
    return np.asarray((west_or_south | east_or_north).any(axis=1), dtype=np.bool_)


def _is_whole(inside: Geometries, rest: Geometries, square: Floats) -> npt.NDArray[np.bool_]:
    """Whether each gap is one of the square's own, by its inner point: not of the bare ground that goes on beyond.

    Drawn from the parcels around it, a gap may have a spike without width that bare ground has not, out to the next square.
    """
    points = shapely.point_on_surface(inside)
    xy = shapely.get_coordinates(points)
    own = ((xy >= square[:2]) & (xy < square[2:])).all(axis=1)
    own[shapely.STRtree(rest).query(points, predicate="intersects")[0]] = False
    return np.asarray(own, dtype=np.bool_)


def _cells(tiles: Ints) -> tuple[Ints, Ints]:
    """Columns and rows of tiles by their keys, see `tiles_of`."""
    half = 1 << 31
    row = ((tiles + half) & ((1 << 32) - 1)) - half
    return (tiles - row) >> 32, row


def _keys(column: Ints, row: Ints) -> Ints:
    return (column << 32) + row


def _regions(tiles: Ints, wanted: Ints) -> tuple[Ints, int]:
    """The region of each wanted square without parcels, and how many there may be; 0 is the outside.

    Columns and rows that no parcel comes near are left out, so a parcel on the far side of the globe costs nothing.
    """
    (column, row), (wide, tall) = _cells(tiles), _cells(wanted)
    columns, rows = (np.unique(np.concatenate([each - 1, each, each + 1])) for each in (column, row))
    if not len(tiles):
        return wanted, 1
    empty = np.ones((len(columns), len(rows)), dtype=bool)
    empty[np.searchsorted(columns, column), np.searchsorted(rows, row)] = False
    number = np.arange(empty.size).reshape(empty.shape)
    beside, above = empty[1:] & empty[:-1], empty[:, 1:] & empty[:, :-1]
    one = np.concatenate([number[:-1][beside], number[:, :-1][above]])
    other = np.concatenate([number[1:][beside], number[:, 1:][above]])
    label = connected(number.ravel(), one, other)
    return label[number[np.searchsorted(columns, wide), np.searchsorted(rows, tall)]], empty.size

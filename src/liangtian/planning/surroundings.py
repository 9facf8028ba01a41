"""What parcels have to do with their neighbours, on any engine: copies, overlaps, edges in common.

Tile by tile, as blocks are made: two parcels that meet anywhere meet in some tile, which sees both whole. What they leave
bare between them is found by `gaps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.engine.spatial import Engine
from liangtian.onemap.snapshot import GEOMETRY, ID
from liangtian.planning.tiles import tiles_of
from liangtian.space.area import ellipsoidal_area
from liangtian.space.topology import coverage, find_duplicates, find_overlaps
from liangtian.units import round_dm2

SIDE_M = 4096.0
COPY, OVERLAP, EDGE = "copy", "overlap", "edge"

SHAPES = pa.schema([(ID, pa.string()), (GEOMETRY, pa.binary())])
PLACED = pa.schema([("tile", pa.int64()), ("key", pa.string()), (GEOMETRY, pa.binary())])
RELATIONS = pa.schema([("kind", pa.string()), ("one", pa.string()), ("other", pa.string()), ("amount", pa.int64())])
"""A pair of parcels by their ids (of the layer's number and the id, where there are several layers), `one` < `other`.

`amount`: of an overlap hundredths of m², of an edge millimetres in the measuring plane, of a copy 0.
"""


def relations(engine: Engine, paths: Sequence[str], crs: CRS, *, side_m: float = SIDE_M) -> pa.Table:
    """Find copies, overlaps of 0.01 m² and more, and edges in common.

    Parameters
    ----------
    paths : snapshots of one plane, valid polygons
    side_m : of the tiles, metres; the answer does not depend on it

    Returns
    -------
    Table : rows of `RELATIONS`, sorted; the engine holds them as `relations`
    """
    engine.read("parcels", paths, SHAPES)
    engine.each("placed", "parcels", partial(placed_in, several=len(paths) > 1, side_m=side_m), PLACED)
    engine.by_tile("found", "placed", partial(relations_of, crs=crs.to_wkt()), RELATIONS)
    engine.query("relations", "relations")
    return engine.fetch("relations").sort_by([(name, "ascending") for name in RELATIONS.names])


def placed_in(table: pa.Table, *, several: bool, side_m: float) -> pa.Table:
    """The tiles that see each parcel, a row for each."""
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    at, tile = tiles_of(shapely.bounds(shapes).reshape(-1, 4), 0.0, side_m)
    rows = pa.array(at)
    return pa.table([tile, keys_of(table, several=several).take(rows), table[GEOMETRY].take(rows)], schema=PLACED)


def keys_of(table: pa.Table, *, several: bool) -> pa.Array | pa.ChunkedArray:
    """What parcels are called: their id, before it the number of the layer where there are several."""
    return pc.binary_join_element_wise(table["source"].cast(pa.string()), table[ID], ":") if several else table[ID]


def relations_of(table: pa.Table, *, crs: str) -> pa.Table:
    """The relations of the parcels of one tile.

    Examples
    --------
    >>> wkb = shapely.to_wkb(shapely.box([500000, 500010, 500019], 0, [500010, 500020, 500030], 10))
    >>> tile = pa.table([[1, 1, 1], ["c", "b", "a"], wkb], schema=PLACED)
    >>> relations_of(tile, crs="EPSG:4549").select(["kind", "one", "other"]).to_pylist()[0]
    {'kind': 'overlap', 'one': 'a', 'other': 'b'}
    """
    table = table.sort_by("key")
    keys = table["key"].combine_chunks()
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    copies, pairs = find_duplicates(shapes), find_overlaps(coverage(shapes))
    area = round_dm2(ellipsoidal_area(pairs.piece, CRS.from_user_input(crs)))
    copied = set(zip(copies.of.tolist(), copies.at.tolist(), strict=True))
    fresh = [pair not in copied for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)]
    real = (area >= 1) & np.array(fresh, dtype=bool)
    found = [
        (COPY, copies.of, copies.at, np.zeros(len(copies.at), dtype=np.int64)),
        (OVERLAP, pairs.first[real], pairs.second[real], area[real]),
        (EDGE, *_edges(shapes)),
    ]
    return pa.concat_tables(
        pa.table([[kind] * len(one), keys.take(pa.array(one)), keys.take(pa.array(other)), amount], schema=RELATIONS)
        for kind, one, other, amount in found
    )


def _edges(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs, lower first, whose outlines run together for a millimetre or more, and how far, in millimetres."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    outlines = shapely.boundary(shapes)
    shared = shapely.length(shapely.intersection(outlines[one], outlines[other]))
    millimetres = np.round(shared * 1000).astype(np.int64)
    real = millimetres >= 1
    return one[real], other[real], millimetres[real]

"""Blocks of farmland on any engine: tile by tile on as many machines as there are, the same blocks as `blocks.blocks_of`.

1. Parcels are taken apart into polygons where they are read (`parts_of`).
2. Each tile of the plane joins its own fields, looking at the ground around them (`tiles.links_of`).
3. A field that two tiles look at is in a group of each: these groups are one (`seams.sql`, `tiles.merged`). Only they are
   brought to one place; they grow with the borders of the tiles, not with the land.
4. Areas are summed where they lie: whole hundredths of square metres, so that no order of adding changes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import ceil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.engine.spatial import Engine
from liangtian.onemap import landclass
from liangtian.onemap.farmland import WORST, grades_of, ridge_millionths
from liangtian.onemap.snapshot import AREA, GEOMETRY, ID
from liangtian.planning.blocks import BlockRule, ground_of, told_apart
from liangtian.planning.parcels import Ints, Mask, Parcels, of_shapes
from liangtian.planning.tiles import BARRIER, CROSSABLE, FIELD, SHAPES, links_of, merged, tiles_of
from liangtian.units import MU_M2, m2_from_dm2, net_dm2

SIDE_M = 16_384.0
"""Side of a tile: a hundred thousand parcels of a survey, some hundred megabytes of a worker's memory."""

UNCLASSED = -1

LAYER = pa.schema(
    [
        (ID, pa.string()),
        ("DLBM", pa.string()),
        ("KCXS", pa.float64()),
        ("GDDB", pa.int64()),
        ("GDPDJB", pa.string()),
        ("ZLDWDM", pa.string()),
        (AREA, pa.int64()),
        (GEOMETRY, pa.binary()),
    ]
)
"""What is read of a layer of land-use parcels."""

BOX = [(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")]
PARTS = pa.schema(
    [
        ("key", pa.string()),
        ("parcel", pa.string()),
        (ID, pa.string()),
        ("role", pa.int64()),
        ("place", pa.string()),
        *BOX,
        ("area_dm2", pa.int64()),
        ("net_dm2", pa.int64()),
        ("known", pa.int64()),
        ("grade", pa.int64()),
        ("slope", pa.int64()),
        ("paddy", pa.int64()),
        (GEOMETRY, pa.binary()),
    ]
)
"""A polygon a row, with all that blocks ask of it; areas in hundredths of m², grade and slope 0 where there is none."""

PLACED = pa.schema(
    [
        ("tile", pa.int64()),
        ("key", pa.string()),
        ("role", pa.int64()),
        ("place", pa.string()),
        *BOX,
        (GEOMETRY, pa.binary()),
    ]
)
HEADS = pa.schema([("tile", pa.int64()), ("key", pa.string()), ("head", pa.string())])


@dataclass(frozen=True, slots=True)
class Reading:
    """How parcels are read.

    Attributes
    ----------
    crs : of the measuring plane, as PROJ reads it
    rule : what joins and what cuts
    place : only parcels whose code begins so; "": all
    digits : blocks end at places whose codes are this long; None: nowhere
    """

    crs: str
    rule: BlockRule
    place: str = ""
    digits: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BlockTable:
    """Blocks as figures, largest net area first; of equals, by id. Fields as of `Blocks`."""

    ids: tuple[str, ...]
    area_dm2: Ints
    net_dm2: Ints
    count: Ints
    ridges_known: Mask
    paddy: Ints
    grades: Ints
    slopes: Ints
    unclassed: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def at_least(self, size_mu: Fraction) -> int:
        """How many blocks, from the first, reach a net size, exactly."""
        return int(np.count_nonzero(self.net_dm2 >= ceil(size_mu * MU_M2 * 100)))

    def net_m2(self, number: int) -> Decimal | None:
        """Net area of a block; None where a ridge coefficient is none."""
        return m2_from_dm2(int(self.net_dm2[number])) if self.ridges_known[number] else None

    def paddy_dm2(self, first: int) -> Ints:
        """Net area of paddy in the first blocks, shape (first,)."""
        return self.paddy[:first]

    def grades_dm2(self, first: int) -> Ints:
        """Net area of the first blocks by grade 0–15, shape (first, 16)."""
        return self.grades[:first]

    def slopes_dm2(self, first: int) -> Ints:
        """Net area of the first blocks by slope grade 0–5, shape (first, 6)."""
        return self.slopes[:first]


def spread_blocks(engine: Engine, paths: Sequence[str], reading: Reading, *, side_m: float = SIDE_M) -> BlockTable:
    """Join farmland into blocks.

    Parameters
    ----------
    paths : snapshots of land-use parcels in one plane, readable where the engine works
    side_m : of the tiles, metres; the answer does not depend on it

    Returns
    -------
    BlockTable : what `blocks_of` finds in the same parcels. The engine then holds `blocks`, a row a block, and `members`,
        the block of each field.
    """
    rule, reach_m = reading.rule, reach_of(reading.rule)
    engine.read("parcels", paths, LAYER)
    engine.each("parts", "parcels", partial(parts_of, reading=reading), PARTS)
    engine.keep("parts")
    engine.query("fields", "fields")
    engine.each("placed", "fields", partial(placed_in, reach_m=reach_m, side_m=side_m), PLACED)
    engine.keep("placed")
    engine.query("extents", "extents", reach_m=reach_m)
    engine.query("shapes", "shapes")
    widths = {"gap_m": float(rule.gap_m), "across_m": float(rule.across_m)}
    engine.by_tile("heads", "shapes", partial(heads_of, **widths), HEADS)
    engine.keep("heads")
    _merge(engine)
    engine.query("blocks", "blocks")
    engine.query("mix", "mix")
    engine.query("unclassed", "unclassed")
    return _table(engine.fetch("blocks"), engine.fetch("mix"), engine.fetch("unclassed"))


def reach_of(rule: BlockRule) -> float:
    """Longest link there can be."""
    return float(max(rule.gap_m, rule.across_m if rule.internal else 0))


def parts_of(table: pa.Table, *, reading: Reading) -> pa.Table:
    """The polygons of some parcels that blocks ask for: fields, ground that links cross, ground that ends them.

    Parameters
    ----------
    table : rows of `LAYER` with `source`, the number of the layer they are of

    Returns
    -------
    Table : rows of `PARTS`; a parcel without a known class is one row, `UNCLASSED`, whatever it looks like
    """
    if reading.place:
        here = pc.starts_with(pc.fill_null(table["ZLDWDM"], ""), reading.place)
        table = table.filter(here)
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    parcels = of_shapes(shapes, table[AREA].to_numpy(), table, _plane(reading.crs))
    _, first = np.unique(parcels.owner, return_index=True)
    number = np.arange(len(parcels.owner)) - np.repeat(first, np.diff(np.append(first, len(parcels.owner))))
    codes = parcels.attributes["DLBM"]
    ground = ground_of(parcels, reading.rule)
    unknown = np.flatnonzero(~landclass.is_known(codes)[parcels.owner] & (number == 0))
    alone = np.zeros(len(parcels.owner), dtype=bool)
    if ground.limit is not None:
        alone[ground.fields[ground.limit < 0]] = True
    of_role = {FIELD: ground.fields, CROSSABLE: ground.crossable, BARRIER: ground.barriers, UNCLASSED: unknown}
    return pa.concat_tables([_rows(parcels, number, alone, (role, at), reading.digits) for role, at in of_role.items()])


def _rows(parcels: Parcels, number: Ints, alone: Mask, of_role: tuple[int, Ints], digits: int | None) -> pa.Table:
    role, at = of_role
    about = parcels.attributes.take(pa.array(parcels.owner[at]))
    ridge, known = ridge_millionths(about["KCXS"])
    slope = pc.index_in(about["GDPDJB"], value_set=pa.array(["1", "2", "3", "4", "5"]))
    parcel = pc.binary_join_element_wise(about["source"].cast(pa.string()), about[ID], ":")
    key = pc.binary_join_element_wise(parcel, pa.array(number[at]).cast(pa.string()), "/")
    code = pc.fill_null(about["ZLDWDM"], "")
    place = pc.utf8_slice_codeunits(code, 0, digits or 0)
    area = parcels.area_dm2[at]
    shapes = parcels.outlines.polygons(at)
    columns = [
        *(key, parcel, about[ID], np.full(len(at), role), pc.if_else(pa.array(alone[at]), key, place)),
        *(parcels.outlines.take(at).bounds.T if len(at) else np.empty((4, 0))),
        *(area, net_dm2(area, ridge), known.astype(np.int64), grades_of(about["GDDB"])),
        *(np.asarray(pc.fill_null(slope, -1)).astype(np.int64) + 1, landclass.is_paddy(about["DLBM"]).astype(np.int64)),
        np.asarray(shapely.to_wkb(shapes, byte_order=1), dtype=object),
    ]
    return pa.table([_column(each, field) for each, field in zip(columns, PARTS, strict=True)], schema=PARTS)


def _column(values: object, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    return values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values, field.type)


def placed_in(table: pa.Table, *, reach_m: float, side_m: float) -> pa.Table:
    """The tiles in which fields are looked at, a row for each.

    Parameters
    ----------
    table : rows of `PARTS`
    reach_m, side_m : see `tiles_of`

    Returns
    -------
    Table : rows of `PLACED`
    """
    bounds = np.stack([table[side].to_numpy() for side, _ in BOX], axis=1)
    at, tile = tiles_of(bounds, reach_m, side_m)
    found = table.select([name for name in PLACED.names if name != "tile"]).take(pa.array(at))
    return found.add_column(0, "tile", pa.array(tile, pa.int64()))


def heads_of(table: pa.Table, *, gap_m: float, across_m: float) -> pa.Table:
    """The group of each field of a tile, by the key of one of its fields.

    Rows are put in order first: a tile computed again, after a worker was lost, names its groups as before.

    Parameters
    ----------
    table : all rows of `shapes.sql` of one tile

    Returns
    -------
    Table : rows of `HEADS`
    """
    table = table.sort_by([("role", "ascending"), ("key", "ascending")])
    number = np.arange(table.num_rows)
    place = table["place"].combine_chunks().dictionary_encode().indices
    columns = [number, table["role"].cast(pa.int8()), place.cast(pa.int64()), table[GEOMETRY]]
    shapes = pa.table([_column(each, field) for each, field in zip(columns, SHAPES, strict=True)], schema=SHAPES)
    links = links_of(shapes, gap_m=gap_m, across_m=across_m)
    fields = number[table["role"].to_numpy() == FIELD]
    head = merged(fields, links["one"].to_numpy(), links["other"].to_numpy())
    keys = table["key"].combine_chunks()
    tile = table["tile"].combine_chunks().take(pa.array(fields))
    return pa.table([tile, keys.take(pa.array(fields)), keys.take(pa.array(head))], schema=HEADS)


def _merge(engine: Engine) -> None:
    """Unite groups across the borders of tiles, here; then every field knows its block."""
    engine.query("seams", "seams")
    seams = engine.fetch("seams")
    both = pa.chunked_array([*seams["one"].chunks, *seams["other"].chunks], pa.string()).combine_chunks()
    heads = pc.unique(both).sort()
    one, other = (np.asarray(pc.index_in(seams[side], value_set=heads), dtype=np.int64) for side in ("one", "other"))
    root = merged(np.arange(len(heads)), one, other)
    engine.put("roots", pa.table({"head": heads, "block": heads.take(pa.array(root))}))
    engine.query("members", "members")
    engine.keep("members")


def _table(blocks: pa.Table, mix: pa.Table, unclassed: pa.Table) -> BlockTable:
    blocks = blocks.sort_by([("net_dm2", "descending"), ("id", "ascending"), ("block", "ascending")])
    at = np.asarray(pc.index_in(mix["block"], value_set=blocks["block"].combine_chunks()), dtype=np.int64)
    net = mix["net_dm2"].to_numpy()

    def sums(column: str, kinds: int) -> Ints:
        cells = np.bincount(at * kinds + mix[column].to_numpy(), weights=net, minlength=len(blocks) * kinds)
        return cells.astype(np.int64).reshape(len(blocks), kinds)

    return BlockTable(
        told_apart(blocks["id"].to_pylist()),
        blocks["area_dm2"].to_numpy(),
        blocks["net_dm2"].to_numpy(),
        blocks["parcels"].to_numpy(),
        blocks["known"].to_numpy() == 1,
        blocks["paddy_dm2"].to_numpy(),
        sums("grade", WORST + 1),
        sums("slope", 6),
        tuple(sorted(unclassed[ID].to_pylist())),
    )


def _plane(definition: str) -> CRS:
    return CRS.from_user_input(definition)

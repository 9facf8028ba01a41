"""What lies on what, on any engine: the overlay table of parcels and control layers, the screening of change patches.

Each subject (a parcel, a patch) has its home in one tile; ground of other layers comes to every tile that it may concern.
Pieces are cut and measured by the kernel (`space.overlay.shared`, ellipsoidal areas), each rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from liangtian.engine.spatial import Engine
from liangtian.onemap import landclass
from liangtian.onemap.snapshot import GEOMETRY, ID
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared
from liangtian.units import round_dm2

SIDE_M = 4096.0
SUBJECT = 0

BOX = [(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")]
LAYER = pa.schema([(ID, pa.string()), ("DLBM", pa.string()), (GEOMETRY, pa.binary())])
PARTS = pa.schema(
    [
        ("tile", pa.int64()),
        ("key", pa.string()),
        ("role", pa.int64()),
        ("place", pa.string()),
        *BOX,
        (GEOMETRY, pa.binary()),
    ]
)
CROSSINGS = pa.schema([("one", pa.string()), ("role", pa.int64()), ("other", pa.string()), ("area_dm2", pa.int64())])
"""A piece: the subject, the number of the ground it lies on, the id there, hundredths of m² (1 or more)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A layer that subjects may lie on; `farmland`: of its parcels those alone (True), or all the others (False)."""

    paths: tuple[str, ...]
    farmland: bool | None = None


def crossings(
    engine: Engine, subjects: Sequence[str], grounds: Sequence[Ground], crs: CRS, *, side_m: float = SIDE_M
) -> pa.Table:
    """Cut each subject with the ground of other layers.

    Parameters
    ----------
    subjects : snapshots in the plane `crs`, ids unique among them
    grounds : snapshots in the same plane; ground n of the answer is the n-th of them, counted from 1
    side_m : of the tiles, metres; the answer does not depend on it

    Returns
    -------
    Table : rows of `CROSSINGS`, sorted; the engine holds them as `crossings`
    """
    engine.read("subjects", subjects, LAYER)
    engine.each("placed", "subjects", partial(parts_of, role=SUBJECT, farmland=None, side_m=side_m), PARTS)
    engine.keep("placed")
    for number, ground in enumerate(grounds, start=1):
        engine.read("ground", ground.paths, LAYER)
        run = partial(parts_of, role=number, farmland=ground.farmland, side_m=side_m)
        engine.each(f"ground_{number}", "ground", run, PARTS)
    every = " UNION ALL ".join(f"SELECT * FROM ground_{number}" for number in range(1, len(grounds) + 1))
    engine.query("parts", "all_of", tables=every)
    engine.query("extents", "extents", reach_m=0.0)
    engine.query("shapes", "shapes")
    engine.by_tile("crossings", "shapes", partial(crossings_of, crs=crs.to_wkt()), CROSSINGS)
    engine.keep("crossings")
    return engine.fetch("crossings").sort_by([(name, "ascending") for name in CROSSINGS.names])


def screening(engine: Engine) -> pa.Table:
    """Sums of the crossings the engine holds: `one`, `role`, `area_dm2`, `pieces`; ground that overlaps itself counts twice."""
    engine.query("sums", "crossing_sums")
    return engine.fetch("sums").sort_by([("one", "ascending"), ("role", "ascending")])


def parts_of(table: pa.Table, *, role: int, farmland: bool | None, side_m: float) -> pa.Table:
    """Shapes of a layer with their boxes, each at home in the tile of its lower left corner; rows of `PARTS`."""
    if farmland is not None:
        table = table.filter(pa.array(landclass.is_farmland(table["DLBM"]) == farmland))
    bounds = shapely.bounds(shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))).reshape(-1, 4)
    column, row = np.floor(bounds[:, :2] / side_m).astype(np.int64).T
    roles, places = pa.array(np.full(len(table), role)), pa.nulls(len(table), pa.string())
    return pa.table([(column << 32) + row, table[ID], roles, places, *bounds.T, table[GEOMETRY]], schema=PARTS)


def crossings_of(table: pa.Table, *, crs: str) -> pa.Table:
    """The pieces of the subjects of one tile.

    Parameters
    ----------
    table : all rows of `shapes.sql` of the tile

    Examples
    --------
    >>> wkb = shapely.to_wkb(shapely.box([500000, 500010], 0, [500020, 500030], 10))
    >>> columns = {"tile": [1, 1], "key": ["field", "line"], "role": [0, 1], "place": [None] * 2, "geometry": wkb}
    >>> crossings_of(pa.table(columns), crs="EPSG:4549").to_pylist()
    [{'one': 'field', 'role': 1, 'other': 'line', 'area_dm2': 10000}]
    """
    table = table.sort_by([("role", "ascending"), ("key", "ascending")])
    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy(zero_copy_only=False))
    role, keys = table["role"].to_numpy(), table["key"].combine_chunks()
    first = int(np.count_nonzero(role == SUBJECT))
    ground, subject = shapely.STRtree(shapes[:first]).query(shapes[first:], predicate="intersects")
    ground += first
    area = round_dm2(ellipsoidal_area(shared(shapes[subject], shapes[ground]), CRS.from_user_input(crs)))
    real = area >= 1
    one, other = (keys.take(pa.array(side[real])) for side in (subject, ground))
    return pa.table([one, pa.array(role[ground[real]]), other, pa.array(area[real])], schema=CROSSINGS)

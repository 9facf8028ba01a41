"""A layer with gaps of every kind that tiles can cut, and what one machine finds in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely import affinity

from engine_land import publish
from liangtian.formats.features import Features
from liangtian.onemap.index import Index
from liangtian.space.area import ellipsoidal_area
from liangtian.space.topology import coverage, find_gaps
from liangtian.units import round_dm2
from squares import EAST, NORTH, PLANE

WIDTH, HEIGHT = 24, 18
SIDE = 100.0


def gappy(home: Path) -> None:
    """A turned grid of 100 m parcels: single cells gone, a lake of 7 × 6, wider than a tile, with an island, a slit of a
    centimetre right across, an inlet open to the outside, two gaps that meet in a corner, parcels that overlap at a gap."""
    gone = {(20, 2), (3, 15), (4, 14), (21, 12), (22, 12), (22, 13), *((0, row) for row in (8,)), (1, 8), (2, 8)}
    gone |= {(column, row) for column in range(8, 15) for row in range(8, 14)}
    shapes = []
    for column in range(WIDTH):
        for row in range(HEIGHT):
            if (column, row) not in gone or (column, row) == (11, 11):
                slit = 0.01 if row == 5 and 0 < column < WIDTH - 1 else 0.0
                grown = 3.3 if (column, row) in {(19, 2), (20, 3), (3, 14)} else 0.0
                low = np.array([column, row]) * SIDE - grown
                shapes.append(shapely.box(*low, *(low + SIDE + 2 * grown - np.array([0.0, slit]))))
    turned = affinity.rotate(shapely.MultiPolygon(shapes), 11.0, origin=(0, 0))
    fields = np.array([affinity.translate(part, EAST, NORTH) for part in turned.geoms], dtype=object)
    columns = pa.table({"BSM": [f"P{n:04d}" for n in range(len(fields))], "DLBM": ["0101"] * len(fields)})
    publish(home, "DLTB", Features(fields, columns, PLANE, "gappy", np.arange(1, len(fields) + 1)))


def gaps_here(index: Index) -> list[tuple[Any, ...]]:
    """The gaps of a layer on one machine, 0.01 m² and more: hundredths of m² and the polygon, from west to east."""
    found = find_gaps(coverage(index.geometry(np.arange(len(index)))))
    area = round_dm2(ellipsoidal_area(found, index.crs))
    order = np.lexsort([area, *shapely.bounds(found).reshape(-1, 4).T[::-1]])
    order = order[area[order] >= 1]
    return list(zip(area[order].tolist(), shapely.to_wkb(found[order], byte_order=1), strict=True))


def gaps_of(table: pa.Table) -> list[tuple[Any, ...]]:
    """The same of a table of gaps."""
    return list(zip(table["area_dm2"].to_pylist(), table["geometry"].to_pylist(), strict=True))

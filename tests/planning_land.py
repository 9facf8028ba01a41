"""Parcels made by hand for the planning tests."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from liangtian.planning import parcels
from liangtian.planning.blocks import BlockRule
from liangtian.planning.parcels import Parcels
from liangtian.space.area import ellipsoidal_area
from liangtian.units import round_dm2
from squares import PLANE

RULE = BlockRule(
    ("1006", "1107", "1203"), ("1001", "1003", "1101", "1107A"), across_m=Fraction(16), gap_m=Fraction(1, 5)
)


def made(rows: list[tuple[shapely.Geometry, dict[str, Any]]], *, area_dm2: list[int] | None = None) -> Parcels:
    """Parcels P1, P2 … with the class and whatever else is given; areas measured unless given."""
    shapes = np.array([shape for shape, _ in rows], dtype=object)
    columns: dict[str, list[Any]] = {"parcel_id": [f"P{n}" for n in range(1, len(rows) + 1)]}
    columns |= {name: [about.get(name) for _, about in rows] for name in parcels.COLUMNS}
    types = {"KCXS": pa.float64(), "GDDB": pa.int64()}
    table = pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()})
    area = round_dm2(ellipsoidal_area(shapes, PLANE)) if area_dm2 is None else np.array(area_dm2)
    return parcels.of_shapes(shapes, area, table, PLANE)

"""Blocks as a layer: an outline each, with its figures, for a map or another program."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from liangtian.formats.features import Features
from liangtian.planning.blocks import BlockRule, Blocks, inclusions_dm2, mean_grade


def as_features(blocks: Blocks, rule: BlockRule, first: int) -> Features:
    """Draw the first blocks: their fields united, what the rule joins across closed.

    Columns: `id`, `area_m2`, `net_m2`, `paddy_m2` (null as in the list), `parcels`, `grade`, `others_m2` (other land
    enclosed). Figures are for display; the list has them exact.
    """
    closing_m = float(max(rule.across_m, rule.gap_m))
    outlines = np.array([blocks.outline(number, closing_m) for number in range(first)], dtype=object)
    others = inclusions_dm2(blocks, outlines) if first else []
    grades = [mean_grade(grades) for grades in blocks.grades_dm2(first)]
    net = [blocks.net_m2(number) for number in range(first)]
    columns = {
        "id": pa.array(blocks.ids[:first], pa.string()),
        "area_m2": pa.array(blocks.area_dm2[:first] / 100),
        "net_m2": pa.array([None if value is None else float(value) for value in net], pa.float64()),
        "paddy_m2": pa.array(blocks.paddy_dm2(first) / 100),
        "parcels": pa.array(blocks.count[:first]),
        "grade": pa.array([None if value is None else float(value) for value in grades], pa.float64()),
        "others_m2": pa.array([sum(each.values()) / 100 for each in others], pa.float64()),
    }
    shapes = shapely.multipolygons([shapely.get_parts(outline) for outline in outlines]) if first else outlines
    return Features(
        np.asarray(shapes, dtype=object), pa.table(columns), blocks.parcels.crs, "blocks", np.arange(1, first + 1)
    )

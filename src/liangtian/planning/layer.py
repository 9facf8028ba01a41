"""Blocks and designs as layers, with their figures, for a map or another program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.errors import LayerInvalid
from liangtian.formats.features import Features
from liangtian.messages import render_text
from liangtian.onemap.snapshot import ID
from liangtian.planning.blocks import BlockRule, Blocks, inclusions_dm2, mean_grade
from liangtian.planning.design import Design
from liangtian.planning.layout import Layout
from liangtian.planning.parcels import Parcels
from liangtian.planning.works import Ground
from liangtian.space.crs import CGCS2000, reproject
from liangtian.units import m2_from_dm2

LAYOUT_CLAUSE = "haining-2021二（三）.6"  # the path of approval of another layout


def outlines_of(blocks: Blocks, rule: BlockRule, first: int) -> npt.NDArray[np.object_]:
    """The ground of the first blocks: their fields united, what the rule joins across closed; shape (first,)."""
    closing_m = float(max(rule.across_m, rule.gap_m))
    found = np.empty(first, dtype=object)
    found[:] = [blocks.outline(number, closing_m) for number in range(first)]
    return found


def as_features(blocks: Blocks, outlines: npt.NDArray[np.object_]) -> Features:
    """Draw the first blocks as `outlines_of` them.

    Columns: `id`, `area_m2`, `net_m2`, `paddy_m2` (null as in the list), `parcels`, `grade`, `others_m2` (other land
    enclosed). Figures are for display; the list has them exact.
    """
    first = len(outlines)
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
    pieces, of_block = shapely.get_parts(outlines, return_index=True)
    shapes = shapely.multipolygons(pieces, indices=of_block) if first else outlines
    return Features(
        np.asarray(shapes, dtype=object), pa.table(columns), blocks.parcels.crs, "blocks", np.arange(1, first + 1)
    )


def design_features(ground: Ground, made: Design) -> Features:
    """Draw the conversions of a design, a piece each: what it is, what becomes of it, what that costs and rests on.

    Columns: `id`, `parcel`, `code`, `works`, `works_zh`, `becomes`, `area_m2`, `net_m2`, `cost_fen`, `clause`.
    """
    numbers = [ground.ids.index(row.piece) for row in made.conversions]
    shapes = ground.parcels.outlines.polygons(ground.parts[numbers]) if numbers else np.empty(0, dtype=object)
    rows = made.conversions
    columns = {
        "id": pa.array([row.piece for row in rows], pa.string()),
        "parcel": pa.array([row.parcel for row in rows], pa.string()),
        "code": pa.array([row.code for row in rows], pa.string()),
        "works": pa.array([row.works for row in rows], pa.string()),
        "works_zh": pa.array([render_text(f"works-{row.works}", {}) for row in rows], pa.string()),
        "becomes": pa.array([row.becomes for row in rows], pa.string()),
        "area_m2": pa.array([float(row.area_m2) for row in rows], pa.float64()),
        "net_m2": pa.array([float(row.net_m2) for row in rows], pa.float64()),
        "cost_fen": pa.array([row.cost_fen for row in rows], pa.int64()),
        "clause": pa.array([row.clause for row in rows], pa.string()),
    }
    return Features(shapes, pa.table(columns), ground.parcels.crs, "design", np.arange(1, len(rows) + 1))


def pieces_of(features: Features, ground: Ground) -> list[str]:
    """The pieces that a layer of `design_features` converts, on the ground they were found on.

    Parameters
    ----------
    features : the layer, or a plan taken from its page, whose column of ids is called `piece`

    Raises
    ------
    LayerInvalid (layer-invalid): not such a layer, or a piece that is none of this land, or not of this size.
    """
    columns = {name.lower(): name for name in features.attributes.column_names}
    ident = columns.get("id", columns.get("piece", ""))
    if not ident or "net_m2" not in columns or "works" not in columns:
        raise LayerInvalid("design-layer-none", source=features.source)
    names = [str(name) for name in features.attributes[ident].to_pylist()]
    nets = features.attributes[columns["net_m2"]].cast(pa.float64()).to_pylist()
    number = {name: n for n, name in enumerate(ground.ids)}
    first = len(ground.blocks)
    for name, works, net in zip(names, features.attributes[columns["works"]].to_pylist(), nets, strict=True):
        at = number.get(name)
        if at is None or ground.works[at].kind != works or int(ground.network.area_dm2[first + at]) != round(net * 100):
            raise LayerInvalid("design-layer-other-land", source=features.source, piece=name)
    return names


def moves_of(land: Parcels, made: Layout) -> list[dict[str, Any]]:
    """Each parcel that moves out of or into basic farmland: `parcel`, `way` (out, in), `code`, `grade`, `area_m2`."""
    ids = land.attributes[ID].to_pylist()
    row_of = {name: n for n, name in enumerate(ids)}
    area = np.bincount(land.owner, weights=land.area_dm2, minlength=len(ids)).astype(np.int64)
    codes, grades = land.text("DLBM").to_pylist(), land.text("GDDB").to_pylist()
    return [
        {"parcel": name, "way": way, "code": codes[n], "grade": grades[n], "area_m2": m2_from_dm2(int(area[n]))}
        for way, names in (("out", made.removed), ("in", made.added))
        for name in names
        for n in (row_of[name],)
    ]


def layout_features(land: Parcels, made: Layout) -> Features:
    """Draw what moves, a part of a parcel each: which way, what it is, and the clause of the path to approval.

    Columns: `parcel`, `way`, `way_zh`, `code`, `grade`, `area_m2` (of the whole parcel), `clause`.
    """
    moves = {each["parcel"]: each for each in moves_of(land, made)}
    ids = land.attributes[ID].take(pa.array(land.owner)).to_pylist()
    parts = [n for n, name in enumerate(ids) if name in moves]
    rows = [moves[ids[n]] for n in parts]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in ("parcel", "way", "code", "grade")}
    columns |= {
        "way_zh": pa.array([render_text(f"layout-{row['way']}", {}) for row in rows], pa.string()),
        "area_m2": pa.array([float(row["area_m2"]) for row in rows], pa.float64()),
        "clause": pa.array([LAYOUT_CLAUSE] * len(rows), pa.string()),
    }
    shapes = land.outlines.polygons(np.array(parts, dtype=np.int64))
    return Features(shapes, pa.table(columns), land.crs, "layout", np.arange(1, len(rows) + 1))


def in_degrees(features: Features) -> Features:
    """The same features in longitude and latitude of CGCS2000, as GeoJSON has to be; those of a plan have a CRS."""
    assert features.crs is not None
    return replace(features, geometry=reproject(features.geometry, features.crs, CGCS2000), crs=CGCS2000)

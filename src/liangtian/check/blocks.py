"""Blocks of published land for whoever asks: what to read, what is doubtful about it, and the figures of each block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import CRS

from liangtian.check.overlay import cut
from liangtian.errors import LayerInvalid
from liangtian.finding import Finding, Outcome
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.index import Index
from liangtian.onemap.landclass import is_farmland
from liangtian.onemap.places import lies_in, stem
from liangtian.onemap.snapshot import ID
from liangtian.planning import exclusion, land, parcels
from liangtian.planning.blocks import BlockRule, Blocks, inclusions_dm2, mean_grade
from liangtian.planning.parcels import Parcels
from liangtian.planning.spread import BlockTable
from liangtian.policy.parameters import Parameters
from liangtian.rules.documents import DOCUMENTS
from liangtian.rules.haining_2021.c1_5_targets.blocks import block_class
from liangtian.units import m2_from_dm2

PUBLISHED_NOTES = (  # quality rules of publishing, and what their counts mean to blocks
    ("COM-26", "BLK-02", Outcome.FAIL, "blocks-published-overlap"),
    ("COM-27", "BLK-04", Outcome.UNKNOWN, "blocks-published-gaps"),
)
TILES = "tiles"  # where a home folder keeps results of tiles
SIZES = "haining-2021一（五）.block_class_min_mu"


@dataclass(frozen=True, slots=True)
class Found:
    """Land to make blocks of, and what is wrong with it."""

    indexes: list[Index]
    notes: list[Finding]
    source: str


def published(source: str, catalogue: Catalogue, on: date, place: str | None) -> Found:
    """The published land use in force on a day, where it may lie in a place.

    Raises
    ------
    LayerInvalid (layer-invalid): no such layer in force, or one that is no land use.
    """
    used, ends = versions_in_force(source, catalogue, on, place)
    indexes = catalogue.indexes(source.upper(), [*used, *ends])
    notes = [note for index in indexes for note in land.unclassed(index, land.rows_in(index, place))]
    return Found(indexes, [*notes, *published_notes(used)], source.upper())


def versions_in_force(
    source: str, catalogue: Catalogue, on: date, place: str | None
) -> tuple[list[LayerVersion], list[LayerVersion]]:
    """The versions in force of a layer of land use, where they may lie in a place, and those that tell where places end.

    Raises
    ------
    LayerInvalid (layer-invalid): no such layer in force, or one that is no land use.
    """
    name = source.upper()
    versions = catalogue.all_valid_on(on)
    if name not in versions:
        raise LayerInvalid("blocks-source-unknown", source=source, on=on.isoformat())
    if name != "DLTB":
        raise LayerInvalid("blocks-not-land-use", layer=name)
    used = [v for v in versions[name] if place is None or lies_in(place, v.place) or lies_in(v.place, place)]
    return used, [v for layer in ("XZQ", "CJDCQ") for v in versions.get(layer, ())]


def published_notes(used: list[LayerVersion]) -> list[Finding]:
    """What publishing found in versions that blocks are made of."""
    notes = []
    for version in used:
        counts = version.quality.get("counts", {})
        for found_by, rule, outcome, message_id in PUBLISHED_NOTES:
            if counts.get(found_by, 0):
                params = {"layer": version.name, "count": counts[found_by]}
                notes.append(Finding(rule, outcome, message_id, params))
    return notes


def cut_out(found: Found, boundary: shapely.Geometry, crs: CRS, place: str | None) -> Parcels:
    """What of the land lies inside a boundary, and in the place by its code; a zone without a code is its boundary alone.

    Parameters
    ----------
    boundary : valid polygon or multipolygon in `crs`
    crs : measuring plane of the result
    """
    pieces = cut({"DLTB": (found.indexes, parcels.COLUMNS)}, boundary, crs)["DLTB"]
    if place is not None and place.isdecimal():
        codes = pc.fill_null(pieces.attributes["ZLDWDM"].cast(pa.string()), "")
        pieces = pieces.take(np.flatnonzero(np.asarray(pc.starts_with(codes, stem(place)))))
    return parcels.of_shapes(pieces.shapes, pieces.area_dm2, pieces.attributes, pieces.crs)


def rows_of(made: Blocks | BlockTable, first: int, on: date) -> list[dict[str, Any]]:
    """The first blocks as the JSON document has them; areas are Decimal m²."""
    in_force = [value for value in Parameters(DOCUMENTS).history(SIZES) if value.since <= on]
    sizes = in_force[-1].table if in_force else {}
    grades, slopes, paddy = made.grades_dm2(first), made.slopes_dm2(first), made.paddy_dm2(first)
    return [
        {
            "id": made.ids[n],
            "area_m2": m2_from_dm2(int(made.area_dm2[n])),
            "net_m2": made.net_m2(n),
            "parcels": int(made.count[n]),
            "grade": mean_grade(grades[n]),
            "size_class": None if (net := made.net_m2(n)) is None else block_class(net, sizes),
            "paddy_m2": m2_from_dm2(int(paddy[n])),
            "grades": _mix(grades[n], "grade"),
            "slopes": _mix(slopes[n], "slope"),
        }
        for n in range(first)
    ]


def inclusions(made: Blocks, outlines: npt.NDArray[np.object_]) -> list[list[dict[str, Any]]]:
    """Other land that the first blocks enclose, by class code, as the JSON document has it; a list for each block.

    Parameters
    ----------
    outlines : shape (k,), of the first blocks (`planning.layer.outlines_of`)
    """
    found = inclusions_dm2(made, outlines) if len(outlines) else []
    return [[{"code": code, "area_m2": m2_from_dm2(dm2)} for code, dm2 in sorted(each.items())] for each in found]


def doubts(made: Blocks | BlockTable) -> list[Finding]:
    """Blocks whose net area is not known because a ridge coefficient in them is none."""
    unknown = [made.ids[n] for n in np.flatnonzero(~made.ridges_known).tolist()]
    if not unknown:
        return []
    params = {"count": len(unknown), "ids": "、".join(unknown[: land.NAMED])}
    return [Finding("BLK-03", Outcome.UNKNOWN, "blocks-ridges-unknown", params, parcels=tuple(unknown))]


def steep_fields(land_: Parcels) -> list[Finding]:
    """Farmland that reaches into steep ground drawn elsewhere by less than half: it is not cut, and joins as before."""
    if not len(land_.steep):
        return []
    farmland = is_farmland(land_.attributes["DLBM"])
    reaching = exclusion.inside_m2(land_, land_.steep) >= 1.0
    at = np.flatnonzero(farmland & reaching & ~exclusion.mostly_inside(land_, land_.steep))
    if not len(at):
        return []
    ids = sorted(land_.attributes[ID].take(pa.array(at)).to_pylist())
    shown = "、".join(ids[: land.NAMED]) + ("…" if len(ids) > land.NAMED else "")
    return [
        Finding("BLK-05", Outcome.UNKNOWN, "blocks-steep-fields", {"count": len(ids), "ids": shown}, parcels=tuple(ids))
    ]


def plain_rule(rule: BlockRule) -> dict[str, Any]:
    """What joins and what cuts, as the JSON document has it."""
    return {
        "internal": rule.internal,
        "barriers": rule.barriers,
        "across_m": float(rule.across_m),
        "gap_m": float(rule.gap_m),
        "steep_grade": rule.steep_grade,
    }


def _mix(sums_dm2: Any, name: str) -> list[dict[str, Any]]:
    """Parts that are there; what has no grade or slope comes last, as null."""
    present = [n for n in [*range(1, len(sums_dm2)), 0] if sums_dm2[n]]
    return [{name: n or None, "net_m2": m2_from_dm2(int(sums_dm2[n]))} for n in present]

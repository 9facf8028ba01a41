"""（选址）A block is about as large and as gentle as its terrain asks, uncut, on sound soil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Scale:
    block_terrain: str
    block_site_m2: Decimal


@dataclass(frozen=True, slots=True)
class Slope:
    block_terrain: str
    block_mean_slope_deg: Decimal


def is_block(case: Case) -> str | None:
    """Reach consolidation projects that are projects of a contiguous block."""
    return only_for("kind", "consolidation")(case) or only_if("block_project")(case)


def check_scale(facts: Scale, params: Params) -> Iterator[Ruling]:
    """Compare the site with the scale of its terrain, exactly."""
    yield compared(
        facts.block_site_m2,
        ">=",
        params.table("block_scale_mu")[facts.block_terrain] * units.MU_M2,
        name="block_site_m2",
        met="cb21-scale",
        unmet="cb21-small",
        params=_terrain(facts.block_terrain),
    )


def check_slope(facts: Slope, params: Params) -> Iterator[Ruling]:
    """Compare the mean slope with that of its terrain."""
    yield compared(
        facts.block_mean_slope_deg,
        "<=",
        params.table("block_slope_deg")[facts.block_terrain],
        name="block_mean_slope_deg",
        unit="degree",
        met="cb21-gentle",
        unmet="cb21-steep",
        params=_terrain(facts.block_terrain),
    )


def _terrain(terrain: str) -> dict[str, str]:
    words = dictionary()["block_terrain"].values[terrain]
    return {"terrain_zh": words["zh"], "terrain_en": words["en"]}


APPROVAL = ("approval",)
GROUND = ("block_not_cut", "block_soil_sound")
OBLIGATIONS = (
    Obligation("（选址）.1", "principle", "project-owner", APPROVAL, is_block, Scale, check_scale),
    Obligation("（选址）.2", "principle", "project-owner", APPROVAL, is_block, Slope, check_slope),
    on_record("（选址）.3", *GROUND, force="principle", who="project-owner", events=APPROVAL, applies=is_block),
)

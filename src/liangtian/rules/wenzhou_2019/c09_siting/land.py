"""（九）.2, .3 and .6 Ground to be reclaimed: suited to farming, of a kind that is encouraged, outside forest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, not_applicable, unknown

TIDAL = ("in_marine_zoning", "under_land_management")
FORESTS = (
    ("second_survey_forest_overlap_m2", "w09-outside-survey-forest", "w09-inside-survey-forest"),
    ("certified_forest_overlap_m2", "w09-outside-certified-forest", "w09-inside-certified-forest"),
)


@dataclass(frozen=True, slots=True)
class Patches:
    reclaimed_patches: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    second_survey_forest_overlap_m2: Decimal | None
    certified_forest_overlap_m2: Decimal | None


def reclaims(case: Case) -> str | None:
    """Reach consolidation projects that reclaim ground."""
    return only_for("kind", "consolidation")(case) or only_if("reclaimed_patches")(case)


def check_suited(facts: Patches, params: Params) -> Iterator[Ruling]:
    """Ask that each patch of low hill is put to the use it was found suited to."""
    hills = [row for row in facts.reclaimed_patches if row["source"] in params.names("low_hill_sources")]
    if not hills:
        yield not_applicable("reclaimed_patches", facts.reclaimed_patches)
    elif any(row["suited_use"] is None or row["planned_use"] is None for row in hills):
        yield unknown("reclaimed_patches")
    else:
        against = [row["patch"] for row in hills if row["planned_use"] != row["suited_use"]]
        yield none_missing("reclaimed_patches", against, met="w09-suited", unmet="w09-not-suited")


def check_encouraged(facts: Patches, params: Params) -> Iterator[Ruling]:
    """Let the encouraged kinds be reclaimed; enclosed tidal flat only under the two conditions of the text."""
    listed = [row for row in facts.reclaimed_patches if row["source"] in params.names("encouraged_sources")]
    flats = [row for row in listed if row["source"] in params.names("tidal_sources")]
    if not listed:
        yield not_applicable("reclaimed_patches", facts.reclaimed_patches)
        return
    unfit = [row["patch"] for row in flats if False in (row[name] for name in TIDAL)]
    if not unfit and any(row[name] is None for row in flats for name in TIDAL):
        yield unknown("reclaimed_patches")
        return
    sources = "、".join(sorted({row["source"] for row in listed}))
    yield none_missing(
        "reclaimed_patches", unfit, met="w09-encouraged", unmet="w09-tidal-unfit", params={"sources": sources}
    )


def check_forest(facts: Forest, params: Params) -> Iterator[Ruling]:
    """Ask that no ground lies in either kind of forest."""
    for name, met, unmet in FORESTS:
        overlap: Decimal | None = getattr(facts, name)
        yield unknown(name) if overlap is None else compared(overlap, "=", 0, name=name, met=met, unmet=unmet)


SUITED = Obligation(
    "（九）.2",
    force="must",
    who="county",
    events=("approval",),
    applies=reclaims,
    facts=Patches,
    check=check_suited,
)
ENCOURAGED = Obligation(
    "（九）.3",
    force="may",
    who="county",
    events=("approval",),
    applies=reclaims,
    facts=Patches,
    check=check_encouraged,
)
OUTSIDE_FOREST = Obligation(
    "（九）.6",
    force="must",
    who="county",
    events=("approval",),
    applies=reclaims,
    facts=Forest,
    check=check_forest,
)

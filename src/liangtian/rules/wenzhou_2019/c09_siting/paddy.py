"""（九）.4–.5 Dry land made paddy: classed dry in every annual survey since the second, watered and gentle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.finding import Outcome
from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, unknown


@dataclass(frozen=True, slots=True)
class Surveys:
    dry_to_paddy_patches: tuple[Row, ...]
    dry_to_paddy_classes: tuple[Row, ...]
    latest_survey_year: int


@dataclass(frozen=True, slots=True)
class Ground:
    dry_to_paddy_patches: tuple[Row, ...]


def turns_dry_land(case: Case) -> str | None:
    """Reach consolidation projects that turn dry land into paddy."""
    return only_for("kind", "consolidation")(case) or only_if("dry_to_paddy_patches")(case)


def check_dry(facts: Surveys, params: Params) -> Iterator[Ruling]:
    """Ask for the class dry land in every year of every patch; a year without a class leaves it open.

    The years run to the latest survey published, and at least to the one that has to be out by the day of the case.
    """
    known = {(row["patch"], row["year"]): row["class_code"] for row in facts.dry_to_paddy_classes}
    last = max(facts.latest_survey_year, params.on.year - int(params.survey_lag_years))
    years = range(int(params.first_survey_year), last + 1)
    dry = params.names("dry_land_classes")
    asked = [(row["patch"], year) for row in facts.dry_to_paddy_patches for year in years]
    wet = [f"{patch} {year}" for patch, year in asked if known.get((patch, year)) not in (None, *dry)]
    lacking = [f"{patch} {year}" for patch, year in asked if known.get((patch, year)) is None]
    span = {"first": years.start, "last": last}
    if wet or not lacking:
        yield none_missing("dry_to_paddy_classes", wet, met="w09-dry", unmet="w09-not-dry", params=span)
    if lacking:
        yield Ruling(Outcome.UNKNOWN, "w09-year-missing", {"missing": "、".join(lacking), **span})


def check_ground(facts: Ground, params: Params) -> Iterator[Ruling]:
    """Ask for a water source at each patch, for a gentle slope and for ground that lies well otherwise."""
    rows = facts.dry_to_paddy_patches
    if any(row["water_source"] is None for row in rows):
        yield unknown("dry_to_paddy_patches")
    else:
        without = [row["patch"] for row in rows if not row["water_source"]]
        yield none_missing("dry_to_paddy_patches", without, met="w09-watered", unmet="w09-no-water")
    if any(row["slope_deg"] is None for row in rows):
        yield unknown("dry_to_paddy_patches")
    else:
        yield compared(
            max(row["slope_deg"] for row in rows),
            "<=",
            params.gentle_slope_deg,
            name="dry_to_paddy_patches",
            unit="degree",
            met="w09-gentle",
            unmet="w09-steep",
        )
    if any(row["terrain_suited"] is None for row in rows):
        yield unknown("dry_to_paddy_patches")
    else:
        broken = [row["patch"] for row in rows if not row["terrain_suited"]]
        yield none_missing("dry_to_paddy_patches", broken, met="w09-terrain", unmet="w09-terrain-unfit")


DRY = Obligation(
    "（九）.4",
    force="must",
    who="county",
    events=("approval",),
    applies=turns_dry_land,
    facts=Surveys,
    check=check_dry,
)
TERRAIN = Obligation(
    "（九）.5",
    force="must",
    who="county",
    events=("approval",),
    applies=turns_dry_land,
    facts=Ground,
    check=check_ground,
)

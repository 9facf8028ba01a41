"""（一）.8–.9 Village construction land per registered person: below 80 m² it may grow, above 90 m² it is to shrink.

The text says 不足 80 and 超出 90: from 80 to 90, both included, neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, not_applicable


@dataclass(frozen=True, slots=True)
class VillageScale:
    registered_population: int
    village_construction_land_m2: Decimal
    planned_village_construction_land_m2: Decimal


def check_may_grow(facts: VillageScale, params: Params) -> Iterator[Ruling]:
    """Allow a larger planned scale only below the low mark."""
    if facts.planned_village_construction_land_m2 <= facts.village_construction_land_m2:
        yield not_applicable("planned_village_construction_land_m2", facts.planned_village_construction_land_m2)
        return
    low = params.village_land_low_m2_per_person
    yield compared(
        facts.village_construction_land_m2,
        "<",
        low * facts.registered_population,
        name="village_construction_land_m2",
        met="w01-village-may-grow",
        unmet="w01-village-may-not-grow",
        params=_per_person(facts, low),
    )


def check_must_shrink(facts: VillageScale, params: Params) -> Iterator[Ruling]:
    """Ask for a smaller planned scale above the high mark."""
    high = params.village_land_high_m2_per_person
    if facts.village_construction_land_m2 <= high * facts.registered_population:
        yield not_applicable("village_construction_land_m2", facts.village_construction_land_m2)
        return
    yield compared(
        facts.planned_village_construction_land_m2,
        "<",
        facts.village_construction_land_m2,
        name="planned_village_construction_land_m2",
        met="w01-village-shrinks",
        unmet="w01-village-does-not-shrink",
        params=_per_person(facts, high),
    )


def _per_person(facts: VillageScale, limit: Fraction) -> dict[str, str]:
    return {"population": f"{facts.registered_population:,}", "limit": f"{units.round_half_up(limit)}"}


GROW = Obligation(
    "（一）.8",
    force="may",
    who="planner",
    events=("check", "plan"),
    applies=only_for("kind", "village"),
    facts=VillageScale,
    check=check_may_grow,
)
SHRINK = Obligation(
    "（一）.9",
    force="should",
    who="planner",
    events=("check", "plan"),
    applies=only_for("kind", "village"),
    facts=VillageScale,
    check=check_must_shrink,
)

"""（二）.2 Other plans in principle keep to the boundary of permanent basic farmland."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class PlanOverlap:
    basic_farmland_overlap_m2: Decimal
    basic_farmland_touching_m2: Decimal | None
    basic_farmland_parcels: tuple[str, ...] | None


def check_plan(facts: PlanOverlap, params: Params) -> Iterator[Ruling]:
    """Fail if the plan's boundary crosses; a principle, so a recorded reason may stand against it."""
    yield compared(
        facts.basic_farmland_overlap_m2,
        "=",
        0,
        name="basic_farmland_overlap_m2",
        met="w02-plan-clear",
        unmet="w02-plan-crosses",
        params={"touching": units.display_area(facts.basic_farmland_touching_m2 or 0, "m2")},
        parcels=facts.basic_farmland_parcels or (),
    )


OBLIGATION = Obligation(
    "（二）.2",
    force="principle",
    who="planner",
    events=("plan",),
    applies=always,
    facts=PlanOverlap,
    check=check_plan,
)

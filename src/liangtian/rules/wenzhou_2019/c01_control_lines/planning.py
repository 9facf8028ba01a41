"""（一）.3–.4, .7, .10 What plans allow in all, whether they are evaluated, village plans, the homestead standard.

Drawn by the village or set by the place: the text gives neither a number of plans nor a figure a head, so each place's
own register says what is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Duty, Obligation, always, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Scale:
    construction_land_scale_m2: Decimal
    construction_land_present_m2: Decimal
    new_construction_m2: Decimal


@dataclass(frozen=True, slots=True)
class VillagePlans:
    village_plans_due: int
    village_plans_approved: int


def check_scale(facts: Scale, params: Params) -> Iterator[Ruling]:
    """Add what is new to what there is: the sum stays within the scale of the plan."""
    yield compared(
        facts.construction_land_present_m2 + facts.new_construction_m2,
        "<=",
        facts.construction_land_scale_m2,
        name="construction_land_scale_m2",
        met="w01-scale-kept",
        unmet="w01-scale-exceeded",
    )


def check_village_plans(facts: VillagePlans, params: Params) -> Iterator[Ruling]:
    """Compare the plans approved with those due by the place's own programme."""
    yield compared(
        facts.village_plans_approved,
        ">=",
        facts.village_plans_due,
        name="village_plans_approved",
        unit="plan",
        met="w01-village-plans-made",
        unmet="w01-village-plans-lacking",
    )


SCALE = Obligation(
    "（一）.3",
    force="must",
    who="county",
    events=("approval",),
    applies=only_for("kind", "batch", "single-site", "village"),
    facts=Scale,
    check=check_scale,
)
EVALUATION = Duty("（一）.4", force="must", who="natural-resources", due="plan_evaluation_due")
VILLAGE_PLANS = Obligation(
    "（一）.7",
    force="must",
    who="county",
    events=("assessment",),
    applies=always,
    facts=VillagePlans,
    check=check_village_plans,
)
HOMESTEAD = on_record(
    "（一）.10", "homestead_standard_set", force="must", who="county", events=("assessment",), applies=always
)

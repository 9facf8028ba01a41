"""一（二）Special plan and survey of potential; the village plan, free of conflicts, is the basis of an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.clause import Duty, Intent, Obligation, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, passed
from liangtian.policy.shapes import all_named


@dataclass(frozen=True, slots=True)
class Conflict:
    plan_conflict_m2: Decimal


@dataclass(frozen=True, slots=True)
class Basis:
    villages: tuple[str, ...]
    village_plans: tuple[Mapping[str, str | date | None], ...]


def check_conflict(facts: Conflict, params: Params) -> Iterator[Ruling]:
    """Fail on any ground where the village plan says otherwise than another plan in force."""
    yield compared(
        facts.plan_conflict_m2,
        "=",
        0,
        name="plan_conflict_m2",
        met="h12-no-conflict",
        unmet="h12-conflict",
    )


def check_basis(facts: Basis, params: Params) -> Iterator[Ruling]:
    """Ask for an approved plan of each village concerned, approved by the day of the case."""
    approved = {row["village"]: row["approved_on"] for row in facts.village_plans if row["approved_on"] is not None}
    if not facts.villages:
        yield failed("h12-no-village")
    for village in facts.villages:
        day = approved.get(village)
        if isinstance(day, date) and day <= params.on:
            yield passed("h12-plan-approved", {"village": village, "on": day.isoformat()})
        else:
            yield failed("h12-plan-missing", {"village": village})


AIMS = NotComputed(
    zh="做优做细村庄规划的方向，没有衡量尺度", en="It says towards what a village plan is refined and gives no measure"
)

OBLIGATIONS = (
    Duty("一（二）.1", force="must", who="county", due="plans_due"),
    Duty("一（二）.2", force="must", who="natural-resources", due="survey_due"),
    all_named(
        "一（二）.3",
        "special_plan_works",
        value="planned_works",
        force="must",
        who="planner",
        events=("plan",),
        applies=only_for("consolidation_plan_type", "special"),
    ),
    Obligation(
        "一（二）.4",
        force="must",
        who="planner",
        events=("plan",),
        applies=only_for("consolidation_plan_type", "village"),
        facts=Conflict,
        check=check_conflict,
    ),
    Intent("一（二）.5", force="must", who="planner", reason=AIMS),
    Obligation(
        "一（二）.6",
        force="must",
        who="town",
        events=("application",),
        applies=only_for("kind", "consolidation"),
        facts=Basis,
        check=check_basis,
    ),
)

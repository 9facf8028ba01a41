"""（十三）Whole-area consolidation: a mechanism, the village land-use plan as its basis, villagers' four rights.

Works of a list are brought together where each is in the project or the reason is given why the place needs none. What
the farmland works are to bring about stands in the text as their aim, not as an order: should.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Duty, Obligation, only_for
from liangtian.policy.lists import Row, none_missing, unanswered
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Spaces:
    plan_spaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Components:
    consolidation_components: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    project_farmland_before_m2: Decimal
    project_farmland_after_m2: Decimal
    project_block_before_m2: Decimal
    project_block_after_m2: Decimal
    project_grade_before: Decimal
    project_grade_after: Decimal


def check_spaces(facts: Spaces, params: Params) -> Iterator[Ruling]:
    """Ask that the plan lays out each of the three spaces."""
    absent = set(params.names("spaces")) - set(facts.plan_spaces)
    yield none_missing("plan_spaces", absent, met="w13-spaces", unmet="w13-space-missing")


def check_farmland_works(facts: Components, params: Params) -> Iterator[Ruling]:
    """Ask for each farmland work, or for the reason why not."""
    yield _together(facts, params.names("farmland_works"))


def check_village_works(facts: Components, params: Params) -> Iterator[Ruling]:
    """Ask for each village work, or for the reason why not."""
    yield _together(facts, params.names("village_works"))


def _together(facts: Components, works: tuple[str, ...]) -> Ruling:
    rows = facts.consolidation_components
    absent = unanswered(works, rows, "component", lambda row: bool(row["included"] or row["reason"]))
    return none_missing("consolidation_components", absent, met="w13-together", unmet="w13-not-together")


def check_effect(facts: Effect, params: Params) -> Iterator[Ruling]:
    """Ask for more farmland, in larger blocks, of a better grade; the first grade is the best."""
    before, after = facts.project_farmland_before_m2, facts.project_farmland_after_m2
    yield compared(after, ">", before, name="project_farmland_after_m2", met="w13-more", unmet="w13-not-more")
    before, after = facts.project_block_before_m2, facts.project_block_after_m2
    yield compared(after, ">", before, name="project_block_after_m2", met="w13-larger", unmet="w13-not-larger")
    before, after = facts.project_grade_before, facts.project_grade_after
    name = "project_grade_after"
    yield compared(after, "<", before, name=name, unit="grade", met="w13-better", unmet="w13-not-better")


WHOLE_AREA = only_for("kind", "consolidation")
APPROVAL = ("approval",)
PLAN = ("village_land_use_plan_approved", "project_follows_village_land_use_plan")
RIGHTS = ("villagers_informed", "villagers_took_part", "villagers_heard", "villagers_supervise")

OBLIGATIONS = (
    Duty("（十三）.1", force="must", who="county", due="mechanism_due"),
    on_record("（十三）.2", *PLAN, force="must", who="project-owner", events=APPROVAL, applies=WHOLE_AREA),
    Obligation("（十三）.3", "must", "planner", APPROVAL, WHOLE_AREA, Spaces, check_spaces),
    Obligation("（十三）.4", "must", "project-owner", APPROVAL, WHOLE_AREA, Components, check_farmland_works),
    Obligation("（十三）.5", "should", "project-owner", ("acceptance",), WHOLE_AREA, Effect, check_effect),
    Obligation("（十三）.6", "must", "project-owner", APPROVAL, WHOLE_AREA, Components, check_village_works),
    on_record("（十三）.7", *RIGHTS, force="must", who="project-owner", events=APPROVAL, applies=WHOLE_AREA),
)

"""一（一）Quantity, quality and ecology of farmland seen together, for each project and town, and what works raise.

Asked when a project is inspected or a town assessed, which is no gate: the text sets goals, not a step of procedure.
That a goal is met is our reading: nothing of the three worse after the works, each result higher than before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Case, Intent, Obligation, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import all_named, on_record_ruling

UNITS = {"m2": ("m²", "m²"), "kg": ("kg", "kg"), "yuan": ("元", "yuan")}


@dataclass(frozen=True, slots=True)
class Triple:
    project_farmland_before_m2: Decimal
    project_farmland_after_m2: Decimal
    project_grade_before: Decimal
    project_grade_after: Decimal
    project_ecology_kept: bool


@dataclass(frozen=True, slots=True)
class Results:
    project_basic_farmland_block_before_m2: Decimal
    project_basic_farmland_block_after_m2: Decimal
    project_capacity_before_kg: int
    project_capacity_after_kg: int
    living_conditions_improved: bool
    collective_income_before: Decimal
    collective_income_after: Decimal


def applies(case: Case) -> str | None:
    """Reach the towns assessed, and of what is inspected the consolidation projects."""
    if case.event == "assessment":
        return only_for("assessed_level", "town")(case)
    return only_for("inspected", "consolidation")(case)


def check_triple(facts: Triple, params: Params) -> Iterator[Ruling]:
    """Rule on each of the three; a lower grade is a better one."""
    yield compared(
        facts.project_farmland_after_m2,
        ">=",
        facts.project_farmland_before_m2,
        name="project_farmland_after_m2",
        met="h11-quantity-kept",
        unmet="h11-quantity-lost",
    )
    before, after = facts.project_grade_before, facts.project_grade_after
    yield compared(
        after,
        "<=",
        before,
        name="project_grade_after",
        unit="grade",
        met="h11-quality-kept",
        unmet="h11-quality-lost",
        params={"measured": str(after), "required": str(before)},
    )
    yield on_record_ruling("project_ecology_kept", facts.project_ecology_kept)


def check_results(facts: Results, params: Params) -> Iterator[Ruling]:
    """Compare contiguity, capacity and income with what they were, and ask for better living conditions."""
    yield _risen(facts, "project_basic_farmland_block_before_m2", "project_basic_farmland_block_after_m2")
    yield _risen(facts, "project_capacity_before_kg", "project_capacity_after_kg")
    yield on_record_ruling("living_conditions_improved", facts.living_conditions_improved)
    yield _risen(facts, "collective_income_before", "collective_income_after")


def _risen(facts: Results, before: str, after: str) -> Ruling:
    fact = dictionary()[after]
    unit_zh, unit_en = UNITS[fact.unit]
    return compared(
        getattr(facts, after),
        ">",
        getattr(facts, before),
        name=after,
        unit=fact.unit,
        met="h11-risen",
        unmet="h11-not-risen",
        params={"fact_zh": fact.zh, "fact_en": fact.en, "unit_zh": unit_zh, "unit_en": unit_en},
    )


RECOGNISED = NotComputed(
    zh="阐明工程的性质和意义，没有可判定的行为", en="It says what the works mean; there is no act to decide on"
)
PRINCIPLES = NotComputed(
    zh="总原则和总要求，由后文各条的规则体现", en="Guiding principles; the rules of the clauses after it carry them out"
)
PATTERN = NotComputed(zh="描述目标格局，没有衡量尺度", en="It describes the pattern aimed at and gives no measure")

OBLIGATIONS = (
    Intent("一（一）.1", force="should", who="county", reason=RECOGNISED),
    Intent("一（一）.2", force="must", who="county", reason=PRINCIPLES),
    Obligation("一（一）.3", "must", "project-owner", ("inspection", "assessment"), applies, Triple, check_triple),
    all_named(
        "一（一）.4",
        "project_elements",
        value="elements",
        force="must",
        who="project-owner",
        events=("inspection", "assessment"),
        applies=applies,
    ),
    Obligation("一（一）.5", "must", "project-owner", ("inspection", "assessment"), applies, Results, check_results),
    Intent("一（一）.6", force="should", who="county", reason=PATTERN),
)

"""（验收）Graded by both departments before acceptance, up to the preset grade, accepted with experts, archived.

The law reaches every land consolidation project, whole-area or not, and so does what follows acceptance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import day_compared
from liangtian.policy.lists import none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record

ACCEPTED = ("acceptance",)


@dataclass(frozen=True, slots=True)
class Graded:
    graded_on: date
    graders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    grade_preset: Decimal
    grade_found: Decimal


def check_graded(facts: Graded, params: Params) -> Iterator[Ruling]:
    """Ask for a grading by both departments, no later than the acceptance."""
    absent = set(params.names("grading_departments")) - set(facts.graders)
    yield none_missing("graders", absent, met="zj18-graders", unmet="zj18-graders-lack")
    yield day_compared(facts.graded_on, "<=", params.on, name="graded_on", met="zj18-graded", unmet="zj18-graded-after")


def check_grade(facts: Grade, params: Params) -> Iterator[Ruling]:
    """Ask for a grade no worse than the preset one; the first grade is the best."""
    yield compared(
        facts.grade_found,
        "<=",
        facts.grade_preset,
        name="grade_found",
        unit="grade",
        met="zj18-grade-reached",
        unmet="zj18-grade-missed",
    )


OBLIGATIONS = (
    Obligation("（验收）.1", "must", "natural-resources", ACCEPTED, always, Graded, check_graded),
    Obligation("（验收）.2", "must", "project-owner", ACCEPTED, always, Grade, check_grade),
    on_record(
        "（验收）.3",
        "accepted_with_experts",
        "project_archived",
        force="must",
        who="natural-resources",
        events=ACCEPTED,
        applies=always,
    ),
)

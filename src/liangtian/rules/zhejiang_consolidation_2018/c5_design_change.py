"""（变更）A change of design is approved by whom its share of the budget asks for; the preset grade may not drop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed
from liangtian.units import round_half_up

CHANGED = ("design-change",)


@dataclass(frozen=True, slots=True)
class Budget:
    budget_before_yuan: Decimal
    budget_after_yuan: Decimal
    change_approved_by: str


@dataclass(frozen=True, slots=True)
class Grade:
    grade_preset: Decimal
    grade_designed: Decimal


def check_approver(facts: Budget, params: Params) -> Iterator[Ruling]:
    """Let the agency approve up to the limit, the limit itself allowed; above it only the original approver."""
    if facts.change_approved_by == "original":
        yield passed("zj18-change-original")
        return
    limit = params.design_change_limit
    yield compared(
        abs(facts.budget_after_yuan - facts.budget_before_yuan),
        "<=",
        limit * Fraction(facts.budget_before_yuan),
        name="budget_after_yuan",
        unit="yuan",
        met="zj18-change-small",
        unmet="zj18-change-large",
        params={"percent": f"{round_half_up(limit * 100)}"},
    )


def check_grade(facts: Grade, params: Params) -> Iterator[Ruling]:
    """Ask for a designed grade no worse than the preset one; the first grade is the best."""
    yield compared(
        facts.grade_designed,
        "<=",
        facts.grade_preset,
        name="grade_designed",
        unit="grade",
        met="zj18-grade-kept",
        unmet="zj18-grade-drops",
    )


OBLIGATIONS = (
    Obligation("（变更）.1", "must", "project-owner", CHANGED, always, Budget, check_approver),
    Obligation("（变更）.2", "must", "project-owner", CHANGED, always, Grade, check_grade),
)

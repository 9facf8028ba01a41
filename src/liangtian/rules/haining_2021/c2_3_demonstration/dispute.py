"""二（三）.5 No approval of a project that does not meet the conditions or is in dispute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling
from liangtian.policy.shapes import on_record_ruling


@dataclass(frozen=True, slots=True)
class Conditions:
    approval_conditions_met: bool
    project_disputed: bool


def check_conditions(facts: Conditions, params: Params) -> Iterator[Ruling]:
    """Rule on the conditions and on the dispute, each by itself."""
    yield on_record_ruling("approval_conditions_met", facts.approval_conditions_met)
    yield on_record_ruling("project_disputed", facts.project_disputed, wanted=False)


OBLIGATION = Obligation(
    "二（三）.5",
    force="must",
    who="leading-group",
    events=("approval",),
    applies=only_for("kind", "consolidation"),
    facts=Conditions,
    check=check_conditions,
)

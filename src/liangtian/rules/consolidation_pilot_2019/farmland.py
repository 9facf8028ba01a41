"""（耕地）A project in principle adds a share of the farmland it had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class Farmland:
    project_farmland_before_m2: Decimal
    project_farmland_after_m2: Decimal


def check_added(facts: Farmland, params: Params) -> Iterator[Ruling]:
    """Compare what is added with the share of what there was, exactly."""
    before = facts.project_farmland_before_m2
    yield compared(
        facts.project_farmland_after_m2 - before,
        ">=",
        params.new_farmland_share_min * Fraction(before),
        name="project_farmland_after_m2",
        met="cp19-added",
        unmet="cp19-added-short",
    )


OBLIGATIONS = (
    Obligation(
        "（耕地）.1",
        force="principle",
        who="project-owner",
        events=("demonstration", "acceptance"),
        applies=only_for("kind", "consolidation"),
        facts=Farmland,
        check=check_added,
    ),
)

"""（十一）.1–.2 Construction on quality farmland strips its topsoil, at the land user's cost and in the budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Stripping:
    quality_farmland_m2: Decimal
    topsoil_strip_m2: Decimal


def takes_quality_farmland(case: Case) -> str | None:
    """Reach construction that takes quality farmland; which farmland that is the text leaves to be declared."""
    return only_for("kind", "batch", "single-site", "village")(case) or only_if("quality_farmland_m2")(case)


def check_stripped(facts: Stripping, params: Params) -> Iterator[Ruling]:
    """Ask that the ground to be stripped is no less than the quality farmland taken."""
    yield compared(
        facts.topsoil_strip_m2,
        ">=",
        facts.quality_farmland_m2,
        name="topsoil_strip_m2",
        met="w11-stripped",
        unmet="w11-not-stripped",
    )


STRIP = Obligation(
    "（十一）.1",
    force="must",
    who="construction-unit",
    events=("approval",),
    applies=takes_quality_farmland,
    facts=Stripping,
    check=check_stripped,
)
PAY = on_record(
    "（十一）.2",
    "topsoil_paid_by_land_user",
    "topsoil_cost_in_budget",
    force="must",
    who="construction-unit",
    events=("approval",),
    applies=takes_quality_farmland,
)

"""（一）.5–.6 New construction land inside the expansion boundary, and outside it.

Inside, the timely-adjustment procedure is followed; outside, reserved quota of city, county and town is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.finding import Outcome
from liangtian.policy.clause import Case, Obligation
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, declared, not_applicable, unknown


@dataclass(frozen=True, slots=True)
class Expansion:
    boundary_m2: Decimal
    new_construction_m2: Decimal
    outside_expansion_boundary_m2: Decimal
    new_construction_outside_expansion_m2: Decimal | None
    state_council_exempt: bool | None
    expansion_adjusted: bool | None
    reserved_quota_available_m2: Decimal | None


def is_construction(case: Case) -> str | None:
    """Temporary land is given back; the sites inside a consolidation project are checked as boundaries of their own."""
    return "kind" if case.fact("kind") in ("temporary", "consolidation") else None


def new_outside_m2(facts: Expansion) -> Decimal | None:
    """New construction land outside the expansion boundary, where the figures settle it; else None."""
    if facts.new_construction_outside_expansion_m2 is not None:
        return facts.new_construction_outside_expansion_m2
    if facts.new_construction_m2 == facts.boundary_m2:
        return facts.outside_expansion_boundary_m2
    if facts.outside_expansion_boundary_m2 in (0, facts.boundary_m2):
        return min(facts.new_construction_m2, facts.outside_expansion_boundary_m2)
    return None


def check_inside_expansion(facts: Expansion, params: Params) -> Iterator[Ruling]:
    """Ask for the adjustment procedure where new construction land lies inside."""
    outside_m2 = new_outside_m2(facts)
    if facts.new_construction_m2 == 0:
        yield not_applicable("new_construction_m2", facts.new_construction_m2)
    elif facts.state_council_exempt:
        yield not_applicable("state_council_exempt", True)
    elif outside_m2 is None:
        yield unknown("new_construction_outside_expansion_m2")
    elif outside_m2 >= facts.new_construction_m2:
        yield not_applicable("new_construction_outside_expansion_m2", outside_m2)
    elif facts.expansion_adjusted is None:
        yield unknown("expansion_adjusted")
    else:
        followed = declared(
            "expansion_adjusted",
            facts.expansion_adjusted,
            met="w01-expansion-followed",
            unmet="w01-expansion-not-followed",
            params={"inside": units.display_area(facts.new_construction_m2 - outside_m2, "m2")},
        )
        yield _unless_exempt(followed, facts)


def check_outside_expansion(facts: Expansion, params: Params) -> Iterator[Ruling]:
    """Ask for as much reserved quota as new construction land lies outside."""
    outside_m2 = new_outside_m2(facts)
    if facts.new_construction_m2 == 0:
        yield not_applicable("new_construction_m2", facts.new_construction_m2)
    elif facts.state_council_exempt:
        yield not_applicable("state_council_exempt", True)
    elif outside_m2 is None:
        yield unknown("new_construction_outside_expansion_m2")
    elif outside_m2 == 0:
        yield not_applicable("new_construction_outside_expansion_m2", outside_m2)
    elif facts.reserved_quota_available_m2 is None:
        yield unknown("reserved_quota_available_m2")
    else:
        covered = compared(
            facts.reserved_quota_available_m2,
            ">=",
            outside_m2,
            name="reserved_quota_available_m2",
            met="w01-reserved-enough",
            unmet="w01-reserved-short",
        )
        yield _unless_exempt(covered, facts)


def _unless_exempt(ruling: Ruling, facts: Expansion) -> Ruling:
    """A failure stands only where the State-Council exemption is denied; whoever complies need not state it."""
    if ruling.outcome is Outcome.FAIL and facts.state_council_exempt is None:
        return unknown("state_council_exempt")
    return ruling


INSIDE = Obligation(
    "（一）.5",
    force="must",
    who="county",
    events=("check", "approval"),
    applies=is_construction,
    facts=Expansion,
    check=check_inside_expansion,
)
OUTSIDE = Obligation(
    "（一）.6",
    force="must",
    who="county",
    events=("check", "approval"),
    applies=is_construction,
    facts=Expansion,
    check=check_outside_expansion,
)

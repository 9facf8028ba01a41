"""（二十）Assessment of farmland protection, audits, one duty of party and government, and holding to account.

Who has neglected a duty is found by those competent. The share of illegal use at which the rule of 2008 holds leaders to
account decides as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, not_applicable, unknown
from liangtian.policy.shapes import all_named, on_record

USES = {"illegal_share_max": "illegal-use-2008（第三条）.illegal_share_max"}


@dataclass(frozen=True, slots=True)
class Neglect:
    illegal_farmland_m2: Decimal
    new_construction_farmland_m2: Decimal
    duty_neglected: bool | None
    accountability_started: bool | None


def check_accountability(facts: Neglect, params: Params) -> Iterator[Ruling]:
    """Ask for accountability where duty was neglected or the illegal share reaches its limit."""
    illegal, total = Fraction(facts.illegal_farmland_m2), Fraction(facts.new_construction_farmland_m2)
    reached = illegal > 0 and illegal >= params.illegal_share_max * total
    if not reached and facts.duty_neglected is None:
        yield unknown("duty_neglected")
    elif not reached and not facts.duty_neglected:
        yield not_applicable("duty_neglected", False)
    elif facts.accountability_started is None:
        yield unknown("accountability_started")
    else:
        yield declared(
            "accountability_started", facts.accountability_started, met="w20-accountable", unmet="w20-not-accountable"
        )


OBLIGATIONS = (
    on_record("（二十）.1", "target_method_in_force", force="must", who="city", events=("assessment",), applies=always),
    all_named(
        "（二十）.2",
        "target_results_feed",
        value="result_uses",
        force="must",
        who="city",
        events=("assessment",),
        applies=always,
    ),
    all_named(
        "（二十）.3",
        "audits_on_farmland",
        value="audits",
        force="must",
        who="city",
        events=("assessment",),
        applies=always,
    ),
    on_record(
        "（二十）.4", "party_and_government_answer", force="must", who="city", events=("assessment",), applies=always
    ),
    Obligation("（二十）.5", "must", "city", ("assessment",), always, Neglect, check_accountability),
)

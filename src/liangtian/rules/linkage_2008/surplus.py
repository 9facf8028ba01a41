"""（节余指标）Surplus is the construction land reclaimed and accepted, less what resettlement and the village itself use.

The formula is the one in practice; the text has not been seen. Accepted surplus enters the place's reserve.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import compared_amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class Reclaimed:
    linkage_reclaimed_m2: Decimal
    linkage_resettlement_m2: Decimal
    linkage_surplus_m2: int | None


def surplus_m2(facts: Reclaimed) -> int:
    """The surplus in whole m², half-up; never below nought."""
    left = Fraction(facts.linkage_reclaimed_m2) - Fraction(facts.linkage_resettlement_m2)
    return max(0, int(units.round_half_up(left)))


def check_surplus(facts: Reclaimed, params: Params) -> Iterator[Ruling]:
    """Ask that no more is used than was reclaimed, and that the register shows the surplus this gives."""
    yield compared(
        facts.linkage_resettlement_m2,
        "<=",
        facts.linkage_reclaimed_m2,
        name="linkage_resettlement_m2",
        met="l08-used-within",
        unmet="l08-used-beyond",
    )
    if facts.linkage_surplus_m2 is not None:
        yield compared_amounts(
            facts.linkage_surplus_m2,
            "=",
            surplus_m2(facts),
            index="linkage_m2",
            name="linkage_surplus_m2",
            met="l08-surplus-as-due",
            unmet="l08-surplus-differs",
        )


def post_surplus(facts: Reclaimed, params: Params) -> Iterator[Posting]:
    """Credit the surplus to the place."""
    yield from move("linkage_m2", surplus_m2(facts), from_=Pocket("outside", "outside"), to=Pocket("county", "reserve"))


OBLIGATIONS = (
    Obligation(
        "（节余指标）.1",
        force="must",
        who="county",
        events=("acceptance",),
        applies=only_for("credit_kind", "construction-reclamation"),
        facts=Reclaimed,
        check=check_surplus,
        post=post_surplus,
    ),
)

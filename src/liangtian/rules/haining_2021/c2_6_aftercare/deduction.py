"""二（六）.5 Aftercare that falls short costs farmland-protection compensation of the same year.

The deduction stays with the county: it goes back from the money earmarked for compensation to the fund. How much is
deducted the text leaves to the county, so the amount is a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed


@dataclass(frozen=True, slots=True)
class Deduction:
    protection_compensation: Decimal
    compensation_year: int
    compensation_deducted: Decimal


def fell_short(case: Case) -> str | None:
    """Reach the consolidation projects whose aftercare falls short."""
    return only_for("kind", "consolidation")(case) or only_if("aftercare_failed")(case)


def check_deduction(facts: Deduction, params: Params) -> Iterator[Ruling]:
    """Ask for a deduction from this very year's compensation, of some amount and no more than there is."""
    deducted, year = facts.compensation_deducted, {"year": facts.compensation_year, "this_year": params.on.year}
    if facts.compensation_year != params.on.year:
        yield failed("h26-other-year", year)
    elif deducted == 0:
        yield failed("h26-nothing-deducted", year)
    else:
        words = {**year, "measured": f"{deducted:,}", "required": f"{facts.protection_compensation:,}"}
        yield compared(
            deducted,
            "<=",
            facts.protection_compensation,
            name="compensation_deducted",
            unit="yuan",
            met="h26-deducted",
            unmet="h26-too-much",
            params=words,
        )


def post_deduction(facts: Deduction, params: Params) -> Iterator[Posting]:
    """Give the deduction back to the county's fund, exact to the fen."""
    fen = int(units.round_half_up(Fraction(facts.compensation_deducted) * 100))
    yield from move("money_fen", fen, from_=Pocket("county", "earmarked"), to=Pocket("county", "fund"))


OBLIGATION = Obligation(
    "二（六）.5",
    force="must",
    who="county",
    events=("aftercare",),
    applies=fell_short,
    facts=Deduction,
    check=check_deduction,
    post=post_deduction,
)

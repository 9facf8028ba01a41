"""（五）.8 The construction unit pays the transfer cost to whoever provides the compensating land.

It reaches transfers and entrusted supply. The payment stands in the same entry as the write-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.finding import Outcome
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, unknown
from liangtian.rules.wenzhou_2019.c05_balance.path import Path, on_path

# Whom a way of balancing pays; the local government provides what is entrusted to it.
PROVIDERS = {"transfer": "provider", "entrust": "county"}


@dataclass(frozen=True, slots=True)
class Payment(Path):
    transfer_cost_yuan: Decimal | None


def check_payment(facts: Payment, params: Params) -> Iterator[Ruling]:
    """Ask for the transfer cost paid to the provider, and for its amount."""
    paid = on_path(
        facts, "transfer_cost_paid_to_provider", paths=tuple(PROVIDERS), met="w05-paid", unmet="w05-not-paid"
    )
    if paid.outcome is Outcome.PASS and facts.transfer_cost_yuan is None:
        yield unknown("transfer_cost_yuan")
    else:
        yield paid


def post_payment(facts: Payment, params: Params) -> Iterator[Posting]:
    """Pay the provider into its earmarked money."""
    provider = PROVIDERS[str(facts.balance_path)]
    fen = int(units.round_half_up(Fraction(facts.transfer_cost_yuan or 0) * 100))
    yield from move("money_fen", fen, from_=Pocket("unit", "fund"), to=Pocket(provider, "earmarked"))


PAY = Obligation(
    "（五）.8",
    force="must",
    who="construction-unit",
    events=("approval",),
    applies=only_for("kind", "single-site"),
    facts=Payment,
    check=check_payment,
    post=post_payment,
)

"""（五）.8 The construction unit pays the transfer cost to whoever provides the compensating land.

It reaches transfers, entrusted supply and pooling, whose provider is the province. The payment stands in the same entry
as the write-off; of a transfer or pooling it is what the agreement or the document says.
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
from liangtian.policy.ruling import Ruling, compared, unknown
from liangtian.rules.wenzhou_2019.c05_balance.agreed import AGREED
from liangtian.rules.wenzhou_2019.c05_balance.ways import Path, on_path

# Where a way of balancing pays; the local government provides what is entrusted to it.
PROVIDERS = {
    "transfer": Pocket("provider", "earmarked"),
    "pooling": Pocket("province", "fund"),
    "entrust": Pocket("county", "earmarked"),
}


@dataclass(frozen=True, slots=True)
class Payment(Path):
    transfer_cost_yuan: Decimal | None
    supply_agreed_yuan: Decimal | None


def check_payment(facts: Payment, params: Params) -> Iterator[Ruling]:
    """Ask for the transfer cost paid to the provider, and for its amount."""
    paid = on_path(
        facts, "transfer_cost_paid_to_provider", paths=tuple(PROVIDERS), met="w05-paid", unmet="w05-not-paid"
    )
    if paid.outcome is not Outcome.PASS:
        yield paid
    elif facts.transfer_cost_yuan is None:
        yield unknown("transfer_cost_yuan")
    elif facts.balance_path not in AGREED:
        yield paid
    elif facts.supply_agreed_yuan is None:
        yield unknown("supply_agreed_yuan")
    else:
        yield paid
        words = {name: f"{amount:,.2f}" for name, amount in (
            ("paid", facts.transfer_cost_yuan), ("agreed", facts.supply_agreed_yuan))}  # fmt: skip
        yield compared(
            facts.transfer_cost_yuan, "=", facts.supply_agreed_yuan, name="transfer_cost_yuan", unit="yuan",
            met="w05-cost-agreed", unmet="w05-cost-differs", params=words,
        )  # fmt: skip


def post_payment(facts: Payment, params: Params) -> Iterator[Posting]:
    """Pay the provider into its earmarked money, the province into its own account."""
    fen = int(units.round_half_up(Fraction(facts.transfer_cost_yuan or 0) * 100))
    yield from move("money_fen", fen, from_=Pocket("unit", "fund"), to=PROVIDERS[str(facts.balance_path)])


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

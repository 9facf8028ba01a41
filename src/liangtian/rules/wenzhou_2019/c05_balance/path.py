"""（五）.6–.8 How a separate site balances: by its own means, else entrusted to the place; the provider is paid.

The transfer cost goes to whoever provides the compensating land, so .8 reaches transfers and entrusted supply; the payment stands in the
same entry as the write-off.
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
from liangtian.policy.ruling import Ruling, declared, not_applicable, passed, unknown


@dataclass(frozen=True, slots=True)
class Path:
    farmland_quantity_m2: Decimal
    balance_path: str | None
    self_supply_impossible: bool | None
    transfer_cost_paid_to_provider: bool | None


@dataclass(frozen=True, slots=True)
class Payment(Path):
    transfer_cost_yuan: Decimal | None


def check_seek(facts: Path, params: Params) -> Iterator[Ruling]:
    """Pass a unit that supplies, transfers or pools; one that entrusts is the next obligation's."""
    if facts.farmland_quantity_m2 == 0:
        yield not_applicable("farmland_quantity_m2", facts.farmland_quantity_m2)
    elif facts.balance_path is None:
        yield unknown("balance_path")
    elif facts.balance_path == "entrust":
        yield not_applicable("balance_path", facts.balance_path)
    else:
        yield passed(f"w05-path-{facts.balance_path}")


def check_entrust(facts: Path, params: Params) -> Iterator[Ruling]:
    """Allow entrusting only to a unit that cannot supply the land itself."""
    yield _on_path(
        facts, "self_supply_impossible", paths=("entrust",), met="w05-entrust-allowed", unmet="w05-entrust-not-needed"
    )


def check_payment(facts: Payment, params: Params) -> Iterator[Ruling]:
    """Ask for the transfer cost paid to the provider, and for its amount."""
    paid = _on_path(
        facts, "transfer_cost_paid_to_provider", paths=tuple(PROVIDERS), met="w05-paid", unmet="w05-not-paid"
    )
    if paid.outcome is Outcome.PASS and facts.transfer_cost_yuan is None:
        yield unknown("transfer_cost_yuan")
    else:
        yield paid


def post_payment(facts: Payment, params: Params) -> Iterator[Posting]:
    """Pay the provider, which is the local government where the supply is entrusted to it."""
    provider = PROVIDERS[str(facts.balance_path)]
    fen = int(units.round_half_up(Fraction(facts.transfer_cost_yuan or 0) * 100))
    yield from move("money_fen", fen, from_=Pocket("unit", "fund"), to=Pocket(provider, "earmarked"))


PROVIDERS = {"transfer": "provider", "entrust": "county"}


def _on_path(facts: Path, name: str, *, paths: tuple[str, ...], met: str, unmet: str) -> Ruling:
    if facts.farmland_quantity_m2 == 0:
        return not_applicable("farmland_quantity_m2", facts.farmland_quantity_m2)
    if facts.balance_path is None:
        return unknown("balance_path")
    if facts.balance_path not in paths:
        return not_applicable("balance_path", facts.balance_path)
    value: bool | None = getattr(facts, name)
    return unknown(name) if value is None else declared(name, value, met=met, unmet=unmet)


SEEK = Obligation(
    "（五）.6",
    force="should",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_seek,
)
ENTRUST = Obligation(
    "（五）.7",
    force="may",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_entrust,
)
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

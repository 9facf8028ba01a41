"""（五）.3–.5 How a separate site balances: by its own means, else entrusted to the place; the provider is paid.

The transfer cost goes to whoever provides the compensating land, so .5 reaches transfers and entrusted supply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, not_applicable, passed, unknown


@dataclass(frozen=True, slots=True)
class Path:
    farmland_quantity_m2: Decimal
    balance_path: str | None
    self_supply_impossible: bool | None
    transfer_cost_paid_to_provider: bool | None


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


def check_payment(facts: Path, params: Params) -> Iterator[Ruling]:
    """Ask for the transfer cost paid to the provider."""
    yield _on_path(
        facts, "transfer_cost_paid_to_provider", paths=("transfer", "entrust"), met="w05-paid", unmet="w05-not-paid"
    )


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
    "（五）.3",
    force="should",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_seek,
)
ENTRUST = Obligation(
    "（五）.4",
    force="may",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_entrust,
)
PAY = Obligation(
    "（五）.5",
    force="must",
    who="construction-unit",
    events=("approval",),
    applies=only_for("kind", "single-site"),
    facts=Path,
    check=check_payment,
)

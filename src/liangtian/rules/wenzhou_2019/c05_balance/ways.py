"""（五） The way a separate site balances: what states it, and where a question depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.policy.amounts import BALANCE, Rows, amounts
from liangtian.policy.ruling import Ruling, declared, not_applicable, unknown


@dataclass(frozen=True, slots=True)
class Path:
    farmland_quantity_m2: Decimal
    capacity_kg: int | None
    paddy_m2: Decimal | None
    committed_amounts: Rows | None
    balance_path: str | None
    self_supply_impossible: bool | None
    transfer_cost_paid_to_provider: bool | None


def on_path(facts: Path, name: str, *, paths: tuple[str, ...], met: str, unmet: str) -> Ruling:
    """Rule on a yes or no that only some ways of balancing ask for."""
    undecided = without_path(facts)
    if undecided is not None:
        return undecided
    if facts.balance_path not in paths:
        return not_applicable("balance_path", facts.balance_path)
    value: bool | None = getattr(facts, name)
    return unknown(name) if value is None else declared(name, value, met=met, unmet=unmet)


def without_path(facts: Path) -> Ruling | None:
    """Answer for a site that needs no way of balancing, or has not named it; None where it has."""
    if facts.farmland_quantity_m2 == 0:
        return not_applicable("farmland_quantity_m2", facts.farmland_quantity_m2)
    if _all_promised(facts):
        return not_applicable("committed_amounts", facts.committed_amounts)
    return unknown("balance_path") if facts.balance_path is None else None


def _all_promised(facts: Path) -> bool:
    """Whether （八） lets the site supply every index later."""
    promised = amounts(facts.committed_amounts or (), BALANCE)
    owed = dict(zip(BALANCE, (facts.farmland_quantity_m2, facts.capacity_kg, facts.paddy_m2), strict=True))
    return all(
        figure is not None and promised[index] >= units.round_half_up(Fraction(figure))
        for index, figure in owed.items()
    )

"""（五）.6–.7 How a separate site balances: by its own means, else entrusted to the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.policy.amounts import BALANCE, Rows, amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, not_applicable, passed, unknown
from liangtian.policy.shapes import on_record_ruling


@dataclass(frozen=True, slots=True)
class Path:
    farmland_quantity_m2: Decimal
    capacity_kg: int | None
    paddy_m2: Decimal | None
    committed_amounts: Rows | None
    balance_path: str | None
    self_supply_impossible: bool | None
    transfer_cost_paid_to_provider: bool | None


@dataclass(frozen=True, slots=True)
class Seek(Path):
    transfer_or_pooling_sought: bool | None


def check_seek(facts: Seek, params: Params) -> Iterator[Ruling]:
    """Pass a unit that supplies, transfers or pools; ask one that entrusts whether it sought to."""
    undecided = without_path(facts)
    if undecided is not None:
        yield undecided
    elif facts.balance_path != "entrust":
        yield passed(f"w05-path-{facts.balance_path}")
    elif facts.transfer_or_pooling_sought is None:
        yield unknown("transfer_or_pooling_sought")
    else:
        yield on_record_ruling("transfer_or_pooling_sought", facts.transfer_or_pooling_sought)


def check_entrust(facts: Path, params: Params) -> Iterator[Ruling]:
    """Allow entrusting only to a unit that cannot supply the land itself."""
    yield on_path(
        facts, "self_supply_impossible", paths=("entrust",), met="w05-entrust-allowed", unmet="w05-entrust-not-needed"
    )


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


SEEK = Obligation(
    "（五）.6",
    force="should",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site"),
    facts=Seek,
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

"""（五） What an application owes in the three indices, and whose pool it comes from.

Batch land is asked place by place: a case of a place speaks of that place's own part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket
from liangtian.policy.amounts import BALANCE, Rows, amounts
from liangtian.policy.clause import FactMissing
from liangtian.policy.parameters import Params
from liangtian.rules.wenzhou_2019.c05_balance.indices import INDICES

Row = Mapping[str, Decimal | int | None]
# A separate site draws on whoever supplies the land by its way of balancing; all other land on its county.
SOURCES = {
    "own": Pocket("unit", "reserve"),
    "transfer": Pocket("provider", "reserve"),
    "pooling": Pocket("province", "provincial"),
    "entrust": Pocket("county", "reserve"),
}


@dataclass(frozen=True, slots=True)
class Application:
    kind: str
    balance_path: str | None
    required_by_place: tuple[Row, ...] | None
    farmland_quantity_m2: Decimal | None
    capacity_kg: int | None
    paddy_m2: Decimal | None
    committed_amounts: Rows | None


def source(kind: str, balance_path: str | None) -> Pocket:
    """The pool that pays.

    Raises
    ------
    FactMissing : a separate site that has not said how it balances
    """
    if kind != "single-site":
        return SOURCES["entrust"]
    if balance_path is None:
        raise FactMissing("balance_path")
    return SOURCES[balance_path]


def owed(facts: Application, params: Params) -> dict[str, Decimal | int]:
    """Index → what is owed, unrounded, less what （八） lets the application promise for later.

    Raises
    ------
    FactMissing : an index that is not known
    """
    if facts.kind == "batch":
        if facts.required_by_place is None:
            raise FactMissing("required_by_place")
        figures = _of_place(facts.required_by_place, params.place)
    else:
        figures = {index.name: getattr(facts, index.required_fact) for index in INDICES}
    known = {name: figure for name, figure in figures.items() if figure is not None}
    missing = [index.required_fact for index in INDICES if index.name not in known]
    if missing:
        raise FactMissing(*missing)
    committed = amounts(facts.committed_amounts or (), BALANCE)
    return {name: max(0, figure - committed[name]) for name, figure in known.items()}


def booked(facts: Application, params: Params) -> dict[str, int]:
    """What is owed in the whole units of the book, half-up once an index and event."""
    return {name: int(units.round_half_up(Fraction(figure))) for name, figure in owed(facts, params).items()}


def _of_place(rows: tuple[Row, ...], place: str) -> dict[str, Decimal | int | None]:
    """The place's own row; where farmland is taken, a place without a row is not known rather than free."""
    if not rows:
        return {index.name: 0 for index in INDICES}
    row = next((each for each in rows if each["place"] == place), None)
    if row is None:
        raise FactMissing("required_by_place")
    return {index.name: row[index.name] for index in INDICES}

"""（三）.1–.3 Growth is tied to clearing stock; the stock is registered item by item with its plan, and cleared in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import done_by
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, not_applicable, passed, unknown

Item = Mapping[str, str | Decimal | date | None]
DEEDS = {"surveyed_on": "w03-not-surveyed", "filed_on": "w03-not-filed", "plan_on": "w03-no-plan"}


@dataclass(frozen=True, slots=True)
class Cleared:
    stock_at_year_start_m2: Decimal
    stock_cleared_in_year_m2: Decimal


@dataclass(frozen=True, slots=True)
class Register:
    stock_land: tuple[Item, ...]


def check_linked(facts: Cleared, params: Params) -> Iterator[Ruling]:
    """Compare what was cleared with the share of the stock that is to be cleared in a year."""
    if facts.stock_at_year_start_m2 == 0:
        yield not_applicable("stock_at_year_start_m2", facts.stock_at_year_start_m2)
        return
    yield compared(
        facts.stock_cleared_in_year_m2,
        ">=",
        params.stock_clearing_share_min * Fraction(facts.stock_at_year_start_m2),
        name="stock_cleared_in_year_m2",
        met="w03-cleared-enough",
        unmet="w03-cleared-too-little",
    )


def check_registered(facts: Register, params: Params) -> Iterator[Ruling]:
    """Look for each item's survey, file and disposal plan."""
    gaps = [
        failed(message, {"item": item["item"]})
        for item in facts.stock_land
        for deed, message in DEEDS.items()
        if not done_by(item[deed], params.on)
    ]
    yield from gaps or [passed("w03-registered", {"count": len(facts.stock_land)})]


def check_cleared(facts: Register, params: Params) -> Iterator[Ruling]:
    """Fail each item whose own day has passed before it was cleared."""
    if any(item["clear_by"] is None for item in facts.stock_land):
        yield unknown("stock_land")
    late = [item for item in facts.stock_land if _late(item, params.on)]
    for item in late:
        yield failed("w03-overdue", {"item": item["item"], "due": f"{item['clear_by']}"})
    if not late and all(item["clear_by"] is not None for item in facts.stock_land):
        yield passed("w03-on-time", {"count": len(facts.stock_land)})


def _late(item: Item, on: date) -> bool:
    due = cast("date | None", item["clear_by"])
    if due is None:
        return False
    cleared = item["cleared_on"]
    return (cast(date, cleared) if done_by(cleared, on) else on) > due


LINKED = Obligation("（三）.1", "must", "county", ("assessment",), always, Cleared, check_linked)
REGISTERED = Obligation("（三）.2", "must", "county", ("assessment",), always, Register, check_registered)
CLEARED = Obligation("（三）.3", "must", "county", ("assessment",), always, Register, check_cleared)

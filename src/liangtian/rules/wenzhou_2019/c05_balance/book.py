"""（五）.1–.3 The book of the three indices: held on application, written off on approval, given back otherwise.

Quantity is met with quantity, capacity with capacity, paddy with paddy: no index stands in for another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed
from liangtian.rules.wenzhou_2019.c05_balance.agreed import AGREED, check_agreed
from liangtian.rules.wenzhou_2019.c05_balance.indices import INDICES
from liangtian.rules.wenzhou_2019.c05_balance.owed import Application, booked, owed, source


@dataclass(frozen=True, slots=True)
class Hold(Application):
    available_quantity_m2: Decimal | None
    available_capacity_kg: int | None
    available_paddy_m2: Decimal | None
    supply_agreed_amounts: Rows | None


@dataclass(frozen=True, slots=True)
class WriteOff(Application):
    held_amounts: Rows


@dataclass(frozen=True, slots=True)
class Release:
    kind: str
    balance_path: str | None
    application_outcome: str
    held_amounts: Rows


def check_hold(facts: Hold, params: Params) -> Iterator[Ruling]:
    """Rule on each index: what the pool has at hand covers what is to be held, and so does what was agreed or granted."""
    figures = owed(facts, params)
    if not any(figures.values()):
        yield passed("w05-nothing-to-hold")
        return
    pool = source(facts.kind, facts.balance_path)
    names = {"owner_zh": f"{OWNERS[pool.party][0]}", "owner_en": OWNERS[pool.party][1]}
    for index in INDICES:
        available = getattr(facts, index.available_fact)
        yield index.balance(figures[index.name], available, at_hand=index.available_fact, owner=names, parcels=())
    if facts.kind == "single-site" and facts.balance_path in AGREED:
        yield from check_agreed(facts.supply_agreed_amounts, booked(facts, params))


def post_hold(facts: Hold, params: Params) -> Iterator[Posting]:
    """Set aside, in the pool of whoever supplies it, what is owed."""
    due = booked(facts, params)
    if not any(due.values()):
        return
    pool = source(facts.kind, facts.balance_path)
    for index, amount in due.items():
        yield from move(index, amount, from_=pool, to=Pocket(pool.party, "held"))


def check_write_off(facts: WriteOff, params: Params) -> Iterator[Ruling]:
    """Rule on each index: what is held covers what is written off."""
    due, held = booked(facts, params), amounts(facts.held_amounts, BALANCE)
    if not any((*due.values(), *held.values())):
        yield passed("w05-nothing-to-hold")
        return
    source(facts.kind, facts.balance_path)
    for index, amount in due.items():
        yield compared_amounts(
            held[index], ">=", amount, index=index, name="held_amounts", met="w05-held", unmet="w05-not-held"
        )


def post_write_off(facts: WriteOff, params: Params) -> Iterator[Posting]:
    """Write off what is owed; what was held beyond it goes back."""
    due, held = booked(facts, params), amounts(facts.held_amounts, BALANCE)
    if not any((*due.values(), *held.values())):
        return
    pool = source(facts.kind, facts.balance_path)
    for index, amount in due.items():
        yield from move(index, amount, from_=Pocket(pool.party, "held"), to=Pocket(pool.party, "used"))
        yield from move(index, held[index] - amount, from_=Pocket(pool.party, "held"), to=pool)


def check_release(facts: Release, params: Params) -> Iterator[Ruling]:
    """Give back only what was held for an application that came to nothing."""
    source(facts.kind, facts.balance_path)
    if facts.application_outcome == "approved":
        yield failed("w05-release-approved")
    else:
        yield passed("w05-released")


def post_release(facts: Release, params: Params) -> Iterator[Posting]:
    """Undo the hold."""
    pool = source(facts.kind, facts.balance_path)
    for index, amount in amounts(facts.held_amounts, BALANCE).items():
        yield from move(index, amount, from_=Pocket(pool.party, "held"), to=pool)


OWNERS = {
    "unit": ("建设单位", "the construction unit"),
    "provider": ("补充耕地提供方", "the provider of the compensating land"),
    "province": ("国家、省统筹", "national or provincial pooling"),
    "county": ("县级政府（管委会）", "the county government or zone committee"),
}
_takes_farmland = only_for("kind", "batch", "single-site", "village")

HOLD = Obligation("（五）.1", "must", "county", ("hold",), _takes_farmland, Hold, check_hold, post_hold)
WRITE_OFF = Obligation(
    "（五）.2", "must", "county", ("approval",), _takes_farmland, WriteOff, check_write_off, post_write_off
)
RELEASE = Obligation("（五）.3", "must", "county", ("release",), _takes_farmland, Release, check_release, post_release)

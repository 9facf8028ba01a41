"""（八）.6 A promise not kept in time is deducted from the place's own indices, each down to nought; the rest is arrears.

One entry: the reserve pays what it has, the debt falls by that, and what is left of the debt moves into arrears.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.clause import FactMissing, Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, not_applicable


@dataclass(frozen=True, slots=True)
class Default:
    commitment_kind: str
    project_completion_on: date | None
    commitment_due_on: date | None
    promised_amounts: Rows
    fulfilled_amounts: Rows
    reserve_amounts: Rows
    deducted_amounts: Rows | None


def due(facts: Default) -> tuple[str, date]:
    """The fact that sets the term, and its day.

    Raises
    ------
    FactMissing : the day is not known
    """
    name = "project_completion_on" if facts.commitment_kind == "infrastructure" else "commitment_due_on"
    day: date | None = getattr(facts, name)
    if day is None:
        raise FactMissing(name)
    return name, day


def is_over(facts: Default, on: date) -> bool:
    """Infrastructure is late on the day it is completed, 补改结合 on the day after the last."""
    name, day = due(facts)
    return on >= day if name == "project_completion_on" else on > day


def shortfall(facts: Default) -> dict[str, tuple[int, int]]:
    """Index → what is not supplied, and the part of it that the reserve can pay."""
    promised, done, reserve = (
        amounts(rows, BALANCE) for rows in (facts.promised_amounts, facts.fulfilled_amounts, facts.reserve_amounts)
    )
    owed = {index: max(0, promised[index] - done[index]) for index in BALANCE}
    return {index: (amount, min(amount, max(0, reserve[index]))) for index, amount in owed.items()}


def check_default(facts: Default, params: Params) -> Iterator[Ruling]:
    """Say what is deducted of each index; what the book shows deducted is that and no other amount."""
    if not is_over(facts, params.on):
        yield not_applicable(*due(facts))
        return
    booked = None if facts.deducted_amounts is None else amounts(facts.deducted_amounts, BALANCE)
    for index, (owed, deducted) in shortfall(facts).items():
        yield compared_amounts(
            deducted if booked is None else booked[index],
            "=",
            deducted,
            index=index,
            name="deducted_amounts",
            met="w08-deducted",
            unmet="w08-deducted-wrong",
            params={"owed": f"{owed:,}", "arrears": f"{owed - deducted:,}"},
        )


def post_default(facts: Default, params: Params) -> Iterator[Posting]:
    """Deduct, and carry what is left into arrears."""
    for index, (owed, deducted) in shortfall(facts).items():
        committed = Pocket("county", "committed")
        yield from move(index, deducted, from_=Pocket("county", "reserve"), to=Pocket("county", "used"))
        yield from move(index, deducted, from_=committed, to=Pocket("outside", "outside"))
        yield from move(index, owed - deducted, from_=committed, to=Pocket("county", "arrears"))


OBLIGATION = Obligation(
    "（八）.6",
    force="must",
    who="city",
    events=("commitment-due",),
    applies=always,
    facts=Default,
    check=check_default,
    post=post_default,
)

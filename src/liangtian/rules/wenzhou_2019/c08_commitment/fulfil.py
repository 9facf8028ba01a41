"""（八）.5 A promise is kept from the place's reserve: what is supplied is written off and the debt falls by as much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.clause import FactMissing, Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Fulfilment:
    commitment_state: str
    supplied_amounts: Rows
    promised_amounts: Rows | None
    fulfilled_amounts: Rows | None
    arrears_amounts: Rows | None


def outstanding(facts: Fulfilment) -> dict[str, int]:
    """Index → what is still owed: the arrears, or what is promised and not yet supplied.

    Raises
    ------
    FactMissing : the table that states it is not given
    """
    names = ("arrears_amounts",) if facts.commitment_state == "arrears" else ("promised_amounts", "fulfilled_amounts")
    missing = [name for name in names if getattr(facts, name) is None]
    if missing:
        raise FactMissing(*missing)
    if facts.commitment_state == "arrears":
        return amounts(facts.arrears_amounts or (), BALANCE)
    done = amounts(facts.fulfilled_amounts or (), BALANCE)
    return {index: amount - done[index] for index, amount in amounts(facts.promised_amounts or (), BALANCE).items()}


def check_fulfilment(facts: Fulfilment, params: Params) -> Iterator[Ruling]:
    """Rule on each index: no more is supplied than is owed, so that nothing is lost."""
    owed = outstanding(facts)
    for index, supplied in amounts(facts.supplied_amounts, BALANCE).items():
        yield compared_amounts(
            supplied,
            "<=",
            owed[index],
            index=index,
            name="supplied_amounts",
            met="w08-supplied",
            unmet="w08-supplied-beyond",
        )


def post_fulfilment(facts: Fulfilment, params: Params) -> Iterator[Posting]:
    """Write off the indices and lower the debt, committed or in arrears."""
    for index, amount in amounts(facts.supplied_amounts, BALANCE).items():
        yield from move(index, amount, from_=Pocket("county", "reserve"), to=Pocket("county", "used"))
        yield from move(index, amount, from_=Pocket("county", facts.commitment_state), to=Pocket("outside", "outside"))


OBLIGATION = Obligation(
    "（八）.5",
    force="must",
    who="county",
    events=("fulfilment",),
    applies=always,
    facts=Fulfilment,
    check=check_fulfilment,
    post=post_fulfilment,
)

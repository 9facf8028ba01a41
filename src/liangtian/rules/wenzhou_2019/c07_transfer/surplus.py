"""（七）.2–.3 Linkage surplus circulates in the whole province; town housing and commerce use it before plan quota."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import Rows, amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, declared, not_applicable
from liangtian.rules.wenzhou_2019.c07_transfer.apply import paid


@dataclass(frozen=True, slots=True)
class Circulation:
    other_party_in_province: bool
    transfer_amounts: Rows
    transfer_proceeds_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Priority:
    land_use: str
    new_construction_m2: Decimal
    linkage_surplus_available_m2: Decimal
    uses_linkage_surplus_m2: Decimal


def check_circulates(facts: Circulation, params: Params) -> Iterator[Ruling]:
    """Stop at the province's border."""
    yield declared(
        "other_party_in_province",
        facts.other_party_in_province,
        met="w07-inside-province",
        unmet="w07-outside-province",
    )


def post_surplus(facts: Circulation, params: Params) -> Iterator[Posting]:
    """Move surplus and money at once."""
    amount = amounts(facts.transfer_amounts, ("linkage_m2",))["linkage_m2"]
    yield from move("linkage_m2", amount, from_=Pocket("provider", "reserve"), to=Pocket("buyer", "reserve"))
    yield from paid(facts.transfer_proceeds_yuan)


def check_comes_first(facts: Priority, params: Params) -> Iterator[Ruling]:
    """Ask for as much surplus as there is, up to the new land: plan quota only covers the rest."""
    if facts.land_use not in params.names("surplus_first_uses"):
        yield not_applicable("land_use", facts.land_use)
        return
    yield compared(
        facts.uses_linkage_surplus_m2,
        ">=",
        min(facts.new_construction_m2, facts.linkage_surplus_available_m2),
        name="uses_linkage_surplus_m2",
        met="w07-surplus-first",
        unmet="w07-surplus-left",
    )


CIRCULATES = Obligation(
    "（七）.2",
    force="may",
    who="county",
    events=("transfer-in",),
    applies=only_for("transfer_good", "linkage"),
    facts=Circulation,
    check=check_circulates,
    post=post_surplus,
)
COMES_FIRST = Obligation(
    "（七）.3",
    force="should",
    who="county",
    events=("approval",),
    applies=only_for("kind", "batch"),
    facts=Priority,
    check=check_comes_first,
)

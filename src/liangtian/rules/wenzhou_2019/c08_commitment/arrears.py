"""（八）.7 A place in arrears balances nothing more by commitment until they are settled; all else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Arrears:
    arrears_amounts: Rows


def check_arrears(facts: Arrears, params: Params) -> Iterator[Ruling]:
    """Rule on each index: none is in arrears."""
    for index, amount in amounts(facts.arrears_amounts, BALANCE).items():
        yield compared_amounts(
            amount, "=", 0, index=index, name="arrears_amounts", met="w08-no-arrears", unmet="w08-arrears"
        )


OBLIGATION = Obligation(
    "（八）.7",
    force="must",
    who="county",
    events=("commitment",),
    applies=always,
    facts=Arrears,
    check=check_arrears,
)

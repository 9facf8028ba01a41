"""（五） What another provides for a separate site rests on its agreement, or on the province's document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from liangtian.policy.amounts import BALANCE, Rows, amounts, compared_amounts
from liangtian.policy.ruling import Ruling, unknown

AGREED = ("transfer", "pooling")  # the ways of balancing that draw on what another provides


def check_agreed(supplied: Rows | None, due: Mapping[str, int]) -> Iterator[Ruling]:
    """Rule on each index due: what was agreed or granted covers it."""
    if supplied is None:
        yield unknown("supply_agreed_amounts")
        return
    agreed = amounts(supplied, BALANCE)
    for index, amount in due.items():
        if amount:
            yield compared_amounts(
                agreed[index], ">=", amount, index=index, name="supply_agreed_amounts",
                met="w05-agreed", unmet="w05-agreed-short",
            )  # fmt: skip

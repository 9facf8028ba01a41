"""Parameters as they are kept: numbers are text, so that they stay exact."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian.planning.network import Need


def number(asked: Mapping[str, Any], name: str) -> Fraction | None:
    """A parameter as an exact number; None: not given.

    Examples
    --------
    >>> number({"gap_m": "0.2"}, "gap_m"), number({"gap_m": ""}, "gap_m"), number({}, "gap_m")
    (Fraction(1, 5), None, None)
    """
    value = asked.get(name)
    return None if value in (None, "") else Fraction(Decimal(str(value)))


def needed(asked: Mapping[str, Any]) -> Need:
    """What a design has to reach."""
    budget = number(asked, "budget_yuan")
    return Need.of(
        number(asked, "block_mu") or Fraction(1000),
        count=int(asked.get("count") or 1),
        gain_mu=number(asked, "gain_mu") or Fraction(0),
        budget_fen=None if budget is None else int(budget * 100),
    )

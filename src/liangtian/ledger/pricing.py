"""What amounts are worth: areas are priced by the mu, what is counted in kilograms by the kilogram."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from liangtian import units
from liangtian.ledger.indices import indices


def worth_fen(amounts: Mapping[str, int], prices: Mapping[str, Fraction]) -> int:
    """Price amounts of the indices, rounded half-up once.

    Parameters
    ----------
    prices : index → yuan per mu, per kg where the index is counted in kg; an index without amount needs none

    Examples
    --------
    >>> worth_fen({"quantity_m2": 2000, "capacity_kg": 10}, {"quantity_m2": Fraction(200_000), "capacity_kg": Fraction(3, 2)})
    60001500
    """
    yuan = Fraction(0)
    for index, amount in amounts.items():
        if amount:
            yuan += amount * (prices[index] if indices()[index].unit == "kg" else prices[index] / units.MU_M2)
    return int(units.round_half_up(yuan * 100))

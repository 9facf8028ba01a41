"""What amounts are worth at prices by the mu and by the kg, and the dated provincial price they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.errors import ParameterMissing
from liangtian.ledger import pricing
from liangtian.policy.values import Parameter
from liangtian_web.people.models import Place
from liangtian_web.rulebook.queries import documents_on, keys_of, values_known

PER_MU = "wenzhou-2019（六）.transfer_price_yuan_per_mu"
PER_KG = "wenzhou-2019（六）.transfer_price_yuan_per_kg"


def worth_fen(amounts: Mapping[str, int], prices: Mapping[str, str]) -> int:
    """Price amounts at what was agreed, as the clauses do it.

    Parameters
    ----------
    prices : index → yuan per mu, per kg where the index is counted in kg

    Examples
    --------
    >>> worth_fen({"quantity_m2": 2000, "capacity_kg": 10}, {"quantity_m2": "200000", "capacity_kg": "1.50"})
    60001500
    """
    return pricing.worth_fen(amounts, {index: Fraction(Decimal(price)) for index, price in prices.items()})


@dataclass(frozen=True, slots=True)
class Provincial:
    """The provincial transfer price of an index on a day, yuan per mu or kg, and the value it comes from."""

    yuan: Fraction
    value: Parameter

    @property
    def text(self) -> str:
        """To the fen."""
        return f"{units.round_half_up(self.yuan, 2):,}"


def provincial_prices(place: Place, on: date) -> dict[str, Provincial]:
    """Index → the provincial price in force at a place; nothing where no adopted document sets one.

    A price of nought is none: what is priced with the land is not priced apart.
    """
    if "wenzhou-2019" not in documents_on(place, on):
        return {}
    found: dict[str, Provincial] = {}
    values, (key, *within) = values_known(), keys_of(place)
    for name in (PER_MU, PER_KG):
        try:
            value = values.resolve(name, on=on, place=key, within=tuple(within))
        except ParameterMissing:
            continue
        table = value.table if name == PER_MU else {"capacity_kg": value.number}
        found |= {index: Provincial(yuan, value) for index, yuan in table.items() if yuan}
    return found


def above(prices: Mapping[str, str], provincial: Mapping[str, Provincial]) -> tuple[str, ...]:
    """The indices priced above the provincial price."""
    return tuple(
        index
        for index, price in prices.items()
        if index in provincial and Fraction(Decimal(price)) > provincial[index].yuan
    )

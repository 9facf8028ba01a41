"""（五） The three indices of the balance, and the comparison of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.finding import Outcome
from liangtian.policy.ruling import Ruling, compared, passed


@dataclass(frozen=True, slots=True)
class Index:
    """One of the three indices, in the words of the text, with the facts that state it."""

    name: str
    zh: str
    en: str
    unit: str
    required_fact: str
    available_fact: str

    def balance(
        self,
        required: Decimal | int | None,
        available: Decimal | int | None,
        *,
        held: int = 0,
        at_hand: str,
        owner: Mapping[str, str],
        parcels: tuple[str, ...],
    ) -> Ruling:
        """Compare what the owner has at hand with what it owes; `at_hand` is the fact that states the former.

        What is held for the application counts beside what is free. It was held in whole units, so where anything is
        held the debt is taken as the book takes it, half-up.
        """
        words = {"index_zh": self.zh, "index_en": self.en, **owner}
        if required is None:
            named = {**words, "fact": self.required_fact}
            return Ruling(Outcome.UNKNOWN, "w05-owed-unknown", named, missing=(self.required_fact,))
        if required == 0:
            return passed("w05-none-owed", words)
        owed = int(units.round_half_up(Fraction(required))) if held else required
        if available is None and held < owed:
            return Ruling(Outcome.UNKNOWN, "w05-at-hand-unknown", {**words, "fact": at_hand})
        return compared(
            (available or 0) + held,
            ">=",
            owed,
            name=at_hand,
            unit=self.unit,
            met=f"w05-enough-{self.unit}",
            unmet=f"w05-short-{self.unit}",
            params=words,
            parcels=parcels,
        )


INDICES = (
    Index("quantity_m2", "耕地数量", "farmland quantity", "m2", "farmland_quantity_m2", "available_quantity_m2"),
    Index("capacity_kg", "粮食产能", "grain capacity", "kg", "capacity_kg", "available_capacity_kg"),
    Index("paddy_m2", "水田规模", "paddy", "m2", "paddy_m2", "available_paddy_m2"),
)

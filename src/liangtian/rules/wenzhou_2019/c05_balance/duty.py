"""（五）.1–.2 Three indices balanced: by the construction unit, or by each place that batch land lies in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed, unknown


@dataclass(frozen=True, slots=True)
class UnitBalance:
    farmland_quantity_m2: Decimal | None
    capacity_kg: int | None
    paddy_m2: Decimal | None
    farmland_parcels: tuple[str, ...] | None
    available_quantity_m2: Decimal | None
    available_capacity_kg: int | None
    available_paddy_m2: Decimal | None


@dataclass(frozen=True, slots=True)
class PlaceBalance:
    required_by_place: tuple[Mapping[str, Decimal | int | None], ...]
    available_by_place: tuple[Mapping[str, Decimal | int | None], ...] | None
    available_quantity_m2: Decimal | None
    available_capacity_kg: int | None
    available_paddy_m2: Decimal | None


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
        self, required: Decimal | int | None, available: Decimal | int | None, *, at_hand: str, owner: Mapping[str, str]
    ) -> Ruling:
        """Compare what the owner has at hand with what it owes; `at_hand` is the fact that states the former."""
        words = {"index_zh": self.zh, "index_en": self.en, **owner}
        if required is None:
            return unknown(self.required_fact)
        if required == 0:
            return passed("w05-none-owed", words)
        if available is None:
            return unknown(at_hand)
        return compared(
            available,
            ">=",
            required,
            name=at_hand,
            unit=self.unit,
            met=f"w05-enough-{self.unit}",
            unmet=f"w05-short-{self.unit}",
            params=words,
        )


INDICES = (
    Index("quantity_m2", "耕地数量", "farmland quantity", "m2", "farmland_quantity_m2", "available_quantity_m2"),
    Index("capacity_kg", "粮食产能", "grain capacity", "kg", "capacity_kg", "available_capacity_kg"),
    Index("paddy_m2", "水田规模", "paddy", "m2", "paddy_m2", "available_paddy_m2"),
)

UNIT = {"owner_zh": "建设单位", "owner_en": "the construction unit"}


def check_unit(facts: UnitBalance, params: Params) -> Iterator[Ruling]:
    """Rule on each index of the whole site."""
    for index in INDICES:
        required, available = getattr(facts, index.required_fact), getattr(facts, index.available_fact)
        yield index.balance(required, available, at_hand=index.available_fact, owner=UNIT)


def check_places(facts: PlaceBalance, params: Params) -> Iterator[Ruling]:
    """Rule on each index of each place the land lies in; a place alone may state its book without a table."""
    if not facts.required_by_place:
        yield passed("w05-nothing-taken")
    tables = {row["place"]: row for row in facts.available_by_place or ()}
    alone = len(facts.required_by_place) == 1 and not tables
    for row in facts.required_by_place:
        owner = {"owner_zh": f"{row['place']}", "owner_en": f"{row['place']}"}
        for index in INDICES:
            at_hand = index.available_fact if alone else "available_by_place"
            available = getattr(facts, at_hand) if alone else tables.get(row["place"], {}).get(index.name)
            yield index.balance(row[index.name], available, at_hand=at_hand, owner=owner)


BY_UNIT = Obligation(
    "（五）.1",
    force="must",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site", "village"),
    facts=UnitBalance,
    check=check_unit,
)
BY_PLACE = Obligation(
    "（五）.2",
    force="must",
    who="county",
    events=("check", "approval"),
    applies=only_for("kind", "batch"),
    facts=PlaceBalance,
    check=check_places,
)

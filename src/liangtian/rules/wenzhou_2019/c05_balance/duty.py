"""（五）.4–.5 Three indices balanced: by the construction unit, or by each place that batch land lies in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.amounts import BALANCE, Rows, amounts
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, passed
from liangtian.rules.wenzhou_2019.c05_balance.indices import INDICES


@dataclass(frozen=True, slots=True)
class UnitBalance:
    farmland_quantity_m2: Decimal | None
    capacity_kg: int | None
    paddy_m2: Decimal | None
    farmland_parcels: tuple[str, ...] | None
    available_quantity_m2: Decimal | None
    available_capacity_kg: int | None
    available_paddy_m2: Decimal | None
    held_amounts: Rows | None
    committed_amounts: Rows | None


@dataclass(frozen=True, slots=True)
class PlaceBalance:
    required_by_place: tuple[Mapping[str, Decimal | int | None], ...]
    farmland_parcels: tuple[str, ...] | None
    available_by_place: tuple[Mapping[str, Decimal | int | None], ...] | None
    available_quantity_m2: Decimal | None
    available_capacity_kg: int | None
    available_paddy_m2: Decimal | None
    held_amounts: Rows | None
    committed_amounts: Rows | None


def _spoken_for(facts: UnitBalance | PlaceBalance) -> dict[str, int]:
    """Index → what is held for the application or, by （八）, promised for later."""
    return amounts((*(facts.held_amounts or ()), *(facts.committed_amounts or ())), BALANCE)


UNIT = {"owner_zh": "建设单位", "owner_en": "the construction unit"}


def check_unit(facts: UnitBalance, params: Params) -> Iterator[Ruling]:
    """Rule on each index of the whole site."""
    parcels = facts.farmland_parcels or ()
    held = _spoken_for(facts)
    for index in INDICES:
        required, available = getattr(facts, index.required_fact), getattr(facts, index.available_fact)
        yield index.balance(
            required,
            available,
            held=held[index.name],
            at_hand=index.available_fact,
            owner=UNIT,
            parcels=parcels,
        )


def check_places(facts: PlaceBalance, params: Params) -> Iterator[Ruling]:
    """Rule on each index of each place the land lies in; a place alone may state its book without a table.

    What is held or promised stands in the book of the place the case is asked for.
    """
    if not facts.required_by_place:
        yield passed("w05-nothing-taken")
    tables = {row["place"]: row for row in facts.available_by_place or ()}
    alone = len(facts.required_by_place) == 1 and not tables
    # The parcels are not split by place: they are named only where all of them lie in one.
    parcels = (facts.farmland_parcels or ()) if len(facts.required_by_place) == 1 else ()
    held = _spoken_for(facts)
    for row in facts.required_by_place:
        own = held if row["place"] == params.place else {}
        owner = {"owner_zh": f"{row['place']}", "owner_en": f"{row['place']}"}
        for index in INDICES:
            at_hand = index.available_fact if alone else "available_by_place"
            available = getattr(facts, at_hand) if alone else tables.get(row["place"], {}).get(index.name)
            yield index.balance(
                row[index.name],
                available,
                held=own.get(index.name, 0),
                at_hand=at_hand,
                owner=owner,
                parcels=parcels,
            )


BY_UNIT = Obligation(
    "（五）.4",
    force="must",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site", "village"),
    facts=UnitBalance,
    check=check_unit,
)
BY_PLACE = Obligation(
    "（五）.5",
    force="must",
    who="county",
    events=("check", "approval"),
    applies=only_for("kind", "batch"),
    facts=PlaceBalance,
    check=check_places,
)

"""前言 Targets of the city: farmland and permanent basic farmland to be kept.

They are the whole city's: its counties' shares are set elsewhere, so only the city is measured against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Intent, Obligation, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared

WAN = 10_000


@dataclass(frozen=True, slots=True)
class Farmland:
    farmland_kept_m2: Decimal


@dataclass(frozen=True, slots=True)
class BasicFarmland:
    basic_farmland_kept_m2: Decimal


def check_farmland(facts: Farmland, params: Params) -> Iterator[Ruling]:
    """Compare the farmland kept with its target, exactly."""
    yield compared(
        facts.farmland_kept_m2,
        ">=",
        params.farmland_min_wan_mu * WAN * units.MU_M2,
        name="farmland_kept_m2",
        met="w00-farmland-kept",
        unmet="w00-farmland-short",
    )


def check_basic_farmland(facts: BasicFarmland, params: Params) -> Iterator[Ruling]:
    """Compare the permanent basic farmland kept with its target, exactly."""
    yield compared(
        facts.basic_farmland_kept_m2,
        ">=",
        params.basic_farmland_min_wan_mu * WAN * units.MU_M2,
        name="basic_farmland_kept_m2",
        met="w00-basic-kept",
        unmet="w00-basic-short",
    )


PURPOSE = NotComputed(
    zh="说明目的和依据（中发〔2017〕4号、浙委发〔2018〕10号），由后文各条落实",
    en="It states purpose and basis (中发〔2017〕4号, 浙委发〔2018〕10号); the clauses after it carry them out",
)
SUPPLY = NotComputed(
    zh="节约集约用地和要素保障的方向，由（一）（三）等条落实",
    en="A direction on thrift in land and on its supply; clauses such as （一） and （三） carry it out",
)

OBLIGATIONS = (
    Intent("前言.1", force="must", who="city", reason=PURPOSE),
    Obligation(
        "前言.2",
        force="must",
        who="city",
        events=("assessment",),
        applies=only_for("assessed_level", "city"),
        facts=Farmland,
        check=check_farmland,
    ),
    Obligation(
        "前言.3",
        force="must",
        who="city",
        events=("assessment",),
        applies=only_for("assessed_level", "city"),
        facts=BasicFarmland,
        check=check_basic_farmland,
    ),
    Intent("前言.4", force="must", who="city", reason=SUPPLY),
)

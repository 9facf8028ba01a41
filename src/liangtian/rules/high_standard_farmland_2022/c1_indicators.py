"""（指标）Soil deep enough, little ground lost to field works, fields reached by roads, works that last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Relation, Ruling, compared


@dataclass(frozen=True, slots=True)
class Soil:
    soil_layer_cm: Decimal
    plough_layer_cm: Decimal


@dataclass(frozen=True, slots=True)
class Works:
    recognised_terrain: str
    facility_share: Decimal
    road_access_share: Decimal
    works_design_years: int


def check_soil(facts: Soil, params: Params) -> Iterator[Ruling]:
    """Compare both layers with their least depth."""
    yield _layer("soil_layer_cm", facts.soil_layer_cm, params.soil_layer_min_cm)
    yield _layer("plough_layer_cm", facts.plough_layer_cm, params.plough_layer_min_cm)


def check_works(facts: Works, params: Params) -> Iterator[Ruling]:
    """Compare the share of field works, the share of fields a road reaches, and the life of the works."""
    access = params.table("road_access_min")[facts.recognised_terrain]
    yield _percent("facility_share", facts.facility_share, "<=", params.facility_share_max, "hs22-ground")
    yield _percent("road_access_share", facts.road_access_share, ">=", access, "hs22-roads")
    yield compared(
        facts.works_design_years,
        ">=",
        params.design_years_min,
        name="works_design_years",
        unit="year",
        met="hs22-life",
        unmet="hs22-life-not",
    )


def _layer(name: str, depth: Decimal, least: Fraction) -> Ruling:
    met, unmet = ("hs22-soil", "hs22-soil-not") if name == "soil_layer_cm" else ("hs22-plough", "hs22-plough-not")
    return compared(depth, ">=", least, name=name, unit="cm", met=met, unmet=unmet)


def _percent(name: str, share: Decimal, relation: Relation, required: Fraction, message: str) -> Ruling:
    return compared(share * 100, relation, required * 100, name=name, unit="%", met=message, unmet=f"{message}-not")


OBLIGATIONS = (
    Obligation("（指标）.1", "should", "county", ("recognition",), always, Soil, check_soil),
    Obligation("（指标）.2", "should", "county", ("recognition",), always, Works, check_works),
)

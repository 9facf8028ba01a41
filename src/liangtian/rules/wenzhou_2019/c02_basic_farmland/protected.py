"""（二） The two protected layers, as facts and as the messages name them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from liangtian import units


@dataclass(frozen=True, slots=True)
class Protected:
    kind: str
    basic_farmland_overlap_m2: Decimal | None
    basic_farmland_touching_m2: Decimal | None
    basic_farmland_parcels: tuple[str, ...] | None
    demonstration_zone_overlap_m2: Decimal | None
    demonstration_zone_touching_m2: Decimal | None
    demonstration_zone_parcels: tuple[str, ...] | None
    major_project: bool | None
    occupation_demonstrated: bool | None
    changes_basic_farmland: bool | None
    layout_adjustment_examined: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """One of the two protected layers, as the messages name it."""

    fact: str
    zh: str
    en: str
    overlap_m2: Decimal | None
    touching_m2: Decimal | None
    parcels: tuple[str, ...]

    def words(self) -> dict[str, str]:
        return {
            "line_zh": self.zh,
            "line_en": self.en,
            "overlap": units.display_area(self.overlap_m2 or 0, "m2"),
            "overlap_mu": units.display_area(self.overlap_m2 or 0, "mu"),
            "touching": units.display_area(self.touching_m2 or 0, "m2"),
        }


def lines(facts: Protected) -> tuple[Line, Line]:
    return (
        Line(
            "basic_farmland_overlap_m2",
            "永久基本农田",
            "permanent basic farmland",
            facts.basic_farmland_overlap_m2,
            facts.basic_farmland_touching_m2,
            facts.basic_farmland_parcels or (),
        ),
        Line(
            "demonstration_zone_overlap_m2",
            "永久基本农田示范区",
            "the demonstration zone of permanent basic farmland",
            facts.demonstration_zone_overlap_m2,
            facts.demonstration_zone_touching_m2,
            facts.demonstration_zone_parcels or (),
        ),
    )

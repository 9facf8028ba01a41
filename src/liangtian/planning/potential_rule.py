"""What the survey of potential goes by: dated values of several documents, and the obligation each answer cites."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from liangtian.planning.potential import NEW_FARMLAND

RESTORED = "haining-2021一（三）.2"
SUITED, ENCOURAGED = "wenzhou-2019（九）.2", "wenzhou-2019（九）.3"
DRY, GENTLE, OUTSIDE_FOREST = "wenzhou-2019（九）.4", "wenzhou-2019（九）.5", "wenzhou-2019（九）.6"
SHRINKS = "wenzhou-2019（一）.9"
QUALITY = "wenzhou-2019（十二）.2"
DISUSED = "facility-land-2019（恢复）.1"
STEEP, OUTSIDE_ZONES = "zhejiang-consolidation-2018（选址）.1", "zhejiang-consolidation-2018（选址）.2"
LEAST = "liangtian-2026（设计）"
GIVEN = "liangtian-2026（潜力）"

SLOPE_LIMITS_DEG = (Fraction(2), Fraction(6), Fraction(15), Fraction(25))
"""Upper limits of slope grades 1 to 4, inclusive."""

RECLAIMED = ("mining", "reclaim")
"""Kinds that open up ground (垦造): the limits of slope and the rule on forest reach them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A layer whose ground is taken out of candidates of some kinds, under a rule."""

    layer: str
    rule: str
    kinds: tuple[str, ...]


LINES = (
    Line("STBHHX", OUTSIDE_ZONES, NEW_FARMLAND),
    Line("SYBHQ", OUTSIDE_ZONES, NEW_FARMLAND),
    Line("EDLD", OUTSIDE_FOREST, RECLAIMED),
    Line("FZLD", OUTSIDE_FOREST, RECLAIMED),
)


@dataclass(frozen=True, slots=True)
class PotentialRule:
    """The values in force; classes and kinds of sites as their clauses have them.

    Attributes
    ----------
    encouraged, tidal, low_hills, disused : kinds of sites (DKLX); `tidal` are some of `encouraged`
    settlements : CZCSXM that make construction land a village's
    steep_deg, gentle_deg : highest slope of ground reclaimed, and of paddy
    per_person_m2 : construction land of a village above which it is to shrink
    good_grade : worst farmland grade that needs no works
    years : first and last annual survey that dry land must stand in
    covered : least share of a parcel that a survey or an elevation model must cover
    tolerance_m2, least_m2 : overlaps smaller than the one are drawing errors, pieces smaller than the other left alone
    """

    reclaim_classes: tuple[str, ...]
    mining_classes: tuple[str, ...]
    facility_classes: tuple[str, ...]
    village_classes: tuple[str, ...]
    dry_classes: tuple[str, ...]
    water_classes: tuple[str, ...]
    settlements: tuple[str, ...]
    encouraged: tuple[str, ...]
    tidal: tuple[str, ...]
    low_hills: tuple[str, ...]
    disused: tuple[str, ...]
    steep_deg: Fraction
    gentle_deg: Fraction
    water_within_m: Fraction
    per_person_m2: Fraction
    good_grade: int
    years: tuple[int, int]
    covered: Fraction
    tolerance_m2: Fraction
    least_m2: Fraction

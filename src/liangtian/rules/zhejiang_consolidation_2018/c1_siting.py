"""（选址）No ground is developed into farmland above the slope limit or inside zones that the law keeps (第十一条)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, unknown


@dataclass(frozen=True, slots=True)
class Slope:
    reclaimed_slope_max_deg: Decimal


@dataclass(frozen=True, slots=True)
class Zones:
    forbidden_zone_overlaps: tuple[Row, ...]


def develops(case: Case) -> str | None:
    """Reach consolidation projects that develop ground into farmland."""
    return only_for("kind", "consolidation")(case) or only_if("reclaimed_patches")(case)


def check_slope(facts: Slope, params: Params) -> Iterator[Ruling]:
    """Ask for ground no steeper than the limit, the limit itself allowed."""
    yield compared(
        facts.reclaimed_slope_max_deg,
        "<=",
        params.forbid_slope_deg,
        name="reclaimed_slope_max_deg",
        unit="degree",
        met="zj18-slope",
        unmet="zj18-steep",
    )


def check_zones(facts: Zones, params: Params) -> Iterator[Ruling]:
    """Ask for ground outside every kind of zone on the list."""
    rows = [row for row in facts.forbidden_zone_overlaps if row["zone"] in params.names("forbidden_zones")]
    inside = [row["zone"] for row in rows if row["overlap_m2"]]
    if not inside and any(row["overlap_m2"] is None for row in rows):
        yield unknown("forbidden_zone_overlaps")
    else:
        yield none_missing("forbidden_zone_overlaps", inside, met="zj18-outside-zones", unmet="zj18-inside-zones")


OBLIGATIONS = (
    Obligation("（选址）.1", "must", "county", ("approval",), develops, Slope, check_slope),
    Obligation("（选址）.2", "must", "county", ("approval",), develops, Zones, check_zones),
)

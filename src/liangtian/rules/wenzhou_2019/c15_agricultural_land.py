"""（十五）Agricultural land consolidated on settled rights; facility land with site, size and term, not for building."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian.policy.clause import Obligation, always, only_for, only_if
from liangtian.policy.days import day_compared
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, unknown
from liangtian.policy.shapes import on_record, on_record_ruling


@dataclass(frozen=True, slots=True)
class Facility:
    facility_site_planned: bool
    facility_m2: Decimal
    facility_limit_m2: Decimal
    facility_until: date


@dataclass(frozen=True, slots=True)
class Overlap:
    basic_farmland_overlap_m2: Decimal
    basic_farmland_parcels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Uses:
    facility_uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    facility_register: tuple[Row, ...]


def check_facility(facts: Facility, params: Params) -> Iterator[Ruling]:
    """Ask for a planned site, a size within what local rules allow, and a term that ends after today."""
    yield on_record_ruling("facility_site_planned", facts.facility_site_planned)
    size, limit = facts.facility_m2, facts.facility_limit_m2
    yield compared(size, "<=", limit, name="facility_m2", met="w15-size", unmet="w15-too-large")
    yield day_compared(facts.facility_until, ">", params.on, name="facility_until", met="w15-term", unmet="w15-no-term")


def check_basic_farmland(facts: Overlap, params: Params) -> Iterator[Ruling]:
    """Fail on any overlap; a principle, so a recorded reason may stand against it."""
    yield compared(
        facts.basic_farmland_overlap_m2,
        "=",
        0,
        name="basic_farmland_overlap_m2",
        met="w15-basic-clear",
        unmet="w15-basic-taken",
        parcels=facts.basic_farmland_parcels or (),
    )


def check_farm_use(facts: Register, params: Params) -> Iterator[Ruling]:
    """Ask that every facility on the register still serves farming."""
    rows = facts.facility_register
    left = [row["site"] for row in rows if row["in_farm_use"] is False]
    if not left and any(row["in_farm_use"] is None for row in rows):
        yield unknown("facility_register")
    else:
        yield none_missing("facility_register", left, met="w15-farmed", unmet="w15-left-farming")


def check_widened(facts: Uses, params: Params) -> Iterator[Ruling]:
    """Refuse to file as facility land what is construction by the text."""
    built = set(facts.facility_uses) & set(params.names("construction_uses"))
    yield none_missing("facility_uses", built, met="w15-facility-uses", unmet="w15-construction-uses")


def check_approved(facts: Register, params: Params) -> Iterator[Ruling]:
    """Ask for construction approval where a site on the register serves such a use."""
    rows = [row for row in facts.facility_register if row["use"] in params.names("construction_uses")]
    without = [f"{row['site']}（{row['use']}）" for row in rows if row["construction_approved"] is False]
    unclear = [row for row in rows if row["construction_approved"] is None]
    if not without and (unclear or any(row["use"] is None for row in facts.facility_register)):
        yield unknown("facility_register")
    else:
        yield none_missing("facility_register", without, met="w15-approved", unmet="w15-not-approved")


FILED, YEARLY = ("facility",), ("assessment",)
REGISTERED = only_if("facility_register")

OBLIGATIONS = (
    on_record(
        "（十五）.1",
        "land_rights_settled",
        force="must",
        who="project-owner",
        events=("approval",),
        applies=only_for("kind", "consolidation"),
    ),
    Obligation("（十五）.2", "must", "county", FILED, always, Facility, check_facility),
    Obligation("（十五）.3", "principle", "county", FILED, always, Overlap, check_basic_farmland),
    Obligation("（十五）.4", "must", "county", YEARLY, REGISTERED, Register, check_farm_use),
    Obligation("（十五）.5", "must", "county", FILED, always, Uses, check_widened),
    Obligation("（十五）.6", "should", "county", YEARLY, REGISTERED, Register, check_approved),
)

"""（九）Large illegal use or approval of farmland is reported within three working days of being verified.

Without a calendar of holidays only what is in time on any calendar is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian import units
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown
from liangtian.policy.workdays import exceptions_of, working_days

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Occupied:
    satellite_patches: tuple[Row, ...]
    work_calendar: tuple[Row, ...] | None


@dataclass(frozen=True, slots=True)
class Approved:
    illegal_approvals: tuple[Row, ...]
    work_calendar: tuple[Row, ...] | None


def check_occupied(facts: Occupied, params: Params) -> Iterator[Ruling]:
    """Rule on each illegal patch that reaches one of the two sizes."""
    sizes = (params.occupied_basic_mu, params.occupied_other_mu)
    illegal = [row for row in facts.satellite_patches if row["illegal"]]
    rulings = [each for row in illegal for each in _reported(row, "patch", sizes, facts, params)]
    yield from rulings or [not_applicable("satellite_patches", facts.satellite_patches)]


def check_approved(facts: Approved, params: Params) -> Iterator[Ruling]:
    """Rule on each illegal approval that reaches one of the two sizes."""
    sizes = (params.approved_basic_mu, params.approved_other_mu)
    rulings = [each for row in facts.illegal_approvals for each in _reported(row, "approval", sizes, facts, params)]
    yield from rulings or [not_applicable("illegal_approvals", facts.illegal_approvals)]


def _reported(
    row: Row, key: str, sizes: tuple[Fraction, Fraction], facts: Occupied | Approved, params: Params
) -> Iterator[Ruling]:
    table = "satellite_patches" if key == "patch" else "illegal_approvals"
    if row["farmland_m2"] is None or row["basic_farmland_m2"] is None:
        yield unknown(table)
        return
    basic, other = row["basic_farmland_m2"], row["farmland_m2"] - row["basic_farmland_m2"]
    if not (_reaches(basic, sizes[0]) or _reaches(other, sizes[1])):
        return
    yield _in_time(row, key, table, facts.work_calendar, params)


def _in_time(row: Row, key: str, table: str, calendar: tuple[Row, ...] | None, params: Params) -> Ruling:
    verified, reported = row["verified_on"], row["reported_on"]
    if verified is None:
        return unknown(table)
    limit, until = params.report_working_days, min(reported or params.on, params.on)
    days = (until - verified).days
    if days > limit:
        if calendar is None:
            return unknown("work_calendar")
        days = working_days(verified, until, exceptions_of(calendar))
    words = {"name": row[key], "days": days, "limit": int(limit)}
    done = reported is not None and reported <= params.on
    if days > limit:
        return failed("ir12-late" if done else "ir12-not-reported", words)
    return passed("ir12-reported" if done else "ir12-time-left", words)


def _reaches(area_m2: Decimal, size_mu: Fraction) -> bool:
    return Fraction(area_m2) >= size_mu * units.MU_M2


OBLIGATIONS = (
    Obligation(
        "（九）.1",
        force="must",
        who="natural-resources",
        events=("inspection",),
        applies=only_for("inspected", "patches"),
        facts=Occupied,
        check=check_occupied,
    ),
    Obligation(
        "（九）.2",
        force="must",
        who="natural-resources",
        events=("inspection",),
        applies=only_for("inspected", "approvals"),
        facts=Approved,
        check=check_approved,
    ),
)

"""第二条 Supplied land lies idle a full year after it was to be started, or a full year after works that did little stopped.

Little is less than a third of the area to be developed, or less than a quarter of the investment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import done_by, years_after
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

Parcel = Mapping[str, str | bool | Decimal | date | None]


@dataclass(frozen=True, slots=True)
class Supplied:
    supplied_parcels: tuple[Parcel, ...]


def check_idle(facts: Supplied, params: Params) -> Iterator[Ruling]:
    """Name each parcel that lies idle and why."""
    idle: list[Ruling] = []
    for row in facts.supplied_parcels:
        words = {"parcel": str(row["parcel"])}
        if row["start_due_on"] is None or _stopped_unmeasured(row):
            idle.append(unknown("supplied_parcels"))
        elif _unstarted(row, params):
            idle.append(failed("i12-not-started", {**words, "due": f"{row['start_due_on']}"}))
        elif _stopped(row, params):
            idle.append(failed("i12-stopped", {**words, "stopped": f"{row['suspended_on']}"}))
    yield from idle or [passed("i12-none-idle", {"count": len(facts.supplied_parcels)})]


def _unstarted(row: Parcel, params: Params) -> bool:
    due = cast(date, row["start_due_on"])
    return not done_by(row["started_on"], params.on) and params.on >= years_after(due, int(params.idle_years))


def _stopped_unmeasured(row: Parcel) -> bool:
    """Works stopped, but how far they had come is not on record."""
    return row["suspended_on"] is not None and (row["developed_share"] is None or row["invested_share"] is None)


def _stopped(row: Parcel, params: Params) -> bool:
    stopped = row["suspended_on"]
    if not isinstance(stopped, date) or params.on < years_after(stopped, int(params.idle_years)):
        return False
    part = params.table("developed_share_min")
    return (
        Fraction(cast(Decimal, row["developed_share"])) < part["numerator"] / part["denominator"]
        or Fraction(cast(Decimal, row["invested_share"])) < params.invested_share_min
    )


OBLIGATIONS = (Obligation("第二条.1", "must", "construction-unit", ("assessment",), always, Supplied, check_idle),)

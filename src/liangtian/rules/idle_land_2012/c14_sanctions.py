"""第十四条 Land not started for a full year pays a fee; for two full years it is taken back without compensation.

Both leave out land that lies idle because of a government, which 第十二条 deals with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from liangtian import units
from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import done_by, years_after
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

Parcel = Mapping[str, str | bool | Decimal | date | None]


@dataclass(frozen=True, slots=True)
class Supplied:
    supplied_parcels: tuple[Parcel, ...]


def check_fee(facts: Supplied, params: Params) -> Iterator[Ruling]:
    """Ask each parcel idle for one year, and not yet for two, for its fee."""
    yield from _each(facts, params, int(params.fee_years), int(params.recovery_years), _fee)


def check_recovery(facts: Supplied, params: Params) -> Iterator[Ruling]:
    """Ask for each parcel idle for two years to be taken back."""
    yield from _each(facts, params, int(params.recovery_years), None, _recovery)


def _each(
    facts: Supplied, params: Params, first: int, before: int | None, rule: Callable[[Parcel, Params], Ruling | None]
) -> Iterator[Ruling]:
    """Rule on the parcels not started for so many years, for which no government is to blame."""
    found: list[Ruling] = []
    for row in facts.supplied_parcels:
        if row["start_due_on"] is None or row["government_caused"] is None:
            found.append(unknown("supplied_parcels"))
        elif not row["government_caused"] and _unstarted(row, params.on, first, before):
            ruling = rule(row, params)
            found += [ruling] if ruling else []
    yield from found or [passed("i12-sanctions-applied", {"count": len(facts.supplied_parcels)})]


def _unstarted(row: Parcel, on: date, first: int, before: int | None) -> bool:
    due = cast(date, row["start_due_on"])
    return (
        not done_by(row["started_on"], on)
        and on >= years_after(due, first)
        and (before is None or on < years_after(due, before))
    )


def _fee(row: Parcel, params: Params) -> Ruling | None:
    if row["price_yuan"] is None or row["fee_paid_yuan"] is None:
        return unknown("supplied_parcels")
    due = params.idle_fee_share * Fraction(cast(Decimal, row["price_yuan"]))
    paid = Fraction(cast(Decimal, row["fee_paid_yuan"]))
    if paid >= due:
        return None
    words = {"parcel": str(row["parcel"]), "fee": f"{units.round_half_up(due, 2):,}"}
    return failed("i12-fee-unpaid", {**words, "paid": f"{units.round_half_up(paid, 2):,}"})


def _recovery(row: Parcel, params: Params) -> Ruling | None:
    return (
        None if done_by(row["recovered_on"], params.on) else failed("i12-not-recovered", {"parcel": str(row["parcel"])})
    )


OBLIGATIONS = (
    Obligation("第十四条.1", "must", "natural-resources", ("assessment",), always, Supplied, check_fee),
    Obligation("第十四条.2", "must", "county", ("assessment",), always, Supplied, check_recovery),
)

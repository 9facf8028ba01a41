"""第十二条 Land that lies idle because of a government is disposed of by agreement with its user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import done_by, years_after
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

USES = {"idle_years": "idle-land-2012第二条.idle_years"}
Parcel = Mapping[str, str | bool | Decimal | date | None]


@dataclass(frozen=True, slots=True)
class Supplied:
    supplied_parcels: tuple[Parcel, ...]


def check_agreement(facts: Supplied, params: Params) -> Iterator[Ruling]:
    """Look for the agreement on each parcel not started in time because of a government."""
    open_ = []
    for row in facts.supplied_parcels:
        if row["start_due_on"] is None or row["government_caused"] is None:
            open_.append(unknown("supplied_parcels"))
        elif row["government_caused"] and _idle(row, params) and not done_by(row["disposal_agreed_on"], params.on):
            open_.append(failed("i12-no-agreement", {"parcel": str(row["parcel"])}))
    yield from open_ or [passed("i12-agreed")]


def _idle(row: Parcel, params: Params) -> bool:
    return not done_by(row["started_on"], params.on) and params.on >= years_after(
        cast(date, row["start_due_on"]), int(params.idle_years)
    )


OBLIGATIONS = (
    Obligation("第十二条.1", "must", "natural-resources", ("assessment",), always, Supplied, check_agreement),
)

"""（抽查）City and province recheck a share of the projects accepted in the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.lists import Row
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, unknown


@dataclass(frozen=True, slots=True)
class Counties:
    accepted_by_county: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Cities:
    accepted_by_city: tuple[Row, ...]


def check_city(facts: Counties, params: Params) -> Iterator[Ruling]:
    """Ask for the city's share of each county's projects."""
    yield from _rechecked("accepted_by_county", facts.accepted_by_county, params.recheck_city)


def check_province(facts: Cities, params: Params) -> Iterator[Ruling]:
    """Ask for the province's share of each city's projects."""
    yield from _rechecked("accepted_by_city", facts.accepted_by_city, params.recheck_province)


def _rechecked(name: str, rows: tuple[Row, ...], share: Fraction) -> Iterator[Ruling]:
    for row in rows:
        if None in (row["accepted"], row["rechecked"]):
            yield unknown(name)
            continue
        yield compared(
            row["rechecked"],
            ">=",
            share * row["accepted"],
            name=name,
            unit="project",
            met="zj18-rechecked",
            unmet="zj18-recheck-short",
            params={"place": row["place"], "accepted": row["accepted"]},
        )


YEARLY = ("assessment",)
COUNTIES, CITIES = only_if("accepted_by_county"), only_if("accepted_by_city")
OBLIGATIONS = (
    Obligation("（抽查）.1", "must", "city", YEARLY, COUNTIES, Counties, check_city),
    Obligation("（抽查）.2", "must", "province", YEARLY, CITIES, Cities, check_province),
)

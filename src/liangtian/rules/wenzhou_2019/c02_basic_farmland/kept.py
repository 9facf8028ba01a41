"""（二）.4–.6 Illegal occupation is prosecuted and put right; field chiefs; good new farmland enters the reserve library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Obligation, always, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Cases:
    basic_farmland_cases: tuple[Mapping[str, str | bool | date | None], ...]


def check_cases(facts: Cases, params: Params) -> Iterator[Ruling]:
    """Follow each case to its end: filed, put right, counted in the year's assessment."""
    steps = {"filed_on": "w02-case-not-filed", "rectified_on": "w02-case-open"}
    undone = [
        failed(steps.get(step, "w02-case-not-counted"), {"case": row["case"]})
        for row in facts.basic_farmland_cases
        for step in (*steps, "counted_in_assessment")
        if not _done(row[step], params.on)
    ]
    yield from undone or [passed("w02-cases-closed", {"count": len(facts.basic_farmland_cases)})]


def _done(step: str | bool | date | None, on: date) -> bool:
    return step <= on if isinstance(step, date) else bool(step)


CASES = Obligation(
    "（二）.4",
    force="must",
    who="county",
    events=("assessment",),
    applies=always,
    facts=Cases,
    check=check_cases,
)
FIELD_CHIEFS = on_record(
    "（二）.5",
    "field_chiefs_cover_basic_farmland",
    force="explore",
    who="county",
    events=("assessment",),
    applies=always,
)
RESERVE = on_record(
    "（二）.6",
    "in_basic_farmland_reserve",
    force="must",
    who="natural-resources",
    events=("aftercare",),
    applies=only_if("meets_basic_farmland_standard"),
)

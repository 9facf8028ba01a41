"""A duty seen as an obligation: was it done and recorded by its day?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from liangtian.finding import Outcome, Step
from liangtian.policy.clause import Duty, Obligation, always
from liangtian.policy.days import done_by
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of rule, done_on and document: what was done in answer to which duty."""

    duty_records: tuple[Mapping[str, Any], ...]


def as_obligation(duty: Duty, rule: str) -> Obligation[Records]:
    """Give a duty the one check that all duties share.

    A yearly duty answers for the year of the case: done by its day, pass; later, fail. Not done and the day past, fail;
    not yet due, the year before answers first: what was left undone then stays overdue until it is done. A day that
    passed before there was the duty was not missed: the next year's is the first. A duty with one day, not one a year,
    counts whatever was ever recorded.
    """

    def check(facts: Records, params: Params) -> Iterator[Ruling]:
        due = params.value(duty.due)
        done = [
            row["done_on"] for row in facts.duty_records if row["rule"] == rule and done_by(row["done_on"], params.on)
        ]
        if due.unit != "month-day":
            yield _ruling(min(done, default=None), due.day_in(params.on.year), params.on)
            return
        day, before = due.day_in(params.on.year), due.day_in(params.on.year - 1)
        this_year = [each for each in done if each.year == day.year]
        if not this_year and day < due.since:
            yield _ruling(None, due.day_in(day.year + 1), params.on)
            return
        if not this_year and params.on <= day and due.since <= before and not any(d.year == before.year for d in done):
            yield _ruling(None, before, params.on)
        else:
            yield _ruling(min(this_year, default=None), day, params.on)

    return Obligation(duty.id, duty.force, duty.who, ("duty",), always, Records, check)


def _ruling(done: date | None, day: date, on: date) -> Ruling:
    if done is None and on <= day:
        steps = (Step("compare", "on", True, _compared(on, day)),)
        return Ruling(Outcome.NOT_APPLICABLE, "duty-not-due", {"due": day.isoformat()}, steps=steps)
    if done is None:
        steps = (Step("compare", "on", False, _compared(on, day)),)
        return Ruling(Outcome.FAIL, "duty-overdue", {"due": day.isoformat()}, required=day.isoformat(), steps=steps)
    holds = done <= day
    return Ruling(
        Outcome.PASS if holds else Outcome.FAIL,
        "duty-done" if holds else "duty-late",
        {"done": done.isoformat(), "due": day.isoformat()},
        measured=done.isoformat(),
        required=day.isoformat(),
        steps=(Step("compare", "done_on", holds, _compared(done, day)),),
    )


def _compared(measured: date, required: date) -> dict[str, object]:
    return {"measured": measured.isoformat(), "relation": "<=", "required": required.isoformat(), "unit": "date"}

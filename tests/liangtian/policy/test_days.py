from __future__ import annotations

from datetime import date

import pytest

from liangtian.finding import Outcome, Step
from liangtian.policy.days import day_compared, days_after, done_by, years_after


@pytest.mark.parametrize(
    ("relation", "before", "same", "after"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        ("=", False, True, False),
        (">=", False, True, True),
        (">", False, False, True),
    ],
)
def test_days_are_compared_as_the_sentence_reads(relation, before, same, after):
    required = date(2020, 6, 1)
    for day, holds in ((date(2020, 5, 31), before), (required, same), (date(2020, 6, 2), after)):
        ruling = day_compared(day, relation, required, name="built", met="met", unmet="unmet", params={"plan": "G1"})
        assert (ruling.outcome, ruling.message_id) == ((Outcome.PASS, "met") if holds else (Outcome.FAIL, "unmet"))
        assert (ruling.measured, ruling.required) == (day.isoformat(), "2020-06-01")
        words = {"measured": day.isoformat(), "required": "2020-06-01"}
        assert words.items() | {("plan", "G1")} <= ruling.params.items()
        assert ruling.steps == (Step("compare", "built", holds, {**words, "relation": relation, "unit": "date"}),)


def test_years_are_counted_to_the_same_day():
    assert years_after(date(2020, 6, 1), 3) == date(2023, 6, 1)
    assert years_after(date(2020, 2, 29), 4) == date(2024, 2, 29)
    assert years_after(date(2020, 2, 29), 3) == date(2023, 2, 28)


def test_days_never_leave_the_calendar():
    """A term without end is written as its last day."""
    assert years_after(date.max, 3) == days_after(date.max, 30) == date.max
    assert days_after(date(2023, 12, 31), 1) == date(2024, 1, 1)


def test_deed_is_done_on_its_day_and_not_before():
    assert done_by(date(2020, 6, 1), date(2020, 6, 1))
    assert not done_by(date(2020, 6, 2), date(2020, 6, 1))
    assert not done_by(None, date(2020, 6, 1))

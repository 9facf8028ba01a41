"""Working days are counted by the week, corrected by what the calendar says otherwise."""

from __future__ import annotations

from datetime import date

from liangtian.policy.workdays import exceptions_of, working_days

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2024, 6, day) for day in (7, 8, 9, 10))


def test_the_first_day_itself_does_not_count():
    assert working_days(FRIDAY, FRIDAY, {}) == 0
    assert working_days(FRIDAY, MONDAY, {}) == 1


def test_a_weekend_counts_only_where_it_is_worked():
    assert working_days(FRIDAY, SUNDAY, {}) == 0
    assert working_days(FRIDAY, SUNDAY, {SATURDAY: True, SUNDAY: True}) == 2


def test_a_holiday_on_a_weekday_does_not_count():
    assert working_days(FRIDAY, MONDAY, {MONDAY: False}) == 0


def test_what_the_calendar_says_of_other_days_is_left_aside():
    assert working_days(FRIDAY, MONDAY, {FRIDAY: False, date(2024, 6, 11): False}) == 1


def test_a_calendar_that_repeats_the_week_changes_nothing():
    assert working_days(FRIDAY, MONDAY, {SATURDAY: False, MONDAY: True}) == 1


def test_a_row_of_the_calendar_that_lacks_its_day_or_its_answer_says_nothing():
    rows = [{"day": MONDAY, "works": False}, {"day": None, "works": False}, {"day": SATURDAY, "works": None}]
    assert exceptions_of(rows) == {MONDAY: False}

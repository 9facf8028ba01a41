"""Duties: done by their day, late, overdue, not yet due; what was left undone stays overdue."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest

from liangtian.policy.clause import Case, Duty
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import parameter

RULE = "law-1（一）.1"


def rulebook(value, unit):
    module = ModuleType("liangtian.rules.haining_2021.invented", "（一）An invented clause.")
    module.OBLIGATIONS = (Duty("（一）.1", "must", "county", "report_due"),)
    document = Document("law-1", "", "", date(2020, 6, 1), "liangtian.rules.haining_2021", {"（一）": module})
    block = {"since": date(2020, 6, 1), "value": value, "unit": unit, "status": "ours", "source": "law-1（一）"}
    values = Parameters({}).with_values([parameter("law-1（一）.report_due", block)])
    return Rulebook({"law-1": document}, values)


def asked(book, on, *done):
    records = tuple({"rule": RULE, "done_on": day, "document": ""} for day in done)
    (finding,) = book.evaluate(Case(on, "339901", "duty", {"duty_records": records}))
    return finding.outcome.value, finding.message_id


YEARLY = rulebook("11-30", "month-day")
ONCE = rulebook(date(2021, 12, 31), "date")


@pytest.mark.parametrize(
    ("on", "done", "outcome"),
    [
        (date(2020, 11, 30), (), ("not_applicable", "duty-not-due")),
        (date(2020, 12, 1), (), ("fail", "duty-overdue")),
        (date(2020, 12, 1), (date(2020, 11, 30),), ("pass", "duty-done")),
        (date(2020, 12, 5), (date(2020, 12, 1),), ("fail", "duty-late")),
        (date(2021, 3, 1), (), ("fail", "duty-overdue")),
        (date(2021, 3, 1), (date(2020, 12, 1),), ("not_applicable", "duty-not-due")),
        (date(2021, 3, 1), (date(2020, 10, 1), date(2021, 2, 1)), ("pass", "duty-done")),
        (date(2021, 3, 1), (date(2021, 4, 1),), ("fail", "duty-overdue")),
    ],
)
def test_a_yearly_duty(on, done, outcome):
    assert asked(YEARLY, on, *done) == outcome


def test_a_year_that_ends_with_its_day_is_overdue_in_the_next():
    book = rulebook("12-31", "month-day")
    assert asked(book, date(2020, 12, 31)) == ("not_applicable", "duty-not-due")
    assert asked(book, date(2021, 1, 1)) == ("fail", "duty-overdue")


@pytest.mark.parametrize(
    ("on", "done", "outcome"),
    [
        (date(2021, 12, 31), (), ("not_applicable", "duty-not-due")),
        (date(2022, 1, 1), (), ("fail", "duty-overdue")),
        (date(2025, 1, 1), (date(2021, 5, 1),), ("pass", "duty-done")),
        (date(2025, 1, 1), (date(2022, 1, 1),), ("fail", "duty-late")),
    ],
)
def test_a_duty_with_one_day(on, done, outcome):
    assert asked(ONCE, on, *done) == outcome


def test_records_of_other_duties_do_not_count():
    records = ({"rule": "law-1（一）.2", "done_on": date(2020, 9, 1), "document": ""},)
    (finding,) = YEARLY.evaluate(Case(date(2020, 12, 1), "339901", "duty", {"duty_records": records}))
    assert finding.outcome == "fail"


def test_without_a_register_nothing_is_known():
    (finding,) = YEARLY.evaluate(Case(date(2020, 12, 1), "339901", "duty", {}))
    assert (finding.outcome, finding.message_id) == ("unknown", "fact-not-registered")


def test_a_day_that_passed_before_there_was_the_duty_was_not_missed():
    book = rulebook("03-31", "month-day")  # in force from 1 June 2020
    assert asked(book, date(2020, 6, 1)) == ("not_applicable", "duty-not-due")
    assert asked(book, date(2021, 3, 31)) == ("not_applicable", "duty-not-due")
    assert asked(book, date(2021, 4, 1)) == ("fail", "duty-overdue")


def test_a_record_without_a_day_shows_nothing_done():
    records = ({"rule": RULE, "done_on": None, "document": ""},)
    (finding,) = YEARLY.evaluate(Case(date(2020, 12, 1), "339901", "duty", {"duty_records": records}))
    assert (finding.outcome, finding.message_id) == ("fail", "duty-overdue")

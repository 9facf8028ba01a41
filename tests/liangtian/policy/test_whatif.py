"""Values on trial against cases that are in the book already."""

from __future__ import annotations

from datetime import date

import pytest

from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.facts import read_facts
from liangtian.policy.values_file import read_values
from liangtian.policy.whatif import below_zero, compare
from liangtian.rules.documents import DOCUMENTS

BOOK = Rulebook(DOCUMENTS)
QUARTER = """
[[value]]
name = "wenzhou-2019（六）.city_pool_share"
since = 2027-01-01
value = 0.25
unit = "share"
"""


def accepted(on: date, **facts) -> Case:
    raw = {"credit_kind": "reclamation", "accepted_amounts": [{"quantity_m2": 1000}], "provincial_amounts": []}
    return Case(on, "339901", "acceptance", read_facts(raw | facts))


def test_what_the_book_shows_by_the_old_value_is_no_breach_of_the_one_on_trial():
    booked = {"municipal_amounts": [{"quantity_m2": 200}], "pool_price_booked_yuan": 60000.00}
    cases = [("2026", accepted(date(2026, 12, 31), **booked)), ("2027", accepted(date(2027, 1, 1), **booked))]
    found = compare(cases, lambda case: BOOK, read_values(QUARTER, "t", BOOK.values, cited=False, on_trial=True))
    (only,) = found.changed
    assert (only.name, dict(only.outcomes)) == ("2027", {})
    assert only.postings["city:municipal:quantity_m2"] == (200, 250)
    assert only.postings["county:reserve:quantity_m2"] == (-200, -250)


def test_a_book_that_is_asked_few_rules_is_tried_by_those_alone():
    few = BOOK.only(["wenzhou-2019（六）.2"])
    trial = read_values(QUARTER, "t", BOOK.values, cited=False, on_trial=True)
    (only,) = compare([("one", accepted(date(2027, 1, 1)))], lambda case: few, trial).changed
    assert {name.split(":")[2] for name in only.postings} == {"quantity_m2"}  # no price: （六）.4 is not asked


MAY, JUNE, JULY = (date(2024, month, 1) for month in (5, 6, 7))


@pytest.mark.parametrize(
    ("days", "moves", "below"),
    [
        ({MAY: 100, JULY: 20}, [(JUNE, -30)], (JULY, -10)),  # only what comes later shows it
        ({MAY: 100, JULY: 20}, [(JUNE, -30), (JULY, 10)], None),  # nought is not below
        ({MAY: 100, JULY: 20}, [(MAY, -101), (JUNE, 101)], (MAY, -1)),
        ({}, [(JUNE, -1)], (JUNE, -1)),
        ({MAY: -5, JULY: 5}, [(MAY, -1)], None),  # below zero already; and in July it is not
        ({MAY: -5, JULY: 5}, [(MAY, -6)], (JULY, -1)),
        ({MAY: 5}, [(JUNE, 7)], None),
    ],
)
def test_the_first_day_that_only_the_trial_takes_below_zero(days, moves, below):
    found = below_zero({"reserve": days, "other": {MAY: -1}}, [("reserve", *each) for each in moves])
    assert found == ({"reserve": below} if below else {})

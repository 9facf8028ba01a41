"""Values on trial against cases that are in the book already."""

from __future__ import annotations

from datetime import date

from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.facts import read_facts
from liangtian.policy.values_file import read_values
from liangtian.policy.whatif import compare
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

from __future__ import annotations

from liangtian.finding import Outcome
from liangtian.policy.lists import none_missing, unanswered


def test_nothing_missing_passes():
    ruling = none_missing("villages", (), met="met", unmet="unmet")
    assert (ruling.outcome, ruling.message_id, ruling.params["missing"]) == (Outcome.PASS, "met", "")


def test_what_is_missing_is_named_once_and_in_order():
    ruling = none_missing("villages", ["B", "A", "B"], met="met", unmet="unmet", params={"place": "339901"})
    assert (ruling.outcome, ruling.message_id, ruling.measured) == (Outcome.FAIL, "unmet", 2)
    assert (ruling.params["missing"], ruling.params["place"]) == ("A、B", "339901")


def test_a_name_is_answered_by_any_row_that_does():
    rows = [{"work": "roads", "done": False}, {"work": "roads", "done": True}, {"work": "ditches", "done": False}]
    assert unanswered(("roads", "ditches", "trees"), rows, "work", lambda row: row["done"]) == ["ditches", "trees"]


def test_a_row_without_a_name_is_shown_as_a_dash():
    ruling = none_missing("villages", [None, "B", None, ""], met="met", unmet="unmet")
    assert (ruling.measured, ruling.params["missing"]) == (2, "B、—")

"""Transfers told again: seller, buyer and their money hold what was matched, listed and taken back, and no more."""

from __future__ import annotations

import pytest
from tests.liangtian_web.reconcile.sides import differing, everywhere, rows
from tests.liangtian_web.transfers import test_story
from tests.liangtian_web.transfers.conftest import ask, clients, list_for_sale, opened, people, settle

__all__ = ["clients", "opened", "people"]
pytestmark = pytest.mark.usefixtures("opened")


def test_what_is_left_of_a_listing_is_held_anew_and_sold_on(clients, places):
    test_story.test_what_is_left_is_sold_on_and_the_listing_ends_with_nothing_held(clients, places)
    assert differing(everywhere()) == {}


def test_linkage_surplus(clients, places):
    test_story.test_linkage_surplus_is_transferred_by_its_own_clause(clients, places)
    assert differing(everywhere()) == {}


def test_a_listing_taken_back(clients, places):
    test_story.test_a_listing_is_withdrawn_by_two_and_gives_back_what_it_holds(clients, places)
    assert differing(everywhere()) == {}


def test_a_listing_sold_in_part_comes_back_by_what_is_left_on_its_day(clients, places):
    filing = list_for_sale(clients, places)
    settle(clients, filing, ask(clients["zhao"], places), amount_quantity_m2="2500")
    assert differing(everywhere()) == {}
    back = [each for each in rows(places["county"], "reserve") if each.record and each.record.key.endswith(":lapse")]
    assert [(each.record.index, each.record.amount, each.verdict) for each in back] == [
        ("quantity_m2", 3_500, "not-stated")
    ]
    parts = [each for each in rows(places["county"], "reserve") if each.record and each.record.amount == 0]
    assert {each.verdict for each in parts} == {"agree"}

"""The stories of the balance told again: after each of them every pool of every place holds what its filings say, and no more."""

from __future__ import annotations

import inspect

import pytest
from tests.liangtian_web.balance import test_earmarked, test_ordered, test_replacement, test_steps
from tests.liangtian_web.balance.conftest import check, clients, home, key_project, opened, people
from tests.liangtian_web.balance.test_replacement import used
from tests.liangtian_web.balance.test_steps import second
from tests.liangtian_web.reconcile.sides import differing, everywhere
from tests.liangtian_web.transfers import test_supply
from tests.liangtian_web.transfers.test_supply import provider

__all__ = ["check", "clients", "home", "key_project", "opened", "people", "provider", "second", "used"]
asks, pooled = test_ordered.asks, test_earmarked.pooled
pytestmark = pytest.mark.usefixtures("home", "opened")

STORIES = (
    test_steps.test_what_is_kept_back_is_released_after_two_seasons,
    test_steps.test_a_false_acceptance_is_taken_back_wherever_it_stands,
    test_steps.test_the_pool_is_used_against_the_provincial_price,
    test_steps.test_quota_is_granted_used_and_given_back_in_a_closed_circle,
    test_replacement.test_what_was_used_is_replaced_from_lots_named_and_the_rest_becomes_arrears,
    test_earmarked.test_what_the_city_paid_is_paid_out_by_two_and_counted,
    test_ordered.test_credit_written_off_for_land_that_is_not_built_on_comes_back,
    test_ordered.test_a_county_lends_to_another_which_only_the_two_and_the_city_see,
    test_supply.test_a_site_is_supplied_by_what_another_county_listed_agreed_to_and_is_paid_for,
    test_supply.test_what_was_held_for_a_site_goes_back_to_its_provider,
    test_supply.test_a_site_is_supplied_from_the_provincial_pool_by_its_document,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_the_book_holds_what_the_filings_say(story, request):
    story(**{name: request.getfixturevalue(name) for name in inspect.signature(story).parameters})
    found = everywhere()
    assert differing(found) in ({}, {"waiting-only": found.get("waiting-only")})  # what its refusals left undecided
    assert found["not-stated"] > 0

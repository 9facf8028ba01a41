"""Which steps a user may begin is asked of the places, once for each kind of them, and builds no form."""

from __future__ import annotations

import pytest
from django.urls import reverse

from liangtian_web.balance.steps import BEGIN, ORDERED, open_to

pytestmark = pytest.mark.usefixtures("home", "opened")


def test_the_open_steps_cost_a_query_for_each_kind_of_place(people, django_assert_num_queries):
    with django_assert_num_queries(6):  # who the user is there, and whether there is one, for three kinds of places
        found = open_to(people["li"], BEGIN)
    assert set(BEGIN) - set(found) == {"national-pooling"}  # the province's pool is kept by the city here
    assert "national-pooling" in open_to(people["qian"], BEGIN)


def test_the_page_asks_for_them_once(clients, django_assert_max_num_queries):
    page = reverse("balance:index")
    clients["li"].get(page)
    with django_assert_max_num_queries(30) as asked:
        shown = clients["li"].get(page)
    assert {name for name, _ in shown.context["ordered"]} == set(ORDERED) - {"national-pooling"}
    assert sum("people_place" in each["sql"] and "LIMIT 1" in each["sql"] for each in asked.captured_queries) <= 6

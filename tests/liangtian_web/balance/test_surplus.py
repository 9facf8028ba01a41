"""（七）.3 Commercial-use land takes linkage surplus first: what there is comes from the book, what is used is written off with it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_story import holds

from bookkeeping import day, entry, legs, lot
from liangtian_web.ledger import actions as book

pytestmark = pytest.mark.usefixtures("home", "surplus")
RULE = "wenzhou-2019（七）.3"


@pytest.fixture
def surplus(opened):
    """3,000 m² of linkage surplus of the county."""
    moves = legs(("outside", "outside", "linkage_m2", "2024-J01", -3_000),
                 ("339901", "reserve", "linkage_m2", "2024-J01", 3_000))  # fmt: skip
    book.post(
        entry("open-linkage", day(1), "opening", moves, lots=(lot("2024-J01", None, document="县发〔2024〕2号"),))
    )


@pytest.fixture
def held(clients, places, check):
    """Batch land of the county, held."""
    post(clients["qian"], file_acceptance(clients["li"], places))
    filing = file_hold(clients["wang"], check("商住地块", kind="batch"))
    post(clients["li"], filing)
    return filing


def outcome(client, filing) -> str:
    found = client.get(reverse("balance:filing", args=[filing.uuid])).context["found"]["own"]
    return {each["rule"]: each["outcome"] for each in found}[RULE]


@pytest.mark.parametrize(
    ("given", "expected", "used"),
    [
        ({"land_use": "town-housing", "uses_linkage_surplus_m2": "3000"}, "pass", 3_000),
        ({"land_use": "commercial", "uses_linkage_surplus_m2": "2999"}, "fail", 2_999),
        ({"land_use": "industrial", "uses_linkage_surplus_m2": "0"}, "not_applicable", 0),
        ({}, "unknown", 0),
    ],
)
def test_surplus_comes_first_and_is_written_off(clients, held, given, expected, used):
    ending = file_end(clients["wang"], held, "approval", **given)
    assert outcome(clients["li"], ending) == expected
    assert post(clients["li"], ending).status_code == 302  # should, not must: it is said and stops nothing
    assert (holds("339901", "reserve", "linkage_m2"), holds("339901", "used", "linkage_m2")) == (3_000 - used, used)


def test_more_surplus_than_there_is_books_nothing(clients, held):
    ending = file_end(clients["wang"], held, "approval", land_use="commercial", uses_linkage_surplus_m2="3001")
    assert post(clients["li"], ending).status_code == 409
    assert (holds("339901", "used", "linkage_m2"), holds("339901", "used")) == (0, 0)

"""Two persons decide at once: the last square metre of a promise, or of the reserve, is supplied once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from tests.liangtian_web.balance.conftest import post
from tests.liangtian_web.balance.test_story import holds
from tests.liangtian_web.commitments.conftest import booked, default, promise, supplement, supply
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance.promises import standing
from liangtian_web.ledger.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "opened")]


def race(*tasks) -> list[int]:
    """Post filings at the same moment, each by its own client; the status codes, sorted."""
    start, codes = threading.Barrier(len(tasks)), []

    def run(client, filing) -> None:
        start.wait()
        try:
            codes.append(post(client, filing).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in tasks]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(codes)


@pytest.fixture
def second(places):
    """The county's second keeper."""
    return browser(person("sun", "孙工", places["county"], "keeper"))


def made(clients, places, project, **changes):
    given = supplement(places["county"], project=project, paddy_m2="", **changes)
    return booked(promise(clients["wang"], given), clients["qian"])


def test_the_last_of_a_promise_is_supplied_once(clients, places, second):
    made(clients, places, "另一件")  # its debt stands in the same account and must not pay for this one
    one = made(clients, places, "这一件")
    filings = [supply(clients["wang"], one, quantity_m2="500") for _ in range(2)]
    assert race((clients["li"], filings[0]), (second, filings[1])) == [302, 409]
    assert (standing(one).outstanding["quantity_m2"], holds("339901", "committed")) == (0, 500)


def test_the_last_of_the_reserve_is_supplied_once(clients, places, second):
    two = [made(clients, places, name, quantity_m2="900") for name in ("甲", "乙")]
    filings = [supply(clients["wang"], each, quantity_m2="900") for each in two]
    assert race((clients["li"], filings[0]), (second, filings[1])) == [302, 409]
    assert (holds("339901", "reserve"), holds("339901", "committed")) == (100, 900)


def test_a_supply_and_the_default_do_not_both_take_the_whole(clients, places, city):
    one = made(clients, places, "这一件")
    kept, broken = supply(clients["wang"], one, quantity_m2="500"), default(clients["qian"], one)
    assert race((clients["li"], kept), (city, broken)) == [302, 409]
    known = standing(one)
    assert known.fulfilled["quantity_m2"] + known.deducted["quantity_m2"] == 500
    assert (holds("339901", "reserve"), holds("339901", "committed")) == (500, 0)
    assert Entry.objects.filter(kind__in=("fulfilment", "deduction")).count() == 1

"""At the same moment: two matches for the same held amount, two approvals of one listing, two payments of the same money."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from tests.liangtian_web.transfers.conftest import (
    answer,
    approve,
    ask,
    holds,
    list_for_sale,
    match,
    propose,
    settle,
    today,
)

from liangtian_web.balance.models import Payment
from liangtian_web.ledger.models import Entry
from liangtian_web.transfers.models import Match

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("opened")]


def together(*acts) -> list[int]:
    """What acts answer that begin at the same moment."""
    start, codes = threading.Barrier(len(acts)), []

    def run(act) -> None:
        start.wait()
        try:
            codes.append(act().status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sorted(codes)


def test_the_same_held_amount_is_matched_once(clients, places):
    filing = list_for_sale(clients, places)
    demand = ask(clients["zhao"], places, amount_quantity_m2="12000")
    acts = [lambda who=who: propose(clients[who], filing, demand) for who in ("qian", "zhou")] * 2
    assert together(*acts) == [302, 400, 400, 400]
    assert Match.objects.get().amounts == {"quantity_m2": 6_000}


def test_two_parts_of_a_listing_are_settled_at_once_and_none_twice(clients, places):
    filing = list_for_sale(clients, places)
    demand = ask(clients["zhao"], places)
    parts = [match(clients["qian"], filing, demand, amount_quantity_m2=amount) for amount in ("1000", "4999")]
    for one in parts:
        answer(clients["wang"], one, "seller")
        answer(clients["zhao"], one, "buyer")
    assert together(*[lambda one=one: approve(clients["zhou"], one) for one in parts * 2]) == [302] * 4
    assert (holds("339902", "reserve"), holds("339901", "held")) == (5_999, 1)
    assert Entry.objects.filter(kind="transfer").count() == 2


def test_a_side_answers_once(clients, places):
    one = match(clients["qian"], list_for_sale(clients, places), ask(clients["zhao"], places))
    acts = [lambda: answer(clients["wang"], one, "seller"), lambda: answer(clients["li"], one, "seller", "decline")]
    assert together(*acts) == [302, 409]
    assert one.consents.count() == 1


def test_proceeds_are_not_asked_for_twice(clients, places):
    one = settle(clients, list_for_sale(clients, places), ask(clients["zhao"], places))
    page = reverse("transfers:spend", args=[one.uuid])

    def pay(who):
        return clients[who].post(page, {
            "key": str(uuid4()), "amount_yuan": "900000", "paid_for": "agriculture", "payee": "镇", "village": "",
            "reason": "", "on": f"{today()}", "document": who,
        })  # fmt: skip

    assert together(lambda: pay("wang"), lambda: pay("li")) == [302, 400]
    assert Payment.objects.count() == 1

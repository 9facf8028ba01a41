"""Two persons decide at once: one decision stands, and what it books is booked once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from tests.liangtian_web.balance.conftest import file_acceptance, post
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance.models import Decision
from liangtian_web.ledger.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home", "opened")]


def test_a_filing_is_decided_once_by_whoever_comes_first(clients, places):
    rivals = [clients["qian"], browser(person("xu", "徐处", places["city"], "keeper"))] * 2
    filing = file_acceptance(clients["li"], places)
    start, codes = threading.Barrier(len(rivals)), []

    def decide(client) -> None:
        start.wait()
        try:
            codes.append(post(client, filing).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(each,)) for each in rivals]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(codes) == [302, 302, 409, 409]  # who came first sends it twice, and the other comes too late
    assert (Decision.objects.count(), Entry.objects.filter(kind="acceptance").count()) == (1, 1)

"""Two persons decide at once: one decision stands, and what it books is booked once."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.urls import reverse
from tests.liangtian_web.balance.conftest import FUND_FEN, file, file_acceptance, post
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs
from liangtian_web.balance.models import Decision
from liangtian_web.ledger import actions as book
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


def test_procedures_that_cross_are_all_booked_and_no_circle_is_broken_up(clients, places):
    """Acceptances fill the pools that others draw on, by two persons, in orders of their own."""
    assert post(clients["qian"], file_acceptance(clients["li"], places)).status_code == 302
    book.post(
        entry("county-fund", day(1), "appropriation", legs(("outside", "outside", "money_fen", None, -FUND_FEN),
              ("339901", "fund", "money_fen", None, FUND_FEN))),
        entry("quota", day(1), "allocation", legs(("outside", "outside", "plan_quota_m2", None, -9_000),
              ("339900", "reserve", "plan_quota_m2", None, 9_000))),
    )  # fmt: skip
    deciders = [clients["qian"], browser(person("xu", "徐处", places["city"], "keeper"))]
    waiting = [file_acceptance(clients["li"], places, column=44 + 4 * n, project=f"垦造{n}") for n in range(4)]
    for n in range(4):
        head = {
            "place": places["county"].pk,
            "project": f"用途{n}",
            "on": "2024-06-03",
            "document": f"示市〔2024〕{n}号",
        }
        use = {"pool_purpose": "livelihood", "pool_use_amounts__quantity_m2": "10"}
        waiting.insert(2 * n, _file(clients["li"], "pool-use", head | use))
        waiting.append(_file(clients["li"], "quota-grant", head | {"quota_amounts__plan_quota_m2": "500"}))
    before, start, codes = deadlocks(), threading.Barrier(len(waiting)), []

    def decide(at: int, filing) -> None:
        start.wait()
        try:
            codes.append((filing.event, post(deciders[at % 2], filing).status_code))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=each) for each in enumerate(waiting)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(codes) == sorted((each.event, 302) for each in waiting)
    assert deadlocks() == before


def _file(client, event, given):
    return file(client, reverse("balance:begin", args=[event]), given | {"key": str(uuid4())})


def deadlocks() -> int:
    """How often the database broke a circle of writers up since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]

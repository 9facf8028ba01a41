"""What the book asks of its keepers on the front page."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.ledger.conftest import keeper_client, keepers, next_door_client, second_client
from tests.liangtian_web.reconcile.test_views import upload

from bookkeeping import acceptance, day, hold, square
from liangtian_web.home.book_todos import book_todos
from liangtian_web.ledger import actions
from liangtian_web.reconcile.models import Import

__all__ = ["keeper_client", "keepers", "next_door_client", "second_client"]


def todos(client) -> list[tuple[str, str]]:
    return [(each.word, each.what) for each in client.get(reverse("home:index")).context["todos"]]


@pytest.fixture
def held(keepers):
    """A lot, of which one hold lapses within the month and one later."""
    actions.post(acceptance("A", 9_000, square(0)))
    for key, days in (("soon", 30), ("later", 31)):
        actions.post(hold(key, day(2), "A", 1_000, timezone.localdate() + timedelta(days=days)))


def test_proposals_of_others_holds_and_differences_wait_for_a_keeper(
    held, keeper_client, second_client, next_door_client, places
):
    row = {"index": "quantity_m2", "amount": "500", "from_place": "339901", "from_pool": "reserve", "to_place": "outside",
           "to_pool": "outside", "lot": "A"}  # fmt: skip
    head = {
        "place": places["county"].pk,
        "on": "2024-05-01",
        "kind": "adjustment",
        "evidence": "复核",
        "form": str(uuid4()),
    }
    keeper_client.post(reverse("ledger:propose"), head | {f"line0-{name}": text for name, text in row.items()})
    upload(keeper_client, places)
    keeper_client.post(reverse("reconcile:keep", args=[Import.objects.get().uuid]))

    always = [
        ("未登记", "示范县：重点建设项目、标准农田质量提升任务没有登记"),
        ("将到期", "冻结 30 天后到期"),
        ("对账", "对账还有 7 项差异未处理"),
    ]
    assert todos(keeper_client) == always
    assert todos(second_client) == [always[0], ("待审核", "复核调整"), *always[1:]]
    assert todos(next_door_client) == []


AFTER_THE_STATEMENT = date(2025, 6, 1)


def read_for(user) -> tuple[int, int]:
    """How many queries the book's part of the front page asks, and how many rows they give."""
    read = []

    def counting(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        read.append(context["cursor"].rowcount)
        return found

    with connection.execute_wrapper(counting):
        assert len(list(book_todos(user, timezone.localdate()))) == 6
    return len(read), sum(read)


def test_the_front_page_reads_no_more_of_a_longer_book(held, keepers, keeper_client, places):
    """Holds that stand, lapse and have lapsed, and statements recorded one after another."""
    read = []
    for turn in range(2):
        for number in range(6):
            for days in (2 + number, -2 - number):
                until = timezone.localdate() + timedelta(days=days)
                actions.post(hold(f"{turn}-{number}-{days}", AFTER_THE_STATEMENT, "A", 100, until))
        upload(keeper_client, places)
        keeper_client.post(reverse("reconcile:keep", args=[Import.objects.order_by("-pk")[0].uuid]))
        read.append(read_for(keepers["li"]))
    assert read[0] == read[1]

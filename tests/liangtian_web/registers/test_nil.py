"""Nothing entered is said at once, before an approval asks; a nil report is one press for each register."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.calls import made

from bookkeeping import day, entry, legs
from liangtian_web.ledger import actions as book
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import silent


def said(user, on=date(2024, 3, 1)):
    return [(each.place.name, each.register.id, each.waits) for each in silent(user, on)]


def press(client, place, register, /, **changes):
    given = {"form": str(uuid4()), "place": f"p{place.pk}", "on": "2024-03-01", "document": "示范县2024年零报告"}
    return client.post(reverse("registers:nil", args=[register]), given | changes)


def test_a_nil_report_is_one_press_and_holds_from_the_first_of_january(clients, people, places):
    assert said(people["wang"]) == [("示范县", "key-project", False), ("示范县", "standard-upgrade", False)]
    assert press(clients["wang"], places["county"], "key-project").status_code == 302
    row = Row.objects.get()
    assert (row.state, row.key, row.since, row.document) == ("nil", "-", date(2024, 1, 1), "示范县2024年零报告")
    assert said(people["wang"])[0] == ("示范县", "key-project", True)
    made(clients["qian"], "registers/key-project/decision", {"rows": [str(row.uuid)], "confirm": True})
    assert said(people["wang"]) == [("示范县", "standard-upgrade", False)]
    assert [each[:2] for each in said(people["wang"], date(2023, 12, 31))] == [
        ("示范县", "key-project"), ("示范县", "standard-upgrade"),
    ]  # fmt: skip


def test_pressed_twice_it_is_one_row(clients, places):
    form = str(uuid4())
    for _ in range(2):
        assert press(clients["wang"], places["county"], "key-project", form=form).status_code == 302
    assert Row.objects.count() == 1


@pytest.mark.parametrize(("register", "changes", "status"), [
    ("annual-task", {}, 404), ("nothing", {}, 404), ("key-project", {"document": ""}, 400),
    ("key-project", {"place": "p0"}, 400), ("key-project", {"form": "x"}, 400),
])  # fmt: skip
def test_what_cannot_be_reported_so(clients, places, register, changes, status):
    assert press(clients["wang"], places["county"], register, **changes).status_code == status
    assert Row.objects.count() == 0


def test_the_outsider_neither_sees_nor_reports_it(clients, people, places):
    assert {each[0] for each in said(people["zhao"])} == {"示范二县"}
    assert press(clients["zhao"], places["county"], "key-project").status_code == 400
    assert "示范县2" not in clients["zhao"].get(reverse("registers:index")).content.decode()
    assert Row.objects.count() == 0


def test_the_front_page_and_the_registers_say_it(clients, people, places):
    assert [each for each in clients["wang"].get("/").context["todos"] if each.word == "未登记"] == []  # keeps no book
    for code in ("339901", "339902"):
        moves = (("outside", "outside", -5), (code, "reserve", 5))
        given = legs(*((place, pool, "plan_quota_m2", None, amount) for place, pool, amount in moves))
        book.post(entry(code, day(1), "allocation", given))
    todos = [each for each in clients["wang"].get("/").context["todos"] if each.word == "未登记"]
    assert [(each.what, each.url) for each in todos] == [
        ("示范县：重点建设项目、标准农田质量提升任务没有登记", "/registers/#silent")
    ]
    page = clients["wang"].get(reverse("registers:index")).content.decode()
    assert page.count('name="document"') == 2
    both = [each.what for each in clients["qian"].get("/").context["todos"] if each.word == "未登记"]
    assert [each.partition("：")[0] for each in both] == ["示范县", "示范二县"]

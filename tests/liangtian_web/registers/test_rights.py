"""Who enters, who confirms, who gets nothing; and that the database keeps rows as they are."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.http import HttpRequest
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.registers.conftest import confirm, confirmed, enter, form_of

from bookkeeping import day
from liangtian_web.errors import StageRefused
from liangtian_web.registers import actions
from liangtian_web.registers.kinds import REGISTERS
from liangtian_web.registers.models import Decision, Row
from liangtian_web.registers.queries import in_force
from liangtian_web.registers.reading import Given
from liangtian_web.trail.models import Event


def test_a_county_enters_and_the_city_confirms(clients, places):
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    assert in_force([places["county"]], day(6)) == []
    assert confirm(clients["qian"], row).status_code == 302
    assert in_force([places["county"]], day(6)) == [row]
    assert list(Event.objects.filter(object=f"row:{row.uuid}").values_list("action", flat=True)) == [
        "registers.confirm",
        "registers.enter",
    ]


def test_a_county_does_not_confirm_its_own(clients, places):
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    answer = confirm(clients["li"], row)
    assert answer.status_code == 409
    assert "上一级" in answer.content.decode()
    assert not Decision.objects.exists()


def test_nobody_confirms_a_row_of_their_own(clients, places):
    row = enter(clients["qian"], "annual-task", form_of("annual-task", places["county"]))
    answer = confirm(clients["qian"], row)
    assert answer.status_code == 409
    assert "自己登记" in answer.content.decode()
    assert confirm(clients["zhou"], row).status_code == 302


def test_the_highest_place_confirms_its_own_rows_by_a_second_person(clients, places):
    row = enter(clients["qian"], "annual-task", form_of("annual-task", places["city"]))
    assert confirm(clients["zhou"], row).status_code == 302


def test_a_row_is_decided_once(clients, places):
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    assert confirm(clients["qian"], row, verb="refuse", reason="文号不对").status_code == 302
    again = confirm(clients["zhou"], row)
    assert (again.status_code, row.decision.confirmed) == (409, False)
    assert "文号不对" in clients["wang"].get(reverse("registers:row", args=[row.uuid])).content.decode()


def test_officers_and_auditors_do_not_confirm_and_auditors_do_not_enter(clients, places):
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    officer = browser(person("feng", "冯工", places["city"], "officer"))
    auditor = browser(person("shen", "审工", places["city"], "auditor"))
    assert [confirm(each, row).status_code for each in (officer, auditor)] == [409, 409]
    assert auditor.get(reverse("registers:new", args=["annual-task"])).status_code == 403
    assert auditor.post(reverse("registers:workbook", args=["annual-task"])).status_code == 403
    assert auditor.get(reverse("registers:row", args=[row.uuid])).status_code == 200


def test_an_outsider_gets_nothing_not_even_counts(clients, places):
    row = confirmed(clients, "key-project", form_of("key-project", places["county"]))
    waiting = enter(clients["wang"], "key-project", form_of("key-project", places["county"], number="KP-2"))
    outsider = clients["zhao"]
    assert outsider.get(reverse("registers:row", args=[row.uuid])).status_code == 404
    assert outsider.get(reverse("registers:suspension", args=[places["county"].pk])).status_code == 404
    assert confirm(outsider, waiting).status_code == 404
    index = outsider.get(reverse("registers:index"), {"on": "2024-06-01"}).context
    assert [(held, asked) for _, held, asked in index["registers"]] == [(0, 0)] * len(REGISTERS)
    shown = [index["standings"], outsider.get(reverse("registers:suspensions")).context["standings"]]
    assert [[each["place"] for each in one] for one in shown] == [[places["other"]]] * 2
    page = outsider.get(reverse("registers:register", args=["key-project"]), {"on": "2024-06-01"}).context
    assert (page["rows"], page["waiting"], page["newest"]) == ([], [], [])
    taken = outsider.post(reverse("registers:export", args=["key-project"]), {"on": "2024-06-01", "form": "csv"})
    assert "KP-1" not in taken.content.decode()
    form = form_of("annual-task", places["county"])
    refused = outsider.post(reverse("registers:new", args=["annual-task"]), form)
    assert list(refused.context["form"].errors) == ["place"]
    assert Row.objects.count() == 2


def test_pages_need_a_user(client, places):
    pages = [
        reverse("registers:index"),
        reverse("registers:suspensions"),
        reverse("registers:register", args=["task-list"]),
    ]
    assert [client.get(page).status_code for page in pages] == [302] * len(pages)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registers_row SET document = 'x'",
        "DELETE FROM registers_row",
        "UPDATE registers_decision SET confirmed = false",
        "DELETE FROM registers_decision",
        "DELETE FROM registers_naming",
        "UPDATE registers_naming SET number = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(clients, places, statement):
    confirmed(clients, "annual-task", form_of("annual-task", places["county"]))
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_refuses_the_same_person_twice(clients, people, places):
    row = enter(clients["qian"], "annual-task", form_of("annual-task", places["county"]))
    with pytest.raises(IntegrityError, match="second person"), transaction.atomic():
        Decision.objects.create(row=row, confirmed=True, user=people["qian"])


def test_what_is_sent_twice_is_kept_once(clients, places):
    form = form_of("annual-task", places["county"])
    first, second = (enter(clients["wang"], "annual-task", form) for _ in range(2))
    assert first == second
    changed = clients["wang"].post(reverse("registers:new", args=["annual-task"]), form | {"area": "31"})
    assert (changed.status_code, Row.objects.count()) == (409, 1)


def test_a_row_struck_out_is_struck_out_once_however_often_it_is_sent(clients, places):
    """Sent again after its confirmation it leads to its row; it does not say that there is nothing to end."""
    confirmed(clients, "annual-task", form_of("annual-task", places["county"]))
    form = form_of("annual-task", places["county"], state="ended", since="2024-03-01")
    row = confirmed(clients, "annual-task", form)
    assert enter(clients["qian"], "annual-task", form) == row


def test_the_same_decision_twice_changes_nothing_another_is_refused(clients, places):
    row = enter(clients["qian"], "annual-task", form_of("annual-task", places["county"]))
    assert [confirm(clients["zhou"], row).status_code for _ in range(2)] == [302, 302]
    assert Decision.objects.count() == 1
    assert confirm(clients["zhou"], row, verb="refuse", reason="补正").status_code == 409
    assert Event.objects.filter(action="registers.confirm").count() == 1


def test_a_form_sent_again_with_more_or_fewer_rows_is_refused(people, places):
    """A workbook has one number for all its rows."""
    request = HttpRequest()
    request.user = people["qian"]
    rows = [
        Given(places["county"], f"{year}", "listed", "示市资〔2024〕5号", day(1), {"year": f"{year}", "area": "30", "unit": "mu"})
        for year in (2024, 2025, 2026)
    ]  # fmt: skip
    form = uuid4()
    actions.enter(request, REGISTERS["annual-task"], rows[:2], form)
    for other in (rows[:1], rows):
        with pytest.raises(StageRefused):
            actions.enter(request, REGISTERS["annual-task"], other, form)
    assert Row.objects.count() == 2

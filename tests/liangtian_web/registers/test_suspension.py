"""Suspended or not, by which row, since when, what ends it and who must act; the to-do items and the banner."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.registers.conftest import confirmed, enter, form_of, nil

from bookkeeping import acceptance, day, square
from liangtian.finding import Outcome
from liangtian_web.home.register_todos import register_todos
from liangtian_web.ledger import actions as book
from liangtian_web.people.models import Place
from liangtian_web.registers.suspension import lifted, standing


def page_of(client, place, on="2024-07-01"):
    return client.get(reverse("registers:suspension", args=[place.pk]), {"on": on})


def test_where_no_register_speaks_nothing_can_be_said(clients, places):
    context = page_of(clients["wang"], places["county"]).context
    assert (context["standing"].outcome, context["word"]) == (Outcome.UNKNOWN, "无法判断")
    assert context["silent"] == ["key-project", "standard-upgrade"]


def test_nil_reports_leave_approvals_open(clients, places):
    for register in ("key-project", "standard-upgrade"):
        confirmed(clients, register, nil(register, places["county"]))
    context = page_of(clients["wang"], places["county"]).context
    assert (context["standing"].outcome, context["breaches"], context["silent"]) == (Outcome.PASS, [], [])


def test_a_key_project_suspends_with_its_row_its_cure_and_who_acts(clients, places):
    confirmed(clients, "standard-upgrade", nil("standard-upgrade", places["county"]))
    row = confirmed(clients, "key-project", form_of("key-project", places["county"]))
    found = standing(places["county"], day(7))
    assert (found.is_suspended, found.since, found.curing) == (True, day(1), Outcome.NOT_APPLICABLE)
    page = page_of(clients["wang"], places["county"])
    (breach,) = page.context["breaches"]
    assert (breach["row"], breach["since"], breach["who"]) == (row, day(1), "县（市、区）政府")
    assert breach["cures"] == ["在台账核销该项目应补的三项指标", "符合条件的，以承诺方式落实"]
    assert [(each["index"], each["open"]) for each in breach["owed"]] == [
        ("quantity_m2", 10_000), ("capacity_kg", 6_000), ("paddy_m2", 4_000),
    ]  # fmt: skip
    assert "KP-1 跨江大桥" in page.context["found"][0]["message"]
    assert [each["cites"] for each in page.context["found"][0]["cited"]] == ["温州 2019（五）"]
    assert reverse("registers:row", args=[row.uuid]) in page.content.decode()


def test_upgrading_suspends_from_the_day_after_its_term_until_it_is_accepted(clients, places):
    confirmed(clients, "key-project", nil("key-project", places["county"]))
    confirmed(clients, "standard-upgrade", form_of("standard-upgrade", places["county"]))
    assert [standing(places["county"], on).outcome for on in (day(6, 30), day(7))] == [Outcome.PASS, Outcome.FAIL]
    lot = acceptance("S-1", 6_000, square(1), on=day(8), credit="standard-farmland", index="standard_first_m2")
    book.post(lot)
    assert [standing(places["county"], on).outcome for on in (day(7, 31), day(8))] == [Outcome.FAIL, Outcome.PASS]
    (shown,) = page_of(clients["wang"], places["county"]).context["breaches"]
    assert (shown["since"], shown["cures"]) == (day(7), ["标准农田项目验收入库，补足所欠面积"])


def test_a_separate_site_is_its_units_to_balance_and_a_zone_is_the_committees(clients, places):
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    kind = {"number": "KP-1", "name": "跨江大桥", "kind": "single-site", "document": "批复"}
    confirmed(clients, "project-kind", form_of("project-kind", places["county"], **kind))
    zone = Place.objects.create(name="示范新区", kind="zone", parent=places["city"])
    confirmed(clients, "key-project", form_of("key-project", zone))
    who = [page_of(clients["qian"], place).context["breaches"][0]["who"] for place in (places["county"], zone)]
    assert who == ["建设单位；可委托所在地政府（管委会）代为补充", "功能区管委会"]


def test_before_the_document_is_in_force_no_clause_suspends(clients, places):
    confirmed(clients, "key-project", form_of("key-project", places["county"], since="2018-01-01"))
    page = page_of(clients["wang"], places["county"], on="2018-06-01")
    assert (page.context["standing"].outcome, page.context["found"]) == (Outcome.NOT_APPLICABLE, [])


def test_the_list_puts_the_suspended_first(clients, places):
    confirmed(clients, "key-project", form_of("key-project", places["other"]))
    context = clients["qian"].get(reverse("registers:suspensions"), {"on": "2024-07-01"}).context
    assert [(each["place"], each["word"]) for each in context["standings"]] == [
        (places["other"], "暂停报批"), (places["county"], "无法判断"),
    ]  # fmt: skip


def test_who_may_act_is_told_at_home(clients, people, places):
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    confirmed(clients, "standard-upgrade", form_of("standard-upgrade", places["county"], due_on="2024-08-15"))
    enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    told = {name: [(each.word, each.what) for each in register_todos(user, day(7))] for name, user in people.items()}
    suspended, due = ("暂停报批", "示范县其他建设用地暂停报批"), ("将到期", "SF-1 东片提升")
    waiting = ("待确认", "年度补充耕地任务：1 行待确认")
    assert told == {
        "wang": [suspended, due], "li": [suspended, due], "qian": [waiting, suspended, due],
        "zhou": [waiting, suspended, due], "zhao": [],
    }  # fmt: skip
    auditor = person("shen", "审工", places["county"], "auditor")
    assert list(register_todos(auditor, day(7))) == []
    assert browser(people["qian"]).get(reverse("home:index")).status_code == 200


def test_the_banner_says_what_and_leads_to_the_reason(clients, places):
    assert (
        render_to_string("registers/_suspension.html", {"suspension": standing(places["county"], day(7))}).strip() == ""
    )
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    text = render_to_string("registers/_suspension.html", {"suspension": standing(places["county"], day(7))})
    assert "示范县自 2024-01-01 起其他建设用地暂停报批：" in text
    assert reverse("registers:suspension", args=[places["county"].pk]) in text


@pytest.mark.parametrize("page", ["registers:index", "registers:suspensions"])
def test_a_day_that_is_none_is_said(clients, page):
    assert clients["wang"].get(reverse(page), {"on": "2024-02-31"}).status_code == 409


def test_a_register_or_place_that_is_none_is_not_found(clients, places):
    pages = [reverse("registers:register", args=["nothing"]), reverse("registers:suspension", args=[places["town"].pk])]
    assert [clients["wang"].get(page).status_code for page in pages] == [404, 404]
    assert (
        clients["wang"].post(reverse("registers:decide", args=["task-list"]), {"row": "x", "confirm": "1"}).status_code
        == 409
    )


def test_a_row_says_what_the_book_shows_of_it_once_it_holds(clients, places):
    waiting = enter(clients["wang"], "key-project", form_of("key-project", places["county"], number="KP-2"))
    row = confirmed(clients, "key-project", form_of("key-project", places["county"]))
    shown = {
        each: clients["wang"].get(reverse("registers:row", args=[each.uuid]), {"on": "2024-07-01"}).context["owed"]
        for each in (waiting, row)
    }
    assert (shown[waiting], len(shown[row])) == ([], 3)
    later = confirmed(
        clients, "key-project", form_of("key-project", places["county"], quantity="5", since="2024-05-01")
    )
    context = clients["wang"].get(reverse("registers:row", args=[row.uuid]), {"on": "2024-07-01"}).context
    assert (context["owed"], [each for each, _ in context["history"]]) == ([], [later, row])


def test_a_place_nothing_was_entered_for_is_not_gone_through_day_by_day(clients, places, django_assert_num_queries):
    for register in ("key-project", "standard-upgrade"):
        confirmed(clients, register, nil(register, places["county"]))
    with django_assert_num_queries(1):
        assert lifted(places["county"], day(7)) is None


def test_a_suspension_that_ended_is_found_whatever_else_was_booked(clients, places, django_assert_max_num_queries):
    confirmed(clients, "key-project", nil("key-project", places["county"]))
    confirmed(clients, "standard-upgrade", form_of("standard-upgrade", places["county"]))
    book.post(acceptance("S-1", 6_000, square(1), on=day(8), credit="standard-farmland", index="standard_first_m2"))
    with django_assert_max_num_queries(60) as asked:
        ended, before = lifted(places["county"], day(9))
    assert (ended, before.on, before.since) == (day(8), day(7, 31), day(7))
    few = len(asked)
    for number in range(1, 8):
        book.post(acceptance(f"B-{number}", 1_000, square(number + 1), on=day(8, 10 + number)))
    with django_assert_max_num_queries(few):
        assert lifted(places["county"], day(9)) == (ended, before)

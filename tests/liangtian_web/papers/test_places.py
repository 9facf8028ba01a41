"""The notice of suspension and of resumption, the statement of a place, the reconciliation sheet."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.papers.conftest import taken
from tests.liangtian_web.reconcile.conftest import HEAD, workbook

from bookkeeping import day, entry, legs
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.reconcile.models import Import
from liangtian_web.registers.actions import name_entry
from liangtian_web.registers.models import Decision, Row

OWED = {"number": "KP-1", "name": "跨江大桥", "level": "city", "quantity": "400", "paddy": "0", "unit": "m2",
        "capacity_kg": "0"}  # fmt: skip


@pytest.fixture
def project(people, places, opened):
    """A key project that nothing balances, from the fifth day on."""
    row = Row.objects.create(
        register="key-project", place=places["county"], state="listed", key="KP-1", content=OWED, since=day(5),
        document="示市重〔2024〕2号", user=people["wang"],
    )  # fmt: skip
    Decision.objects.create(row=row, confirmed=True, user=people["qian"])
    return row


def balance_it(places):
    move = legs(
        ("339901", "reserve", "quantity_m2", "2019-001", -400), ("339901", "used", "quantity_m2", "2019-001", 400)
    )
    book.post(entry("w1", day(9), "write-off", move))
    name_entry(Entry.objects.get(key="w1"), places["county"], "KP-1")


def test_the_notice_names_grounds_amounts_and_clause(project, places, clients, paper):
    found = paper(clients["qian"], "suspension", places["county"].pk, on=f"{day(6)}")
    assert found.lines[0] == "暂停建设用地报批通知书"
    assert f"示范县自 {day(5)} 起暂停其他建设用地报批。下列事项落实后自动恢复。" in found.lines
    assert ["KP-1 跨江大桥", "耕地数量", "400 m²", "0 m²", "400 m²"] in found.rows
    assert {"温州 2019（五）", "示市重〔2024〕2号", f"{day(5)}"} <= found.cells


def test_once_it_is_balanced_a_notice_of_resumption(project, places, clients, paper):
    balance_it(places)
    found = paper(clients["qian"], "suspension", places["county"].pk, on=f"{day(12)}")
    assert found.lines[0] == "恢复建设用地报批通知书"
    assert f"示范县自 {day(5)} 起暂停的其他建设用地报批，自 {day(9)} 起恢复。下列事项已经落实。" in found.lines
    before = paper(clients["qian"], "suspension", places["county"].pk, on=f"{day(8)}")
    assert before.lines[0] == "暂停建设用地报批通知书"


def test_a_place_that_never_was_suspended_has_no_notice(opened, places, clients):
    assert taken(clients["qian"], "suspension", places["county"].pk, on=f"{day(6)}").status_code == 404


def test_the_page_offers_the_notice_only_where_there_is_one(project, places, clients):
    page = reverse("registers:suspension", args=[places["county"].pk])
    link = reverse("papers:paper", args=["suspension", places["county"].pk, "docx"])
    assert link in clients["qian"].get(page, {"on": f"{day(6)}"}).content.decode()
    assert link not in clients["qian"].get(page, {"on": f"{day(4)}"}).content.decode()


def test_the_statement_of_a_place_adds_up(project, places, clients, paper):
    balance_it(places)
    found = paper(clients["wang"], "place", places["county"].pk, on=f"{day(10)}")
    assert ["储备库", "耕地数量", "0 m²", "1,000 m²", "-400 m²", "600 m²", "0.90 亩"] in found.rows
    early = paper(clients["wang"], "place", places["county"].pk, on=f"{day(8)}")
    assert ["储备库", "耕地数量", "0 m²", "1,000 m²", "0 m²", "1,000 m²", "1.50 亩"] in early.rows


def test_the_statement_of_a_place_says_up_to_when_records_are_counted(project, places, clients, paper):
    balance_it(places)
    now = paper(clients["wang"], "place", places["county"].pk, on=f"{day(10)}")
    last = timezone.localtime(
        Entry.objects.filter(legs__account__place=places["county"]).latest("recorded_at").recorded_at
    )
    assert f"含至今补记的全部分录，最后记账时间 {last:%Y-%m-%d %H:%M:%S}。" in "".join(now.lines)
    then = paper(clients["wang"], "place", places["county"].pk, on=f"{day(10)}", known_on="2020-01-01")
    assert "截至 2020-01-01 23:59:59 已知，最后记账时间 —。" in "".join(then.lines)
    assert not any("储备库" in row for row in then.rows)


@pytest.mark.parametrize("kind", ["place", "suspension"])
def test_the_outsider_gets_no_paper_of_the_place(project, places, clients, kind):
    assert taken(clients["zhao"], kind, places["county"].pk, on=f"{day(6)}").status_code == 404


@pytest.mark.parametrize("kind", ["place", "suspension"])
@pytest.mark.parametrize("on", ["0001-01-01", "1989-12-31", "2108-01-01", "9999-12-31"])
def test_a_day_no_paper_can_say_has_none(project, places, clients, kind, on):
    page = reverse("papers:paper", args=[kind, places["county"].pk, "docx"])
    assert clients["qian"].get(page, {"on": on}).status_code == 404


def test_the_reconciliation_sheet_says_what_was_recorded(opened, places, clients, paper):
    rows = workbook(HEAD, (1, f"{day(2)}", "项目入库", "东畈垦造", "示土验〔2024〕1号", 0.9))
    given = {"form": str(uuid4()), "place": places["county"].pk, "pool": "reserve", "since": f"{day(1)}", "on": f"{day(12)}",
             "window": 30, "source": "部监管系统", "file": SimpleUploadedFile("a.xlsx", rows)}  # fmt: skip
    assert clients["li"].post(reverse("reconcile:new"), given).status_code == 302
    made = Import.objects.get()
    assert taken(clients["li"], "reconciliation", made.uuid).status_code == 404  # tried, not recorded
    clients["li"].post(reverse("reconcile:keep", args=[made.uuid]))
    found = paper(clients["li"], "reconciliation", made.uuid)
    assert "明细差异 2 项，余额不符 0 项。" in found.lines
    assert {"仅对账单有", "9,000 m²", "部监管系统", made.digest} <= found.cells
    assert taken(clients["zhao"], "reconciliation", made.uuid).status_code == 404

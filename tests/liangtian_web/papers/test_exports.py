"""Every list is taken away as a table, of the user's own places, and the trail keeps it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import accepted, file, post

from liangtian_web.trail.models import Event

# Every list page of the book and its procedures, and where it is taken away.
LISTS = {
    "ledger:index": "standing:export_balances", "ledger:entries": "standing:export_entries",
    "ledger:lots": "standing:export_lots", "ledger:proposals": "standing:export_proposals",
    "standing:holds": "standing:export_holds", "standing:periods": "standing:export_periods",
    "reconcile:index": "reconcile:export", "registers:suspensions": "registers:export_suspensions",
    "balance:index": "papers:filings", "commitments:index": "commitments:export", "transfers:index": "transfers:export",
    "transfers:earmarked": "transfers:earmarked_export",
}  # fmt: skip


def rows(client, name):
    answer = client.post(reverse(name), {"form": "csv", "on": "2024-06-01"})
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def acceptance(opened, clients, home, places):
    """An acceptance in the book."""
    made = file(clients["wang"], reverse("balance:accept"), accepted(places))
    assert post(clients["qian"], made).status_code == 302
    return made


@pytest.mark.parametrize("name", LISTS.values())
def test_a_list_is_taken_away_and_noted_and_the_outsider_gets_none_of_it(acceptance, clients, name):
    mine, theirs = rows(clients["wang"], name), rows(clients["zhao"], name)
    assert mine[0] == theirs[0]
    assert not [cell for row in theirs[1:] for cell in row if cell.startswith("示范县") or "城关镇" in cell]
    assert Event.objects.filter(username="wang", action__endswith="export").count() == 1


def test_filings_name_their_paper_and_entry(acceptance, clients):
    heads, *found = rows(clients["wang"], "papers:filings")
    row = dict(zip(heads, found[0], strict=True))
    assert (row["状态"], row["归档用表"], row["审核人"]) == ("已入账", "补充耕地项目验收入库审核表", "钱处")
    assert row["件号"] == str(acceptance.uuid)


def test_who_is_suspended_is_said_row_by_row(opened, clients, key_project):
    heads, *found = rows(clients["qian"], "registers:export_suspensions")
    told = {row[0]: dict(zip(heads, row, strict=True)) for row in found}
    assert (told["示范县"]["报批"], told["示范县"]["原因"]) == ("暂停报批", "KP-1 跨江大桥")
    assert told["示范二县"]["报批"] == "无法判断"


def test_the_button_stands_on_every_list():
    web = Path(__file__).parents[3] / "src" / "liangtian_web"
    said = "".join(file.read_text("utf-8") for file in web.rglob("*.html"))
    assert [name for name in LISTS.values() if f"'{name}'" not in said] == []

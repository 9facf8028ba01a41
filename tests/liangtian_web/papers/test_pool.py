"""The account of use of the city's pool: it adds up, every figure leads to its entry, and nobody else's city sees it."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, post
from tests.liangtian_web.balance.test_steps import fund, step
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.papers.conftest import taken

from bookkeeping import day, entry, legs
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry
from liangtian_web.papers.pooled import ELSE, LISTED, OTHER_USE, POOLED, use_of
from liangtian_web.trail.models import Event

YEAR = {"since": "2024-01-01", "until": "2024-12-31"}
PRICE_FEN = 200_000 * 3 * 100 // 2_000  # of a square metre, at 200,000 yuan a mu
LISTED_M2, OTHER_M2, POOLED_M2 = 2_000, 100, 5_802


@pytest.fixture
def used(opened, clients, home, places):
    """示范县 pools, then draws on the pool for a motorway and for a factory."""
    post(clients["qian"], file_acceptance(clients["li"], places))
    fund(5_000_000_00)
    about = {"place": places["county"].pk}
    for amount, more in (
        (LISTED_M2, {"project": "高速公路", "pool_purpose": "major-infrastructure"}),
        (OTHER_M2, {"project": "厂房", "pool_purpose": "other", "pool_use_reason": "技改"}),
    ):
        asked = step(clients["li"], "pool-use", **about, **more, pool_use_amounts__quantity_m2=f"{amount}")
        assert post(clients["qian"], asked).status_code == 302
    return list(Entry.objects.filter(kind="pool-use").order_by("pk"))


def account(places, **changes):
    return use_of(places["city"], day(1), day(12), **changes)


def of_quantity(found):
    return next(each for each in found.sums if each.index == "quantity_m2")


def test_the_account_adds_up_index_by_index(used, places):
    found = account(places)
    for each in found.sums:
        assert each.opening + sum(each.moved.values()) == each.closing
    assert of_quantity(found).moved == {POOLED: POOLED_M2, LISTED: -LISTED_M2, OTHER_USE: -OTHER_M2}
    assert [line.entry for line in found.of(LISTED)] == used[:1]
    assert [(line.project, line.reason) for line in found.of(OTHER_USE)] == [("厂房", "技改")]
    assert [str(line.other) for line in found.of(POOLED)] == ["示范县"]


def test_money_is_what_the_city_paid_and_received(used, places):
    found = account(places)
    fund_ = Account.objects.get(place=places["city"], pool="fund", index="money_fen")
    paid = -sum(leg.amount for leg in fund_.legs.filter(entry__kind="acceptance"))
    assert (found.paid, found.received) == (paid, (LISTED_M2 + OTHER_M2) * PRICE_FEN)
    assert paid > 0


def test_what_came_before_the_period_is_its_opening(used, places):
    late = use_of(places["city"], day(10), day(12))
    assert (late.lines, of_quantity(late).moved) == ([], {})
    assert of_quantity(late).opening == of_quantity(late).closing == POOLED_M2 - LISTED_M2 - OTHER_M2


def test_a_reversal_cancels_under_what_it_takes_back(used, people, places):
    book.reverse(used[1], key="back", actor=people["li"], approver=people["qian"], evidence=["更正"])
    found = account(places)
    assert of_quantity(found).moved == {POOLED: POOLED_M2, LISTED: -LISTED_M2, OTHER_USE: 0}
    assert [line.amounts["quantity_m2"] for line in found.of(OTHER_USE)] == [-OTHER_M2, OTHER_M2]
    assert found.received == LISTED_M2 * PRICE_FEN
    before = account(places, known_on=used[1].recorded_at)
    assert of_quantity(before).moved[OTHER_USE] == -OTHER_M2


def test_what_is_neither_pooled_nor_used_stands_apart(used, places):
    serial = Entry.objects.get(kind="acceptance").legs.filter(lot__isnull=False).first().lot.serial
    book.post(entry("up", day(10), "provincial-pooling", legs(
        ("339900", "municipal", "quantity_m2", serial, -50), ("339900", "provincial", "quantity_m2", serial, 50))))  # fmt: skip
    found = account(places)
    assert [(line.entry.key, dict(line.amounts)) for line in found.of(ELSE)] == [("up", {"quantity_m2": -50})]
    assert of_quantity(found).closing == POOLED_M2 - LISTED_M2 - OTHER_M2 - 50


def test_every_figure_of_the_page_opens_its_entry(used, places, clients):
    page = clients["qian"].get(reverse("papers:pool", args=[places["city"].pk]), YEAR).content.decode()
    for each in (*used, Entry.objects.get(kind="acceptance")):
        assert page.count(f'href="{reverse("ledger:entry", args=[each.uuid])}"') >= 2  # an amount and its money
    account = Account.objects.get(place=places["city"], pool="municipal", index="quantity_m2")
    assert f"{reverse('ledger:account', args=[account.pk])}?since=2024-01-01&amp;until=2024-12-31" in page
    assert "技改" in page


def test_the_book_leads_to_the_account(used, places, clients):
    link = reverse("papers:pool", args=[places["city"].pk])
    assert link in clients["qian"].get(reverse("ledger:index")).content.decode()
    assert link not in clients["li"].get(reverse("ledger:index")).content.decode()


def test_the_account_is_taken_away_with_every_entry(used, places, clients):
    answer = clients["qian"].post(reverse("papers:export_pool", args=[places["city"].pk]), YEAR)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    said = [row for row in rows if row[0] == "用于其他用途"]
    assert [(row[3], row[5], row[7], row[9], row[10], row[12], row[13]) for row in said] == [
        ("示范县", "厂房", "技改", "耕地数量", -OTHER_M2, OTHER_M2 * PRICE_FEN / 100, str(used[1].uuid))
    ]
    quantity = [row for row in rows if row[9] == "耕地数量"]
    assert sum(row[10] for row in quantity if row[0] != "期末") == quantity[-1][10]
    noted = Event.objects.get(action="ledger.export")
    assert noted.object.startswith(f"ledger:pool {places['city'].pk} 2024-01-01 2024-12-31 xlsx")


def test_the_paper_says_the_same(used, places, clients, paper):
    found = paper(clients["qian"], "pool", places["city"].pk, on="2024-12-31", since="2024-01-01")
    assert found.lines[0] == "市级统筹指标使用账"
    left = POOLED_M2 - LISTED_M2 - OTHER_M2
    row = next(row for row in found.rows if row[0] == "耕地数量" and len(row) == 8)
    assert row[1:7] == ["0 m²", f"{POOLED_M2:,} m²", f"-{LISTED_M2:,} m²", f"-{OTHER_M2} m²", "0 m²", f"{left:,} m²"]
    assert {"其他项目；技改", "高速公路", str(used[0].uuid), "温州 2019（六）"} <= found.cells
    again = taken(clients["qian"], "pool", places["city"].pk, on="2024-12-31", since="2024-01-01")
    assert (
        again.content == taken(clients["qian"], "pool", places["city"].pk, on="2024-12-31", since="2024-01-01").content
    )
    assert taken(clients["qian"], "pool", places["city"].pk, on="2024-01-01", since="2024-12-31").status_code == 404


def test_counties_and_outsiders_get_nothing(used, places, clients):
    away = browser(person("hu", "胡工", places["town"], "keeper"))
    for client in (clients["li"], clients["zhao"], away):
        assert client.get(reverse("papers:pool", args=[places["city"].pk])).status_code == 404
        assert client.post(reverse("papers:export_pool", args=[places["city"].pk])).status_code == 404
        assert taken(client, "pool", places["city"].pk).status_code == 404
    assert clients["qian"].get(reverse("papers:pool", args=[places["county"].pk])).status_code == 404


def test_days_in_which_the_pool_held_nothing_say_so(used, clients, places):
    asked = {"since": "2023-01-01", "until": "2023-12-31"}
    page = clients["qian"].get(reverse("papers:pool", args=[places["city"].pk]), asked)
    assert "统筹库没有余额，也没有增减" in page.content.decode()

"""Earmarked money, whatever brought it, is paid out by one procedure, and never beyond what its source has left."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import post
from tests.liangtian_web.balance.test_steps import holds, step
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs
from liangtian_web.balance.earmarked import source_for, sources_for
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Entry, Proposal

pytestmark = pytest.mark.usefixtures("home", "opened")
PRICE = 120_050


@pytest.fixture
def pooled(clients, people, places) -> Entry:
    """The city paid 1,200.50 yuan for what it pooled."""
    people["zhou"] = person("zhou", "周处", places["city"], "keeper")
    clients["zhou"] = browser(people["zhou"])
    why = {"place": places["county"].pk, "project": "调度", "ordered_because": "市府会议纪要〔2024〕12号"}
    price = {"moved_amounts__quantity_m2": "400", "pooling_price_yuan": "1200.50"}
    asked = step(clients["li"], "city-pooling", None, **why | price)
    assert post(clients["qian"], asked).status_code == 302
    return asked.decision.entry


def pay(client, source: Entry, **changes):
    given = {"key": str(uuid4()), "amount_yuan": "1000.00", "paid_for": "agriculture", "payee": "城关镇人民政府", "village": "",
             "reason": "", "on": f"{source.on}", "document": "示财付〔2024〕1号"}  # fmt: skip
    return client.post(reverse("transfers:spend", args=[source.uuid]), given | changes)


def paid(client, source: Entry, **changes) -> Filing:
    answer = pay(client, source, **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return Payment.objects.latest("pk").filing


def undo(clients, entry: Entry) -> int:
    """Proposed by one keeper of the city and posted by another, as both places are theirs."""
    asked = {"on": f"{entry.on}", "evidence": "更正", "form": str(uuid4())}
    assert clients["qian"].post(reverse("ledger:reverse", args=[entry.uuid]), asked).status_code == 302
    made = Proposal.objects.latest("pk")
    return clients["zhou"].post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})


def test_what_the_city_paid_is_paid_out_by_two_and_counted(clients, people, pooled):
    filing = paid(clients["wang"], pooled)
    assert filing.facts["paid_from"] == "other"
    (source,) = sources_for(people["wang"])
    assert (source.received, source.used, source.asked, source.left) == (PRICE, 0, 100_000, 20_050)
    assert (str(source.payer), source.word) == ("示范市", "市级统筹价款")
    assert post(clients["wang"], filing).status_code == 403
    assert post(clients["li"], filing).status_code == 302
    (source,) = sources_for(people["wang"])
    assert (source.received, source.used, source.asked, source.left) == (PRICE, 100_000, 0, 20_050)
    assert holds("339901", "earmarked", "money_fen") == 20_050
    assert Entry.objects.get(kind="payment").evidence[-1] == f"filing:{pooled.filed.filing.uuid}"
    page = clients["li"].get(reverse("transfers:spend", args=[pooled.uuid]))
    assert [each["payment"].payee for each in page.context["payments"]] == ["城关镇人民政府"]


def test_no_more_is_paid_than_its_source_brought(clients, pooled):
    answer = pay(clients["wang"], pooled, amount_yuan="1200.51")
    assert "1,200.51 元超过这笔专款尚可安排的 1,200.50 元" in answer.context["form"].errors["__all__"][0]
    assert Payment.objects.count() == 0


def test_each_place_pays_out_of_its_own_part_of_an_entry(clients, people):
    parts = legs(("339900", "fund", "money_fen", None, -300_00), ("339901", "earmarked", "money_fen", None, 100_00),
                 ("339902", "earmarked", "money_fen", None, 200_00))  # fmt: skip
    both = actions.post(entry("both", day(6), "city-pooling", parts))[0]
    assert pay(clients["wang"], both, amount_yuan="150.00").status_code == 400
    assert paid(clients["zhao"], both, amount_yuan="150.00").place.code == "339902"
    assert [each.left for name in ("wang", "zhao") for each in sources_for(people[name])] == [100_00, 50_00]


def test_nothing_is_paid_before_the_money_came(clients, pooled):
    answer = pay(clients["wang"], pooled, on="2024-01-02")
    assert answer.status_code == 400
    assert Payment.objects.count() == 0


def test_what_brought_the_money_is_not_reversed_under_a_payment(clients, people, pooled):
    filing = paid(clients["wang"], pooled)
    post(clients["li"], filing)
    refused = undo(clients, pooled)
    assert refused.status_code == 409
    assert "示财付〔2024〕1号" in refused.content.decode()
    filing.refresh_from_db()
    assert undo(clients, Filing.objects.get(pk=filing.pk).decision.entry).status_code == 302
    assert undo(clients, pooled).status_code == 302
    assert (holds("339901", "earmarked", "money_fen"), sources_for(people["wang"])) == (0, [])
    page = clients["wang"].get(reverse("transfers:spend", args=[pooled.uuid]))
    assert (page.status_code, page.context["form"]) == (200, None)


def test_a_payment_waiting_when_its_money_went_is_not_booked(clients, pooled):
    filing = paid(clients["wang"], pooled)
    assert undo(clients, pooled).status_code == 302
    assert post(clients["li"], filing).status_code == 409
    assert not Entry.objects.filter(kind="payment").exists()


def test_outsiders_know_of_no_money(clients, people, pooled):
    assert clients["zhao"].get(reverse("transfers:spend", args=[pooled.uuid])).status_code == 404
    assert pay(clients["zhao"], pooled).status_code == 404
    assert (sources_for(people["zhao"]), source_for(people["zhao"], pooled.uuid)) == ([], None)

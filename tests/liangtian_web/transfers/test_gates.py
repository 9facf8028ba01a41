"""What a day typed on a form, a buyer's own keeper or another project's lots cannot get past; pages and calls alike."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.liangtian_web.calls import decide, send
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.transfers.conftest import (
    NEW,
    answer,
    approve,
    ask,
    asked,
    begun,
    file_listing,
    holds,
    list_for_sale,
    match,
    offered,
    post,
    propose,
    settle,
    terms,
    today,
)

from bookkeeping import entry, legs, lot, square
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.registers.models import Decision, Row
from liangtian_web.transfers.stages import Stage, standing_of

pytestmark = pytest.mark.usefixtures("opened")


def ahead() -> str:
    return f"{today() + timedelta(days=1)}"


def before() -> date:
    return today() - timedelta(days=1)


def fields_of(data, **changes):
    """The fields of a form as a call sends them."""
    return {name: value for name, value in data.items() if name != "key"} | changes


def unbalanced_from_today(people, place):
    """A key project that from today on nothing balances."""
    content = {"number": "KP-9", "name": "大桥", "level": "county", "quantity": "10", "paddy": "0", "unit": "m2",
               "capacity_kg": "0"}  # fmt: skip
    row = Row.objects.create(register="key-project", place=place, key="KP-9", state="listed", content=content,
                             document="示市重〔2026〕9号", since=today(), user=people["qian"])  # fmt: skip
    Decision.objects.create(row=row, confirmed=True, user=people["zhou"])


def agreed(clients, places):
    """A match both sides agreed to, made yesterday by its papers."""
    day = f"{before()}"
    filing = list_for_sale(clients, places, on=day)
    one = match(clients["qian"], filing, ask(clients["zhao"], places, on=day), on=day)
    answer(clients["wang"], one, "seller")
    answer(clients["zhao"], one, "buyer")
    return one


def test_nothing_is_filed_for_a_day_to_come(clients, places):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    one = settle(clients, filing, demand, amount_quantity_m2="1000")
    again = ask(clients["zhao"], places, amount_quantity_m2="100")
    paid = {"amount_yuan": "1", "paid_for": "farmland-protection", "payee": "农业农村局", "document": "x"}
    head = {"document": "x", "key": "11111111-2222-4333-8444-555555555555"}
    pages = [
        ("wang", reverse("transfers:offer"), offered(places)),
        ("zhao", reverse("transfers:ask"), asked(places)),
        ("qian", reverse("transfers:propose", args=[filing.uuid, again.uuid]), terms(amount_quantity_m2="100")),
        ("wang", reverse("transfers:withdraw_listing", args=[filing.uuid]), head),
        ("wang", reverse("transfers:spend", args=[one.uuid]), head | paid),
    ]
    said = [clients[who].post(page, {**data, "on": ahead()}).context["form"].errors for who, page, data in pages]
    assert [list(each) for each in said] == [["on"]] * 5
    calls = [
        ("wang", "listings", {"fields": fields_of(offered(places), place="339901", on=ahead())}),
        ("wang", f"listings/{filing.uuid}/withdrawal", {"fields": {"document": "x", "on": ahead()}}),
        ("wang", f"earmarked/{one.uuid}/payments", {"fields": {**paid, "on": ahead()}}),
        ("qian", "matches", {"listing": str(filing.uuid), "request": str(again.uuid),
                             "fields": fields_of(terms(amount_quantity_m2="100"), on=ahead())}),
    ]  # fmt: skip
    problems = [send(clients[who], f"transfers/{path}", data).json()["problems"] for who, path, data in calls]
    assert [[each["at"][1] for each in found] for found in problems] == [["on"]] * 4


def test_a_day_written_back_does_not_open_what_is_closed_today(clients, people, places):
    filing = file_listing(clients["wang"], places, on=f"{before()}")
    unbalanced_from_today(people, places["county"])
    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    fails = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert (len(fails), "占补平衡未落实" in fails[0], page.context["stopped"]) == (1, True, True)
    assert "（七）.5" in post(clients["li"], filing).content.decode()
    assert decide(clients["li"], {"uuid": str(filing.uuid)}).status_code == 409
    assert (holds("339901", "held"), holds("339901", "reserve")) == (0, 10_000)


def test_who_sells_may_still_sell_when_it_hands_over(clients, people, places):
    one = agreed(clients, places)
    unbalanced_from_today(people, places["county"])
    page = clients["zhou"].get(reverse("transfers:match", args=[one.uuid]))
    fails = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert (["占补平衡未落实" in each for each in fails], page.context["stopped"]) == ([True], True)
    assert "（七）.5" in approve(clients["zhou"], one).content.decode()
    assert send(clients["zhou"], f"transfers/matches/{one.uuid}/decision", {"accept": True}).status_code == 409
    assert not Entry.objects.filter(kind="transfer").exists()


def test_a_match_is_not_proposed_for_a_seller_that_may_sell_no_more(clients, people, places):
    filing, demand = list_for_sale(clients, places, on=f"{before()}"), ask(clients["zhao"], places, on=f"{before()}")
    unbalanced_from_today(people, places["county"])
    refused = propose(clients["qian"], filing, demand, on=f"{before()}")
    assert "占补平衡未落实" in refused.context["form"].non_field_errors()[0]


def test_neither_side_decides_what_waits_for_the_city(clients, places):
    one = agreed(clients, places)
    filing = standing_of(one).filing
    officer = browser(person("xie", "谢工", places["city"], "officer"))
    for verb in ("post", "refuse"):
        url = reverse("balance:decide", args=[filing.uuid])
        assert [clients[who].post(url, {verb: "1"}).status_code for who in ("li", "xu")] == [404, 403]
        assert approve(officer, one, verb).status_code == 409
    for accept in (True, False):
        called = {"uuid": str(filing.uuid)}
        assert [decide(clients[who], called, accept).status_code for who in ("li", "xu")] == [404, 403]
        given = {"accept": accept, "reason": "x"}
        assert send(officer, f"transfers/matches/{one.uuid}/decision", given).status_code == 409
    assert standing_of(one).stage == Stage.APPROVAL
    assert approve(clients["zhou"], one, "refuse", reason="重报").status_code == 302


@pytest.fixture
def other_project(places):
    """An accepted project of its own, 3,000 m²."""
    made = legs(("outside", "outside", "quantity_m2", "2026-002", -3_000), ("339901", "reserve", "quantity_m2", "2026-002", 3_000))  # fmt: skip
    one = lot("2026-002", square(5), on=begun(), document="示自然资验〔2026〕2号", project="低丘缓坡垦造耕地（1）")
    book.post(entry("accept-2", begun(), "acceptance", made, lots=(one,), recorded_at=book.now()))
    return "低丘缓坡垦造耕地（1）"


def test_an_offer_of_a_project_gives_that_projects_lots(clients, places, other_project):
    filing = list_for_sale(clients, places, project=other_project, amount_quantity_m2="2500")
    assert filing.lots == ["2026-002"]
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid]))
    assert [each["serial"] for each in page.context["lots"]] == ["2026-002"]
    beyond = file_listing(clients["wang"], places, project=other_project, amount_quantity_m2="2500")
    assert post(clients["li"], beyond).status_code == 409  # 500 m² are left of it, whatever else there is


def test_lots_of_another_project_are_refused(clients, places, other_project):
    said = clients["wang"].post(reverse("transfers:offer"), offered(places, project=other_project, lots=NEW))
    assert "来自项目“城关镇垦造耕地”" in said.context["form"].non_field_errors()[0]
    called = {"fields": fields_of(offered(places, project=other_project, lots=NEW), place="339901")}
    refused = send(clients["wang"], "transfers/listings", called)
    assert (refused.status_code, "来自项目" in str(refused.json())) == (422, True)
    assert not Filing.objects.filter(event="transfer-out").exists()


def test_an_offer_sent_again_keeps_the_lots_it_chose(clients, places, other_project):
    given = offered(places, project=other_project, amount_quantity_m2="1000")
    first = clients["wang"].post(reverse("transfers:offer"), given)
    assert clients["wang"].post(reverse("transfers:offer"), given).url == first.url
    assert Filing.objects.get(event="transfer-out").lots == ["2026-002"]

"""Who sees and does what on the platform; forms that are wrong; tables that only grow."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from tests.liangtian_web.transfers.conftest import (
    answer,
    approve,
    ask,
    asked,
    file_listing,
    list_for_sale,
    match,
    offered,
    settle,
    terms,
    today,
)

from liangtian_web.balance.models import Filing
from liangtian_web.trail.models import Event
from liangtian_web.transfers.models import Demand, Match

pytestmark = pytest.mark.usefixtures("opened")
EVERYBODY = ("wang", "li", "zhao", "xu", "qian", "zhou", "shen", "wai")


@pytest.fixture
def trade(clients, places):
    """A listing, a request and a match between them."""
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    return filing, demand, match(clients["qian"], filing, demand, amount_quantity_m2="1000")


def test_who_opens_which_page(clients, trade):
    filing, demand, one = trade
    pages = {
        "transfers:index": [], "transfers:earmarked": [], "transfers:offer": [], "transfers:ask": [],
        "transfers:listing": [filing.uuid], "transfers:demand": [demand.uuid], "transfers:match": [one.uuid],
        "transfers:propose": [filing.uuid, demand.uuid], "transfers:withdraw_listing": [filing.uuid],
        "transfers:spend": [one.uuid], "balance:filing": [filing.uuid],
    }  # fmt: skip
    seen = {
        name: [clients[who].get(reverse(name, args=args)).status_code for who in EVERYBODY]
        for name, args in pages.items()
    }
    assert seen == {
        #                         wang li   zhao xu   qian zhou shen wai
        "transfers:index": [200, 200, 200, 200, 200, 200, 200, 200],
        "transfers:earmarked": [200, 200, 200, 200, 200, 200, 200, 200],
        "transfers:offer": [200, 200, 200, 200, 200, 200, 403, 200],
        "transfers:ask": [200, 200, 200, 200, 200, 200, 403, 200],
        "transfers:listing": [200, 200, 200, 200, 200, 200, 200, 404],
        "transfers:demand": [200, 200, 200, 200, 200, 200, 200, 404],
        "transfers:match": [200, 200, 200, 200, 200, 200, 200, 404],
        "transfers:propose": [403, 403, 403, 403, 200, 200, 403, 404],
        "transfers:withdraw_listing": [200, 200, 403, 403, 200, 200, 403, 404],
        "transfers:spend": [404, 404, 404, 404, 404, 404, 404, 404],  # not settled
        "balance:filing": [200, 200, 404, 404, 200, 200, 200, 404],
    }


def test_who_may_act(clients, places, trade):
    filing, demand, one = trade
    for who in EVERYBODY:
        mine = clients[who].get(reverse("transfers:match", args=[one.uuid]))
        sides = [str(side) for side in mine.context["sides"]] if mine.status_code == 200 else None
        expected = {"wang": ["seller"], "li": ["seller"], "zhao": ["buyer"], "xu": ["buyer"], "qian": ["city"],
                    "zhou": ["city"], "shen": [], "wai": None}[who]  # fmt: skip
        assert sides == expected, who
    assert (
        clients["wai"].post(reverse("transfers:answer", args=[one.uuid]), {"side": "buyer", "agree": "1"}).status_code
        == 404
    )
    assert clients["wang"].post(reverse("transfers:answer", args=[one.uuid]), {"side": "nobody"}).status_code == 404
    assert approve(clients["shen"], one).status_code == 403
    withdraw = reverse("transfers:withdraw_demand", args=[demand.uuid])
    assert [clients[who].post(withdraw).status_code for who in ("wang", "shen", "wai")] == [403, 403, 404]
    assert list(clients["wang"].post(reverse("transfers:ask"), asked(places)).context["form"].errors) == ["place"]
    assert list(clients["zhao"].post(reverse("transfers:offer"), offered(places)).context["form"].errors) == ["place"]
    url = reverse("transfers:propose", args=[filing.uuid, demand.uuid])
    assert clients["wang"].post(url, terms()).status_code == 403


def test_an_outsider_of_another_city_gets_nothing_not_even_counts(clients, trade):
    page = clients["wai"].get(reverse("transfers:index")).context
    assert [list(page[name]) for name in ("awaited", "waiting", "offers", "wanted", "matches")] == [[]] * 5
    table = sheet(clients["wai"].post(reverse("transfers:export")))
    assert len(table) == 1
    assert "示范" not in clients["wai"].get(reverse("transfers:index")).content.decode().replace("示范新区", "")


def test_the_city_sees_of_a_listing_place_good_amounts_price_and_day_alone(clients, trade):
    filing, demand, one = trade
    page = clients["zhao"].get(reverse("transfers:index")).context["offers"]
    assert [(each.row.filing, lines[0].left, str(lines[0].price)) for each, lines in page] == [
        (filing, 5_000, "180000.00")
    ]
    shown = clients["zhao"].get(reverse("transfers:listing", args=[filing.uuid]))
    for secret in (filing.project, filing.document, "2023-001", "王工"):
        assert secret not in shown.content.decode(), secret
    assert [each.match for each in shown.context["matches"]] == [one]  # the buyer's own
    wanted = clients["wang"].get(reverse("transfers:demand", args=[demand.uuid])).content.decode()
    for secret in (demand.document, demand.purpose, "赵工"):
        assert secret not in wanted.replace(one.document, ""), secret


def test_a_listing_not_posted_yet_is_its_own_affair(clients, places):
    filing = file_listing(clients["wang"], places)
    seen = {who: clients[who].get(reverse("transfers:listing", args=[filing.uuid])).status_code for who in ("li", "zhao", "shen")}  # fmt: skip
    assert seen == {"li": 200, "zhao": 404, "shen": 200}
    assert clients["zhao"].get(reverse("transfers:index")).context["offers"] == []


def test_what_waits_stands_first_and_on_the_front_page(clients, places, trade):
    one = trade[-1]
    waits = {who: [each.match for each in clients[who].get(reverse("transfers:index")).context["awaited"]] for who in EVERYBODY}  # fmt: skip
    mine = {"wang", "li", "zhao", "xu"}
    assert waits == {who: [one] if who in mine else [] for who in EVERYBODY}
    todo = [each.url for each in clients["wang"].get("/").context["todos"]]
    assert reverse("transfers:match", args=[one.uuid]) in todo
    answer(clients["wang"], one, "seller")
    answer(clients["zhao"], one, "buyer")
    waits = {who: [each.match for each in clients[who].get(reverse("transfers:index")).context["awaited"]] for who in EVERYBODY}  # fmt: skip
    assert waits == {who: [one] if who == "zhou" else [] for who in EVERYBODY}
    todo = {who: [each.url for each in clients[who].get("/").context["todos"]] for who in ("zhou", "xu")}
    url = reverse("balance:filing", args=[one.uuid])
    assert (url in todo["zhou"], url in todo["xu"]) == (True, False)


def sheet(response):
    return list(openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


def test_the_platform_and_the_proceeds_are_taken_away_as_tables(clients, places, trade):
    filing, demand, _ = trade
    rows = sheet(clients["shen"].post(reverse("transfers:export")))[1:]
    assert [row[:6] for row in rows] == [
        ("挂牌", "示范县", "补充耕地指标", "耕地数量", 5_000, "m²"),
        ("调入申请", "示范二县", "补充耕地指标", "耕地数量", 5_000, "m²"),
    ]
    settle(clients, filing, demand, amount_quantity_m2="5000", document="示市调〔2026〕4号")
    rows = sheet(clients["wang"].post(reverse("transfers:earmarked_export")))[1:]
    assert [(*row[:3], row[4], float(row[6]), float(row[10])) for row in rows] == [
        ("示范县", "指标调剂价款", "示范二县", "示市调〔2026〕4号", 1_350_000.0, 1_350_000.0)]  # fmt: skip
    acts = Event.objects.filter(action="transfers.export").values_list("object", flat=True)
    assert sorted(acts) == ["earmarked xlsx 1", "platform xlsx 2"]


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"amount_quantity_m2": "-5"}, "amount_quantity_m2", "大于或等于0"),
        ({"amount_quantity_m2": "1.5"}, "amount_quantity_m2", "整数"),
        ({"amount_quantity_m2": ""}, "__all__", "至少填一项"),
        ({"price_quantity_m2": ""}, "price_quantity_m2", "请填单价"),
        ({"price_quantity_m2": "1.001"}, "price_quantity_m2", "2"),
        ({"amount_linkage_m2": "5", "price_linkage_m2": "1"}, "amount_linkage_m2", "不属于所选标的"),
        ({"expires": "today"}, "expires", "须晚于"),
        ({"whole_area": "on"}, "village", "须选整治村"),
        ({"good": "gold"}, "good", "不在可用的选项中"),
    ],
)
def test_bad_input_is_said_and_nothing_is_kept(clients, places, changes, where, said):
    given = {name: f"{today()}" if text == "today" else text for name, text in changes.items()}
    answer_ = clients["wang"].post(reverse("transfers:offer"), offered(places, **given))
    errors = answer_.context["form"].errors
    assert (answer_.status_code, list(errors)) == (400, [where])
    assert said in " ".join(errors[where])
    assert not Filing.objects.exists()


def test_a_request_is_made_today_or_before_and_stands_on_its_day(clients, places):
    for changes, where in (
        ({"on": f"{today() + timedelta(days=1)}"}, "on"),
        ({"until": f"{today() - timedelta(days=1)}"}, "until"),
    ):
        assert list(
            clients["zhao"].post(reverse("transfers:ask"), asked(places, **changes)).context["form"].errors
        ) == [where]
    assert not Demand.objects.exists()


def test_more_than_is_there_is_not_listed(clients, places):
    filing = file_listing(clients["wang"], places, amount_quantity_m2="10001")
    page = clients["li"].post(reverse("balance:decide", args=[filing.uuid]), {"post": "1"})
    assert page.status_code == 409


def test_rows_only_grow(clients, trade):
    for table in ("listing", "demand", "match", "consent", "withdrawal"):
        for verb in (f"DELETE FROM transfers_{table}", f"TRUNCATE transfers_{table} CASCADE"):
            if verb.startswith("DELETE"):
                with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(verb)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE transfers_match SET fen = 0")
    assert Match.objects.get().fen == 27_000_000


def test_every_page_shows_in_both_languages(clients, people, trade):
    filing, demand, one = trade
    pages = [reverse(f"transfers:{name}") for name in ("index", "offer", "ask", "earmarked")]
    pages += [reverse("transfers:listing", args=[filing.uuid]), reverse("transfers:demand", args=[demand.uuid]),
              reverse("transfers:match", args=[one.uuid]), reverse("transfers:propose", args=[filing.uuid, demand.uuid]),
              reverse("transfers:withdraw_listing", args=[filing.uuid]), "/"]  # fmt: skip
    for language in ("zh-hans", "en"):
        people["qian"].language = language
        people["qian"].save()
        assert [clients["qian"].get(page).status_code for page in pages] == [200] * len(pages)

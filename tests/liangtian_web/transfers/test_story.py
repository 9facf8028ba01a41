"""Transfers through their pages: one refused for an unmet task, one completed to the square metre and the fen."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

import pytest
from click.testing import CliRunner
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.transfers.conftest import (
    FUND_FEN,
    answer,
    approve,
    ask,
    file_listing,
    holds,
    list_for_sale,
    match,
    offered,
    post,
    propose,
    register,
    send,
    settle,
    today,
)

from liangtian.cli.main import cli
from liangtian_web.balance.basis import decisions
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import sealing
from liangtian_web.ledger.models import Entry
from liangtian_web.people.models import Place
from liangtian_web.transfers.models import Match
from liangtian_web.transfers.stages import Stage, standing_of

pytestmark = pytest.mark.usefixtures("opened")


def fen(area_m2: int, yuan_per_mu: int) -> int:
    """By the mu of 2,000/3 m², half-up once."""
    return int(Fraction(area_m2 * yuan_per_mu * 3 * 100, 2_000) + Fraction(1, 2))


def lots_of(entry: Entry, place: str, pool: str) -> dict[str, int]:
    legs = entry.legs.filter(account__place__code=place, account__pool=pool, implied=False, lot__isnull=False)
    return {leg.lot.serial: leg.amount for leg in legs.filter(account__index="quantity_m2")}


@pytest.mark.parametrize("good", ["compensation", "linkage"])
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("annual-task", {"area": "6000.01"}), "6,000.01"),
        (("key-project", {"key": "KP-1", "number": "KP-1", "name": "大桥", "level": "county", "quantity": "10", "paddy": "0",
                          "unit": "m2", "capacity_kg": "0"}), "占补平衡未落实"),
    ],
)  # fmt: skip
def test_a_place_with_its_task_or_balance_unmet_offers_neither_good(clients, people, places, good, row, said):
    name, content = row
    register(people, places["county"], name, **content)
    amounts = {"compensation": {}, "linkage": {
        "good": "linkage", "amount_quantity_m2": None, "price_quantity_m2": None, "amount_linkage_m2": "1000",
        "price_linkage_m2": "500000"}}[good]  # fmt: skip
    filing = file_listing(clients["wang"], places, **amounts)
    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    reasons = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert (len(reasons), said in reasons[0], page.context["stopped"]) == (1, True, True)
    assert post(clients["li"], filing).status_code == 409
    assert (holds("339901", "held"), holds("339901", "held", "linkage_m2")) == (0, 0)


def test_what_the_registers_do_not_say_is_not_taken_for_a_yes(clients, people, places):
    register(people, places["county"], "annual-task", state="ended")
    filing = file_listing(clients["wang"], places)
    assert "（七）.5" in post(clients["li"], filing).content.decode()


def test_a_transfer_is_completed_to_the_square_metre_and_the_fen(clients, places, tmp_path):
    filing = list_for_sale(clients, places)
    assert (holds("339901", "reserve"), holds("339901", "held")) == (4_000, 6_000)
    demand = ask(clients["zhao"], places)
    one = settle(clients, filing, demand, amount_quantity_m2="4501")

    price = fen(4_501, 180_000)
    assert (one.fen, price) == (121_527_000, 121_527_000)
    assert holds("339902", "reserve") == 4_501
    assert (holds("339901", "reserve"), holds("339901", "held")) == (4_000, 1_499)
    assert holds("339902", "fund", "money_fen") == FUND_FEN - price
    assert holds("339901", "earmarked", "money_fen") == price

    entry = Entry.objects.get(kind="transfer")
    assert (entry.actor.username, entry.approver.username) == ("qian", "zhou")
    assert entry.evidence == [f"filing:{one.uuid}", "示市调〔2026〕3号", f"filing:{filing.uuid}"]
    assert entry.rules[0] == "wenzhou-2019（七）.1"
    rest = Entry.objects.get(key=f"{entry.key}:rest")
    assert (rest.kind, rest.linked, entry.linked) == ("hold", [entry.key], [rest.key])
    assert rest.expires == filing.expires

    sealing.seal_all()
    with (tmp_path / "book.zip").open("wb") as target:
        head = sealing.export(target, book="示范", decisions=decisions).head
    verified = CliRunner().invoke(cli, ["verify", str(tmp_path / "book.zip"), "--head", head])
    said = {rule: mark for mark, rule in re.findall(r"(\S) (BOOK-\d\d)", verified.output)}
    assert said == {f"BOOK-0{n}": "✓" for n in range(1, 9)} | {
        "BOOK-09": "?"
    }  # the lot was posted here without a decision


def test_lots_keep_their_lineage_and_the_oldest_go_first(clients, places):
    filing = list_for_sale(clients, places)
    hold = filing.decision.entry
    assert lots_of(hold, "339901", "held") == {"2023-001": 4_000, "2026-001": 2_000}
    one = settle(clients, filing, ask(clients["zhao"], places), amount_quantity_m2="4501")
    entry = Filing.objects.get(uuid=one.uuid).decision.entry
    assert lots_of(entry, "339902", "reserve") == {"2023-001": 4_000, "2026-001": 501}
    assert lots_of(entry, "339901", "held") == {"2023-001": -4_000, "2026-001": -2_000}
    assert lots_of(Entry.objects.get(key=f"{entry.key}:rest"), "339901", "held") == {"2026-001": 1_499}


def test_lots_named_are_the_ones_held(clients, places):
    filing = list_for_sale(clients, places, lots="2026-001")
    assert lots_of(filing.decision.entry, "339901", "held") == {"2026-001": 6_000}
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid]))
    assert [each["serial"] for each in page.context["lots"]] == ["2026-001"]


def test_what_is_left_is_sold_on_and_the_listing_ends_with_nothing_held(clients, places):
    filing = list_for_sale(clients, places, amount_paddy_m2="3000", price_paddy_m2="150000")
    first = ask(clients["zhao"], places, amount_quantity_m2="1000")
    settle(clients, filing, first, amount_quantity_m2="1000", amount_paddy_m2="", price_paddy_m2="")
    assert (holds("339901", "held"), holds("339901", "held", "paddy_m2")) == (5_000, 3_000)
    second = ask(clients["zhao"], places, amount_quantity_m2="5000", amount_paddy_m2="3000")
    settle(clients, filing, second, amount_quantity_m2="5000", amount_paddy_m2="3000", price_paddy_m2="150000")
    assert (holds("339901", "held"), holds("339901", "held", "paddy_m2")) == (0, 0)
    assert (holds("339902", "reserve"), holds("339902", "reserve", "paddy_m2")) == (6_000, 3_000)
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid])).context
    assert (page["word"], page["lots"], page["may_withdraw"]) == ("已成交", [], False)
    assert clients["wang"].get(reverse("transfers:index")).context["offers"] == []


def test_linkage_surplus_is_transferred_by_its_own_clause(clients, places):
    amounts = {"amount_quantity_m2": None, "price_quantity_m2": None, "amount_linkage_m2": "2000"}
    price = {"price_linkage_m2": "500000.01"}
    filing = list_for_sale(clients, places, good="linkage", **amounts, **price)
    demand = ask(clients["zhao"], places, good="linkage", **amounts)
    changes = {"amount_quantity_m2": "", "price_quantity_m2": "", "amount_linkage_m2": "2000", **price}
    one = settle(clients, filing, demand, **changes)
    assert one.fen == 150_000_003
    assert (holds("339902", "reserve", "linkage_m2"), holds("339901", "held", "linkage_m2")) == (2_000, 0)
    assert Entry.objects.get(kind="transfer").rules[0] == "wenzhou-2019（七）.2"


def test_advanced_places_come_first_then_the_older_request(clients, people, places):
    filing = list_for_sale(clients, places)
    old = ask(clients["zhao"], places, on=f"{today() - timedelta(days=3)}", document="旧")
    new = ask(clients["zhao"], places, document="新")
    answer_ = propose(clients["qian"], filing, new, amount_quantity_m2="100", on=f"{today()}")
    assert "示范二县" in answer_.context["form"].non_field_errors()[0]
    assert not Match.objects.exists()
    turn = clients["qian"].get(reverse("transfers:listing", args=[filing.uuid])).context["queue"]
    assert [each["demand"] for each in turn] == [old, new]

    zone = Place.objects.create(name="示范新区", kind="zone", parent=places["city"])
    zoner = browser(person("he", "何工", zone, "officer"))
    register(people, zone, "advanced-place", advanced="yes")
    first = ask(zoner, places, place=zone.pk, document="先进")
    turn = clients["qian"].get(reverse("transfers:listing", args=[filing.uuid])).context["queue"]
    assert [each["demand"] for each in turn] == [first, old, new]
    assert propose(clients["qian"], filing, old).status_code == 400
    one = match(clients["qian"], filing, first)
    assert [row["advanced"] for row in one.requests] == [True, False, False]


def test_each_side_agrees_for_itself_and_another_of_the_city_approves(clients, places):
    one = match(clients["qian"], list_for_sale(clients, places), ask(clients["zhao"], places))
    assert approve(clients["zhou"], one).status_code == 409  # nobody agreed yet
    for who, side in (("zhao", "seller"), ("wang", "buyer"), ("qian", "seller"), ("zhou", "buyer"), ("shen", "buyer")):
        assert answer(clients[who], one, side).status_code == 409, who
    assert answer(clients["wang"], one, "seller").status_code == 302
    assert answer(clients["xu"], one, "buyer").status_code == 302
    assert standing_of(one).stage == Stage.APPROVAL
    assert approve(clients["qian"], one).status_code == 409  # own proposal
    assert [approve(clients[who], one).status_code for who in ("li", "xu")] == [403, 403]
    assert post(clients["xu"], standing_of(one).filing).status_code == 403  # the city decides
    assert not Entry.objects.filter(kind="transfer").exists()
    assert approve(clients["zhou"], one).status_code == 302
    assert standing_of(one).stage == Stage.SETTLED


@pytest.mark.parametrize(("who", "side"), [("wang", "seller"), ("zhao", "buyer"), ("zhou", "city")])
def test_a_match_declined_frees_what_it_took(clients, places, who, side):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    one = match(clients["qian"], filing, demand)
    page = reverse("transfers:listing", args=[filing.uuid])
    assert clients["wang"].get(page).context["lines"][0].left == 0
    assert answer(clients[who], one, side, "decline", reason="价格不合适").status_code == 302
    assert standing_of(one).stage == Stage.DECLINED
    assert clients["wang"].get(page).context["lines"][0].left == 6_000
    assert answer(clients["li"], one, "seller").status_code == 409
    assert "价格不合适" in clients["zhao"].get(reverse("transfers:match", args=[one.uuid])).content.decode()


def test_a_match_sent_back_by_the_city_frees_what_it_took(clients, places):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    one = match(clients["qian"], filing, demand)
    answer(clients["wang"], one, "seller")
    answer(clients["zhao"], one, "buyer")
    assert approve(clients["zhou"], one, "refuse", reason="重报").status_code == 302
    assert standing_of(one).stage == Stage.REFUSED
    assert match(clients["qian"], filing, demand).pk != one.pk


def test_a_listing_is_withdrawn_by_two_and_gives_back_what_it_holds(clients, places):
    filing = list_for_sale(clients, places)
    settle(clients, filing, ask(clients["zhao"], places, amount_quantity_m2="1000"), amount_quantity_m2="1000")
    page = reverse("transfers:withdraw_listing", args=[filing.uuid])
    given = {"key": "11111111-2222-4333-8444-555555555555", "on": f"{today()}", "document": "示县撤〔2026〕1号"}
    ending = Filing.objects.get(uuid=send(clients["wang"], page, given))
    second = ask(clients["zhao"], places)
    assert propose(clients["qian"], filing, second, amount_quantity_m2="10").status_code == 400
    assert post(clients["li"], ending).status_code == 302
    assert (holds("339901", "held"), holds("339901", "reserve")) == (0, 9_000)
    assert clients["wang"].get(reverse("transfers:listing", args=[filing.uuid])).context["word"] == "已撤回"
    again = clients["wang"].post(page, given | {"key": "11111111-2222-4333-8444-555555555556"})
    assert "全部成交、撤回或退回" in again.context["form"].non_field_errors()[0]


def test_nothing_is_withdrawn_while_it_is_being_matched(clients, places):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    match(clients["qian"], filing, demand)
    given = {"key": "11111111-2222-4333-8444-555555555555", "on": f"{today()}", "document": "撤"}
    page = clients["wang"].post(reverse("transfers:withdraw_listing", args=[filing.uuid]), given)
    assert "撮合未办结" in page.context["form"].non_field_errors()[0]
    assert clients["zhao"].post(reverse("transfers:withdraw_demand", args=[demand.uuid])).status_code == 409


def test_a_request_withdrawn_waits_no_more(clients, places):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    page = reverse("transfers:withdraw_demand", args=[demand.uuid])
    assert [clients["zhao"].post(page, {"reason": "项目取消"}).status_code for _ in range(2)] == [302, 302]
    assert clients["qian"].get(reverse("transfers:listing", args=[filing.uuid])).context["queue"] == []
    assert propose(clients["qian"], filing, demand).status_code == 400


def test_out_of_the_days_of_either_nothing_is_matched(clients, places):
    filing = list_for_sale(clients, places)
    demand = ask(clients["zhao"], places)
    page = propose(clients["qian"], filing, demand, on=f"{today() - timedelta(days=1)}")
    assert "不能撮合" in page.context["form"].non_field_errors()[0]
    short = ask(clients["zhao"], places, on=f"{today() - timedelta(days=9)}", until=f"{today() - timedelta(days=1)}")
    page = propose(clients["qian"], filing, short)
    assert "不能撮合" in page.context["form"].non_field_errors()[0]


def test_a_lapsed_listing_is_off_the_platform_and_its_indices_are_back(clients, places):
    since, until = today() - timedelta(days=40), today()
    filing = list_for_sale(clients, places, on=f"{since}", expires=f"{until}")
    assert (holds("339901", "held"), holds("339901", "reserve")) == (0, 10_000)
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid])).context
    assert (page["word"], clients["wang"].get(reverse("transfers:index")).context["offers"]) == ("已到期退回", [])


def test_above_the_provincial_price_a_reason_is_given(clients, places):
    filing = list_for_sale(clients, places, price_quantity_m2="200000.01")
    demand = ask(clients["zhao"], places)
    page = propose(clients["qian"], filing, demand, price_quantity_m2="200000.01")
    assert "200,000.00" in page.context["form"].non_field_errors()[0]
    one = match(clients["qian"], filing, demand, price_quantity_m2="200000.01", reason="含后期管护费")
    line = clients["zhao"].get(reverse("transfers:match", args=[one.uuid])).context["lines"][0]
    assert (line.dear, line.doubtful) == (True, True)


def test_a_request_its_price_excludes_does_not_wait_for_a_listing(clients, places):
    filing = list_for_sale(clients, places)
    ask(clients["zhao"], places, price_quantity_m2="179999.99", on=f"{today() - timedelta(days=9)}")
    affords = ask(clients["zhao"], places, price_quantity_m2="180000")
    turn = clients["qian"].get(reverse("transfers:listing", args=[filing.uuid])).context["queue"]
    assert [each["demand"] for each in turn] == [affords]


def test_a_buyer_without_money_books_nothing(clients, places):
    filing = list_for_sale(clients, places, price_quantity_m2="99999999")
    demand = ask(clients["zhao"], places)
    changes = {"price_quantity_m2": "99999999", "reason": "试"}
    one = match(clients["qian"], filing, demand, **changes)
    answer(clients["wang"], one, "seller")
    answer(clients["zhao"], one, "buyer")
    assert approve(clients["zhou"], one).status_code == 409
    assert (holds("339902", "reserve"), holds("339901", "held")) == (0, 6_000)
    assert standing_of(one).stage == Stage.APPROVAL


def test_what_is_sent_twice_counts_once(clients, places):
    given = offered(places)
    first, second = (send(clients["wang"], reverse("transfers:offer"), given) for _ in range(2))
    assert first == second
    changed = clients["wang"].post(reverse("transfers:offer"), given | {"price_quantity_m2": "1"})
    assert "已经提交过" in changed.context["form"].non_field_errors()[0]
    filing = Filing.objects.get(uuid=first)
    post(clients["li"], filing)
    demand = ask(clients["zhao"], places)
    key = {"key": "11111111-2222-4333-8444-555555555555"}
    assert match(clients["qian"], filing, demand, **key) == match(clients["qian"], filing, demand, **key)
    again = propose(clients["qian"], filing, demand, amount_quantity_m2="5", **key)
    assert "已经提交过" in again.context["form"].non_field_errors()[0]
    one = Match.objects.get()
    for who, side in (("wang", "seller"), ("zhao", "buyer")):
        assert [answer(clients[who], one, side).status_code for _ in range(2)] == [302, 302]
    assert [approve(clients["zhou"], one).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(kind="transfer").count() == 1

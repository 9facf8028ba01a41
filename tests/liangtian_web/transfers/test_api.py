"""The platform through its interface: offered, asked for, matched, answered, settled, paid out, by those who may."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.liangtian_web.calls import booked, made, read, send
from tests.liangtian_web.transfers.conftest import asked, holds, offered, terms, today

from liangtian_web.balance.models import Filing
from liangtian_web.transfers.models import Demand, Match

pytestmark = pytest.mark.usefixtures("opened")
EVERYBODY = ("wang", "li", "zhao", "xu", "qian", "zhou", "shen", "wai")


def payment() -> dict[str, dict[str, str]]:
    return {"fields": {"amount_yuan": "1000", "paid_for": "rural-facilities", "payee": "城关镇", "on": f"{today()}",
                       "document": "示县财〔2026〕1号"}}  # fmt: skip


def fields(given, **changes):
    """A form as the interface takes it: places by code, no number."""
    return {"fields": {name: value for name, value in given.items() if name != "key"} | changes}


@pytest.fixture
def listing(clients, places):
    """An offer that stands on the platform."""
    found = made(clients["wang"], "transfers/listings", fields(offered(places), place="339901"))
    booked(clients["li"], found)
    return found["uuid"]


@pytest.fixture
def wanted(clients, places):
    return made(clients["zhao"], "transfers/requests", fields(asked(places), place="339902"))["uuid"]


def proposal(listing, wanted, **changes):
    return {"listing": listing, "request": wanted, **fields(terms(), **changes)}


@pytest.fixture
def match(clients, listing, wanted):
    """5,000 of 6,000 m², proposed by the city."""
    return made(clients["qian"], "transfers/matches", proposal(listing, wanted, amount_quantity_m2=5_000))["uuid"]


MONEY = ("received", "returned", "used", "asked", "left")


def agreed(clients, match):
    for who, side in (("wang", "seller"), ("zhao", "buyer")):
        found = made(clients[who], f"transfers/matches/{match}/answer", {"side": side, "agrees": True})
    return found


def test_from_offer_to_payment(clients, listing, match):
    assert read(clients["wang"], f"transfers/listings/{listing}")["left"] == {"quantity_m2": 1_000}
    assert agreed(clients, match)["stage"] == "approval"
    own = send(clients["qian"], f"transfers/matches/{match}/decision", {"accept": True})
    assert (own.status_code, own.json()["id"]) == (409, "balance-own-filing")
    settled = made(clients["zhou"], f"transfers/matches/{match}/decision", {"accept": True})
    assert (settled["stage"], settled["fen"], settled["seller"], settled["buyer"]) == (
        "settled", 135_000_000, "339901", "339902",
    )  # fmt: skip  # 5,000 m² at 180,000 yuan a mu of 2,000/3 m²
    assert (holds("339902", "reserve"), holds("339901", "held")) == (5_000, 1_000)

    paid = made(clients["wang"], f"transfers/earmarked/{match}/payments", payment())
    sums = read(clients["wang"], f"transfers/matches/{match}")["proceeds"]
    assert {name: sums[name] for name in MONEY} == dict(
        zip(MONEY, (135_000_000, 0, 0, 100_000, 134_900_000), strict=True)
    )
    booked(clients["li"], paid)
    sums = read(clients["wang"], f"transfers/matches/{match}")["proceeds"]
    assert {name: sums[name] for name in MONEY} == dict(
        zip(MONEY, (135_000_000, 0, 100_000, 0, 134_900_000), strict=True)
    )
    assert [read(clients[who], "transfers/earmarked") for who in ("wang", "shen", "zhao", "wai")] == [
        [sums],
        [sums],
        [],
        [],
    ]
    assert (sums["entry"], sums["source"], sums["place"]) == (settled["entry"], "transfer-in", "339901")
    undone = send(
        clients["qian"], f"book/entries/{settled['entry']}/reversal", {"on": f"{today()}", "evidence": "更正"}
    )
    refused = send(clients["zhou"], f"book/proposals/{undone.json()['uuid']}/decision", {"accept": True})
    assert (refused.status_code, refused.json()["id"]) == (409, "balance-reversal-paid")
    assert read(clients["zhao"], f"transfers/matches/{match}")["proceeds"] is None
    beyond = {"fields": {**payment()["fields"], "amount_yuan": "1349000.01"}}
    assert send(clients["wang"], f"transfers/earmarked/{match}/payments", beyond).status_code == 422

    back = made(clients["wang"], f"transfers/listings/{listing}/withdrawal",
                {"fields": {"on": f"{today()}", "document": "示县撤〔2026〕1号"}})  # fmt: skip
    booked(clients["li"], back)
    assert (holds("339901", "held"), read(clients["li"], f"transfers/listings/{listing}")["left"]) == (0, {})


def test_one_side_declines_and_a_request_is_taken_back(clients, listing, wanted, match):
    busy = send(clients["zhao"], f"transfers/requests/{wanted}/withdrawal", {"reason": "取消"})
    assert (busy.status_code, busy.json()["id"]) == (409, "transfer-matching")
    said = {"side": "buyer", "agrees": False, "reason": "价高"}
    assert made(clients["zhao"], f"transfers/matches/{match}/answer", said)["stage"] == "declined"
    assert made(clients["zhao"], f"transfers/requests/{wanted}/withdrawal", {"reason": "取消"})["withdrawn"] is True
    late = send(clients["qian"], "transfers/matches", proposal(listing, wanted))
    assert (late.status_code, Match.objects.count()) == (422, 1)


def test_the_same_key_is_done_once(clients, places, listing, wanted):
    calls = (("wang", "listings", fields(offered(places), place="339901"), Filing),
             ("zhao", "requests", fields(asked(places), place="339902"), Demand),
             ("qian", "matches", proposal(listing, wanted, amount_quantity_m2=10), Match))  # fmt: skip
    for who, path, body, model in calls:
        before = model.objects.count()
        first, again = (send(clients[who], f"transfers/{path}", body, key=path) for _ in range(2))
        assert (first.status_code, first.json(), model.objects.count()) == (201, again.json(), before + 1)
        other = {**body, "fields": {**body["fields"], "document": "别的"}}
        assert send(clients[who], f"transfers/{path}", other, key=path).status_code == 409


def test_every_error_is_said_at_once_by_its_field(clients, places):
    wrong = fields(offered(places), place="339902", amount_quantity_m2=-5, expires=f"{today()}", good="gold")
    answer = send(clients["wang"], "transfers/listings", wrong)
    assert answer.status_code == 422
    assert {each["at"][1] for each in answer.json()["problems"]} >= {"place", "amount_quantity_m2", "expires", "good"}
    assert not Filing.objects.exists()


def test_what_no_table_can_hold_is_malformed(clients, places, wanted):
    sale = fields(offered(places), place="339901", project="垦造\0")
    calls = (("listings", sale), ("listings", fields(offered(places), place="\0")),
             (f"requests/{wanted}/withdrawal", {"reason": "\0"}))  # fmt: skip
    found = [send(clients["zhao"], f"transfers/{path}", body) for path, body in calls]
    assert [(each.status_code, each.json()["id"]) for each in found] == [(422, "api-malformed")] * 3


def test_who_may_read_what(clients, listing, wanted, match):
    paths = {"listings": listing, "requests": wanted, "matches": match}
    seen = {name: [clients[who].get(f"/api/transfers/{name}/{uuid}").status_code for who in EVERYBODY]
            for name, uuid in paths.items()}  # fmt: skip
    assert seen == {name: [200] * 7 + [404] for name in paths}
    counts = {name: [len(read(clients[who], f"transfers/{name}")[name]) for who in EVERYBODY] for name in paths}
    assert counts == {name: [1] * 7 + [0] for name in paths}
    offer, ask = (
        read(clients["zhao"], f"transfers/listings/{listing}"),
        read(clients["wang"], f"transfers/requests/{wanted}"),
    )
    assert (offer["offered"], offer["prices"]) == ({"quantity_m2": 6_000}, {"quantity_m2": "180000.00"})
    hidden = (offer["project"], offer["document"], offer["lots"], ask["purpose"], ask["document"])
    assert hidden == (None,) * 5
    assert read(clients["shen"], f"transfers/requests/{wanted}")["purpose"] == "产业园一期"


def test_who_may_act(clients, places, listing, wanted, match):
    sale = fields(offered(places, amount_quantity_m2="10"), place="339901")
    buy = fields(asked(places), place="339902")
    back = {"fields": {"on": f"{today()}", "document": "撤"}}
    calls = {
        "offer": ("listings", sale), "ask": ("requests", buy), "propose": ("matches", proposal(listing, wanted)),
        "decide": (f"matches/{match}/decision", {"accept": True}), "pay": (f"earmarked/{match}/payments", payment()),
        "withdraw offer": (f"listings/{listing}/withdrawal", back),
        "withdraw request": (f"requests/{wanted}/withdrawal", {"reason": "试"}),
    }  # fmt: skip
    found = {name: [send(clients[who], f"transfers/{path}", body).status_code for who in EVERYBODY]
             for name, (path, body) in calls.items()}  # fmt: skip
    assert found == {
        #         wang li   zhao xu   qian zhou shen wai;  409 and 422: may, but not now or not there
        "offer": [201, 201, 422, 422, 201, 201, 403, 422],
        "ask": [422, 422, 201, 201, 201, 201, 403, 422],
        "propose": [403, 403, 403, 403, 422, 422, 403, 404],  # more than is left
        "decide": [403, 403, 403, 403, 409, 409, 403, 404],  # not agreed yet
        "pay": [404] * len(EVERYBODY),  # not settled: there is no money yet
        "withdraw offer": [422, 422, 403, 403, 422, 422, 403, 404],  # being matched
        "withdraw request": [403, 403, 409, 409, 409, 409, 403, 404],
    }
    said = {"side": "seller", "agrees": True}
    sides = {who: send(clients[who], f"transfers/matches/{match}/answer", said).status_code for who in EVERYBODY}
    assert sides == {"wang": 200, "li": 409, "zhao": 409, "xu": 409, "qian": 409, "zhou": 409, "shen": 409, "wai": 404}


def test_the_lists_go_on_by_key_and_ask_no_more_for_more(clients, places, listing):
    with CaptureQueriesContext(connection) as one:
        read(clients["wang"], "transfers/listings")
    asked_ = len(one)
    for n in range(3):
        sale = fields(offered(places, amount_quantity_m2="10", project=f"第{n}件"), place="339901")
        booked(clients["li"], made(clients["wang"], "transfers/listings", sale))
    with CaptureQueriesContext(connection) as four:
        first = read(clients["wang"], "transfers/listings", limit=3)
    assert len(four) <= asked_
    rest = read(clients["wang"], "transfers/listings", limit=3, before=first["before"])
    assert [each["project"] for each in first["listings"] + rest["listings"]] == [
        "第2件",
        "第1件",
        "第0件",
        "城关镇垦造耕地",
    ]
    assert rest["before"] is None

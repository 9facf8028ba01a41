"""示范县 sells, 示范二县 buys, the city matches; lots and money to trade with; days of this year, as the platform's own are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs, lot
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import transfer
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import balance
from liangtian_web.people.models import Place
from liangtian_web.transfers import queries
from liangtian_web.transfers.models import Demand, Match

FUND_FEN = 100_000_000_00
TODAY = timezone.localdate()
DONE = {"annual_task_m2": 1_000, "annual_task_done_m2": 1_000, "local_balance_unmet": False}


@pytest.fixture
def people(places):
    """Two who file and post for each county, two for the city, and a neighbour of another city."""
    away = Place.objects.create(code="339800", name="外市", kind="city")
    far = Place.objects.create(code="339801", name="外县", kind="county", parent=away)
    county, other, city = (places[name] for name in ("county", "other", "city"))
    return {
        "wang": person("wang", "王工", county, "officer"),
        "li": person("li", "李工", county, "keeper"),
        "zhao": person("zhao", "赵工", other, "officer"),
        "xu": person("xu", "徐工", other, "keeper"),
        "qian": person("qian", "钱处", city, "keeper"),
        "zhou": person("zhou", "周处", city, "keeper"),
        "shen": person("shen", "沈审", city, "auditor"),
        "wai": person("wai", "外工", far, "keeper"),
    }


@pytest.fixture
def clients(people):
    """Their browsers."""
    return {name: browser(user) for name, user in people.items()}


@pytest.fixture
def opened(people):
    """Two lots of 示范县, one of them older, linkage surplus, and the buyer's money."""
    old, new, link = (
        lot(serial, None, document="县发〔2024〕1号", on=on)
        for serial, on in (("2023-001", day(1)), ("2024-001", day(2)), ("2024-J01", day(2)))
    )
    given = (
        ("quantity_m2", "2023-001", 4_000), ("quantity_m2", "2024-001", 6_000), ("paddy_m2", "2024-001", 5_000),
        ("capacity_kg", "2024-001", 9_000), ("linkage_m2", "2024-J01", 3_000),
    )  # fmt: skip
    moves = [each for index, serial, amount in given for each in (
        ("outside", "outside", index, serial, -amount), ("339901", "reserve", index, serial, amount))]  # fmt: skip
    book.post(
        entry("open", day(3), "opening", legs(*moves), lots=(old, new, link)),
        entry("fund", day(3), "appropriation", legs(("outside", "outside", "money_fen", None, -FUND_FEN),
              ("339902", "fund", "money_fen", None, FUND_FEN))),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """What the registers say of each place, by its code."""
    known = {"339901": dict(DONE), "339902": dict(DONE)}
    for module in (transfer, queries):
        monkeypatch.setattr(module, "register_facts", lambda place, on: dict(known.get(place.code, {})))
    return known


def holds(place: str, pool: str, index: str = "quantity_m2") -> int:
    account = Account.objects.filter(place__code=place, pool=pool, index=index).first()
    return balance(account, TODAY) if account else 0


def offered(places, **changes):
    """An offer as its form sends it: 6,000 m² at 390,000 yuan a mu."""
    given = {
        "key": str(uuid4()), "place": places["county"].pk, "good": "compensation", "project": "城关镇垦造耕地",
        "on": f"{TODAY}", "document": "示县调〔2026〕1号", "expires": f"{TODAY + timedelta(days=30)}", "lots": "",
        "amount_quantity_m2": "6000", "price_quantity_m2": "180000.00",
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


def asked(places, **changes):
    """A request as its form sends it."""
    given = {
        "key": str(uuid4()), "place": places["other"].pk, "good": "compensation", "on": f"{TODAY}",
        "document": "示二县调〔2026〕2号", "until": f"{TODAY + timedelta(days=60)}", "purpose": "产业园一期",
        "amount_quantity_m2": "6000",
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


def send(client, page, data):
    """Send a form that is accepted; the number of what it made."""
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url.strip("/").split("/")[-1]


def file_listing(client, places, **changes) -> Filing:
    return Filing.objects.get(uuid=send(client, reverse("transfers:offer"), offered(places, **changes)))


def post(client, filing):
    return client.post(reverse("balance:decide", args=[filing.uuid]), {"post": "1"})


def list_for_sale(clients, places, **changes) -> Filing:
    """An offer that stands on the platform."""
    filing = file_listing(clients["wang"], places, **changes)
    assert post(clients["li"], filing).status_code == 302
    return filing


def ask(client, places, **changes) -> Demand:
    return Demand.objects.get(uuid=send(client, reverse("transfers:ask"), asked(places, **changes)))


def terms(**changes):
    """A match as its form sends it: all of the offer at its price."""
    given = {"key": str(uuid4()), "on": f"{TODAY}", "document": "示市调〔2026〕3号", "reason": "",
             "amount_quantity_m2": "6000", "price_quantity_m2": "180000.00"}  # fmt: skip
    return given | changes


def propose(client, filing, demand, **changes):
    return client.post(reverse("transfers:propose", args=[filing.uuid, demand.uuid]), terms(**changes))


def match(client, filing, demand, **changes) -> Match:
    answer = propose(client, filing, demand, **changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return Match.objects.get(uuid=answer.url.strip("/").split("/")[-1])


def answer(client, one, side, said="agree", **more):
    return client.post(reverse("transfers:answer", args=[one.uuid]), {"side": side, said: "1", **more})


def approve(client, one, said="post", **more):
    return client.post(reverse("transfers:approve", args=[one.uuid]), {said: "1", **more})


def settle(clients, filing, demand, **changes) -> Match:
    """A match agreed by both and approved."""
    one = match(clients["qian"], filing, demand, **changes)
    assert answer(clients["wang"], one, "seller").status_code == 302
    assert answer(clients["zhao"], one, "buyer").status_code == 302
    assert approve(clients["zhou"], one).status_code == 302
    return one

"""示范县 sells, 示范二县 buys, the city matches; lots and money to trade with; days of this year, as the platform's own are."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.days import begun, today

from bookkeeping import day, entry, legs, lot, square
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import balance
from liangtian_web.people.models import Place
from liangtian_web.registers.models import Decision, Row
from liangtian_web.transfers.models import Demand, Match

FUND_FEN = 100_000_000_00
NEW, PROJECT = "2026-001", "城关镇垦造耕地"


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
def opened(people, places):
    """An old lot of 示范县 and one accepted this year, linkage surplus, the buyer's money, and a task just met."""
    old, link = (
        lot(serial, None, document="县发〔2024〕1号", on=day(1), project=PROJECT) for serial in ("2023-001", "2024-J01")
    )
    new = lot(NEW, square(3), on=begun(), document="示自然资验〔2026〕1号", project=PROJECT)
    given = [("quantity_m2", "2023-001", 4_000), ("linkage_m2", "2024-J01", 3_000)]
    fresh = [("quantity_m2", NEW, 6_000), ("paddy_m2", NEW, 5_000), ("capacity_kg", NEW, 9_000)]
    book.post(entry("open", day(3), "opening", legs(*moves(given)), lots=(old, link)))
    book.post(
        entry("accept", begun(), "acceptance", legs(*moves(fresh)), lots=(new,), recorded_at=book.now()),
        entry("fund", day(3), "appropriation", legs(("outside", "outside", "money_fen", None, -FUND_FEN),
              ("339902", "fund", "money_fen", None, FUND_FEN))),
    )  # fmt: skip
    register(people, places["county"], "annual-task", area="6000")
    register(people, places["county"], "key-project", state="nil", key="-")


def moves(given):
    return [each for index, serial, amount in given for each in (
        ("outside", "outside", index, serial, -amount), ("339901", "reserve", index, serial, amount))]  # fmt: skip


def register(people, place, name, /, *, key="", state="listed", **content) -> Row:
    """A confirmed row of a register, of this year."""
    key = key or f"{today().year}"
    about = {"year": key, "unit": "m2"} | content if name != "key-project" else content
    row = Row.objects.create(register=name, place=place, key=key, state=state, content=about,
                             document="示市资〔2026〕5号", since=begun(), user=people["qian"])  # fmt: skip
    Decision.objects.create(row=row, confirmed=True, user=people["zhou"])
    return row


def holds(place: str, pool: str, index: str = "quantity_m2") -> int:
    account = Account.objects.filter(place__code=place, pool=pool, index=index).first()
    return balance(account, today()) if account else 0


def offered(places, **changes):
    """An offer as its form sends it: 6,000 m² at 390,000 yuan a mu."""
    given = {
        "key": str(uuid4()), "place": places["county"].pk, "good": "compensation", "project": PROJECT,
        "on": f"{today()}", "document": "示县调〔2026〕1号", "expires": f"{today() + timedelta(days=30)}", "lots": "",
        "amount_quantity_m2": "6000", "price_quantity_m2": "180000.00",
    }  # fmt: skip
    return {name: value for name, value in (given | changes).items() if value is not None}


def asked(places, **changes):
    """A request as its form sends it."""
    given = {
        "key": str(uuid4()), "place": places["other"].pk, "good": "compensation", "on": f"{today()}",
        "document": "示二县调〔2026〕2号", "until": f"{today() + timedelta(days=60)}", "purpose": "产业园一期",
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
    given = {"key": str(uuid4()), "on": f"{today()}", "document": "示市调〔2026〕3号", "reason": "",
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

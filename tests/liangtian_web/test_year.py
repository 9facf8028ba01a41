"""2024 in 示范市 through the interface: two counties, a functional zone and the city's pool, every balance to the m² and fen."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web import land
from tests.liangtian_web.balance.conftest import home
from tests.liangtian_web.calls import booked, decide, made, read, said, send
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.days import today
from tests.liangtian_web.reconcile.conftest import HEAD, workbook
from tests.liangtian_web.registers.conftest import form_of, nil

from liangtian.cli.main import cli
from liangtian.units import round_half_up
from liangtian_web.ledger.records import place_key
from liangtian_web.onemap.actions import adopt
from liangtian_web.people.models import Place
from liangtian_web.reconcile.models import Match
from liangtian_web.review.models import Run

__all__ = ["home"]
COUNTY, OTHER, CITY = "339901", "339902", "339900"
STEPS = ("adjustment", "works", "acceptance", "filing")
FUNDS = {CITY: 5_000_000_000, OTHER: 100_000_000}  # fen
DOCUMENT = "示自然资验〔2024〕3号"


@dataclass
class Year:
    """The people at their programs, and the zone, which has a number and no code."""

    clients: dict[str, Client]
    places: dict[str, Place]
    zone: str

    def __getattr__(self, name: str) -> Client:
        return self.clients[name]


@pytest.fixture
def year(home, places) -> Year:
    """Two who file and post for each county, two for the zone, two keepers of the city, and the land of 示范县."""
    zone = Place.objects.create(name="示范新区", kind="zone", parent=places["city"])
    where = places | {"zone": zone}
    staff = {
        "wang": ("王工", "county", "officer"), "li": ("李工", "county", "keeper"), "han": ("韩工", "other", "officer"),
        "zhao": ("赵工", "other", "keeper"), "yan": ("严工", "zone", "officer"), "fan": ("范工", "zone", "keeper"),
        "qian": ("钱处", "city", "keeper"), "zhou": ("周处", "city", "keeper"),
    }  # fmt: skip
    users = {name: person(name, word, where[place], role) for name, (word, place, role) in staff.items()}
    for each in land.publish_all():
        adopt(each, places["county"])
    return Year({name: browser(user) for name, user in users.items()}, where, place_key(zone))


def price_fen(quantity_m2: int, paddy_m2: int = 0) -> int:
    """At the provincial prices, 200,000 and 150,000 yuan a mu of 2,000/3 m², half-up once."""
    return round_half_up(Fraction(quantity_m2 * 200_000 + paddy_m2 * 150_000) * 3 / 2_000 * 100)


def amount(year: Year, place: str, pool: str, index: str = "quantity_m2", on: str = "2024-12-31", **known: Any) -> int:
    """A balance at the end of a day."""
    rows = read(year.zhou, "book/balances", place=place, pool=pool, index=index, on=on, **known)["balances"]
    return sum(each["amount"] for each in rows)


def proposed(year: Year, who: str, kind: str, on: str, evidence: str, *rows: dict[str, Any]) -> dict[str, Any]:
    """An entry proposed by a keeper of the first row's place."""
    place = next(end for end in (rows[0]["to_place"], rows[0]["from_place"]) if end != "outside")
    asked = {"place": place, "on": on, "kind": kind, "evidence": evidence, "rows": list(rows)}
    return made(year.clients[who], "book/proposals", asked)


def posted(year: Year, proposal: dict[str, Any]) -> None:
    """Posted by a keeper of the city."""
    answer = made(year.zhou, f"book/proposals/{proposal['uuid']}/decision", {"accept": True})
    assert answer["state"] == "posted"


def row(index: str, amount: int, source: tuple[str, str], target: tuple[str, str], **more: str) -> dict[str, Any]:
    """One amount from an account to another."""
    ends = {"from_place": source[0], "from_pool": source[1], "to_place": target[0], "to_pool": target[1]}
    return {"index": index, "amount": amount, **ends, **more}


OUTSIDE = ("outside", "outside")


def open_the_book(year: Year) -> None:
    """An old lot of 示范县 without ground, and the money of the year."""
    lot = {"lot": "2019-001", "document": "县发〔2019〕1号", "project": "历年结余", "credit": "reclamation"}
    old = row("quantity_m2", 1_000, OUTSIDE, (COUNTY, "reserve"), **lot)
    posted(year, proposed(year, "qian", "opening", "2024-01-01", "县发〔2019〕1号", old))
    for place, fen in (FUNDS | {year.zone: 1_000_000_000}).items():
        money = row("money_fen", fen, OUTSIDE, (place, "fund"))
        posted(year, proposed(year, "qian", "appropriation", "2024-01-02", "示财〔2024〕1号", money))


def confirmed(year: Year, register: str, form: dict[str, str]) -> None:
    """A row one of the city entered and another confirmed."""
    row = {name: text for name, text in form.items() if name != "form"}
    entered = made(year.qian, f"registers/{register}/rows", {"rows": [row]})["rows"]
    decision = {"rows": [each["uuid"] for each in entered], "confirm": True}
    assert send(year.qian, f"registers/{register}/decision", decision).status_code == 409
    made(year.zhou, f"registers/{register}/decision", decision)


def enter_registers(year: Year) -> None:
    """示范县 must supplement 30 mu and 示范二县 400; 示范县 has a key project from May on that nothing balances."""
    county, other = year.places["county"], year.places["other"]
    for place, area in ((county, "30"), (other, "400")):
        confirmed(year, "annual-task", form_of("annual-task", place, area=area))
        for register in ("key-project", "standard-upgrade"):
            confirmed(year, register, nil(register, place))
    # Its papers are posted this year, so whoever sells must be free to sell this year too.
    this_year = {"year": f"{today().year}", "area": "1", "since": f"{today().year}-01-01"}
    confirmed(year, "annual-task", form_of("annual-task", county, **this_year))
    bridge = {"since": "2024-05-01", "quantity": "10000", "paddy": "10000", "capacity_kg": "13500"}
    confirmed(year, "key-project", form_of("key-project", county, **bridge))


def accept(year: Year, who: str, place: str, on: str, *, column: int, **amounts: int | str) -> dict[str, Any]:
    """A project of new farmland, accepted on ground of its own, filed in the place and posted by the city."""
    about = {"place": place, "project": f"{on}垦造耕地", "credit_kind": "reclamation", "on": on}
    document = DOCUMENT if on == "2024-03-01" else f"验〔{on}〕"
    boundary = json.loads(land.boundary_geojson(row=40, column=column, side=2))
    asked = {"event": "acceptance", "fields": {**about, "document": document, **amounts}, "boundary": boundary}
    found = made(year.clients[who], "balance/filings", asked)
    booked(year.qian, found)
    return found


def accept_projects(year: Year) -> dict[str, Any]:
    """The province pools first, then the city a fifth of the rest, half-up, and pays for it.

    示范二县 keeps three tenths back until its ground was cropped twice; its project.
    """
    accept(year, "li", COUNTY, "2024-03-01", column=40, accepted_quantity_m2=30_013, provincial_quantity_m2=1_005,
           accepted_paddy_m2=20_000, accepted_capacity_kg=30_000, provincial_document="浙自然资函〔2024〕6号",
           provincial_reason="省级文件另有规定")  # fmt: skip
    accept(year, "fan", year.zone, "2024-04-01", column=50, accepted_quantity_m2=4_444, accepted_capacity_kg=2_222)
    other = accept(year, "zhao", OTHER, "2024-05-10", column=60, accepted_quantity_m2=10_001)
    # 29,008 / 5 = 5,801.6; 4,444 / 5 = 888.8; 10,001 / 5 = 2,000.2; 2,222 kg / 5 = 444.4; 8,001 * 0.3 = 2,400.3
    assert amount(year, CITY, "municipal") == 5_802 + 889 + 2_000
    assert amount(year, CITY, "municipal", "paddy_m2") == 4_000
    assert amount(year, CITY, "municipal", "capacity_kg") == 6_000 + 444
    assert amount(year, CITY, "provincial") == 1_005
    reserves = [amount(year, place, "reserve") for place in (COUNTY, year.zone, OTHER)]
    assert reserves == [1_000 + 30_013 - 1_005 - 5_802, 4_444 - 889, 10_001 - 2_000 - 2_400]
    assert amount(year, OTHER, "retained") == 2_400
    paid = [amount(year, place, "earmarked", "money_fen") for place in (COUNTY, year.zone, OTHER)]
    assert paid == [price_fen(5_802, 4_000), price_fen(889), price_fen(2_000)]
    assert amount(year, CITY, "fund", "money_fen") == FUNDS[CITY] - sum(paid)
    return other


def hold(year: Year, name: str, *, key_project: str | None = None, **where: float) -> dict[str, Any]:
    """Land checked, applied for, and held: with what it owes."""
    boundary = json.loads(land.boundary_geojson(**where))
    asked = {"name": name, "kind": "village", "on": "2024-06-01", "place": COUNTY, "boundary": boundary}
    run = made(year.wang, "checks", asked)["uuid"]
    fields = {"run": run, "on": "2024-06-03", "document": f"{name}申请", "key_project": key_project}
    found = made(year.wang, "balance/filings", {"event": "hold", "fields": fields})
    booked(year.li, found)
    return found


def owed(found: dict[str, Any]) -> dict[str, int]:
    """What the land of its check owes in whole units of the book."""
    facts = Run.objects.get(uuid=found["run"]).facts
    names = {"quantity_m2": "farmland_quantity_m2", "paddy_m2": "paddy_m2", "capacity_kg": "capacity_kg"}
    return {index: int(round_half_up(Fraction(str(facts[fact])))) for index, fact in names.items()}


def approval(year: Year, held: dict[str, Any], **fields: str) -> dict[str, Any]:
    about = {"on": "2024-07-01", "document": f"{held['project']}批复"}
    return made(year.wang, "balance/filings", {"event": "approval", "begun": held["uuid"], "fields": about | fields})


def occupy(year: Year) -> dict[str, int]:
    """A road is stopped until the bridge, which the register names, is balanced; what both used."""
    bridge = hold(year, "跨江大桥", key_project=f"{COUNTY}:KP-1")
    road = hold(year, "一号路", side=0.5, row=1.5, column=1.5)
    dues = [owed(each) for each in (bridge, road)]
    both = {index: sum(each[index] for each in dues) for index in dues[0]}
    assert {index: amount(year, COUNTY, "held", index) for index in both} == both

    other = approval(year, road)
    stopped = decide(year.li, other)
    assert (stopped.status_code, stopped.json()["id"]) == (409, "balance-stopped")
    assert "wenzhou-2019（五）.9" in stopped.json()["zh"]
    assert "KP-1 跨江大桥" in said(year.li, other, "fail")["wenzhou-2019（五）.9"]
    assert amount(year, COUNTY, "used") == 0
    booked(year.li, approval(year, bridge))
    booked(year.li, other)
    assert {index: amount(year, COUNTY, "used", index) for index in both} == both
    assert {index: amount(year, COUNTY, "held", index) for index in both} == dict.fromkeys(both, 0)
    return both


def promise(year: Year, who: str, place: str, on: str, due: str, **amounts: int) -> dict[str, Any]:
    fields = {"place": place, "project": f"{on}补改结合", "submitted_to": "province", "on": on,
              "document": f"承诺〔{on}〕", **dict.fromkeys(STEPS, due)}  # fmt: skip
    return made(year.clients[who], "commitments", {"kind": "supplement-improve", "fields": fields | amounts})


def supply(year: Year, who: str, uuid: str, on: str, **amounts: int) -> dict[str, Any]:
    fields = {"on": on, "document": f"兑现〔{on}〕", **amounts}
    return made(year.clients[who], f"commitments/{uuid}/supplies", {"fields": fields})


def keep_a_promise(year: Year) -> None:
    """示范县 promises, takes the steps and supplies all of it in time."""
    kept = promise(year, "wang", COUNTY, "2024-06-02", "2024-09-30", quantity_m2=500, paddy_m2=300)
    booked(year.qian, kept)
    assert amount(year, COUNTY, "committed") == 500
    for step in STEPS:
        done = {"step": step, "on": "2024-07-20", "document": f"{step}报告"}
        made(year.wang, f"commitments/{kept['uuid']}/steps", {"fields": done})
    booked(year.li, supply(year, "wang", kept["uuid"], "2024-08-01", quantity_m2=500, paddy_m2=300))
    found = read(year.wang, f"commitments/{kept['uuid']}")
    assert (found["state"], found["fulfilled"]) == ("over", {"quantity_m2": 500, "paddy_m2": 300, "capacity_kg": 0})
    assert [each["done_on"] for each in found["steps"]] == ["2024-07-20"] * 4
    assert amount(year, COUNTY, "committed") == amount(year, COUNTY, "committed", "paddy_m2") == 0


def break_a_promise(year: Year, accepted: dict[str, Any]) -> None:
    """示范二县 has 5,601 m² of the 9,000 it promised: they are deducted, the rest stops its commitments and nothing else."""
    broken = promise(year, "han", OTHER, "2024-06-10", "2024-09-30", quantity_m2=9_000)
    booked(year.zhou, broken)
    default = {"fields": {"on": "2024-10-08", "document": "示核减〔2024〕1号"}}
    assert send(year.zhao, f"commitments/{broken['uuid']}/default", default).status_code == 403
    due = made(year.qian, f"commitments/{broken['uuid']}/default", default)
    assert decide(year.zhao, due).status_code == 403
    booked(year.zhou, due)
    found = read(year.han, f"commitments/{broken['uuid']}")
    assert (found["state"], found["deducted"]["quantity_m2"], found["arrears"]["quantity_m2"]) == (
        "arrears",
        5_601,
        3_399,
    )
    assert [amount(year, OTHER, pool) for pool in ("reserve", "committed", "arrears")] == [0, 0, 3_399]

    again = promise(year, "han", OTHER, "2024-10-09", "2024-12-31", quantity_m2=10)
    stopped = decide(year.zhou, again)
    assert (stopped.status_code, "wenzhou-2019（八）.7" in stopped.json()["zh"]) == (409, True)
    assert "3,399" in said(year.zhao, again, "fail")["wenzhou-2019（八）.7"]
    decide(year.zhou, again, accept=False)

    accept(year, "zhao", OTHER, "2024-10-12", column=70, accepted_quantity_m2=2_000)
    assert (amount(year, OTHER, "reserve"), amount(year, OTHER, "retained")) == (1_120, 2_400 + 480)
    seasons = {"on": "2024-10-14", "document": "示二县验〔2024〕9号", "cropped_seasons": 2,
               "release_amounts__quantity_m2": 2_400}  # fmt: skip
    released = {"event": "staged-release", "begun": accepted["uuid"], "fields": seasons}
    booked(year.qian, made(year.han, "balance/filings", released))
    asked = {"place": OTHER, "project": "市域铁路", "on": "2024-10-15", "document": "示二县统〔2024〕1号",
             "pool_purpose": "major-infrastructure", "pool_use_amounts__quantity_m2": 100}  # fmt: skip
    booked(year.zhou, made(year.han, "balance/filings", {"event": "pool-use", "fields": asked}))
    booked(year.zhao, supply(year, "han", broken["uuid"], "2024-10-20", quantity_m2=3_399))
    assert [amount(year, OTHER, pool) for pool in ("reserve", "arrears")] == [1_120 + 2_400 + 100 - 3_399, 0]
    booked(year.zhou, promise(year, "han", OTHER, "2024-10-21", "2024-12-31", quantity_m2=10))


def offer(year: Year, who: str, place: str, amount_m2: int) -> dict[str, Any]:
    fields = {"place": place, "good": "compensation", "project": "垦造耕地", "on": "2024-09-20", "expires": f"{today() + timedelta(days=60)}",
              "document": f"{place}调〔2024〕1号", "amount_quantity_m2": amount_m2, "price_quantity_m2": "180000"}  # fmt: skip
    return made(year.clients[who], "transfers/listings", {"fields": fields})


def refuse_a_transfer(year: Year) -> None:
    """示范二县 has not done its year's task, and may not sell."""
    short = offer(year, "han", OTHER, 2_000)
    stopped = decide(year.zhao, short)
    assert (stopped.status_code, stopped.json()["id"]) == (409, "balance-stopped")
    assert any("10,001" in sentence for sentence in said(year.zhao, short, "fail").values())
    decide(year.zhao, short, accept=False)
    assert (amount(year, OTHER, "held"), amount(year, OTHER, "reserve")) == (0, 5_601)


def complete_a_transfer(year: Year) -> int:
    """示范县 lists 6,000 m², the zone buys 4,501, some of the price is spent, the rest of the offer goes back; the price."""
    accept(year, "li", COUNTY, f"{today()}", column=110, accepted_quantity_m2=1_000)
    listing = offer(year, "wang", COUNTY, 6_000)
    booked(year.li, listing)
    wanted = {"place": year.zone, "good": "compensation", "on": "2024-09-25", "until": f"{today() + timedelta(days=60)}", "purpose": "产业园一期",
              "document": "新区〔2024〕7号", "amount_quantity_m2": 4_501}  # fmt: skip
    request = made(year.yan, "transfers/requests", {"fields": wanted})
    terms = {
        "on": "2024-10-10",
        "document": "示市调〔2024〕1号",
        "amount_quantity_m2": 4_501,
        "price_quantity_m2": "180000",
    }
    asked = {"listing": listing["uuid"], "request": request["uuid"], "fields": terms}
    match = f"transfers/matches/{made(year.qian, 'transfers/matches', asked)['uuid']}"
    made(year.wang, f"{match}/answer", {"side": "seller", "agrees": True})
    made(year.yan, f"{match}/answer", {"side": "buyer", "agrees": True})
    assert send(year.qian, f"{match}/decision", {"accept": True}).json()["id"] == "balance-own-filing"
    settled = made(year.zhou, f"{match}/decision", {"accept": True})
    assert (settled["stage"], settled["fen"]) == ("settled", 121_527_000)  # 4,501 m² are 6.7515 mu

    spent = {"amount_yuan": "200000", "paid_for": "farmland-protection", "payee": "示范县农业农村局", "on": "2024-11-15",
             "document": "示财农〔2024〕40号"}  # fmt: skip
    booked(year.li, made(year.wang, f"transfers/earmarked/{settled['entry']}/payments", {"fields": spent}))
    back = {"fields": {"on": "2024-11-30", "document": "示县撤〔2024〕1号"}}
    booked(year.li, made(year.wang, f"transfers/listings/{listing['uuid']}/withdrawal", back))
    assert (amount(year, COUNTY, "held"), amount(year, year.zone, "reserve")) == (0, 3_555 + 4_501)
    return 121_527_000


def reconcile(year: Year) -> Match:
    """The province knows of 100 m² less than the book has of the first acceptance: recorded as a difference."""
    rows = (HEAD, ("期初", None, None, None, None, 0.1),
            (1, "2024-03-01", "项目入库", "垦造耕地", DOCUMENT, 2.3106), ("期末", None, None, None, None, 2.4106))  # fmt: skip
    fields = {
        "place": COUNTY,
        "pool": "reserve",
        "since": "2024-01-02",
        "on": "2024-03-31",
        "window": 30,
        "source": "省系统",
    }
    asked = {"fields": fields, "name": "对账单.xlsx", "content": base64.b64encode(workbook(*rows)).decode()}
    tried = made(year.li, "reconciliation", asked)
    assert (tried["recorded"], Match.objects.count()) == (None, 0)
    kept = made(year.li, f"reconciliation/{tried['uuid']}/result")
    assert [each["difference"] for each in kept["balances"]] == [0, -100]
    line = Match.objects.get()
    assert (line.kind, line.theirs, line.ours) == ("amount", 23_106, 23_206)
    return line


def correct(year: Year, line: Match) -> None:
    """A correction of March recorded now; one that spends what was spent in June is refused by the day it breaks."""
    before = timezone.now().isoformat()
    serial = next(each["serial"] for each in read(year.li, "book/lots")["lots"] if each["on"] == "2024-03-01")
    evidence = f"{line.reference}：{DOCUMENT}"
    spent = row("quantity_m2", 100, (COUNTY, "reserve"), OUTSIDE, lot="2019-001")
    wrong = proposed(year, "li", "adjustment", "2024-03-01", evidence, spent)
    refused = send(year.zhou, f"book/proposals/{wrong['uuid']}/decision", {"accept": True})
    assert (refused.status_code, "2024-06-03" in refused.json()["zh"]) == (409, True)
    made(year.zhou, f"book/proposals/{wrong['uuid']}/decision", {"accept": False, "reason": "指标块不对"})

    posted(year, proposed(year, "li", "adjustment", "2024-03-01", evidence, spent | {"lot": serial}))
    assert amount(year, COUNTY, "reserve", on="2024-04-30") == 24_106
    assert amount(year, COUNTY, "reserve", on="2024-04-30", known_at=before) == 24_206
    page = year.li.get(reverse("reconcile:difference", args=[line.result.of.uuid, line.n]))
    assert "已更正" in page.content.decode()


def close(year: Year, used: dict[str, int], price: int) -> None:
    """Every balance of the city at the end of the year that is not nought."""
    rows = read(year.zhou, "book/balances", on="2024-12-31", limit=200)
    assert rows["after"] is None
    found = {(each["account"]["place"], each["account"]["pool"], each["account"]["index"]): each["amount"]
             for each in rows["balances"] if each["amount"] and each["account"]["pool"] != "outside"}  # fmt: skip
    paid = {COUNTY: price_fen(5_802, 4_000), year.zone: price_fen(889), OTHER: price_fen(2_000) + price_fen(400)}
    assert found == {
        (COUNTY, "reserve", "quantity_m2"): 24_106 - used["quantity_m2"] - 500 - 4_501,
        (COUNTY, "reserve", "paddy_m2"): 16_000 - used["paddy_m2"] - 300,
        (COUNTY, "reserve", "capacity_kg"): 24_000 - used["capacity_kg"],
        (COUNTY, "used", "quantity_m2"): used["quantity_m2"] + 500,
        (COUNTY, "used", "paddy_m2"): used["paddy_m2"] + 300,
        (COUNTY, "used", "capacity_kg"): used["capacity_kg"],
        (COUNTY, "earmarked", "money_fen"): paid[COUNTY] + price - 20_000_000,
        (year.zone, "reserve", "quantity_m2"): 3_555 + 4_501,
        (year.zone, "reserve", "capacity_kg"): 2_222 - 444,
        (year.zone, "earmarked", "money_fen"): paid[year.zone],
        (year.zone, "fund", "money_fen"): 1_000_000_000 - price,
        (OTHER, "reserve", "quantity_m2"): 221,
        (OTHER, "retained", "quantity_m2"): 480,
        (OTHER, "used", "quantity_m2"): 5_601 + 3_399,
        (OTHER, "committed", "quantity_m2"): 10,
        (OTHER, "earmarked", "money_fen"): paid[OTHER],
        (OTHER, "fund", "money_fen"): FUNDS[OTHER] - price_fen(100),
        (CITY, "municipal", "quantity_m2"): 5_802 + 889 + 2_000 + 400 - 100,
        (CITY, "municipal", "paddy_m2"): 4_000,
        (CITY, "municipal", "capacity_kg"): 6_444,
        (CITY, "provincial", "quantity_m2"): 1_005,
        (CITY, "fund", "money_fen"): FUNDS[CITY] - sum(paid.values()) + price_fen(100),
    }


def test_a_year(year, tmp_path):
    open_the_book(year)
    enter_registers(year)
    accepted = accept_projects(year)
    used = occupy(year)
    keep_a_promise(year)
    refuse_a_transfer(year)
    break_a_promise(year, accepted)
    price = complete_a_transfer(year)
    correct(year, reconcile(year))
    close(year, used, price)

    call_command("book", "seal")
    said_of_it = io.StringIO()
    call_command("book", "bundle", str(tmp_path / "book.zip"), stdout=said_of_it)
    head = said_of_it.getvalue().split()[-1]
    verified = CliRunner().invoke(cli, ["verify", str(tmp_path / "book.zip"), "--head", head])
    assert verified.exit_code == 0, verified.output

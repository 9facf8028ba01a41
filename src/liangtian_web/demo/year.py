"""A year of the demonstration's book, 2024, before the reform of 2025: made through the same actions as the pages use.

Each filing has a number made from its document, so a run cut short is gone through again and books nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from liangtian.check.gather import boundary_of
from liangtian.datasets import projects
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.lots import Ground, Lot
from liangtian_web.balance import actions as balance
from liangtian_web.balance.earmarked import source_for
from liangtian_web.balance.models import Filing
from liangtian_web.balance.paying import Spending
from liangtian_web.balance.procedures.quota import QUOTA_ADVANCE, QUOTA_GRANT, QUOTA_USE
from liangtian_web.balance.queries import at_hand
from liangtian_web.commitments import actions as commitments
from liangtian_web.ledger import actions as ledger
from liangtian_web.ledger.models import Lot as Lots
from liangtian_web.ledger.records import OUTSIDE, place_key
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.review import actions as review
from liangtian_web.review.models import Run
from liangtian_web.transfers import actions as transfers
from liangtian_web.transfers.models import Demand, Listing
from liangtian_web.transfers.stages import standing_of

YEAR = 2024
OPENED = date(2023, 12, 31)
FUNDS = {"339900": 200_000_000_00, "339901": 20_000_000_00, "339902": 20_000_000_00, "示范产业集聚区": 40_000_000_00}
# Place → index → what stood in its reserve before lots had ground: by document, shown apart.
BEFORE = {
    "339901": {"quantity_m2": 60_000, "capacity_kg": 54_000, "paddy_m2": 24_000},
    "339902": {"quantity_m2": 45_000, "capacity_kg": 40_000, "paddy_m2": 30_000},
    "示范产业集聚区": {"quantity_m2": 6_000, "capacity_kg": 5_000, "paddy_m2": 2_000},
}
Tell = Callable[[str], None]


def acting(username: str) -> Request:
    """A request of a demonstration user, as the actions ask for it."""
    request = Request()
    request.user = User.objects.get(username=username)
    request.language = "zh-hans"
    return request


def place_of(name: str) -> Place:
    """A place by its code or, the zone, by its name."""
    return Place.objects.get(name=name) if not name.isdecimal() else Place.objects.get(code=name)


def number(document: str) -> UUID:
    """The number of the form that came with a document."""
    return uuid5(NAMESPACE_URL, f"liangtian demo {document}")


def make_year(home: Path, tell: Tell) -> None:
    """Open the book, then go through the year as its people would."""
    open_book()
    accepted = accept_projects(home)
    grant_quota()
    occupy(home)
    commit()
    trade()
    tell(f"    {Filing.objects.count()} 件占补事项 filings, {len(accepted)} 个验收项目 accepted projects")


def open_book() -> None:
    """What stood in the book before, and the money of the year."""
    for name, held in BEFORE.items():
        key = place_key(place_of(name))
        serial = f"{key}-{OPENED.year}-期初"
        lot = Lot(serial=serial, place=key, project="历年结余指标", on=OPENED, credit="reclamation", ground=None,
                  document="示市资〔2023〕88号")  # fmt: skip
        legs = [
            Leg(Account(place, pool, index, serial), sign * amount)
            for index, amount in held.items()
            for place, pool, sign in ((OUTSIDE, OUTSIDE, -1), (key, "reserve", 1))
        ]
        _post(f"demo:opening:{key}", "opening", OPENED, legs, "示市资〔2023〕88号", lots=(lot,))
    for name, fen in FUNDS.items():
        key = place_key(place_of(name))
        legs = [
            Leg(Account(OUTSIDE, OUTSIDE, "money_fen", None), -fen),
            Leg(Account(key, "fund", "money_fen", None), fen),
        ]
        _post(f"demo:fund:{key}", "appropriation", date(YEAR, 1, 10), legs, "示财〔2024〕1号")


def _post(key: str, kind: str, on: date, legs: list[Leg], document: str, **more: Any) -> None:
    ledger.post(Entry(key=key, on=on, recorded_at=ledger.now(), kind=kind, legs=tuple(legs), actor="zhou", approver="wu",
                      evidence=(document,), **more))  # fmt: skip


def booked(filing: Filing, who: str) -> Filing:
    """Have another person post it."""
    balance.decide(acting(who), filing, accept=True, today=filing.on)
    return Filing.objects.get(pk=filing.pk)


def head(place: Place, project: str, on: date, document: str) -> balance.Head:
    """The head of a filing."""
    return balance.Head(number(document), place, project, on, document)


# Work and number of the ground, county, day, document, credit as a share of its area in thousandths (quantity, paddy)
# and kg of capacity a thousand m², what the province pools of the quantity in thousandths, who files it.
ACCEPTED = (
    ("reclamation", 1, "339901", (3, 20), "示自然资验〔2024〕3号", (900, 0, 750), 100, "sun"),
    ("reclamation", 2, "339901", (5, 28), "示自然资验〔2024〕9号", (880, 400, 900), 0, "sun"),
    ("reclamation", 1, "339902", (4, 12), "示二自然资验〔2024〕2号", (900, 0, 750), 0, "han"),
    ("dry-to-paddy", 1, "339901", (6, 18), "示自然资验〔2024〕11号", (0, 950, 300), 0, "sun"),
    ("dry-to-paddy", 1, "339902", (7, 2), "示二自然资验〔2024〕5号", (0, 950, 300), 0, "han"),
)


def accept_projects(home: Path) -> list[Filing]:
    """Orchards reclaimed and dry land turned to paddy; the city pools its fifth and pays for it."""
    found = []
    for work, n, county, day, document, (quantity, paddy, capacity), provincial, who in ACCEPTED:
        name = f"{work}_{county}_{n}"
        boundary = open_features(home / "demo" / "projects" / f"{name}.txt", workdir=home / "demo")
        area_m2 = _area_m2(boundary)
        made = {"quantity_m2": area_m2 * quantity // 1000, "paddy_m2": area_m2 * paddy // 1000,
                "capacity_kg": area_m2 * capacity // 1000}  # fmt: skip
        facts: dict[str, Any] = {
            "credit_kind": work,
            "accepted_amounts": (made,),
        }
        if provincial:
            facts |= {
                "provincial_amounts": ({"quantity_m2": made["quantity_m2"] * provincial // 1000},),
                "provincial_document": "示省资函〔2024〕6号",
                "provincial_reason": "省级文件对本项目另有规定",
            }
        title = f"{projects.WORKS[work][0]}（{n}）"
        about = head(place_of(county), title, date(YEAR, *day), document)
        found.append(booked(balance.file_acceptance(acting(who), about, boundary, facts), "zhou"))
    return found


def _area_m2(boundary: Features) -> int:
    found = boundary_of(boundary)
    return Ground.of(found.shape, f"EPSG:{found.crs.to_epsg()}").area_dm2 // 100


def grant_quota() -> None:
    """Plan quota from above and on to the counties, turnover quota ahead, some of it used."""
    city, county = place_of("339900"), place_of("339901")
    rows = (
        (QUOTA_GRANT, city, "2024 年度计划指标", (1, 20), "省自然资〔2024〕6号", {"plan_quota_m2": 800_000}, "wu", "zhou"),
        (QUOTA_GRANT, county, "2024 年度计划指标", (2, 5), "示市资〔2024〕8号", {"plan_quota_m2": 300_000}, "wu", "zhou"),
        (QUOTA_ADVANCE, city, "增减挂钩周转指标", (2, 20), "省自然资〔2024〕15号", {"turnover_quota_m2": 120_000}, "wu", "zhou"),
        (QUOTA_ADVANCE, county, "岭下村项目区", (3, 5), "示市资〔2024〕12号", {"turnover_quota_m2": 40_000}, "sun", "zhou"),
    )  # fmt: skip
    for procedure, place, project, day, document, amounts, first, second in rows:
        about = head(place, project, date(YEAR, *day), document)
        made = balance.file(acting(first), about, procedure.event, facts={"quota_amounts": [amounts]})
        made = booked(made, second)
    about = head(county, "岭下村安置小区", date(YEAR, 6, 6), "示自然资〔2024〕31号")
    used = {"quota_amounts": [{"turnover_quota_m2": 15_000}]}
    booked(balance.file(acting("sun"), about, QUOTA_USE.event, facts=used, begun=made), "zhou")


# Sample project, day of its check, of the hold, of the approval; None: still held.
OCCUPIED: tuple[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int] | None], ...] = (
    ("village_site", (4, 8), (4, 15), (5, 20)),
    ("urban_site", (8, 5), (8, 12), None),
)


def occupy(home: Path) -> None:
    """A village site from its check to the write-off; an urban site held and not decided yet."""
    counties = json.loads((home / "demo" / "counties.json").read_text())
    people = {"339901": ("wang", "sun"), "339902": ("zhao", "han")}
    for name, checked, held, approved in OCCUPIED:
        title, kind = projects.PROJECTS[name]
        first, second = people[counties[name]]
        asked = review.Asked(
            f"{title}（{YEAR} 年报批）", kind, date(YEAR, *checked), place_of(counties[name]), {}
        )  # fmt: skip
        run = _check(home, name, asked, first)
        about = head(run.place, run.name, date(YEAR, *held), f"{title}占用申请")
        hold = booked(balance.file_hold(acting(first), about, run, facts={}), second)
        if approved:
            document = f"{title}批复"
            given: dict[str, Any] = {"on": date(YEAR, *approved), "document": document, "facts": {}}
            booked(
                balance.file_ending(acting(first), number(document), hold, "approval", today=given["on"], **given),
                second,
            )


def _check(home: Path, name: str, asked: review.Asked, who: str) -> Run:
    """A check of a sample project, once."""
    if earlier := Run.objects.filter(name=asked.name, place=asked.place).first():
        return earlier
    features = open_features(home / "demo" / "projects" / f"{name}.txt", workdir=home / "demo")
    return review.check(User.objects.get(username=who), features, asked)


# County, project, amounts, days promised for the four steps, day and document, who; what is supplied; whether it defaulted.
PROMISED: tuple[dict[str, Any], ...] = (
    {"county": "339901", "project": "示范县补改结合一期", "on": (2, 1), "document": "示承诺〔2024〕1号", "who": "sun",
     "due": ((6, 30), (9, 30), (11, 30), (12, 20)), "amounts": {"quantity_m2": 12_000, "paddy_m2": 8_000},
     "supplied": {"quantity_m2": 7_000, "paddy_m2": 8_000}, "fails": False},
    {"county": "339902", "project": "示范二县补改结合", "on": (1, 25), "document": "示二承诺〔2024〕1号", "who": "han",
     "due": ((3, 31), (5, 31), (7, 31), (8, 31)), "amounts": {"quantity_m2": 150_000, "capacity_kg": 20_000},
     "supplied": {}, "fails": True},
)  # fmt: skip
STEPS = ("adjustment", "works", "acceptance", "filing")


def commit() -> None:
    """One promise kept in part, one not kept: deducted down to nought, the rest in arrears."""
    for row in PROMISED:
        steps = [{"step": step, "due_on": date(YEAR, *day).isoformat(), "done_on": None}
                 for step, day in zip(STEPS, row["due"], strict=True)]  # fmt: skip
        facts = {"commitment_kind": "supplement-improve", "submitted_to": "province",
                 "promised_amounts": [row["amounts"]], "promised_steps": steps}  # fmt: skip
        about = head(place_of(row["county"]), row["project"], date(YEAR, *row["on"]), row["document"])
        promise = booked(commitments.file_promise(acting(row["who"]), about, facts=_dated(facts)), "zhou")
        if row["supplied"]:
            document = f"{row['document']}兑现"
            facts = {"supplied_amounts": (row["supplied"],)}
            kept = commitments.file_supply(
                acting(row["who"]), number(document), promise, on=date(YEAR, 9, 12), document=document, facts=facts
            )
            booked(kept, "zhou")
        if row["fails"]:
            document = f"{row['document']}核减"
            late = date(YEAR, 9, 5)
            booked(
                commitments.file_default(acting("wu"), number(document), promise, on=late, document=document), "zhou"
            )


def _dated(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Steps with days instead of their text."""
    steps = tuple({**each, "due_on": date.fromisoformat(each["due_on"])} for each in facts["promised_steps"])
    return {**facts, "promised_steps": steps, "promised_amounts": tuple(facts["promised_amounts"])}


OFFERED_M2_MAX, SOLD_M2_MAX, SPENT_YUAN_MAX = 30_000, 20_000, 2_000_000
PRICE_YUAN = "180000.00"  # a mu


def trade() -> None:
    """The first county sells the zone what one project made; the second, whose task is not done, is refused on its page."""
    county, zone = place_of("339901"), place_of("示范产业集聚区")
    about = head(county, "低丘缓坡垦造耕地（1）", date(YEAR, 9, 20), "示自然资〔2024〕60号")
    offered_m2 = min(OFFERED_M2_MAX, _made_by(about))
    offered = {"transfer_good": "compensation", "transfer_amounts": ({"quantity_m2": offered_m2},)}
    filing = transfers.list_for_sale(
        acting("qian"), about, offered, prices={"quantity_m2": PRICE_YUAN}, village=None,
        expires=date(YEAR + 3, 12, 31),
    )  # fmt: skip
    booked(filing, "sun")
    listing = Listing.objects.get(filing=filing)
    demand = transfers.ask(
        acting("yan"), uuid=number("集聚区〔2024〕7号"), place=zone, good="compensation", amounts={"quantity_m2": min(SOLD_M2_MAX, offered_m2)},
        prices={}, on=date(YEAR, 9, 25), until=date(YEAR + 3, 12, 31), document="集聚区〔2024〕7号", purpose="产业项目占补平衡",
    )  # fmt: skip
    _match(listing, demand)


def _made_by(about: balance.Head) -> int:
    """What of a project's lots stood in the reserve before they were offered."""
    filing = Filing.objects.filter(uuid=about.uuid).first()
    if filing is not None:
        return int(filing.facts["transfer_amounts"][0]["quantity_m2"])  # offered by a run cut short
    lots = Lots.objects.filter(place=about.place, project=about.project).values_list("serial", flat=True)
    return sum(
        amount
        for _, amount in at_hand(Filing(place=about.place, on=about.on, facts={}, lots=list(lots)), "quantity_m2")
    )


def _match(listing: Listing, demand: Demand) -> None:
    """Proposed by the city's officer, agreed by both sides, approved by its keeper, part of the proceeds spent."""
    document = "示市调剂〔2024〕1号"
    terms = transfers.Terms(number(document), demand.amounts, {"quantity_m2": PRICE_YUAN}, date(YEAR, 10, 10), document)
    match = transfers.propose(acting("xie"), listing, demand, terms)
    transfers.answer(acting("wang"), match, "seller", agrees=True)
    transfers.answer(acting("yan"), match, "buyer", agrees=True)
    transfers.approve(acting("zhou"), standing_of(match), accept=True, today=match.on)
    spending = Spending(Decimal(min(SPENT_YUAN_MAX, match.fen // 200)), "farmland-protection", "示范县农业农村局")
    source = source_for(acting("qian").user, match.uuid)
    assert source is not None  # it was settled just now, or by a run cut short
    document = "示财农〔2024〕40号"
    about = head(listing.filing.place, listing.filing.project, date(YEAR, 11, 15), document)
    paid = transfers.pay(acting("qian"), source, spending, about)
    booked(paid, "sun")

"""示范县 with a keeper and an officer who file, the city's keeper who posts, a check of village land, money to pool with."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs, lot
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import actions as book
from liangtian_web.onemap.actions import adopt
from liangtian_web.registers.models import Decision as RowDecision
from liangtian_web.registers.models import Row
from liangtian_web.review.models import Run

FUND_FEN = 50_000_000_00


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """An empty home folder."""
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path


@pytest.fixture
def people(places):
    """Who files and who posts."""
    return {
        "li": person("li", "李工", places["county"], "keeper"),
        "wang": person("wang", "王工", places["county"], "officer"),
        "qian": person("qian", "钱处", places["city"], "keeper"),
        "zhao": person("zhao", "赵工", places["other"], "keeper"),
    }


@pytest.fixture
def clients(people):
    """Their browsers."""
    return {name: browser(user) for name, user in people.items()}


@pytest.fixture
def opened(people):
    """The opening balance of the county, 1,000 m² without ground, and the city's fund."""
    old = lot("2019-001", None, document="县发〔2019〕1号")
    for register in ("key-project", "standard-upgrade"):
        registered(people, register, people["li"].memberships.get().place, state="nil", key="-", content={})
    book.post(
        entry("open", day(1), "opening", legs(("outside", "outside", "quantity_m2", "2019-001", -1_000),
              ("339901", "reserve", "quantity_m2", "2019-001", 1_000)), lots=(old,)),
        entry("fund", day(1), "appropriation", legs(("outside", "outside", "money_fen", None, -FUND_FEN),
              ("339900", "fund", "money_fen", None, FUND_FEN))),
    )  # fmt: skip


def registered(people, register, place, **row):
    """A row of a register, entered by the county and confirmed by the city, in force from the first day of the year."""
    given = {
        "register": register,
        "place": place,
        "document": "示市资〔2024〕5号",
        "since": day(1),
        "user": people["wang"],
    }
    made = Row.objects.create(**given | row)
    RowDecision.objects.create(row=made, confirmed=True, user=people["qian"])
    return made


@pytest.fixture
def key_project(people, places):
    """A key project of the county that nothing balances yet."""
    content = {"number": "KP-1", "name": "跨江大桥", "level": "city", "quantity": "2500", "paddy": "2500", "unit": "m2",
               "capacity_kg": "3375"}  # fmt: skip
    return registered(people, "key-project", places["county"], state="listed", key="KP-1", content=content)


@pytest.fixture
def check(home, places, people, clients):
    """Make a check of village land in 示范县, a square of ten metres times `side`."""
    for each in land.publish_all():
        adopt(each, places["county"])

    def make(name: str, side: float = 1.0, kind: str = "village", **where: float) -> Run:
        drawn = land.boundary_geojson(side=side, **where)
        form = {"name": name, "kind": kind, "on": "2024-06-01", "place": places["county"].pk, "drawn": drawn}
        answer = clients["wang"].post(reverse("review:new"), form)
        assert answer.status_code == 302, answer.context["form"].errors
        return Run.objects.get(name=name)

    return make


def accepted(places, **changes):
    """An acceptance as its form sends it: 40,000 m² of new paddy, the province pools 1,005 of quantity."""
    column = changes.pop("column", 40)
    area = SimpleUploadedFile("范围.geojson", land.boundary_geojson(row=40, column=column, side=2).encode())
    given = {
        "key": str(uuid4()), "place": places["county"].pk, "project": "城关镇垦造耕地", "credit_kind": "reclamation",
        "on": "2024-03-01", "document": "示自然资验〔2024〕3号", "files": area,
        "accepted_quantity_m2": "30013", "accepted_paddy_m2": "20000", "accepted_capacity_kg": "30000",
        "provincial_quantity_m2": "1005", "provincial_document": "浙自然资函〔2024〕6号",
        "provincial_reason": "省级文件另有规定",
    }  # fmt: skip
    return given | changes


def file(client, page, data) -> Filing:
    """Send a form that is accepted; the filing it made."""
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["form"].errors
    return Filing.objects.get(uuid=answer.url.strip("/").split("/")[-1])


def file_acceptance(client, places, **changes) -> Filing:
    return file(client, reverse("balance:accept"), accepted(places, **changes))


def file_hold(client, run, **changes) -> Filing:
    given = {"key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": f"{run.name}申请"}
    if changes.get("balance_path") == "entrust":
        given |= {"transfer_closed_reason": "no-offer", "pooling_closed_reason": "not-eligible"}
    return file(client, reverse("balance:occupy"), given | changes)


def file_end(client, hold, event, **changes) -> Filing:
    given = {"key": str(uuid4()), "on": "2024-07-01", "document": f"{hold.project}{event}"}
    given |= {} if event == "approval" else {"application_outcome": "refused"}
    return file(client, reverse("balance:end", args=[hold.uuid, event]), given | changes)


def post(client, filing):
    return client.post(reverse("balance:decide", args=[filing.uuid]), {"post": "1"})

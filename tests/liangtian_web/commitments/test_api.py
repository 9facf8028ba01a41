"""Commitments through their interface: filed with the pages' forms, once for each key, by those who may."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.liangtian_web.calls import booked, decide, made, read, send
from tests.liangtian_web.commitments.conftest import DAYS, infrastructure, supplement
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance.models import Decision, Filing
from liangtian_web.commitments.models import StepDone
from liangtian_web.people.models import Place

pytestmark = pytest.mark.usefixtures("home", "opened")
SUPPLY = {"fields": {"on": "2024-08-01", "document": "示兑现〔2024〕1号", "quantity_m2": 120}}
DEFAULT = {"fields": {"on": "2024-10-08", "document": "示核减〔2024〕1号"}}
STEP = {"fields": {"step": "works", "on": "2024-07-05", "document": "完工报告"}}


def promised(places, **changes):
    fields = {name: value for name, value in supplement(places["county"]).items() if name != "key"}
    return {"kind": "supplement-improve", "fields": {**fields, "place": "339901"} | changes}


@pytest.fixture
def everybody(clients, places, city):
    """Also an auditor, and an officer of another city."""
    away = Place.objects.create(code="339800", name="外市", kind="city")
    far = Place.objects.create(code="339801", name="外县", kind="county", parent=away)
    shen = browser(person("shen", "沈审", places["city"], "auditor"))
    return clients | {"xu": city, "shen": shen, "wai": browser(person("wai", "外工", far, "keeper"))}


@pytest.fixture
def commitment(clients, places):
    """One that stands in the book: 500 m², 300 m² of paddy."""
    found = made(clients["wang"], "commitments", promised(places))
    booked(clients["qian"], found)
    return found["uuid"]


def test_promised_kept_in_part_defaulted_and_read(everybody, commitment):
    wang, li, qian, xu = (everybody[name] for name in ("wang", "li", "qian", "xu"))
    assert made(wang, f"commitments/{commitment}/steps", STEP)["actor"] == "wang"
    kept = made(wang, f"commitments/{commitment}/supplies", SUPPLY)
    assert kept["event"] == "fulfilment"
    booked(li, kept)
    broken = made(qian, f"commitments/{commitment}/default", DEFAULT)
    assert decide(qian, broken).json()["id"] == "balance-own-filing"
    booked(xu, broken)

    found = read(wang, f"commitments/{commitment}")
    assert (found["state"], found["last"], found["place"]) == ("arrears", "2024-09-30", "339901")
    amounts = {name: (found[name]["quantity_m2"], found[name]["paddy_m2"])
               for name in ("promised", "fulfilled", "deducted", "outstanding", "arrears")}  # fmt: skip
    assert amounts == {
        "promised": (500, 300), "fulfilled": (120, 0), "deducted": (380, 0), "outstanding": (0, 0), "arrears": (0, 300),
    }  # fmt: skip
    assert [each["event"] for each in found["filings"]] == ["fulfilment", "commitment-due"]
    assert [(each["step"], each["due_on"], each["done_on"]) for each in found["steps"]] == [
        (name, day, "2024-07-05" if name == "works" else None) for name, day in DAYS.items()
    ]
    assert [each["document"] for each in found["milestones"]] == ["完工报告"]


def test_a_place_does_not_decide_on_its_own_default(everybody, commitment):
    broken = made(everybody["qian"], f"commitments/{commitment}/default", DEFAULT)
    assert [decide(everybody["li"], broken, accept).status_code for accept in (True, False)] == [403, 403]
    assert not Decision.objects.filter(filing__uuid=broken["uuid"]).exists()


def test_a_railway_promises_what_its_check_owes(clients, check):
    run = check("铁路", kind="single-site")
    fields = {name: value for name, value in infrastructure(run).items() if name != "key"}
    found = made(clients["wang"], "commitments", {"kind": "infrastructure", "fields": fields})
    assert found["facts"]["promised_amounts"][0]["quantity_m2"] == round(run.facts["farmland_quantity_m2"])
    assert read(clients["wang"], f"commitments/{found['uuid']}")["state"] == "waiting"


def test_the_same_key_is_done_once(clients, places, commitment):
    calls = (("commitments", promised(places, project="另一件"), Filing),
             (f"commitments/{commitment}/supplies", SUPPLY, Filing), (f"commitments/{commitment}/steps", STEP, StepDone))  # fmt: skip
    for n, (path, body, model) in enumerate(calls):
        before = model.objects.count()
        first, again = (send(clients["wang"], path, body, key=f"k-{n}") for _ in range(2))
        assert (first.status_code, first.json(), model.objects.count()) == (201, again.json(), before + 1)
        other = {**body, "fields": {**body["fields"], "document": "别的"}}
        assert send(clients["wang"], path, other, key=f"k-{n}").status_code == 409


def test_every_error_is_said_at_once_by_its_field(clients, places, commitment):
    wrong = promised(places, quantity_m2=-1, works="2024-06-01", submitted_to="moon", document="")
    answer = send(clients["wang"], "commitments", wrong)
    assert answer.status_code == 422
    assert {each["at"][1] for each in answer.json()["problems"]} >= {"quantity_m2", "works", "submitted_to", "document"}
    early = send(clients["wang"], f"commitments/{commitment}/supplies", {"fields": {"on": "2099-01-01"}})
    assert {each["at"][1] for each in early.json()["problems"]} >= {"on", "document"}
    assert send(clients["wang"], "commitments", {**wrong, "kind": "gold"}).status_code == 404


def test_who_may_do_what(everybody, places, commitment):
    calls = {
        "list": lambda client: client.get("/api/commitments"),
        "read": lambda client: client.get(f"/api/commitments/{commitment}"),
        "promise": lambda client: send(client, "commitments", promised(places, project="又一件")),
        "supply": lambda client: send(client, f"commitments/{commitment}/supplies", SUPPLY),
        "step": lambda client: send(client, f"commitments/{commitment}/steps", STEP),
        "default": lambda client: send(client, f"commitments/{commitment}/default", DEFAULT),
    }
    who = ("wang", "li", "qian", "zhao", "shen", "wai")
    assert {name: [call(everybody[each]).status_code for each in who] for name, call in calls.items()} == {
        #        wang  li   qian zhao shen wai
        "list": [200, 200, 200, 200, 200, 200],
        "read": [200, 200, 200, 404, 200, 404],
        "promise": [201, 201, 201, 422, 403, 422],  # 422: the place is none of theirs
        "supply": [201, 201, 201, 404, 403, 404],
        "step": [201, 201, 201, 404, 403, 404],
        "default": [403, 403, 201, 404, 403, 404],
    }
    seen = {each: len(read(everybody[each], "commitments")["commitments"]) for each in who}
    assert seen == {"wang": 4, "li": 4, "qian": 4, "zhao": 0, "shen": 4, "wai": 0}
    assert read(everybody["wai"], "commitments")["before"] is None


def test_the_list_goes_on_by_key_and_asks_no_more_for_more(clients, places, commitment):
    with CaptureQueriesContext(connection) as one:
        read(clients["wang"], "commitments")
    asked = len(one)
    for n in range(3):
        booked(clients["qian"], made(clients["wang"], "commitments", promised(places, project=f"第{n}件")))
    with CaptureQueriesContext(connection) as four:
        first = read(clients["wang"], "commitments", limit=3)
    assert len(four) <= asked
    rest = read(clients["wang"], "commitments", limit=3, before=first["before"])
    assert [each["project"] for each in first["commitments"] + rest["commitments"]] == [
        "第2件", "第1件", "第0件", "岭下村补改结合",
    ]  # fmt: skip
    assert rest["before"] is None


def test_nobody_is_let_in_without_logging_in(client):
    assert [client.get(f"/api/{app}").status_code for app in ("commitments", "transfers/listings")] == [401, 401]

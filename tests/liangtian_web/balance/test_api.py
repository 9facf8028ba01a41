"""The balance through its interface: the pages' own forms and rules, each call done once for each key."""

from __future__ import annotations

import json
from collections import Counter
from uuid import uuid4

import pytest
from ninja import Schema
from tests.liangtian_web import land
from tests.liangtian_web.balance.conftest import accepted

from liangtian_web.balance.models import Filing
from liangtian_web.ledger.models import Entry

pytestmark = pytest.mark.usefixtures("home", "opened")


def send(client, path, body, key=None):
    headers = {"Idempotency-Key": key or str(uuid4())}
    return client.post(f"/api/balance/{path}", json.dumps(body), content_type="application/json", headers=headers)


def acceptance(places, **changes):
    boundary = json.loads(land.boundary_geojson(row=40, column=40, side=2))
    fields = {name: value for name, value in accepted(places).items() if name not in ("key", "files", "place")}
    return {"event": "acceptance", "fields": {**fields, "place": "339901"} | changes, "boundary": boundary}


def test_a_filing_is_handed_in_decided_and_read(clients, places):
    made = send(clients["li"], "filings", acceptance(places))
    assert made.status_code == 201, made.content
    uuid = made.json()["uuid"]
    whole = clients["li"].get(f"/api/balance/filings/{uuid}").json()
    assert ["city", "municipal", "quantity_m2", 5802, "wenzhou-2019（六）.2"] in whole["postings"]
    assert {each["rule"] for each in whole["findings"]} >= {"wenzhou-2019（六）.2", "wenzhou-2019（六）.4"}

    own = send(clients["li"], f"filings/{uuid}/decision", {"accept": True})
    assert (own.status_code, own.json()["id"]) == (409, "balance-own-filing")
    booked = send(clients["qian"], f"filings/{uuid}/decision", {"accept": True})
    assert booked.status_code == 200
    assert booked.json()["entry"] == str(Entry.objects.get(kind="acceptance").uuid)
    assert booked.json()["decided_by"] == "qian"


def test_the_same_key_is_done_once(clients, places):
    first, again = (send(clients["li"], "filings", acceptance(places), key="a-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = send(clients["li"], "filings", acceptance(places, project="另一个"), key="a-1")
    assert (other.status_code, Filing.objects.count()) == (409, 1)


def test_every_error_is_said_at_once_by_its_field(clients, places):
    wrong = acceptance(places, on="2024-02-30", accepted_quantity_m2="-1", credit_kind="magic", document="")
    answer = send(clients["li"], "filings", wrong)
    assert answer.status_code == 422
    assert {each["at"][1] for each in answer.json()["problems"]} >= {
        "on",
        "accepted_quantity_m2",
        "credit_kind",
        "document",
    }
    assert Filing.objects.count() == 0


def test_every_error_names_its_field_in_words_and_both_languages(clients, places):
    answer = send(clients["li"], "filings", acceptance(places, document="", accepted_quantity_m2="-1")).json()
    assert {tuple(each["at"]): (each["field"], each["text"]) for each in answer["problems"]} == {
        (0, "document"): ("验收文号", "验收文号 这个字段是必填项。"),
        (0, "accepted_quantity_m2"): ("验收入库耕地数量", "验收入库耕地数量 确保该值大于或等于0。"),
    }
    assert answer["zh"] == " ".join(each["text"] for each in answer["problems"])
    assert "This field is required." in answer["en"]
    assert answer["en"].isascii()

    beyond = send(clients["li"], "filings", acceptance(places, accepted_quantity_m2="99999")).json()
    assert [(each["at"], each["field"]) for each in beyond["problems"]] == [([0, ""], "")]
    assert beyond["zh"].startswith("耕地数量 99,999 m² 超过地块面积")
    assert beyond["en"].startswith("farmland quantity: 99,999 m² is more than the ground of")


def test_a_step_goes_on_with_a_booked_filing(clients, places):
    made = send(clients["li"], "filings", acceptance(places)).json()["uuid"]
    step = {
        "event": "clawback",
        "begun": made,
        "fields": {"on": "2024-09-01", "document": "追", "clawback_reason": "lost"},
    }
    assert send(clients["li"], "filings", step).status_code == 404  # not booked yet
    send(clients["qian"], f"filings/{made}/decision", {"accept": True})
    assert send(clients["li"], "filings", step).status_code == 201
    assert send(clients["li"], "filings", {**step, "event": "hold-on"}).status_code == 404


def test_what_the_rulebook_measures_cannot_be_told(clients, places, check):
    run = check("一号")
    fields = {
        "run": str(run.uuid),
        "on": "2024-06-03",
        "document": "申请",
        "farmland_quantity_m2": "0",
        "required_by_place": "x",
    }
    made = send(clients["wang"], "filings", {"event": "hold", "fields": fields})
    assert made.status_code == 201
    assert made.json()["facts"] == {}


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("li", [200, 200, 201, 409]),
        ("wang", [200, 200, 201, 403]),
        ("qian", [200, 200, 201, 200]),
        ("zhao", [200, 404, 422, 404]),
    ],
)
def test_who_may_do_what(clients, places, who, statuses):
    made = send(clients["li"], "filings", acceptance(places)).json()["uuid"]
    client = clients[who]
    found = [
        client.get("/api/balance/filings"),
        client.get(f"/api/balance/filings/{made}"),
        send(client, "filings", acceptance(places, project="又一个")),
        send(client, f"filings/{made}/decision", {"accept": True}),
    ]
    assert [each.status_code for each in found] == statuses
    seen = [] if who == "zhao" else [made]
    assert [each["uuid"] for each in found[0].json()["filings"]] == seen


def test_nobody_is_let_in_without_logging_in(client):
    assert client.get("/api/balance/filings").status_code == 401


def test_every_schema_of_the_interface_has_a_name_of_its_own(clients):
    """A description calls schemas by their class: of two with one name it would tell but one."""
    described = clients["li"].get("/api/openapi.json").json()["components"]["schemas"]
    ours = [each for each in below(Schema) if each.__module__.startswith("liangtian_web.")]
    twice = {name for name, count in Counter(each.__name__ for each in ours).items() if count > 1}
    assert twice & set(described) == set()
    assert set(described["HandedIn"]["properties"]) == {"event", "begun", "fields", "boundary"}
    assert set(described["FilingDecided"]["properties"]) == {"accept", "reason", "grounds"}


def below(kind):
    return [each for child in kind.__subclasses__() for each in (child, *below(child))]

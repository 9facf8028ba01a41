"""Planning for machines: asked, answered, and closed to outsiders."""

import json

import pytest

from liangtian_web.planning.models import Study

pytestmark = pytest.mark.django_db(transaction=True)


def send(client, **body):
    return client.post("/api/planning/studies", json.dumps(body), content_type="application/json")


FIELDS = {"name": "示范", "place": "339901", "on": "2024-06-01", "least_mu": 100}


def test_a_program_asks_waits_and_reads(officer_client, county, work):
    made = send(officer_client, kind="blocks", fields=FIELDS)
    assert (made.status_code, made.json()["state"], made.json()["asked"]) == (201, "waiting", {"least_mu": "100"})
    address = f"/api/planning/studies/{made.json()['uuid']}"
    assert officer_client.get(f"{address}/answer").status_code == 404
    work()
    assert officer_client.get(address).json()["state"] == "done"
    assert officer_client.get(f"{address}/answer").json()["count"] == 4
    blocks = officer_client.get(f"{address}/blocks?after=2&limit=1").json()
    assert [(each["number"], each["parcels"], each["town"]) for each in blocks] == [(3, 2, "339901100")]
    assert [each["uuid"] for each in officer_client.get("/api/planning/studies").json()["studies"]] == [
        made.json()["uuid"]
    ]


def test_what_is_wrong_is_said_field_by_field(officer_client, county):
    refused = send(officer_client, kind="design", fields=FIELDS | {"count": 0, "block_mu": 1000, "seconds": 10})
    assert refused.status_code == 422
    assert [problem["at"][1] for problem in refused.json()["problems"]] == ["count"]
    assert send(officer_client, kind="nothing", fields=FIELDS).status_code == 404


def test_an_outsider_asks_and_reads_nothing_of_it(officer_client, outsider_client, auditor_client, county):
    made = send(officer_client, kind="blocks", fields=FIELDS).json()
    address = f"/api/planning/studies/{made['uuid']}"
    assert outsider_client.get("/api/planning/studies").json()["studies"] == []
    assert [outsider_client.get(address + end).status_code for end in ("", "/answer", "/blocks")] == [404] * 3
    assert send(outsider_client, kind="blocks", fields=FIELDS).json()["problems"][0]["at"][1] == "place"
    assert send(auditor_client, kind="blocks", fields=FIELDS).status_code == 403
    assert Study.objects.count() == 1

"""Holds, the year, headroom, closings and the boundary of an opening lot, for machines."""

from __future__ import annotations

import pytest
from tests.liangtian_web.calls import read, send

from bookkeeping import COUNTY
from liangtian_web.ledger.models import Proposal

pytestmark = pytest.mark.usefixtures("keepers", "booked")


def test_the_year_says_what_its_page_says(keeper_client):
    found = read(keeper_client, "book/year", place=COUNTY, index="quantity_m2", year=2024)
    assert found["opening"] == 0
    assert found["closing"][-1] == sum(sum(months) for months in found["moved"].values())
    room = read(keeper_client, "book/headroom", index="quantity_m2", on="2024-12-31")["places"]
    assert [(each["place"], each["available"]) for each in room] == [(COUNTY, found["closing"][-1])]
    states = {each["state"] for each in read(keeper_client, "book/holds")["holds"]}
    assert "lapsed" in states


def test_a_closing_is_proposed_once_for_its_key(keeper_client):
    body = {"place": COUNTY, "through": "2024-12-31", "evidence": "年终关账"}
    first, second = (send(keeper_client, "book/closings", body, key="c-1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert (first.json()["kind"], first.json()["state"], Proposal.objects.count()) == ("closing", "waiting", 1)
    early = send(keeper_client, "book/closings", body | {"through": "2200-01-01"})
    assert early.status_code in (409, 422)
    assert isinstance(read(keeper_client, "book/closings")["periods"], list)


def test_the_outsider_gets_nothing(next_door_client):
    assert read(next_door_client, "book/holds") == {"holds": []}
    assert read(next_door_client, "book/closings") == {"periods": []}
    assert read(next_door_client, "book/headroom", index="quantity_m2")["places"] == []
    asked = {"place": COUNTY, "index": "quantity_m2", "year": 2024}
    assert next_door_client.get("/api/book/year", asked).status_code == 404
    body = {"place": COUNTY, "through": "2024-12-31", "evidence": "年终关账"}
    assert send(next_door_client, "book/closings", body).status_code == 403
    square = {"type": "Polygon", "coordinates": [[[120, 30], [120.001, 30], [120.001, 30.001], [120, 30]]]}
    assert send(next_door_client, "book/lots/A/boundary", {"boundary": square, "evidence": "x"}).status_code == 404
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("asked", [{"index": "nothing"}, {"index": "quantity_m2", "on": "nothing"}])
def test_what_nobody_knows(keeper_client, asked):
    assert keeper_client.get("/api/book/headroom", asked).status_code in (404, 422)

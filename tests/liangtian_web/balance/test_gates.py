"""What an approval is judged by: the registers on its business date and on the day it is decided, and what the book shows."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file, file_acceptance, file_end, file_hold, post, registered

from bookkeeping import day
from liangtian_web.balance.models import Decision, Filing

pytestmark = pytest.mark.usefixtures("home", "opened")

BRIDGE = {"number": "KP-1", "name": "跨江大桥", "level": "city", "quantity": "2500", "paddy": "2500", "unit": "m2",
          "capacity_kg": "3375"}  # fmt: skip


def failed(client, filing) -> list[str]:
    """What stops it, by rule."""
    page = client.get(reverse("balance:filing", args=[filing.uuid]))
    return [each["rule"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]


def promised(clients, places, run, **changes) -> Filing:
    """A commitment that covers all the land of a check owes, booked by the city."""
    given = {
        "key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": "示承诺〔2024〕1号",
        "infrastructure_type": "expressway", "project_level": "province", "project_completion_on": "2026-12-31",
    }  # fmt: skip
    filing = file(clients["wang"], reverse("commitments:new", args=["infrastructure"]), given | changes)
    assert post(clients["qian"], filing).status_code == 302
    return filing


def test_an_approval_dated_before_a_suspension_waits_for_it_on_the_day_it_is_decided(clients, people, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    backdated = file_end(clients["wang"], held, "approval", on="2024-07-01")
    assert failed(clients["li"], backdated) == []

    registered(
        people,
        "key-project",
        places["county"],
        since=day(1).replace(year=2025),
        state="listed",
        key="KP-1",
        content=BRIDGE,
    )
    assert failed(clients["li"], backdated) == ["wenzhou-2019（五）.9"]
    answer = post(clients["li"], backdated)
    assert (answer.status_code, "（五）.9" in answer.content.decode()) == (409, True)


def test_only_the_key_project_itself_cures_and_only_what_it_still_owes(clients, places, check, key_project):
    post(clients["qian"], file_acceptance(clients["li"], places))
    named = f"{places['county'].pk}:KP-1"
    large = file_hold(clients["wang"], check("大桥及连接线"), key_project=named)  # 10,000 m², the project owes 2,500
    post(clients["li"], large)
    beyond = file_end(clients["wang"], large, "approval")
    page = clients["li"].get(reverse("balance:filing", args=[beyond.uuid]))
    said = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert any("尚欠的多 7,500" in each for each in said)
    assert post(clients["li"], beyond).status_code == 409


def test_a_promised_project_has_its_approval_recorded_without_an_entry(clients, people, places, check):
    promise = promised(clients, places, check("高速", kind="single-site"))
    page = reverse("balance:next", args=[promise.uuid, "promised-approval"])
    shown = clients["wang"].get(reverse("balance:filing", args=[promise.uuid])).content.decode()
    assert page in shown

    given = {"key": str(uuid4()), "on": "2024-07-01", "document": "浙土字〔2024〕8号"}
    filing = file(clients["wang"], page, given)
    assert failed(clients["li"], filing) == []
    assert post(clients["li"], filing).status_code == 302
    decision = Decision.objects.get(filing=filing)
    assert (decision.noted, decision.entry, decision.postings) == (True, None, [])
    ruled = {each["rule"]: each["outcome"] for each in json.loads(decision.findings)["zh"]}
    assert ruled["wenzhou-2019（五）.8"] == "not_applicable"  # it pays nobody before it is supplied
    assert ruled["wenzhou-2019（五）.9"] == "pass"
    assert post(clients["li"], filing).status_code == 302  # sent again
    shown = clients["wang"].get(reverse("balance:filing", args=[promise.uuid])).content.decode()
    assert page not in shown
    assert clients["wang"].get(page).status_code == 404
    assert "条款结论已存档" in clients["li"].get(reverse("balance:filing", args=[filing.uuid])).content.decode()


def test_a_promised_project_waits_with_the_others_while_its_place_is_suspended(clients, places, check, key_project):
    promise = promised(clients, places, check("高速", kind="single-site"))
    page = reverse("balance:next", args=[promise.uuid, "promised-approval"])
    filing = file(clients["wang"], page, {"key": str(uuid4()), "on": "2024-07-01", "document": "浙土字〔2024〕8号"})
    assert failed(clients["li"], filing) == ["wenzhou-2019（五）.9"]
    assert post(clients["li"], filing).status_code == 409
    assert not Decision.objects.filter(filing=filing).exists()


def test_nobody_from_another_place_approves_a_promised_project(clients, places, check):
    promise = promised(clients, places, check("高速", kind="single-site"))
    page = reverse("balance:next", args=[promise.uuid, "promised-approval"])
    assert clients["zhao"].get(page).status_code == 404

"""What the rulebook puts into the to-do list."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from liangtian_web.people.models import User
from liangtian_web.review.models import Finding, Run
from liangtian_web.rulebook.contents import covered
from liangtian_web.rulebook.models import Proposal
from liangtian_web.rulebook.queries import history

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"


def todos(client, word):
    return [each for each in client.get("/").context["todos"] if each.word == word]


@pytest.fixture
def proposal(places, county_officer: User):
    given = {"kind": "value", "name": LOW, "value": "85", "unit": "m2/person", "source": "示范县发"}
    return Proposal.objects.create(**given, place=places["county"], since=date(2024, 1, 1), user=county_officer)


def test_a_proposal_waits_for_those_who_decide(admin_client, officer_client, outsider_client, proposal):
    (todo,) = todos(admin_client, "待审定")
    assert (todo.what, todo.url) == ("人均村庄建设用地下限", reverse("rulebook:proposal", args=[proposal.uuid]))
    assert todos(officer_client, "待审定") == todos(outsider_client, "待审定") == []


def unverified():
    """An obligation that asks for an unverified value."""
    for row in covered():
        for each in row.obligations:
            for name in each.values:
                if history(name)[-1].status == "unverified":
                    return each.rule, name
    raise AssertionError("every value is verified")


def test_values_nobody_verified_wait_for_the_administrator(admin_client, officer_client, places, county_officer):
    rule, name = unverified()
    assert todos(admin_client, "未核实") == []
    run = Run.objects.create(
        name="示范", kind="batch", on=date.today(), place=places["county"], verdict="pass", vertices=4, boundary=b"",
        box=(0, 0, 1, 1), area_m2=1, facts={}, declared={}, result="{}", result_en="{}", shapes="{}", layers=[],
        user=county_officer,
    )  # fmt: skip
    Finding.objects.create(run=run, ordinal=0, rule=rule, outcome="pass", message="")
    (todo,) = todos(admin_client, "未核实")
    groups = admin_client.get(todo.url).context["groups"]
    assert name in [each["name"] for group in groups for each in group["values"]]
    assert {each["status"] for group in groups for each in group["values"]} == {"unverified"}
    assert todos(officer_client, "未核实") == []

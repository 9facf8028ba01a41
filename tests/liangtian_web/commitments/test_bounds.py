"""A promise on paper lifts nothing: it names land, stays within what that land owes, falls due in time, the city decides."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import key_project, post
from tests.liangtian_web.calls import decide, made, send
from tests.liangtian_web.commitments.conftest import DAYS, infrastructure, promise, supplement
from tests.liangtian_web.conftest import browser, person

from liangtian.finding import Outcome
from liangtian_web.balance.models import Filing
from liangtian_web.registers.suspension import standing

__all__ = ["key_project"]
pytestmark = pytest.mark.usefixtures("home", "opened")
FAR = dict.fromkeys(DAYS, "2099-12-31")


def refused(client, data, kind="supplement-improve"):
    """What a promise is refused with; nothing is filed."""
    answer = client.post(reverse("commitments:new", args=[kind]), data)
    assert (answer.status_code, Filing.objects.filter(event="commitment").count()) == (400, 0)
    return answer.context["form"].non_field_errors()[0]


def named(places, **changes):
    return supplement(places["county"], key_project=f"{places['county'].pk}:KP-1", **changes)


def test_a_promise_without_land_does_not_name_a_key_project(clients, places, key_project):
    said = refused(clients["wang"], named(places, quantity_m2="9000000"))
    assert "须选这个项目用地的检查" in said
    fields = {name: value for name, value in named(places).items() if name != "key"}
    called = {"kind": "supplement-improve", "fields": {**fields, "place": "339901", "key_project": "339901:KP-1"}}
    answer = send(clients["wang"], "commitments", called)
    assert (answer.status_code, "须选这个项目用地的检查" in str(answer.json())) == (422, True)
    assert standing(places["county"], key_project.since).outcome is Outcome.FAIL


def test_a_promise_for_a_key_project_ends_where_its_land_does(clients, places, check, key_project):
    run = check("跨江大桥")
    owed = round(run.facts["farmland_quantity_m2"])
    beyond = named(places, run=str(run.uuid), quantity_m2=str(owed + 1), paddy_m2="")
    assert f"应补的 {owed:,}" in refused(clients["wang"], beyond)
    within = promise(clients["wang"], named(places, run=str(run.uuid), quantity_m2="99", paddy_m2=""))
    assert post(clients["qian"], within).status_code == 302
    assert standing(places["county"], within.on).outcome is Outcome.FAIL  # 99 m² of the 100 it owes


@pytest.mark.parametrize(("last", "code"), [("2029-06-02", 302), ("2029-06-03", 400), ("2099-12-31", 400)])
def test_the_last_step_is_due_within_five_years(clients, places, last, code):
    answer = clients["wang"].post(
        reverse("commitments:new", args=["supplement-improve"]), supplement(places["county"], filing=last)
    )
    assert answer.status_code == code
    if code == 400:
        assert "最迟到 2029-06-02" in answer.context["form"].non_field_errors()[0]


@pytest.mark.parametrize(("last", "code"), [("2029-02-28", 302), ("2029-03-01", 400)])
def test_five_years_from_a_leap_day_end_as_everywhere_else(clients, places, last, code):
    """29 February counts as 28 February of a year without it, as `policy.days.years_after` has it."""
    page = reverse("commitments:new", args=["supplement-improve"])
    answer = clients["wang"].post(page, supplement(places["county"], on="2024-02-29", filing=last))
    assert answer.status_code == code


def test_a_project_is_completed_within_ten_years(clients, check):
    given = infrastructure(check("铁路", kind="single-site"), project_completion_on="2034-06-03")
    assert "最迟到 2034-06-02" in refused(clients["wang"], given, "infrastructure")


def test_the_place_itself_neither_posts_nor_sends_back_its_promise(clients, places):
    second = browser(person("sun", "孙工", places["county"], "keeper"))
    filing = promise(clients["li"], supplement(places["county"]))
    both = [second.post(reverse("balance:decide", args=[filing.uuid]), {verb: "1"}) for verb in ("post", "refuse")]
    assert [each.status_code for each in both] == [403, 403]
    called = {"uuid": str(filing.uuid)}
    assert [decide(second, called, accept).status_code for accept in (True, False)] == [403, 403]
    assert filing in clients["qian"].get(reverse("balance:index")).context["waiting"]
    assert list(second.get(reverse("balance:index")).context["waiting"]) == []
    assert decide(clients["qian"], called).status_code == 200


def test_days_to_come_are_refused_of_calls_too(clients, places, city):
    fields = {name: value for name, value in supplement(places["county"]).items() if name != "key"}
    given = {"kind": "supplement-improve", "fields": {**fields, "place": "339901"}}
    ahead = {**given, "fields": {**given["fields"], "on": "2099-01-01", **FAR}}
    assert send(clients["wang"], "commitments", ahead).json()["problems"][0]["at"][1] == "on"
    kept = made(clients["wang"], "commitments", given)
    assert decide(city, kept).status_code == 200
    late = {"fields": {"on": "2099-01-01", "document": "x", "quantity_m2": 1}}
    calls = [(clients["wang"], "supplies"), (clients["qian"], "default")]
    said = [send(client, f"commitments/{kept['uuid']}/{name}", late).json()["problems"] for client, name in calls]
    assert [[each["at"][1] for each in problems] for problems in said] == [["on"], ["on"]]

"""Checks and the rulebook: values of places decide, a run keeps what decided it, trials touch nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.liangtian_web import land

from liangtian_web.onemap.actions import adopt
from liangtian_web.people.models import User
from liangtian_web.review.models import Run
from liangtian_web.rulebook.models import Decision, Proposal
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")
LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
VILLAGE = {
    "kind": "village",
    "fact-registered_population": "100",
    "fact-village_construction_land_m2": "8200",
    "fact-planned_village_construction_land_m2": "8500",
}


@pytest.fixture
def ask(officer_client, places):
    """Check the same boundary for a village whose land per head is 82 m²."""
    for entry in land.publish_all():
        adopt(entry, places["county"])

    def made():
        given = {"name": "上村", "on": "2024-06-01", "place": places["county"].pk, "drawn": land.boundary_geojson()}
        answer = officer_client.post(reverse("review:new"), given | VILLAGE)
        assert answer.status_code == 302, answer.context["form"].errors
        return Run.objects.order_by("-pk")[0]

    return made


@pytest.fixture
def approve(places, county_officer, county_admin):
    """An approved value of 示范县 or an approved adoption by it."""

    def done(**given):
        fields = {
            "place": places["county"],
            "since": date(2024, 1, 1),
            "source": "示范县发〔2024〕3号",
            "status": "law",
        }
        proposal = Proposal.objects.create(user=county_officer, **fields | given)
        Decision.objects.create(proposal=proposal, approved=True, user=county_admin)

    return done


def outcome(run):
    (found,) = (each for each in run.data["findings"] if grow(each))
    return found["outcome"]


def grow(finding):
    """The finding of the rule that asks for the low mark."""
    return any(step["name"] == LOW for step in finding["trace"])


def test_an_approved_value_decides_the_next_check(ask, approve):
    before = ask()
    approve(kind="value", name=LOW, value="85", unit="m2/person")
    after = ask()
    assert [outcome(run) for run in (before, after)] == ["fail", "pass"]
    (step,) = (s for f in after.data["findings"] if grow(f) for s in f["trace"] if s["name"] == LOW)
    assert (step["value"], step["reason"], step["source"]) == (85, "nearest", "示范县发〔2024〕3号")
    assert before.data["values_digest"] == ""
    assert len(after.data["values_digest"]) == 64


@pytest.mark.parametrize("how", ["recheck", "remeasure"])
def test_a_run_comes_out_the_same_after_a_value_and_a_document_are_added(ask, approve, officer_client, how):
    approve(kind="value", name=LOW, value="85", unit="m2/person")
    run = ask()
    approve(kind="value", name=LOW, value="60", unit="m2/person", since=date(2024, 3, 1))
    approve(kind="adoption", name="haining-2021", since=date(2022, 1, 1))
    page = officer_client.post(reverse("review:again", args=[run.uuid, how]), headers={"HX-Request": "true"})
    repeated = page.context["repeated"]
    assert (repeated.same, repeated.differences, repeated.rules_changed) == (True, [], False)
    assert outcome(ask()) == "fail"


def test_findings_of_a_rule_are_listed_for_those_who_may_see_them(ask, officer_client, outsider_client):
    run = ask()
    rule = next(f["rule"] for f in run.data["findings"] if grow(f))
    url = reverse("rules:findings", args=[rule])
    assert "上村" in officer_client.get(url).content.decode()
    assert "上村" not in outsider_client.get(url).content.decode()
    assert "上村" not in officer_client.get(url, {"outcome": "unknown"}).content.decode()
    assert officer_client.get(reverse("rules:findings", args=["wenzhou-2019（一）.99"])).status_code == 404


def test_a_trial_says_which_checks_would_change_and_keeps_nothing(ask, officer_client):
    run = ask()
    given = {"name": LOW, "value": "85", "since": "2024-01-01", "until": "", "place": ""}
    page = officer_client.post(reverse("rules:whatif"), given)
    ((changed, differences),) = page.context["trial"].rows
    assert (changed, [each[1:] for each in differences]) == (run, [("fail", "pass")])
    assert "80 m²/人 → 85 m²/人" in page.context["trial"].said[0]
    assert not Proposal.objects.exists()
    assert Event.objects.filter(action="review.whatif").count() == 1


def test_a_trial_of_an_outsider_sees_no_check_of_others(ask, outsider_client):
    ask()
    given = {"name": LOW, "value": "85", "since": "2024-01-01", "until": "", "place": ""}
    trial = outsider_client.post(reverse("rules:whatif"), given).context["trial"]
    assert (trial.asked, trial.rows) == (0, [])


def test_a_trial_refuses_what_is_no_value(officer_client, county_officer):
    assert isinstance(county_officer, User)
    given = {"name": LOW, "value": "viele", "since": "2024-01-01", "until": "", "place": ""}
    page = officer_client.post(reverse("rules:whatif"), given)
    assert (page.status_code, page.context["trial"]) == (400, None)


def test_a_clause_counts_the_findings_the_user_may_see(ask, officer_client, outsider_client):
    run = ask()
    rule = next(f["rule"] for f in run.data["findings"] if grow(f))
    url = reverse("rules:counts", args=["wenzhou-2019", "（一）"])
    mine, theirs = (client.get(url).context["rows"] for client in (officer_client, outsider_client))
    assert {each: counted for _, each, counted in mine}[rule] == {"fail": 1}
    assert [counted for *_, counted in theirs if counted] == []
    assert officer_client.get(reverse("rules:counts", args=["wenzhou-2019", "（九十九）"])).status_code == 404


def test_why_names_the_value_in_words_with_its_page_and_what_was_passed_over(ask, approve, officer_client):
    approve(kind="value", name=LOW, value="85", unit="m2/person", status="unverified")
    run = ask()
    told = officer_client.get(reverse("review:run", args=[run.uuid])).context["findings"]
    (step,) = (s for each in told for s in each["steps"] if s["name"] == LOW)
    assert (step["word"], step["shown"], step["why"]) == ("人均村庄建设用地下限", "85 m²/人", "取最近一级的值")
    assert (step["url"], step["status"]) == (reverse("rulebook:value", args=[LOW]), "unverified")
    assert [each["text"] for each in step["others"]] == ["80 m²/人"]


def test_a_trial_begins_with_the_value_in_force(officer_client, county_officer):
    assert officer_client.get(reverse("rules:whatif")).status_code == 200
    shown = officer_client.get(reverse("rules:whatif"), {"name": LOW}).context["shown"]
    assert (shown["label"], shown["text"]) == ("人均村庄建设用地下限", "80 m²/人")
    assert officer_client.get(reverse("rules:whatif"), {"name": "nothing"}).status_code == 404

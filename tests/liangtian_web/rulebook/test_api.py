"""The rulebook's API: the same answers as the pages, for the same people."""

from __future__ import annotations

from datetime import date

import pytest

from liangtian_web.rulebook.models import Decision, Proposal

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
SOURCE = "示范县发〔2024〕3号"


@pytest.fixture
def approved(places, county_officer, county_admin):
    """A value of 示范县, approved."""
    given = {"kind": "value", "name": LOW, "value": "85", "unit": "m2/person", "status": "law", "source": SOURCE}
    proposal = Proposal.objects.create(
        **given, place=places["county"], since=date(2024, 1, 1), user=county_officer
    )  # fmt: skip
    Decision.objects.create(proposal=proposal, approved=True, user=county_admin)


def get(client, path, status=200, **query):
    answer = client.get(f"/api/rulebook/{path}", query)
    assert answer.status_code == status
    return answer.json()


def test_documents_say_whether_they_bind(officer_client):
    by_id = {each["id"]: each for each in get(officer_client, "documents", lang="en")}
    assert (by_id["wenzhou-2019"]["short"], by_id["wenzhou-2019"]["binds"]) == ("Wenzhou 2019", True)
    assert "liangtian-2026" not in by_id


def test_clauses_have_their_obligations(officer_client):
    rows = get(officer_client, "documents/wenzhou-2019/clauses")
    assert ([row["number"] for row in rows][:2], len(rows)) == (["前言", "（一）"], 21)
    assert rows[1]["obligations"][0]["rule"] == "wenzhou-2019（一）.1"
    get(officer_client, "documents/liangtian-2026/clauses", status=404)


def test_a_clause_is_laid_open_with_the_values_of_the_place(officer_client, approved):
    found = get(officer_client, "documents/wenzhou-2019/clauses/（一）", on="2024-06-01")
    assert [each["in_force"]["value"] for each in found["values"] if each["name"] == LOW] == [85]
    get(officer_client, "documents/wenzhou-2019/clauses/（九十九）", status=404)


def test_a_value_says_why_it_holds_and_what_held_before(officer_client, approved):
    before, after = (get(officer_client, f"values/{LOW}", on=day) for day in ("2023-12-31", "2024-01-01"))
    assert (before["in_force"]["value"], before["reason"]) == (80, "only")
    assert (after["in_force"]["value"], after["reason"], after["in_force"]["source"]) == (85, "nearest", SOURCE)
    assert [each["value"] for each in after["passed_over"]] == [80]
    assert [each["value"] for each in after["history"]] == [80, 85]


def test_values_of_a_document_on_a_day(officer_client, approved):
    found = get(officer_client, "values", document="wenzhou-2019", on="2024-06-01")
    assert {each["name"]: each["in_force"]["text"] for each in found}[LOW] == "85 m²/人"
    assert all(each["name"].startswith("wenzhou-2019") for each in found)


def test_an_outsider_gets_neither_the_place_nor_its_value(outsider_client, approved):
    found = get(outsider_client, f"values/{LOW}", on="2024-06-01")
    assert (found["in_force"]["value"], len(found["history"])) == (80, 1)
    for path in ("values", f"values/{LOW}", "documents/wenzhou-2019/clauses/（一）"):
        get(outsider_client, path, status=404, place="339901")
    trial = {"name": LOW, "value": "85", "since": "2024-01-01", "place": "339901"}
    assert outsider_client.post("/api/rulebook/whatif", trial, content_type="application/json").status_code == 403


def test_a_trial_counts_what_the_user_may_see(officer_client, approved):
    trial = {"name": LOW, "value": "90", "since": "2024-01-01"}
    answer = officer_client.post("/api/rulebook/whatif?lang=en", trial, content_type="application/json").json()
    assert (answer["asked"], answer["changed"]) == (0, [])
    assert "85 m² a person → 90 m² a person" in answer["said"][0]


def test_a_trial_of_what_is_no_value_is_refused_with_its_sentence(officer_client):
    trial = {"name": LOW, "value": '"viele"', "since": "2024-01-01"}
    answer = officer_client.post("/api/rulebook/whatif", trial, content_type="application/json")
    assert (answer.status_code, answer.json()["defects"][0]["id"]) == (400, "values-kind")
    unknown = trial | {"name": "wenzhou-2019（一）.nothing"}
    assert officer_client.post("/api/rulebook/whatif", unknown, content_type="application/json").status_code == 404


def test_the_description_names_every_way_in(officer_client):
    paths = officer_client.get("/api/openapi.json").json()["paths"]
    assert {each for each in paths if "rulebook" in each} == {
        "/api/rulebook/documents",
        "/api/rulebook/documents/{document}/clauses",
        "/api/rulebook/documents/{document}/clauses/{number}",
        "/api/rulebook/values",
        "/api/rulebook/values/{name}",
        "/api/rulebook/whatif",
    }


def test_nobody_asks_without_logging_in(client):
    assert client.get("/api/rulebook/documents").status_code == 401

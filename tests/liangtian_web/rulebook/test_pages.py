"""Rulebook pages as an officer, a second person and an outsider get them."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from liangtian_web.rulebook.contents import covered
from liangtian_web.rulebook.models import ClauseText, Decision, Proposal

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
GIVEN = {
    "value": "85",
    "since": "2024-01-01",
    "until": "",
    "status": "law",
    "source": "示范县发〔2024〕3号",
    "reason": "",
}


def page(client, name, *args, status=200, **query):
    response = client.get(reverse(f"rulebook:{name}", args=args), query)
    assert response.status_code == status
    return response.content.decode()


def test_the_index_lists_documents_and_says_which_bind_the_place(officer_client):
    said = page(officer_client, "index", on="2024-06-01")
    assert ("wenzhou-2019" in said, "haining-2021" in said, "已采用" in said) == (True, True, True)


@pytest.mark.parametrize(
    ("words", "cited"), [("三条 控制线", None), ("red line", "wenzhou-2019（一）.1"), ("（六）", "wenzhou-2019（六）")]
)
def test_search_finds_in_chinese_and_english(officer_client, words, cited):
    said = page(officer_client, "index", q=words)
    assert (cited in said) if cited else ("没有找到" in said)


@pytest.mark.parametrize(
    "row",
    [each for each in covered() if each.document in ("wenzhou-2019", "haining-2021")],
    ids=lambda row: row.citation,
)
def test_every_clause_has_its_page(officer_client, row):
    said = page(officer_client, "clause", row.document, row.number)
    assert [each.id for each in row.obligations if each.id not in said] == []


def test_cases_run_on_the_page(officer_client):
    said = page(officer_client, "cases", "wenzhou-2019", "（一）")
    assert ("不一致" in said, "一致" in said) == (False, True)


def test_what_is_not_there_is_not_found(officer_client):
    page(officer_client, "document", "wenzhou-1999", status=404)
    page(officer_client, "clause", "wenzhou-2019", "（二十一）", status=404)
    page(officer_client, "value", "nothing", status=404)


def test_a_value_is_proposed_decided_and_then_in_force(officer_client, admin_client, places):
    url = reverse("rulebook:value", args=[LOW])
    officer_client.post(url, GIVEN | {"place": places["county"].pk})
    proposal = Proposal.objects.get()
    assert "待审定" in page(officer_client, "proposal", proposal.uuid)
    assert "待我审定" in page(admin_client, "proposals")
    response = admin_client.post(reverse("rulebook:proposal", args=[proposal.uuid]), {"approved": "yes", "note": ""})
    assert response.status_code == 302
    assert "85 m²/人" in page(officer_client, "value", LOW, on="2024-06-01")
    assert 'place = "339901"' in page(officer_client, "export")


def test_a_defective_value_keeps_what_was_typed_and_says_why(officer_client, places):
    response = officer_client.post(
        reverse("rulebook:value", args=[LOW]), GIVEN | {"place": places["county"].pk, "value": "八十五"}
    )
    said = response.content.decode()
    assert (response.status_code, "输入一个数字" in said, "八十五" in said) == (400, True, True)


def test_a_refusal_needs_its_reason(officer_client, admin_client, places):
    officer_client.post(reverse("rulebook:value", args=[LOW]), GIVEN | {"place": places["county"].pk})
    url = reverse("rulebook:proposal", args=[Proposal.objects.get().uuid])
    assert admin_client.post(url, {"approved": "no", "note": ""}).status_code == 400
    assert Proposal.objects.get().state == "waiting"


def test_the_officer_cannot_decide(officer_client, admin_client, places):
    admin_client.post(reverse("rulebook:value", args=[LOW]), GIVEN | {"place": places["county"].pk})
    url = reverse("rulebook:proposal", args=[Proposal.objects.get().uuid])
    assert officer_client.post(url, {"approved": "yes", "note": ""}).status_code == 403


def test_an_outsider_sees_nothing_of_it(officer_client, outsider_client, places):
    officer_client.post(reverse("rulebook:value", args=[LOW]), GIVEN | {"place": places["county"].pk})
    proposal = Proposal.objects.get()
    page(outsider_client, "proposal", proposal.uuid, status=404)
    assert "示范县发" not in page(outsider_client, "value", LOW)
    assert "示范县发" not in page(outsider_client, "proposals") + page(outsider_client, "export")
    response = outsider_client.post(reverse("rulebook:value", args=[LOW]), GIVEN | {"place": places["county"].pk})
    assert (response.status_code, Proposal.objects.count()) == (400, 1)


def test_an_adoption_is_proposed_on_its_page(officer_client, places):
    given = {
        "name": "national-balance-2024",
        "place": places["county"].pk,
        "since": "2025-02-01",
        "source": "示范县发〔2025〕1号",
    }
    assert officer_client.post(reverse("rulebook:adoptions"), given).status_code == 302
    early = officer_client.post(reverse("rulebook:adoptions"), given | {"since": "2024-12-31"})
    assert (early.status_code, "施行" in early.content.decode()) == (400, True)


def test_the_coverage_report_lists_every_clause(auditor_client):
    said = page(auditor_client, "coverage")
    assert [row.citation for row in covered() if f"{row.number} " not in said] == []


def test_nobody_reads_without_logging_in(client):
    assert client.get(reverse("rulebook:index")).status_code == 302


def test_the_contents_are_narrowed_by_force_state_party_and_step(officer_client):
    every = officer_client.get(reverse("rulebook:document", args=["wenzhou-2019"])).context
    asked = {"force": "must", "state": "gate", "event": "check"}
    found = officer_client.get(reverse("rulebook:document", args=["wenzhou-2019"]), asked).context["clauses"]
    kept = [(each["force"], each["state"]) for clause in found for each in clause["obligations"]]
    assert (set(kept), len(every["clauses"])) == ({("must", "gate")}, 21)
    assert 0 < len(kept) < sum(len(clause["obligations"]) for clause in every["clauses"])
    assert "没有同时符合" in page(officer_client, "document", "wenzhou-2019", force="must", who="nobody")


def test_a_clause_shows_the_published_text_only_once_imported(officer_client):
    assert "未导入公布文本" in page(officer_client, "clause", "wenzhou-2019", "（六）")
    ClauseText.objects.create(document="wenzhou-2019", clause="（六）", text="（六）甲乙", source="one.txt")
    said = page(officer_client, "clause", "wenzhou-2019", "（六）")
    assert ("（六）甲乙" in said, "未导入公布文本" in said) == (True, False)


def test_the_cases_of_one_obligation_run_alone(officer_client):
    every = page(officer_client, "cases", "wenzhou-2019", "（六）")
    one = page(officer_client, "cases", "wenzhou-2019", "（六）", of="（六）.2")
    assert 0 < one.count("<li>") < every.count("<li>")
    assert "不一致" not in every


def test_values_are_listed_by_document_standing_and_name(officer_client):
    url = reverse("rulebook:values")
    groups = officer_client.get(url, {"document": "wenzhou-2019", "status": "unverified"}).context["groups"]
    assert {each["status"] for group in groups for each in group["values"]} == {"unverified"}
    assert {group["citation"].partition("（")[0] for group in groups} == {"wenzhou-2019"}
    (group,) = officer_client.get(url, {"name": LOW}).context["groups"]
    assert [each["name"] for each in group["values"]] == [LOW]
    assert len(officer_client.get(url).context["groups"]) > len(groups)


def test_a_percentage_is_typed_as_one(officer_client, places):
    name = "wenzhou-2019（六）.city_pool_share"
    url = reverse("rulebook:value", args=[name])
    assert officer_client.post(url, GIVEN | {"place": places["county"].pk, "value": "25"}).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.value, "25%" in page(officer_client, "proposal", proposal.uuid)) == ("0.25", True)


def test_the_value_page_tells_why_and_the_whole_history(officer_client, county_officer, county_admin, places):
    row = {"kind": "value", "name": LOW, "value": "85", "unit": "m2/person", "status": "law", "source": "示范县发"}
    proposal = Proposal.objects.create(**row, place=places["county"], since=date(2024, 1, 1), user=county_officer)
    Decision.objects.create(proposal=proposal, approved=True, user=county_admin)
    context = officer_client.get(reverse("rulebook:value", args=[LOW]), {"on": "2024-06-01"}).context
    assert (context["text"], context["held"].reason) == ("85 m²/人", "nearest")
    assert [(each["text"], each["current"]) for each in context["timeline"]] == [
        ("85 m²/人", True),
        ("80 m²/人", False),
    ]


@pytest.mark.parametrize(("name", "args"), [("value", [LOW]), ("adoptions", [])])
def test_whoever_has_no_place_to_propose_for_reads_and_is_sent_away(auditor_client, name, args):
    page(auditor_client, name, *args)
    assert auditor_client.post(reverse(f"rulebook:{name}", args=args), GIVEN).status_code == 403
    assert not Proposal.objects.exists()

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest

from liangtian.finding import Finding, Outcome, Step
from liangtian.messages import render
from liangtian.policy.clause import Case, FactMissing, Obligation, always, obligations, select
from liangtian.policy.document import Document
from liangtian.policy.evaluate import evaluate, gravest, rules_digest
from liangtian.policy.facts import read_facts
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling
from liangtian.rules.documents import DOCUMENTS


def case(event="check", on=date(2022, 3, 1), **facts):
    return Case(on, "339901", event, read_facts(facts))


def findings(rule, documents=DOCUMENTS, **facts):
    return [finding for finding in evaluate(case(**facts), documents) if finding.rule == rule]


@dataclass(frozen=True, slots=True)
class Nothing:
    kind: str | None


def document_with(check):
    """A document of one clause of one obligation."""
    words = {"force": "must", "who": "anyone", "events": ("check",), "applies": always}
    only = Obligation("（一）.1", facts=Nothing, check=check, **words)
    module = ModuleType("liangtian.rules.haining_2021.invented")
    module.OBLIGATIONS = (only,)
    contents = {"（一）": module}
    return {"law-1": Document("law-1", "", "", date(2019, 1, 1), "liangtian.rules.haining_2021", contents)}


def test_finding_carries_figures_parcels_and_trace():
    (finding,) = findings(
        "wenzhou-2019（一）.1", kind="batch", red_line_overlap_m2=12.34, red_line_parcels=["R2", "R1"]
    )
    assert finding == Finding(
        rule="wenzhou-2019（一）.1",
        outcome=Outcome.FAIL,
        message_id="w01-red-line-crossed",
        params={
            "measured": "12.34",
            "measured_mu": "0.02",
            "required": "0.00",
            "required_mu": "0.00",
            "touching": "0.00",
        },
        measured=12.34,
        required=0,
        parcels=("R1", "R2"),
        trace=(
            Step("fact", "kind", "batch", {"unit": "", "supplier": "declared"}),
            Step("fact", "red_line_overlap_m2", 12.34, {"unit": "m2", "supplier": "measured"}),
            Step(
                "compare",
                "red_line_overlap_m2",
                False,
                {"measured": "617/50", "relation": "=", "required": "0", "unit": "m2"},
            ),
        ),
    )


def test_value_used_is_traced_with_its_source():
    (finding,) = findings("haining-2021一（三）.3", kind="consolidation", contiguous_farmland_max_m2=666666.66)
    assert (finding.measured, finding.required) == (666666.66, 666666.67)
    assert [step.name for step in finding.trace] == [
        "contiguous_farmland_max_m2",
        "haining-2021一（三）.contiguous_farmland_min_mu",
        "contiguous_farmland_max_m2",
    ]
    assert finding.trace[1].detail["source"] == "haining-2021一（三）"
    assert finding.trace[2].detail == {
        "measured": "33333333/50",
        "relation": ">=",
        "required": "2000000/3",
        "unit": "m2",
    }


def test_not_applicable_names_the_deciding_fact():
    (finding,) = findings("haining-2021一（三）.3", kind="batch")
    assert (finding.outcome, finding.params["fact"], finding.measured) == (Outcome.NOT_APPLICABLE, "kind", "batch")
    assert finding.trace == (Step("fact", "kind", "batch", {"unit": "", "supplier": "declared"}),)
    assert render(finding, lang="zh") == "不适用：用地类型为“城市分批次建设用地”。"


def test_unknown_names_the_fact_and_who_supplies_it():
    (measured,) = findings("wenzhou-2019（一）.1", kind="batch")
    (declared,) = findings("wenzhou-2019（二）.3", kind="temporary", demonstration_zone_overlap_m2=0)[:1]
    assert (measured.outcome, measured.message_id) == (Outcome.UNKNOWN, "fact-not-measured")
    assert measured.params["facts"] == "red_line_overlap_m2"
    assert declared.params["facts"] == "basic_farmland_overlap_m2"


def test_missing_facts_are_named_together_by_supplier():
    (finding,) = findings("wenzhou-2019（一）.8", kind="village")
    assert finding.message_id == "fact-not-declared"
    assert finding.params["facts"] == (
        "registered_population, village_construction_land_m2, planned_village_construction_land_m2"
    )


def test_one_index_short_leaves_the_others_answered():
    found = findings(
        "wenzhou-2019（五）.4",
        kind="single-site",
        farmland_quantity_m2=100.0,
        paddy_m2=50.0,
        farmland_parcels=["p"],
        available_quantity_m2=100.0,
        available_paddy_m2=49.99,
    )
    assert [(each.outcome, each.parcels) for each in found] == [
        (Outcome.PASS, ()),
        (Outcome.UNKNOWN, ()),
        (Outcome.FAIL, ("p",)),
    ]


def test_each_place_of_batch_land_answers_for_itself():
    rows = [
        {"place": "339901", "quantity_m2": 5000, "paddy_m2": 0, "capacity_kg": 0},
        {"place": "339902", "quantity_m2": 4000, "paddy_m2": 0, "capacity_kg": 0},
    ]
    found = findings(
        "wenzhou-2019（五）.5",
        kind="batch",
        required_by_place=rows,
        available_by_place=[{"place": "339901", "quantity_m2": 5000}, {"place": "339902", "quantity_m2": 3999}],
    )
    assert [(each.params["owner_en"], each.params["index_en"], each.outcome) for each in found] == [
        ("339901", "farmland quantity", Outcome.PASS),
        ("339901", "grain capacity", Outcome.PASS),
        ("339901", "paddy", Outcome.PASS),
        ("339902", "farmland quantity", Outcome.FAIL),
        ("339902", "grain capacity", Outcome.PASS),
        ("339902", "paddy", Outcome.PASS),
    ]


def test_both_defaults_of_a_place_are_named():
    found = findings(
        "wenzhou-2019（五）.9",
        event="approval",
        kind="batch",
        key_project_unbalanced=True,
        standard_farmland_upgrade_overdue=True,
        cures_breach=False,
    )
    assert [each.message_id for each in found] == [
        "w05-suspended-key_project_unbalanced",
        "w05-suspended-standard_farmland_upgrade_overdue",
    ]


def test_findings_follow_documents_clauses_and_obligations():
    rules = [finding.rule for finding in evaluate(case(event="approval", kind="batch"), DOCUMENTS)]
    order = list(obligations(DOCUMENTS))
    assert rules == sorted(rules, key=order.index)


def test_same_case_gives_the_same_findings():
    given = case(kind="batch", red_line_overlap_m2=1)
    assert evaluate(given, DOCUMENTS) == evaluate(given, DOCUMENTS)


@pytest.mark.parametrize("kind", ["batch", "single-site", "village", "temporary", "consolidation"])
@pytest.mark.parametrize("event", ["check", "approval", "plan", "acceptance"])
def test_findings_are_json_ready_and_render(kind, event):
    for finding in evaluate(case(event=event, kind=kind), DOCUMENTS):
        json.dumps(dataclasses.asdict(finding), allow_nan=False)
        assert render(finding, lang="zh")
        assert render(finding, lang="en")


def test_unknown_event_is_refused_rather_than_answered_with_nothing():
    with pytest.raises(ValueError, match="acceptence"):
        evaluate(case(event="acceptence"), DOCUMENTS)


def test_missing_value_is_unknown_and_names_it():
    def check(facts: Nothing, params: Params) -> Iterator[Ruling]:
        yield Ruling(Outcome.PASS, "w05-no-breach")
        _ = params.share

    found = evaluate(case(), document_with(check))
    assert [(each.outcome, each.message_id) for each in found] == [
        (Outcome.PASS, "w05-no-breach"),
        (Outcome.UNKNOWN, "parameter-missing"),
    ]
    assert found[1].params["name"] == "law-1（一）.share"


def test_obligation_that_says_nothing_is_a_programmers_error():
    with pytest.raises(ValueError, match=r"law-1（一）\.1"):
        evaluate(case(), document_with(lambda facts, params: iter(())))


def test_document_not_yet_in_force_says_nothing():
    assert evaluate(case(on=date(2019, 1, 31), kind="batch", red_line_overlap_m2=9), DOCUMENTS) == []


def test_gravest_outcome_sums_up():
    def outcomes(*values):
        return gravest([Finding("r", value, "m") for value in values])

    assert outcomes(Outcome.PASS, Outcome.UNKNOWN, Outcome.FAIL) == Outcome.FAIL
    assert outcomes(Outcome.PASS, Outcome.UNKNOWN) == Outcome.UNKNOWN
    assert outcomes(Outcome.NOT_APPLICABLE, Outcome.PASS) == Outcome.PASS
    assert outcomes() == Outcome.NOT_APPLICABLE


def test_fact_that_is_none_is_missing():
    given = Case(date(2022, 1, 1), "339901", "check", {"kind": None, "boundary_m2": Decimal(0)})
    assert given.fact("boundary_m2") == 0
    with pytest.raises(FactMissing, match="kind"):
        given.fact("kind")
    assert select(Nothing, given) == Nothing(kind=None)


def test_digest_is_stable_and_covers_each_document():
    whole = rules_digest(DOCUMENTS)
    assert whole == rules_digest(dict(reversed(DOCUMENTS.items())))
    assert (
        len({whole, rules_digest({}), *(rules_digest({name: DOCUMENTS[name]}) for name in DOCUMENTS)})
        == len(DOCUMENTS) + 2
    )


def test_of_two_documents_that_replace_a_rule_the_one_in_force_stands_in_its_place():
    """The later one does not bring the old rule back before its own day."""

    def check(facts, params):
        yield Ruling(Outcome.PASS, "record-met")

    law = document_with(check)["law-1"]
    laws = {"law-1": law} | {
        name: dataclasses.replace(law, id=name, since=since, replaces={"law-1（一）.1": "（一）.1"})
        for name, since in (("law-2", date(2025, 1, 1)), ("law-3", date(2027, 1, 1)))
    }
    for on, by in ((date(2026, 6, 1), "law-2（一）.1"), (date(2027, 6, 1), "law-3（一）.1")):
        first = evaluate(case(on=on, kind="batch"), laws)[0]
        assert (first.outcome, first.params["by"]) == (Outcome.NOT_APPLICABLE, by)

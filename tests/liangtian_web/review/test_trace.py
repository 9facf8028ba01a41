"""Every step of every finding that a clause can give is worded on the page."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.utils import translation

from liangtian.check.result import as_data, to_json
from liangtian.policy.cases import cases_of
from liangtian.policy.clause import clauses
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.facts import dictionary
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.review.presentation import as_shown, asked_word
from liangtian_web.review.trace import in_words, step_shown

pytestmark = pytest.mark.django_db
BOOK = Rulebook(DOCUMENTS)
FINDINGS = [
    finding for clause in clauses(DOCUMENTS) for case in cases_of(clause) for finding in BOOK.decide(case.case).findings
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_step_has_its_words(language):
    lang = "en" if language == "en" else "zh"
    stored = json.loads(to_json({"all": [as_data(each, lang=lang) for each in FINDINGS]}), parse_float=Decimal)
    with translation.override(language):
        shown = [as_shown(each) for each in stored["all"]]
    steps = [step for each in shown for step in each["steps"]]
    assert {step["kind"] for step in steps} == {"fact", "parameter", "compare", "replaced"}
    assert [step for step in steps if not step["word"] or (step["kind_word"] == step["kind"] and lang == "zh")] == []
    codes = {code for fact in dictionary().values() for code in fact.values if "-" in code and lang == "zh"}
    said = {word for step in steps for word in step["shown"].replace("、", " ").split()}
    assert (said | {each["measured"] for each in shown if isinstance(each["measured"], str)}) & codes == set()


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("kind", "batch", "城市分批次建设用地", "batch land of a city"),
        ("provider_place", "339901", "示范县", "示范县"),
        ("provider_place", "330000", "330000", "330000"),
        ("major_project", True, "是", "yes"),
        ("boundary_m2", 12, "12", "12"),
        ("promised_steps", [{"step": "works", "due_on": "2024-06-01", "done_on": None}], "项目实施 2024-06-01",
         "works 2024-06-01"),
        ("required_by_place", [{"place": "339901", "quantity_m2": 1200, "paddy_m2": 0}], "示范县 耕地数量 1,200 m²",
         "示范县 farmland quantity 1,200 m²"),
    ],
)  # fmt: skip
def test_codes_are_said_in_words(places, name, value, zh, en):
    for language, said in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            lang = "en" if language == "en" else "zh"
            assert step_shown({"kind": "fact", "name": name, "value": value}, lang)["shown"].strip() == said


def test_money_is_said_in_its_unit_to_the_fen():
    step = {"kind": "fact", "name": "transfer_proceeds_yuan", "unit": "yuan", "value": 5_400_000.0}
    assert [step_shown(step, lang)["shown"] for lang in ("zh", "en")] == ["5,400,000.00 元", "5,400,000.00 yuan"]


def test_what_decided_is_worded_beside_the_finding():
    assert [in_words(each, "zh") for each in ("single-site", "supplement-improve", False, 3, None)] == [
        "单独选址建设项目用地", "报国家和省审批的补改结合项目", "否", 3, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("relations", "unit", "word"),
    [({">="}, "m2", "不少于"), ({"<="}, "share", "不超过"), ({"="}, "yuan", "应为"), ({">="}, "date", "不早于"),
     ({"<"}, "m2", "应小于"), ({">=", "="}, "m2", "要求为"), (set(), "", "要求为")],
)  # fmt: skip
def test_what_is_asked_for_is_said_as_it_is_compared(relations, unit, word):
    assert asked_word(relations, unit) == word

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
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.review.presentation import as_shown

BOOK = Rulebook(DOCUMENTS)
FINDINGS = [
    finding for clause in clauses(DOCUMENTS) for case in cases_of(clause) for finding in BOOK.decide(case.case).findings
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_step_has_its_words(language):
    lang = "en" if language == "en" else "zh"
    stored = json.loads(to_json({"all": [as_data(each, lang=lang) for each in FINDINGS]}), parse_float=Decimal)
    with translation.override(language):
        steps = [step for each in stored["all"] for step in as_shown(each)["steps"]]
    assert {step["kind"] for step in steps} == {"fact", "parameter", "compare", "replaced"}
    assert [step for step in steps if not step["word"] or (step["kind_word"] == step["kind"] and lang == "zh")] == []

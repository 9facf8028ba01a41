"""The coverage matrix names the values that cases ask for, those of other documents too."""

from __future__ import annotations

from liangtian.policy.coverage import coverage
from liangtian.policy.explain import explain
from liangtian.rules.documents import DOCUMENTS


def test_a_value_of_another_document_is_covered():
    clause = next(each for each in coverage(DOCUMENTS) if each.citation == "wenzhou-2019（十八）")
    assert clause.obligations[4].values == ("illegal-use-reporting-2012（九）.report_working_days",)


def test_a_value_of_another_document_is_explained():
    told = explain(DOCUMENTS, ("wenzhou-2019", "（十八）"))
    assert told["obligations"][4]["values"] == ["illegal-use-reporting-2012（九）.report_working_days"]

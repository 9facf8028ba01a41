"""Published texts are split by clause."""

from __future__ import annotations

from datetime import date

import pytest

from liangtian.errors import LiangtianError
from liangtian.policy.document import Document, NotComputed
from liangtian.policy.published import split_by_clause

NONE = NotComputed("无", "none")


def document(*numbers):
    return Document("law-1", "", "", date(2019, 1, 1), "law_1", dict.fromkeys(("前言", *numbers), NONE))


THROUGHOUT = """题目
导语。
一、第一部分
（一）甲。甲的第二句。
　　甲的第二段，提到（二）不算。
二、第二部分
  (二)乙。
"""
IN_PARTS = "导语。\n一、其一\n (一)甲。\n二、其二\n（一）乙。\n（二）丙。\n附件：不算另一条\n"


def test_numbers_throughout_the_text():
    assert split_by_clause(THROUGHOUT, document("（一）", "（二）"), "x.txt") == {
        "前言": "题目\n导语。",
        "（一）": "（一）甲。甲的第二句。\n甲的第二段，提到（二）不算。",
        "（二）": "(二)乙。",
    }


def test_numbers_within_parts():
    found = split_by_clause(IN_PARTS, document("一（一）", "二（一）", "二（二）"), "x.txt")
    assert [found[each] for each in ("一（一）", "二（一）")] == ["(一)甲。", "（一）乙。"]


def test_a_text_that_lacks_a_clause_is_refused():
    with pytest.raises(LiangtianError) as refused:
        split_by_clause(THROUGHOUT, document("（一）", "（二）", "（三）"), "x.txt")
    assert (refused.value.params["missing"], refused.value.params["twice"]) == ("（三）", "—")


def test_a_clause_that_stands_twice_is_refused():
    with pytest.raises(LiangtianError) as refused:
        split_by_clause(THROUGHOUT + "（二）又一次。\n", document("（一）", "（二）"), "x.txt")
    assert refused.value.params["twice"] == "（二）"

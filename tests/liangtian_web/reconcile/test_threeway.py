"""Statement, book and project held together: who disagrees with whom; each line of each side stands once, in any order."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangtian_web.reconcile.matching import Own
from liangtian_web.reconcile.reading import Line
from liangtian_web.reconcile.threeway import LAPSE, Record, hold_together
from liangtian_web.reconcile.verdicts import verdicts

FIRST = date(2024, 3, 1)
INDEX = "quantity_m2"


def theirs(row: int, amount: int, document: str = "", *, days: int = 0, slack: int = 0) -> Line:
    return Line(row, INDEX, FIRST + timedelta(days=days), "", document, "", amount, slack)


def ours(entry: int, amount: int, document: str = "", key: str = "", *, days: int = 0) -> Own:
    named = frozenset({document} - {""})
    return Own(entry, INDEX, FIRST + timedelta(days=days), amount, named, frozenset(), key=key)


def filed(
    number: int, amount: int, document: str = "", state: str = "booked", *, days: int = 0, key: str = ""
) -> Record:
    on, named = FIRST + timedelta(days=days), frozenset({document} - {""})
    return Record(key or f"f{number}", number, INDEX, on, amount, state, named)


def verdict(their_lines, our_lines, records) -> list[str]:
    """The verdicts of the groups, in their order."""
    rows = hold_together(their_lines, our_lines, records, window=10)
    return list({each.group: each.verdict for each in rows}.values())


BOOKED = [ours(7, 900, "甲", "f1")]


@pytest.mark.parametrize(
    ("stated", "booked", "records", "expected"),
    [
        ([theirs(1, 900, "甲")], BOOKED, [filed(1, 900)], "agree"),
        ([theirs(1, 903, "甲", slack=3)], BOOKED, [filed(1, 900)], "agree"),
        ([theirs(1, 900, "甲", days=11)], BOOKED, [filed(1, 900)], "dates"),
        ([theirs(1, 800, "甲")], BOOKED, [filed(1, 900)], "statement-differs"),
        ([theirs(1, 900, "甲")], BOOKED, [filed(1, 800)], "project-differs"),
        ([theirs(1, 800, "甲")], BOOKED, [filed(1, 800)], "book-differs"),
        ([theirs(1, 800, "甲")], BOOKED, [filed(1, 700)], "all-differ"),
        ([], BOOKED, [filed(1, 900)], "not-stated"),
        ([], BOOKED, [filed(1, 800)], "not-stated-differs"),
        ([theirs(1, 900, "甲")], [ours(7, 900, "甲")], [], "unfiled"),
        ([theirs(1, 800, "甲")], [ours(7, 900, "甲")], [], "unfiled-differs"),
        ([theirs(1, 900, "甲")], [], [], "statement-only"),
        ([], [ours(7, 900, "甲")], [], "book-only"),
        ([theirs(1, 900, "甲")], [], [filed(1, 900, "甲", "waiting")], "waiting"),
        ([theirs(1, 900)], [], [filed(1, 900, "甲", "waiting")], "waiting"),
        ([theirs(1, 800, "甲")], [], [filed(1, 900, "甲", "waiting")], "waiting-differs"),
        ([], [], [filed(1, 900, "甲", "waiting")], "waiting-only"),
        ([theirs(1, 900, "甲")], [], [filed(1, 900, "甲", "refused")], "refused"),
        ([], [], [filed(1, 900, "甲", "refused")], "refused-only"),
        ([theirs(1, 900, "甲")], [], [filed(1, 900)], "book-differs"),  # booked, and the book moved nothing here
    ],
)
def test_who_disagrees_with_whom(stated, booked, records, expected):
    assert verdict(stated, booked, records) == [expected]


def test_a_record_joins_the_entry_of_its_own_filing_whatever_it_is_called():
    rows = hold_together([theirs(1, 900, "甲")], [ours(7, 900, "甲", "f1")], [filed(1, 900, "乙")], window=10)
    assert [(each.pair.kind, each.record.number, each.verdict) for each in rows] == [("matched", 1, "agree")]


def test_what_was_refused_and_filed_again_is_held_by_what_waits():
    records = [filed(1, 900, "甲", "refused"), filed(2, 900, "甲", "waiting", days=20)]
    assert verdict([theirs(1, 900, "甲")], [], records) == ["waiting", "refused-only"]


def test_an_entry_taken_back_leaves_nothing_and_a_statement_that_has_it_differs():
    booked = [ours(7, 900, "甲", "f1"), ours(8, -900, "误记", "f1", days=5)]
    records = [filed(1, 900, "甲"), filed(1, -900, "甲", days=5)]
    assert verdict([], booked, records) == ["agree"]
    assert verdict([theirs(1, 900, "甲")], booked, records) == ["statement-differs"]


def test_the_parts_one_filing_booked_are_one_group_and_what_lapsed_another():
    parts = [ours(7, 600, "丙", "f3"), ours(8, -600, "丙", "f3")]
    assert verdict([], parts, [filed(3, 0)]) == ["agree"]
    lapse = [ours(7, -900, "甲", "f1"), ours(7, 900, "甲", f"f1{LAPSE}", days=30)]
    assert verdict([], lapse, [filed(1, -900), filed(1, 900, days=30, key=f"f1{LAPSE}")]) == [
        "not-stated",
        "not-stated",
    ]


def test_one_line_for_two_filings_of_one_document_is_one_group():
    booked = [ours(7, 500, "甲", "f1"), ours(8, 400, "甲", "f2")]
    rows = hold_together([theirs(1, 900, "甲")], booked, [filed(1, 500), filed(2, 400)], window=10)
    assert [(each.group, each.verdict) for each in rows] == [(1, "agree")] * 3
    assert [each.record.number for each in rows if each.record] == [1, 2]


def test_a_repeated_line_is_said_to_be_one_on_either_side():
    twice = [theirs(1, 900, "甲"), theirs(2, 900, "甲")]
    assert verdict(twice, BOOKED, [filed(1, 900)]) == ["agree", "statement-twice"]
    booked = [*BOOKED, ours(8, 900, "甲", "f2")]
    assert verdict(twice[:1], booked, [filed(1, 900), filed(2, 900)]) == ["agree", "book-twice"]


names = st.sampled_from(["", "甲", "乙"])
amounts = st.integers(-3, 3).filter(bool)
days = st.integers(0, 25)
STATEMENT = st.lists(st.tuples(amounts, names, days), max_size=6)
BOOK = st.lists(st.tuples(amounts, names, days, st.sampled_from(["", "f1", "f2", "f3"])), max_size=6)
FILES = st.lists(st.tuples(amounts, names, days, st.sampled_from(["booked", "waiting", "refused"])), max_size=6)


@given(STATEMENT, BOOK, FILES, st.randoms(use_true_random=False))
def test_each_line_of_each_side_stands_once_in_whatever_order_they_come(stated, booked, on_file, shuffled):
    left = [theirs(n, amount, name, days=day) for n, (amount, name, day) in enumerate(stated, 1)]
    middle = [ours(n, amount, name, key, days=day) for n, (amount, name, day, key) in enumerate(booked, 1)]
    right = [filed(n, amount, name, state, days=day) for n, (amount, name, day, state) in enumerate(on_file, 1)]

    rows = hold_together(left, middle, right, window=5)

    assert Counter(each.pair.theirs for each in rows if each.pair.theirs) == Counter(left)
    assert Counter(each.pair.ours for each in rows if each.pair.ours) == Counter(middle)
    assert Counter(each.record for each in rows if each.record) == Counter(right)
    assert {each.verdict for each in rows} <= set(verdicts())
    by_group = {each.group: each.verdict for each in rows}
    assert all(by_group[each.group] == each.verdict for each in rows)
    for side in (left, middle, right):
        shuffled.shuffle(side)
    assert hold_together(left, middle, right, window=5) == rows


@given(STATEMENT, BOOK, FILES)
def test_a_verdict_says_what_the_sums_of_its_group_say(stated, booked, on_file):
    left = [theirs(n, amount, name, days=day) for n, (amount, name, day) in enumerate(stated, 1)]
    middle = [ours(n, amount, name, key, days=day) for n, (amount, name, day, key) in enumerate(booked, 1)]
    right = [filed(n, amount, name, state, days=day) for n, (amount, name, day, state) in enumerate(on_file, 1)]
    rows = hold_together(left, middle, right, window=5)
    for number in {each.group for each in rows}:
        group = [each for each in rows if each.group == number]
        said = sum(each.pair.theirs.amount for each in group if each.pair.theirs)
        held = sum(each.pair.ours.amount for each in group if each.pair.ours)
        on_record = sum(each.record.amount for each in group if each.record)
        same = {"agree": (said == held == on_record), "statement-differs": held == on_record != said,
                "book-differs": said == on_record != held, "project-differs": said == held != on_record,
                "all-differ": len({said, held, on_record}) == 3, "not-stated": said == 0 and held == on_record,
                "waiting": said == on_record, "waiting-differs": said != on_record}  # fmt: skip
        assert same.get(group[0].verdict, True)

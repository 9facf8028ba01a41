"""Lines paired by what ties them most; what is left is said for what it is."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from liangtian_web.reconcile.matching import Own, match
from liangtian_web.reconcile.reading import Line

FIRST = date(2024, 3, 1)


def theirs(row: int, amount: int, document: str = "", project: str = "", *, days: int = 0, slack: int = 0) -> Line:
    return Line(row, "quantity_m2", FIRST + timedelta(days=days), "", document, project, amount, slack)


def ours(entry: int, amount: int, *documents: str, projects: tuple[str, ...] = (), days: int = 0) -> Own:
    on = FIRST + timedelta(days=days)
    return Own(entry, "quantity_m2", on, amount, frozenset(documents), frozenset(projects))


def kinds(their_lines: list[Line], our_lines: list[Own], window: int = 10) -> list[tuple[str, str, int, int]]:
    return [
        (each.kind, each.by, each.theirs.row if each.theirs else 0, each.ours.entry if each.ours else 0)
        for each in match(their_lines, our_lines, window=window)
    ]


def test_document_and_amount_within_the_window_agree():
    assert kinds([theirs(1, 900, "甲")], [ours(7, 900, "甲", "别名", days=10)]) == [("matched", "document", 1, 7)]


def test_a_project_ties_where_a_document_is_missing_and_not_against_one():
    assert kinds([theirs(1, 900, project="东畈")], [ours(7, 900, "甲", projects=("东畈",))]) == [
        ("matched", "document", 1, 7)
    ]
    assert kinds([theirs(1, 900, "乙", "东畈")], [ours(7, 900, "甲", projects=("东畈",))]) == [
        ("theirs", "", 1, 0), ("ours", "", 0, 7),
    ]  # fmt: skip


def test_a_far_date_is_a_difference_of_dates_and_another_amount_one_of_amounts():
    assert kinds([theirs(1, 900, "甲", days=11)], [ours(7, 900, "甲")]) == [("date", "document", 1, 7)]
    assert kinds([theirs(1, 901, "甲")], [ours(7, 900, "甲")]) == [("amount", "document", 1, 7)]
    assert kinds([theirs(1, 903, "甲", slack=3)], [ours(7, 900, "甲")]) == [("matched", "document", 1, 7)]
    assert kinds([theirs(1, -900, "甲")], [ours(7, 900, "甲")]) == [("theirs", "", 1, 0), ("ours", "", 0, 7)]


def test_an_amount_on_a_near_day_ties_what_bears_no_name():
    assert kinds([theirs(1, 900)], [ours(7, 900, "甲", days=3), ours(8, 900, "乙", days=2)]) == [
        ("matched", "amount", 1, 8), ("ours", "", 0, 7),
    ]  # fmt: skip


def test_one_document_in_several_pieces_agrees_by_its_sum():
    assert kinds([theirs(1, 900, "甲")], [ours(7, 1_000, "甲"), ours(8, -100, "甲")]) == [
        ("matched", "sum", 1, 0), ("matched", "sum", 0, 7), ("matched", "sum", 0, 8),
    ]  # fmt: skip


def test_what_repeats_a_matched_line_is_a_duplicate_on_its_side():
    assert kinds([theirs(1, 900, "甲"), theirs(2, 900, "甲")], [ours(7, 900, "甲")]) == [
        ("matched", "document", 1, 7), ("duplicate", "", 2, 0),
    ]  # fmt: skip
    assert kinds([theirs(1, -100, "甲")], [ours(7, -100, "甲"), ours(8, -100, "甲")]) == [
        ("matched", "document", 1, 7), ("duplicate", "", 0, 8),
    ]  # fmt: skip


def test_two_lines_of_one_row_are_two_lines():
    both = [theirs(1, 900, "甲"), theirs(1, -100, "甲")]
    assert kinds(both, [ours(7, 900, "甲"), ours(8, -100, "甲")]) == [
        ("matched", "document", 1, 7), ("matched", "document", 1, 8),
    ]  # fmt: skip


def test_indices_do_not_mix():
    paddy = Own(7, "paddy_m2", FIRST, 900, frozenset({"甲"}), frozenset())
    assert kinds([theirs(1, 900, "甲")], [paddy]) == [("theirs", "", 1, 0), ("ours", "", 0, 7)]


names = st.sampled_from(["", "甲", "乙", "丙"])
amounts = st.integers(-3, 3).filter(bool)
days = st.integers(0, 30)


@given(
    st.lists(st.tuples(amounts, names, names, days), max_size=8), st.lists(st.tuples(amounts, names, days), max_size=8)
)
def test_every_line_of_both_sides_stands_once_and_pairs_are_what_they_say(given_theirs, given_ours):
    left = [theirs(n, *each[:3], days=each[3]) for n, each in enumerate(given_theirs, 1)]
    right = [ours(n, each[0], *filter(None, [each[1]]), days=each[2]) for n, each in enumerate(given_ours, 1)]

    found = match(left, right, window=5)

    assert sorted(e.theirs.row for e in found if e.theirs) == [each.row for each in left]
    assert sorted(e.ours.entry for e in found if e.ours) == [each.entry for each in right]
    for each in found:
        if each.kind in ("matched", "date") and each.by != "sum":
            assert each.theirs.amount == each.ours.amount
            near = abs((each.theirs.on - each.ours.on).days) <= 5
            assert near == (each.kind == "matched")
        if each.kind == "amount":
            assert each.theirs.amount != each.ours.amount or each.theirs.document

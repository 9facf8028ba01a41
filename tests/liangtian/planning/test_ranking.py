"""The order of projects, what would change it, and the best choice for the funds, against every choice there is."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.errors import LayerInvalid
from liangtian.planning.portfolio import best_portfolio
from liangtian.planning.ranking import Candidate, marks_of_facts, ranked, sensitivities

CRITERIA = ("资源整治力度", "子项目综合度", "生态修复结合度")
MARKS = st.lists(st.integers(0, 10), min_size=3, max_size=3)


def candidate(project: str, marks: list[int], cost: int = 0, **gains: int) -> Candidate:
    return Candidate(project, {name: Fraction(mark) for name, mark in zip(CRITERIA, marks, strict=True)}, cost, gains)


def weights(*given: int) -> dict[str, Fraction]:
    return {name: Fraction(weight) for name, weight in zip(CRITERIA, given, strict=True)}


def order(candidates: list[Candidate], given: dict[str, Fraction]) -> list[str]:
    return [each.project for each in ranked(candidates, given)]


def test_equal_scores_are_told_apart_and_said_so() -> None:
    found = ranked(
        [candidate("D", [6, 3, 3]), candidate("C", [6, 3, 3]), candidate("B", [3, 6, 3]), candidate("A", [1, 1, 1])],
        weights(1, 1, 1),
    )
    assert [(each.rank, each.project, each.tie) for each in found] == [
        (1, "C", None),
        (2, "D", "project"),
        (3, "B", "资源整治力度"),
        (4, "A", None),
    ]
    assert found[0].score == 4 == sum(found[0].parts.values())


@given(rows=st.lists(MARKS, min_size=1, max_size=6), given=st.lists(st.integers(1, 5), min_size=3, max_size=3))
def test_the_order_hangs_neither_on_the_list_nor_on_the_scale_of_weights(
    rows: list[list[int]], given: list[int]
) -> None:
    candidates = [candidate(f"P{n}", marks) for n, marks in enumerate(rows)]
    once = order(candidates, weights(*given))
    assert order(candidates[::-1], weights(*(7 * each for each in given))) == once


@settings(max_examples=60)
@given(
    rows=st.lists(MARKS, min_size=2, max_size=6),
    given=st.lists(st.integers(1, 5), min_size=3, max_size=3),
    share=st.fractions(0, 1),
    first=st.integers(1, 4),
)
def test_inside_the_interval_the_first_places_stay(
    rows: list[list[int]], given: list[int], share: Fraction, first: int
) -> None:
    candidates = [candidate(f"P{n}", marks) for n, marks in enumerate(rows)]
    now = weights(*given)
    top = order(candidates, now)[:first]
    for move in sensitivities(candidates, now, first):
        most = move.most if move.most is not None else move.weight + 100
        assert move.least <= move.weight <= most
        if move.least < move.weight < most:
            inside = move.least + (most - move.least) * (share * Fraction(98, 100) + Fraction(1, 100))
            assert order(candidates, now | {move.criterion: inside})[:first] == top


def test_beyond_the_interval_the_named_pair_changes_places() -> None:
    candidates = [candidate("A", [9, 1, 5]), candidate("B", [3, 5, 5]), candidate("C", [0, 0, 0])]
    found = {move.criterion: move for move in sensitivities(candidates, weights(1, 1, 1), 2)}
    up = found["子项目综合度"]
    assert (up.least, up.most, up.above) == (0, Fraction(3, 2), ("A", "B"))
    assert order(candidates, weights(1, 1, 1) | {"子项目综合度": Fraction(8, 5)}) == ["B", "A", "C"]
    still = found["生态修复结合度"]
    assert (still.least, still.most, still.below, still.above) == (0, None, None, None)


def test_facts_become_marks_in_proportion() -> None:
    facts = {"A": Fraction(10), "B": Fraction(30), "C": Fraction(15)}
    assert marks_of_facts(facts, high_is_good=False) == {"A": 100, "B": 0, "C": 75}
    assert marks_of_facts({"A": Fraction(7), "B": Fraction(7)}, high_is_good=True) == {"A": 100, "B": 100}
    assert marks_of_facts({}, high_is_good=True) == {}


@pytest.mark.parametrize(
    ("rows", "given", "message_id"),
    [
        ([candidate("A", [1, 1, 1])], weights(0, 0, 0), "rank-weights-unusable"),
        ([candidate("A", [1, 1, 1])], weights(2, -1, 0), "rank-weights-unusable"),
        ([Candidate("A", {"资源整治力度": Fraction(1)})], weights(1, 1, 1), "rank-mark-missing"),
        ([candidate("A", [1, 1, 1]), candidate("A", [2, 2, 2])], weights(1, 1, 1), "rank-project-twice"),
    ],
)
def test_what_cannot_be_ranked_is_refused(rows: list[Candidate], given: dict[str, Fraction], message_id: str) -> None:
    with pytest.raises(LayerInvalid) as raised:
        ranked(rows, given)
    assert raised.value.message_id == message_id


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(MARKS, st.integers(1, 9), st.integers(0, 5)), min_size=1, max_size=7),
    funds=st.integers(0, 40),
    area=st.integers(0, 12),
    least=st.integers(0, 3),
)
def test_no_choice_is_better(rows: list[tuple[list[int], int, int]], funds: int, area: int, least: int) -> None:
    candidates = [candidate(f"P{n}", marks, cost, area_m2=gain) for n, (marks, cost, gain) in enumerate(rows)]
    ranks = ranked(candidates, weights(2, 1, 1))
    score = {each.project: each.score for each in ranks}
    chosen = best_portfolio(candidates, ranks, funds_fen=funds, targets={"area_m2": area, "projects": least})
    fitting = [
        (-sum(score[each.project] for each in some), sum(each.cost_fen for each in some))
        for size in range(len(candidates) + 1)
        for some in combinations(candidates, size)
        if sum(each.cost_fen for each in some) <= funds
        and sum(each.gains["area_m2"] for each in some) >= area
        and size >= least
    ]
    assert chosen.proven
    assert chosen.feasible == bool(fitting)
    if fitting:
        assert (-chosen.score, chosen.cost_fen) == min(fitting)
        assert chosen.targets[0].brought >= area
        assert chosen.targets[1].brought == len(chosen.projects)
    else:
        assert chosen.projects == ()


def test_a_fen_too_much_or_a_square_metre_too_little_is_no_choice() -> None:
    large = 5 * 10**14
    pair = [candidate("A", [5, 5, 5], large, area_m2=large), candidate("B", [4, 4, 4], large + 1, area_m2=large)]
    ranks = ranked(pair, weights(1, 1, 1))
    dear = best_portfolio(pair, ranks, funds_fen=2 * large, targets={})
    assert (dear.projects, dear.feasible, dear.proven) == (("A",), True, True)
    short = best_portfolio(pair, ranks, funds_fen=3 * large, targets={"area_m2": 2 * large + 1})
    assert (short.projects, short.feasible, short.proven) == ((), False, True)
    assert (short.targets[0].brought, short.targets[0].possible) == (0, 2 * large)

"""The cheapest connected conversions on small networks, against every subset there is, and where greedy loses."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liangtian.planning.cheapest import cheapest
from liangtian.planning.flow import narrowest
from liangtian.planning.network import Mask, Need, Network
from liangtian.planning.program import Effort


def network(nodes: list[tuple[int, int | None]], pairs: list[tuple[int, int]]) -> Network:
    """Nodes as (area, cost); cost None: it stands."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Network(
        np.array([area for area, _ in nodes], dtype=np.int64),
        np.array([cost or 0 for _, cost in nodes], dtype=np.int64),
        np.array([cost is None for _, cost in nodes]),
        ends[:, 0],
        ends[:, 1],
    )


def cost(land: Network, converted: Mask | None) -> int | None:
    return None if converted is None else int(land.cost_fen[converted].sum())


def brute(land: Network, need: Need) -> int | None:
    """The least cost over all subsets of the candidates."""
    candidates = np.flatnonzero(~land.standing).tolist()
    costs = []
    for size in range(len(candidates) + 1):
        for chosen in combinations(candidates, size):
            mask = np.zeros(len(land), dtype=bool)
            mask[list(chosen)] = True
            outcome = land.outcome(mask, need)
            if outcome.meets(need):
                costs.append(outcome.cost_fen)
    return min(costs, default=None)


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 100_000), count=st.sampled_from([1, 1, 2, 3]), gain=st.sampled_from([0, 0, 20]))
@example(seed=756, count=1, gain=20)
def test_no_subset_is_cheaper(seed: int, count: int, gain: int) -> None:
    rng = np.random.default_rng(seed)
    size, density = 9, rng.choice([0.15, 0.28, 0.5])
    standing = rng.random(size) < 0.4
    nodes = [(int(rng.integers(1, 30)), None if stands else int(rng.integers(1, 50))) for stands in standing]
    pairs = [
        (i, j) for i, j in combinations(range(size), 2) if rng.random() < density and not (standing[i] and standing[j])
    ]
    land = network(nodes, pairs)
    need = Need(int(rng.integers(10, 70)), count, gain, None if rng.random() < 0.5 else 60)
    best = brute(land, need)
    answer = cheapest(land, need, Effort(30.0))
    assert cost(land, answer.converted) == best
    assert answer.proven
    if answer.converted is not None:
        assert answer.bound_fen == best
        assert land.outcome(answer.converted, need).meets(need)
    if answer.greedy is not None:
        assert cost(land, answer.greedy) >= (best or 0)  # type: ignore[operator]


def test_greedy_is_lured_by_what_is_cheap_at_first() -> None:
    """Beside the block of 60: dear land at 1 each, then nothing; behind one costly piece stands a block of 50."""
    lure = [(5, 10), (5, 20), (5, 30), (5, 40), (5, 50), (5, 60), (5, 70), (5, 80)]
    land = network(
        [(60, None), *lure, (1, 25), (1, 25), (50, None)], [*((0, n) for n in range(1, 9)), (0, 9), (9, 10), (10, 11)]
    )
    answer = cheapest(land, Need(100), Effort(10.0))
    assert cost(land, answer.greedy) == 360
    assert (cost(land, answer.converted), answer.bound_fen, answer.proven) == (50, 50, True)
    assert answer.converted is not None
    assert np.flatnonzero(answer.converted).tolist() == [9, 10]


def test_the_largest_block_need_not_be_part_of_the_answer() -> None:
    land = network([(90, None), (10, 1000), (50, None), (1, 3), (50, None)], [(0, 1), (2, 3), (3, 4)])
    answer = cheapest(land, Need(100), Effort(10.0))
    assert cost(land, answer.greedy) == 1000
    assert cost(land, answer.converted) == 3


def test_two_blocks_must_stay_apart() -> None:
    """The cheap link of 2 would join both blocks to one; each has to be filled up on its own side."""
    chain = [(60, None), (40, 7), (10, 2), (40, 9), (60, None)]
    land = network(chain, [(0, 1), (0, 2), (2, 4), (3, 4)])
    one, two = (cheapest(land, Need(100, count), Effort(10.0)) for count in (1, 2))
    assert (cost(land, one.converted), cost(land, two.converted)) == (2, 16)


def test_an_area_is_reached_exactly_or_not() -> None:
    nodes: list[tuple[int, int | None]] = [(33_333_333, None), (1, 5), (33_333_332, None), (33_333_333, None), (1, 9)]
    land = network(nodes, [(0, 1), (1, 2), (0, 4), (3, 4)])
    answer = cheapest(land, Need(66_666_667), Effort(10.0))
    assert cost(land, answer.converted) == 9  # with the other block it would be 66,666,666


@pytest.mark.parametrize(("budget", "expected"), [(49, None), (50, 50), (None, 50)])
def test_a_budget_is_kept_to_the_fen(budget: int | None, expected: int | None) -> None:
    land = network([(60, None), (1, 50), (50, None)], [(0, 1), (1, 2)])
    answer = cheapest(land, Need(100, budget_fen=budget), Effort(10.0))
    assert (cost(land, answer.converted), answer.proven) == (expected, True)


def test_what_only_the_tolerance_of_the_solver_lets_pass_is_refused() -> None:
    """A fen too dear in ten thousand million yuan, a hundredth of a square metre too little in a thousand hectares."""
    half = 5 * 10**11
    land = network([(60, None), (20, half), (20, half + 1)], [(0, 1), (0, 2)])
    assert cheapest(land, Need(100, budget_fen=2 * half), Effort(10.0)).converted is None
    assert cost(land, cheapest(land, Need(100, budget_fen=2 * half + 1), Effort(10.0)).converted) == 2 * half + 1
    wide = network([(10**9, None), (5 * 10**8, 3), (5 * 10**8, 4)], [(0, 1), (0, 2)])
    for gain, expected in ((10**9, 7), (10**9 + 1, None)):
        answer = cheapest(wide, Need(10**9, gain_dm2=gain), Effort(10.0))
        assert (cost(wide, answer.converted), answer.proven) == (expected, True)


def test_several_blocks_without_time_have_a_bound_too() -> None:
    land = chequered(10)
    quick, full = cheapest(land, Need(150, 2), Effort(0.0)), cheapest(land, Need(150, 2), Effort(30.0))
    assert not quick.proven
    assert full.proven
    assert quick.bound_fen <= full.bound_fen == cost(land, full.converted)


def chequered(side: int) -> Network:
    """A grid of which every third node, at random, stands."""
    rng = np.random.default_rng(3)
    cells = np.arange(side * side).reshape(side, side)
    one = np.concatenate([cells[:, :-1].ravel(), cells[:-1].ravel()])
    other = np.concatenate([cells[:, 1:].ravel(), cells[1:].ravel()])
    standing = rng.random(side * side) < 0.3
    apart = ~(standing[one] & standing[other])
    price = np.where(standing, 0, rng.integers(1, 40, side * side))
    return Network(rng.integers(1, 40, side * side), price, standing, one[apart], other[apart])


def test_a_solver_without_time_says_how_much_it_does_not_know() -> None:
    land = chequered(10)
    quick, full = cheapest(land, Need(350), Effort(0.0)), cheapest(land, Need(350), Effort(60.0))
    near = cheapest(land, Need(350), Effort(60.0, gap=0.1))
    costs = [cost(land, each.converted) or 0 for each in (full, near, quick)]
    assert [each.proven for each in (full, near, quick)] == [True, True, False]
    assert quick.bound_fen <= full.bound_fen == costs[0] <= min(costs)
    assert near.bound_fen >= 0.9 * costs[1] - 1


def test_what_the_hearer_of_progress_raises_ends_the_work() -> None:
    class Cancelled(Exception):
        pass

    heard = []

    def stop(done: int, total: int) -> None:
        heard.append((done, total))
        if len(heard) > 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        cheapest(chequered(10), Need(350), Effort(60.0, progress=stop))
    assert all(0 <= done <= total == 60 for done, total in heard)


def test_the_narrowest_way_between_two_nodes() -> None:
    """0 and 5 are joined through 1 (0.3) or 2 (0.6), then through 3 (0.5) or 4 (1): 0.8 passes, at 1 and 3 held back."""
    links = [[1, 2], [0, 4], [0, 3], [2, 5], [1, 5], [3, 4]]
    held = [1.0, 0.3, 0.6, 0.5, 1.0, 1.0]
    assert narrowest(links, held, 0, root=5, most=0.9) == {0, 2}
    assert narrowest(links, held, 0, root=5, most=0.8) is None

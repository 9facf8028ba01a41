"""Rows that connected answers obey: each holds for every connected set that is large enough, and cuts off what is not."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.planning import cuts
from liangtian.planning.network import Need, Network
from liangtian.planning.program import Effort, Program, Row
from liangtian.planning.search import Search

SIZE = 7


def drawn(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    pairs = np.array([pair for pair in combinations(range(SIZE), 2) if rng.random() < 0.3] or [(0, 1)])
    area = rng.integers(1, 10, SIZE)
    return Network(area, rng.integers(1, 10, SIZE), np.zeros(SIZE, dtype=bool), pairs[:, 0], pairs[:, 1])


def blocks(land: Network, least: int, root: int | None) -> list[np.ndarray]:
    """Every connected set that is large enough, and holds the root."""
    found = []
    for size in range(1, SIZE + 1):
        for nodes in combinations(range(SIZE), size):
            mask = np.zeros(SIZE, dtype=bool)
            mask[list(nodes)] = True
            label = land.groups(mask)
            if (
                len(set(label[mask].tolist())) == 1
                and land.area_dm2[mask].sum() >= least
                and (root is None or mask[root])
            ):
                found.append(mask)
    return found


def holds(row: Row, mask: np.ndarray) -> bool:
    total = sum(factor * mask[at] for at, factor in zip(row.at, row.factors, strict=True))
    return bool(row.least <= total <= row.most)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), least=st.integers(5, 40), rooted=st.booleans())
def test_no_row_cuts_a_block_off(seed: int, least: int, rooted: bool) -> None:
    rng = np.random.default_rng(seed)
    land, root = drawn(seed), int(rng.integers(SIZE)) if rooted else None
    ground = cuts.Ground.of(land, land.links(), least, root)
    values = rng.random(SIZE) * (rng.random(SIZE) < 0.6)
    if root is not None:
        values[root] = 1.0
    broken = list(cuts.broken(ground, values))
    small = ground.cut_off(values > 0.5)
    against = list(cuts.against(ground, small))
    rows = [*cuts.ways_out(ground), *broken, *against]
    assert [row for row in rows for mask in blocks(land, least, root) if not holds(row, mask)] == []
    for group in small:
        alone = np.isin(np.arange(SIZE), group)
        assert not all(holds(row, alone) for row in against)


def test_whole_numbers_that_do_not_hang_together_are_refused_until_they_do() -> None:
    """Without a root there is no flow: 0–1 and 3–4 are cheap, and only 2 between them makes a block of both."""
    pairs = np.array([(0, 1), (1, 2), (2, 3), (3, 4)])
    price = np.array([1, 1, 30, 1, 1])
    land = Network(np.full(5, 10), price, np.zeros(5, dtype=bool), pairs[:, 0], pairs[:, 1])
    found = Search(land, Need(40), Effort(10.0)).run(0)
    assert found.converted is not None
    assert (int(price[found.converted].sum()), found.bound_fen, found.proven) == (33, 33, True)


def test_a_program_may_be_without_an_answer() -> None:
    program = Program(np.ones(2), Effort(5.0))
    program.add([Row((0, 1), (1.0, 1.0), least=3.0)])
    for whole in (False, True):
        solved = program.run(whole=whole)
        assert (solved.values, solved.feasible, solved.proven) == (None, False, True)

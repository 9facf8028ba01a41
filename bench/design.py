"""The design of blocks: the greedy answer beside the solver's, with the gap it proves and the time it takes;
and what one piece more or less costs.

Two kinds of land, about 5,000 candidates each: grids on which every cell is farmland or candidate at random, with unit
costs of five kinds (no road or river bounds the search: the hard case), and the demonstration county with its own classes.

python bench/design.py [--seconds 120] [--seeds 3] [--parcels 18000]
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from fractions import Fraction

import numpy as np
from measure import machine

from liangtian.check.run import technical_on
from liangtian.check.works import least_piece_dm2, works_on
from liangtian.datasets.county import generate
from liangtian.planning import land, parcels
from liangtian.planning.cheapest import cheapest
from liangtian.planning.network import Need, Network
from liangtian.planning.program import Effort
from liangtian.planning.works import ground_of
from liangtian.space.contiguity import connected

ON = date(2024, 6, 1)
PER_MU = (3_000, 5_000, 12_000, 40_000, 90_000)  # yuan
GRID, FARMLAND, TARGET_MU = 88, 0.35, 400


def grid(seed: int) -> Network:
    """Cells of 0.3 to 9 mu; farmland side by side is one block."""
    rng = np.random.default_rng(seed)
    farmland = (rng.random((GRID, GRID)) < FARMLAND).ravel()
    cells = np.arange(GRID * GRID).reshape(GRID, GRID)
    one = np.concatenate([cells[:, :-1].ravel(), cells[:-1].ravel()])
    other = np.concatenate([cells[:, 1:].ravel(), cells[1:].ravel()])
    both = farmland[one] & farmland[other]
    _, node = np.unique(connected(np.arange(GRID * GRID), one[both], other[both]), return_inverse=True)
    area = np.bincount(node, weights=rng.integers(20_000, 600_000, GRID * GRID)).astype(np.int64)
    standing = np.zeros(len(area), dtype=bool)
    standing[node[farmland]] = True
    fen = area * rng.choice(PER_MU, len(area)) * 3 // 2000
    ends = np.sort(np.stack([node[one], node[other]]), axis=0)
    pairs = np.unique(ends[:, ends[0] != ends[1]], axis=1)
    return Network(area, np.where(standing, 0, fen), standing, pairs[0], pairs[1])


def county(count: int) -> Network:
    """The demonstration county under the values in force."""
    index = land.indexed(generate(parcels=count, seed=1)["DLTB"])
    made = parcels.of_index(index, np.arange(len(index)))
    start = time.perf_counter()
    ground = ground_of(made, technical_on(ON, "").block, works_on(ON, ""), least_piece_dm2=least_piece_dm2(ON, ""))
    print(f"county of {len(index):,} parcels: blocks, candidates and links in {time.perf_counter() - start:.1f} s")
    return ground.network


def row(name: str, network: Network, target_mu: Fraction, effort: Effort) -> None:
    start = time.perf_counter()
    answer = cheapest(network, Need.of(target_mu), effort)
    taken = time.perf_counter() - start
    cost = 0 if answer.converted is None else int(network.cost_fen[answer.converted].sum())
    greedy = "none" if answer.greedy is None else f"{network.cost_fen[answer.greedy].sum() / 100:,.0f}"
    gap = (cost - answer.bound_fen) / cost if cost else 0.0
    candidates = int((~network.standing).sum())
    print(
        f"| {name} | {candidates:,} | {target_mu} | {greedy} | {cost / 100:,.0f} | {gap:.2%} | {taken:.1f} s |",
        flush=True,
    )


def toggles(name: str, network: Network, count: int = 50) -> None:
    """Processor time of one piece more or less: what a click on the map of a design costs beside its page."""
    need = Need.of(Fraction(1000))
    pieces = np.flatnonzero(~network.standing)
    chosen = np.zeros(len(network), dtype=bool)
    start = time.process_time()
    for piece in pieces[:: max(1, len(pieces) // count)][:count]:
        chosen[piece] = ~chosen[piece]
        network.outcome(chosen, need)
    each = (time.process_time() - start) / count
    print(
        f"{name}, {len(pieces):,} candidates: {1000 * each:.1f} ms of processor time a piece more or less", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--parcels", type=int, default=18_000)
    given = parser.parse_args()
    effort = Effort(given.seconds)
    demonstration = county(given.parcels)
    toggles("demonstration county", demonstration)
    print(
        "\n| land | candidates | mu | greedy, yuan | solver, yuan | gap | time |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    for seed in range(given.seeds):
        row(f"random grid {seed}", grid(seed), Fraction(TARGET_MU), effort)
    largest = Fraction(int(demonstration.area_dm2.max()), 100) * 3 / 2000
    for share in (Fraction(11, 10), Fraction(5, 4)):
        row("demonstration county", demonstration, Fraction(round(largest * share)), effort)
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()

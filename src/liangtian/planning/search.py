"""A whole-number program for one design, cut until its answers hang together.

Without the rows of `cuts.py` the program is a relaxation, so its bound is a bound for the design; an answer that obeys
them all is the design itself. Whether an answer meets the need is decided on whole numbers, never by the solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np

from liangtian.planning import cuts, flow, several
from liangtian.planning.growing import grown
from liangtian.planning.network import Floats, Mask, Need, Network
from liangtian.planning.program import Effort, Program, Row

ROUNDS = 60  # of rows added to the relaxed program
REPAIRED = 4  # rounds from one answer grown out of the relaxed program to the next
STALLED, PATIENCE = 5e-4, 5  # a bound that rises less, so many times running, is left to whole numbers
SLACK = 1e-6  # of a cost: what the solver's tolerances may hide


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search ended with.

    Attributes
    ----------
    converted : shape (n,), the cheapest set known; None: none is
    bound_fen : no set that meets the need costs less, within a millionth, unless it costs what `converted` does
    proven : nothing is cheaper than `converted`, or only by the gap asked for; or nothing meets the need
    rows : rows that the program was cut by
    """

    converted: Mask | None
    bound_fen: int
    proven: bool
    rows: int


def cost_of(network: Network, converted: Mask | None) -> int:
    """What a set of conversions costs; nothing where there is none."""
    return 0 if converted is None else int(network.cost_fen[converted].sum())


def cheaper(network: Network, need: Need, *found: Mask | None) -> Mask | None:
    """The cheapest of some sets that meet the need; of equals the first."""
    meeting = [each for each in found if each is not None and network.outcome(each, need).meets(need)]
    return min(meeting, key=lambda each: cost_of(network, each), default=None)


class Search:
    """One program over a network: a column for each node and each block, `count` copies of them one after another.

    Parameters
    ----------
    root : a node that the one block is known to hold; None: the blocks may lie anywhere
    below_fen : only what costs less is asked for; None: whatever it costs
    """

    def __init__(
        self, network: Network, need: Need, effort: Effort, *, root: int | None = None, below_fen: int | None = None
    ) -> None:
        self._network, self._need, self._gap = network, need, effort.gap
        self._links = network.links()
        self._below = below_fen
        self._best: Mask | None = None
        self._ground = cuts.Ground.of(network, self._links, need.block_dm2, root)
        self._added, self._root, self._flowing = 0, root, False
        # Costs near a thousand: the solver's tolerances are absolute.
        self._unit = max(float(network.cost_fen.max(initial=0)) / 1000.0, 1.0)
        self._costs = np.tile(network.cost_fen / self._unit, need.count)
        self._program = Program(self._costs, effort)
        if root is not None:
            self._program.fix(np.array([root]), 1.0)
        apart = several.apart(network, need.count)
        self._add([*self._sizes(root), *self._totals(), *apart, *self._shifted(cuts.ways_out(self._ground))])

    @property
    def seconds(self) -> float:
        """Solver time used."""
        return self._program.seconds

    @property
    def best(self) -> Mask | None:
        """The cheapest set known that meets the need; None: none below what was asked for."""
        return self._best

    def relax(self) -> int:
        """Cut the program without whole numbers; a bound, which is `below_fen` where nothing can cost less."""
        before, stalled, bound = -float("inf"), 0, 0
        for number in range(ROUNDS):
            solved = self._program.run(whole=False)
            if not solved.feasible:
                return self._most()
            if solved.values is None or not solved.proven:
                return bound
            bound = max(bound, self._bound(solved.bound))
            if number % REPAIRED == 0:
                self._repair(solved.values)
            self._drop(solved.bound, solved.reduced)
            rows = self._broken(solved.values)
            stalled = stalled + 1 if solved.bound <= before + abs(before) * STALLED else 0
            before = solved.bound
            if not rows or stalled > PATIENCE or self._closed(bound):
                break
            self._add(rows)
        return bound

    def undercut(self, below_fen: int, effort: Effort) -> None:
        """Ask only for what costs less than has been found elsewhere meanwhile."""
        self._below = min(below_fen, self._most())
        self._program.effort = effort
        self._add([self._spent()])

    def run(self, bound: int) -> Found:
        """Solve with whole numbers, from a bound that `relax` gave, until an answer meets the need.

        Around a root a flow keeps answers together; elsewhere rows are added as long as they do not.
        """
        if self._root is not None and not self._flowing and not self._closed(bound):
            count, rows = flow.rows(self._links, self._root)
            self._program.extend(count, float(len(self._links)))
            self._add(rows)
            self._flowing = True
        while not self._closed(bound):
            solved = self._program.run(whole=True, start=self._start())
            if not solved.feasible:
                return self._ended(self._most(), proven=True)
            bound = max(bound, self._bound(solved.bound))
            found = None if solved.values is None else self._converted(solved.values)
            if found is not None and self._network.outcome(found, self._need).meets(self._need):
                self._better(found)
                return self._ended(bound, proven=solved.proven)
            if not solved.proven:
                return self._ended(bound, proven=False)
            if found is not None and solved.values is not None:
                self._repair(solved.values)
                self._add(self._refuse(solved.values, found))
        return self._ended(bound, proven=True)

    def _ended(self, bound_fen: int, *, proven: bool) -> Found:
        return Found(self._best, self._most() if proven and not self._gap else bound_fen, proven, self._added)

    def _most(self) -> int:
        """Only what costs less than this is still asked for."""
        ceilings = [] if self._below is None else [self._below]
        ceilings += [] if self._best is None else [cost_of(self._network, self._best)]
        return min(ceilings, default=int(self._network.cost_fen.sum()) + 1)

    def _closed(self, bound_fen: int) -> bool:
        """Whether what is known leaves no room for a better answer than the gap allows."""
        return bound_fen >= self._most() * (1 - self._gap - SLACK)

    def _bound(self, bound: float) -> int:
        return max(0, ceil(bound * self._unit * (1 - SLACK) - SLACK)) if np.isfinite(bound) else 0

    def _better(self, found: Mask | None) -> None:
        if found is not None and (self._below is None or cost_of(self._network, found) < self._below):
            self._best = cheaper(self._network, self._need, self._best, found)

    def _repair(self, values: Floats) -> None:
        """Grow blocks where the program converts already, and keep them if they are cheaper."""
        held = self._split(values).max(axis=0)
        seeds = np.lexsort((np.arange(len(held)), -self._network.area_dm2 * held))[: self._need.count + 1]
        weight = self._network.cost_fen * np.clip(1.0 - held, 0.0, 1.0)
        self._better(grown(self._network, self._links, self._need, weight, [int(seed) for seed in seeds]))

    def _start(self) -> Floats | None:
        """The best answer as columns: its largest blocks, one for each copy."""
        if self._best is None:
            return None
        label = self._network.groups(self._network.standing | self._best)
        area = np.bincount(label[label >= 0], self._network.area_dm2[label >= 0], minlength=len(self._network))
        return np.concatenate([label == n for n in np.argsort(-area, kind="stable")[: self._need.count]]).astype(float)

    def _drop(self, bound: float, reduced: Floats | None) -> None:
        """Hold at nothing what would by itself make every answer dearer than the best one."""
        if reduced is not None:
            room = self._most() / self._unit - bound
            self._program.fix(np.flatnonzero(reduced > room * (1 + SLACK) + SLACK), 0.0)

    def _add(self, rows: list[Row]) -> None:
        self._added += len(rows)
        self._program.add(rows)

    def _shifted(self, rows: Iterable[Row]) -> list[Row]:
        """The same rows for each copy."""
        found, size = list(rows), len(self._network)
        return [row.shifted(size * copy) for copy in range(self._need.count) for row in found]

    def _sizes(self, root: int | None) -> list[Row]:
        """Enough area in each copy; no node counts for more than is missing beside the root."""
        area, need = self._network.area_dm2, self._need.block_dm2
        missing = need - int(area[root]) if root is not None else need
        if missing <= 0:
            return []
        factors = np.minimum(area, missing) / missing
        if root is not None:
            factors[root] = 0.0
        return self._shifted([Row(tuple(range(len(area))), tuple(factors.tolist()), least=1.0)])

    def _totals(self) -> list[Row]:
        """What is won by all conversions, and what may be spent."""
        rows, need, every = [], self._need, tuple(range(len(self._costs)))
        won = np.tile(np.where(self._network.standing, 0, self._network.area_dm2), need.count)
        if need.gain_dm2:
            rows.append(Row(every, tuple((won / need.gain_dm2).tolist()), least=1.0))
        return [*rows, self._spent()]

    def _spent(self) -> Row:
        budget = self._need.budget_fen
        most = self._most() - 1 if budget is None else min(self._most() - 1, budget)
        return Row(tuple(range(len(self._costs))), tuple(self._costs.tolist()), most=(most + 0.5) / self._unit)

    def _split(self, values: Floats) -> Floats:
        return values.reshape(self._need.count, -1)

    def _broken(self, values: Floats) -> list[Row]:
        found = []
        for copy, part in enumerate(self._split(values)):
            found += [row.shifted(copy * len(self._network)) for row in cuts.broken(self._ground, part)]
        return found

    def _converted(self, values: Floats) -> Mask:
        return np.asarray((self._split(values) > 0.5).any(axis=0) & ~self._network.standing)

    def _refuse(self, values: Floats, converted: Mask) -> list[Row]:
        """Rows against an answer in whole numbers that does not meet the need."""
        small = [group for part in self._split(values) for group in self._ground.cut_off(part > 0.5)]
        return self._shifted(cuts.against(self._ground, small)) or [self._by_a_hair(converted)]

    def _by_a_hair(self, converted: Mask) -> Row:
        """What the solver's tolerance let pass and whole numbers do not: another node, or one less."""
        budget = self._need.budget_fen
        dear = budget is not None and self._network.outcome(converted, self._need).cost_fen > budget
        nodes = np.flatnonzero(converted if dear else ~converted & ~self._network.standing)
        at = tuple(int(node) + copy * len(self._network) for copy in range(self._need.count) for node in nodes)
        ones = (1.0,) * len(at)
        return Row(at, ones, most=len(nodes) - 1.0) if dear else Row(at, ones, least=1.0)

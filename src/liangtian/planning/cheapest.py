"""The cheapest conversions that make blocks of a size: a whole-number program, cut until its answers hang together.

Without the rows of `cuts.py` the program is a relaxation, so its bound is a bound for the design; an answer that obeys
them all is the design itself. Whether an answer meets the need is decided on whole numbers, never by the solver.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from liangtian.planning import cuts
from liangtian.planning.growing import greedy, grown
from liangtian.planning.network import Floats, Ints, Links, Mask, Need, Network, least_costs
from liangtian.planning.program import Effort, Program, Row

SEEDS = 8  # nodes that grown answers begin at
ROUNDS = 60  # of rows added to the relaxed program
REPAIRED = 4  # nodes that answers grown from a relaxed one begin at, and rounds from one to the next
SLACK = 1e-6  # of a cost: what the solver's tolerances may hide


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The cheapest set found and what is known of every other.

    Attributes
    ----------
    converted : shape (n,); None: none was found
    bound_fen : no set of conversions that meets the need costs less, within a millionth
    proven : the solver ended by itself: `converted` is the cheapest, or within the gap asked for; or there is none
    greedy : shape (n,), the greedy answer where it meets the need
    rows : rows that the program was cut by
    """

    converted: Mask | None
    bound_fen: int
    proven: bool
    greedy: Mask | None = None
    rows: int = 0


def cheapest(network: Network, need: Need, effort: Effort) -> Answer:
    """Find the cheapest conversions after which enough blocks reach the size.

    Returns
    -------
    Answer : `converted` None and `proven` where nothing meets the need
    """
    nothing = np.zeros(len(network), dtype=bool)
    if network.outcome(nothing, need).meets(need):
        return Answer(nothing, 0, proven=True, greedy=nothing)
    links = network.links()
    first = greedy(network, links, need)
    simple = first if first is not None and network.outcome(first, need).meets(need) else None
    seeds = _seeds(network)
    better = grown(network, links, need, network.cost_fen.astype(np.float64), seeds)
    best = _cheaper(network, need, simple, better)
    kept, least = _kept(network, links, need, best)
    if not kept.any():
        return Answer(best, _cost(network, best), proven=True, greedy=simple)
    search = _Search(network.within(kept), need, effort, None if best is None else best[kept])
    answer = search.run()
    if answer.converted is None:
        return Answer(best, _cost(network, best), answer.proven, simple, answer.rows)
    converted = nothing.copy()
    converted[np.flatnonzero(kept)] = answer.converted
    bound = max(answer.bound_fen, least)
    return Answer(converted, min(bound, _cost(network, converted)), answer.proven, simple, answer.rows)


def _seeds(network: Network) -> list[int]:
    rank = np.lexsort((np.arange(len(network)), -network.area_dm2, ~network.standing))
    return [int(node) for node in rank[:SEEDS]]


def _cost(network: Network, converted: Mask | None) -> int:
    return 0 if converted is None else int(network.cost_fen[converted].sum())


def _cheaper(network: Network, need: Need, *found: Mask | None) -> Mask | None:
    meeting = [each for each in found if each is not None and network.outcome(each, need).meets(need)]
    return min(meeting, key=lambda each: _cost(network, each), default=None)


def _kept(network: Network, links: Links, need: Need, best: Mask | None) -> tuple[Mask, int]:
    """Nodes a cheaper design can hold, and a bound on what the cheapest costs."""
    most = _cost(network, best) + 1 if best is not None else int(network.cost_fen.sum()) + 1
    if need.budget_fen is not None:
        most = min(most, need.budget_fen + 1)
    least = least_costs(links, network, need.block_dm2, most)
    kept = np.isfinite(least)
    return kept, int(least[kept].min(initial=0)) if kept.any() else 0


class _Search:
    """One program over the nodes kept: a column for each node and each block, `copies` of them one after another."""

    def __init__(self, network: Network, need: Need, effort: Effort, best: Mask | None) -> None:
        self._network, self._need, self._best = network, need, best
        self._links = network.links()
        self._rows = 0
        self._gap = effort.gap
        # Costs near one: the solver's tolerances are absolute.
        self._unit = max(float(network.cost_fen.max(initial=0)) / 1000.0, 1.0)
        self._costs = np.tile(network.cost_fen / self._unit, need.count)
        self._program = Program(self._costs, effort)
        self._add([*self._sizes(), *self._totals(), *self._apart(), *self._ways_out()])

    def run(self) -> Answer:
        """Cut the relaxed program first, then the one with whole numbers, until an answer meets the need."""
        self._relax()
        while True:
            solved = self._program.run(whole=True, start=self._start())
            if not solved.feasible:
                return self._answer(_cost(self._network, self._best), proven=True)
            found = None if solved.values is None else self._converted(solved.values)
            if found is not None and self._network.outcome(found, self._need).meets(self._need):
                self._better(found)
                if solved.proven:
                    return self._answer(self._bound(solved.bound), proven=True)
            elif found is not None and solved.values is not None:
                self._repair(solved.values)
                self._add(self._refuse(solved.values, found))
            if not solved.proven or self._closed(solved.bound):
                return self._answer(self._bound(solved.bound), proven=solved.proven or self._closed(solved.bound))

    def _answer(self, bound_fen: int, *, proven: bool) -> Answer:
        exact = proven and not self._gap
        return Answer(self._best, _cost(self._network, self._best) if exact else bound_fen, proven, rows=self._rows)

    def _better(self, *found: Mask | None) -> None:
        self._best = _cheaper(self._network, self._need, self._best, *found)

    def _repair(self, values: Floats) -> None:
        """Grow blocks where the program converts already, and keep them if they are cheaper."""
        held = self._split(values).max(axis=0)
        seeds = np.lexsort((np.arange(len(held)), -self._network.area_dm2 * held))[:REPAIRED]
        weight = self._network.cost_fen * np.clip(1.0 - held, 0.0, 1.0)
        self._better(grown(self._network, self._links, self._need, weight, [int(seed) for seed in seeds]))

    def _start(self) -> Floats | None:
        """The best answer as columns: its largest blocks, one for each copy."""
        if self._best is None:
            return None
        label = self._network.groups(self._network.standing | self._best)
        area = np.bincount(label[label >= 0], self._network.area_dm2[label >= 0], minlength=len(self._network))
        return np.concatenate([label == n for n in np.argsort(-area, kind="stable")[: self._need.count]]).astype(float)

    def _bound(self, bound: float) -> int:
        return max(0, ceil(bound * self._unit * (1 - SLACK) - SLACK)) if np.isfinite(bound) else 0

    def _closed(self, bound: float) -> bool:
        """Whether what is known leaves no room for a better answer than the gap allows."""
        return self._best is not None and self._bound(bound) >= _cost(self._network, self._best) * (1 - self._gap - SLACK) - 1

    def _relax(self) -> None:
        """Add rows that the relaxed answers break; put to use what these say about good answers and needless nodes."""
        before = -float("inf")
        stalled = 0
        for number in range(ROUNDS):
            solved = self._program.run(whole=False)
            if solved.values is None or not solved.proven:
                return
            if number % REPAIRED == 0:
                self._repair(solved.values)
            self._drop(solved.bound, solved.reduced)
            rows = list(self._broken(solved.values))
            stalled = stalled + 1 if solved.bound <= before * 1.0005 + 1e-9 else 0
            before = solved.bound
            if not rows or stalled > 5 or self._closed(solved.bound):
                return
            self._add(rows)

    def _drop(self, bound: float, reduced: Floats | None) -> None:
        """Hold at nothing what would by itself make every answer dearer than the best one."""
        if self._best is None or reduced is None:
            return
        room = _cost(self._network, self._best) / self._unit - bound
        self._program.fix(np.flatnonzero(reduced > room * (1 + SLACK) + SLACK), 0.0)

    def _add(self, rows: list[Row]) -> None:
        self._rows += len(rows)
        self._program.add(rows)

    def _copies(self) -> Iterator[int]:
        return iter(range(0, self._need.count * len(self._network), max(len(self._network), 1)))

    def _shifted(self, rows: Iterator[Row], by: int) -> list[Row]:
        return [Row(tuple(at + by for at in row.at), row.factors, row.least, row.most) for row in rows]

    def _sizes(self) -> list[Row]:
        factors = tuple((self._network.area_dm2 / self._need.block_dm2).tolist())
        nodes = range(len(self._network))
        return [Row(tuple(node + copy for node in nodes), factors, least=1.0) for copy in self._copies()]

    def _totals(self) -> list[Row]:
        """What is won by all conversions, and what may be spent."""
        rows, need, every = [], self._need, tuple(range(len(self._costs)))
        won = np.tile(np.where(self._network.standing, 0, self._network.area_dm2), need.count)
        if need.gain_dm2:
            rows.append(Row(every, tuple((won / need.gain_dm2).tolist()), least=1.0))
        if need.budget_fen is not None:
            rows.append(Row(every, tuple(self._costs.tolist()), most=need.budget_fen / self._unit))
        return rows

    def _apart(self) -> list[Row]:
        """Several blocks: no node in two, none beside a node of another, and what stands beside a node goes with it."""
        size, copies = len(self._network), list(self._copies())
        if len(copies) < 2:
            return []
        rows = [Row(tuple(node + c for c in copies), (1.0,) * len(copies), most=1.0) for node in range(size)]
        for one, other in zip(self._network.one.tolist(), self._network.other.tolist(), strict=True):
            for mine in copies:
                for here, there in ((one, other), (other, one)):
                    others = tuple(there + c for c in copies if c != mine)
                    rows.append(Row((here + mine, *others), (1.0,) * len(copies), most=1.0))
                    if self._network.standing[there]:
                        rows.append(Row((there + mine, here + mine), (1.0, -1.0), least=0.0))
        return rows

    def _ways_out(self) -> list[Row]:
        small = [[node] for node in np.flatnonzero(self._network.area_dm2 < self._need.block_dm2).tolist()]
        ways = [cuts.way_out(self._links, each[0]) for each in small]
        return [row for copy in self._copies() for row in self._shifted(iter(ways), copy)]

    def _split(self, values: Floats) -> Floats:
        return values.reshape(self._need.count, -1)

    def _broken(self, values: Floats) -> Iterator[Row]:
        for copy, part in zip(self._copies(), self._split(values), strict=True):
            found = cuts.broken(self._network, self._links, part, self._need.block_dm2)
            yield from self._shifted(found, copy)

    def _converted(self, values: Floats) -> Mask:
        return np.asarray((self._split(values) > 0.5).any(axis=0) & ~self._network.standing)

    def _refuse(self, values: Floats, converted: Mask) -> list[Row]:
        """Rows against an answer in whole numbers that does not meet the need."""
        rows: list[Row] = []
        for part in self._split(values):
            label = self._network.groups(part > 0.5)
            area = np.bincount(label[label >= 0], self._network.area_dm2[label >= 0], minlength=len(self._network))
            cut_off = np.flatnonzero((area > 0) & (area < self._need.block_dm2))
            small = [np.flatnonzero(label == group).tolist() for group in cut_off]
            found = list(cuts.cut_off(self._network, self._links, small, self._need.block_dm2))
            rows += [row for copy in self._copies() for row in self._shifted(iter(found), copy)]
        return rows or self._by_a_hair(converted)

    def _by_a_hair(self, converted: Mask) -> list[Row]:
        """What the solver's tolerance let pass and whole numbers do not: another node, or one less."""
        budget = self._need.budget_fen
        dear = budget is not None and self._network.outcome(converted, self._need).cost_fen > budget
        nodes = np.flatnonzero(converted if dear else ~converted & ~self._network.standing)
        at = tuple(int(node) + copy for copy in self._copies() for node in nodes)
        ones = (1.0,) * len(at)
        return [Row(at, ones, most=len(nodes) - 1.0) if dear else Row(at, ones, least=1.0)]

"""Which projects to take: the most score for the funds, with the targets reached, as a whole-number program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from liangtian.planning.program import Effort, Program, Row
from liangtian.planning.ranking import Candidate, Ranked

REFUSALS = 500  # answers refused because whole numbers do not bear them out
SLACK = 1e-9  # of a score


@dataclass(frozen=True, slots=True)
class Reached:
    """What the projects chosen bring of one target, and what all of them together could."""

    name: str
    needed: int
    brought: int
    possible: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Projects chosen.

    Attributes
    ----------
    projects : by rank; none where no choice reaches the targets
    score : of all of them together; projects of a higher score are worth more, so is each project more
    cost_fen : of all of them together
    targets : in the order given
    feasible : the targets can be reached with the funds
    proven : no choice has a higher score (of equal scores the cheaper was taken), or none is feasible
    """

    projects: tuple[str, ...]
    score: Fraction
    cost_fen: int
    targets: tuple[Reached, ...]
    feasible: bool
    proven: bool


def best_portfolio(
    candidates: Sequence[Candidate],
    order: Sequence[Ranked],
    *,
    funds_fen: int,
    targets: Mapping[str, int],
    effort: Effort | None = None,
) -> Portfolio:
    """Choose the projects of the highest total score that the funds pay for and that reach every target.

    Parameters
    ----------
    order : the candidates ranked, which gives their scores
    targets : least sums of `gains`; `projects` counts the projects themselves

    Notes
    -----
    Funds and targets are checked in whole numbers: an answer that only the solver's tolerance lets pass is refused and
    another asked for. Scores that differ by less than a millionth count as equal.
    """
    by_number = {each.project: each for each in candidates}
    rows = [by_number[each.project] for each in order]
    limits = _Limits(
        [each.cost_fen for each in rows],
        {name: [_gain(each, name) for each in rows] for name in targets},
        funds_fen,
        dict(targets),
    )
    scores = [each.score for each in order]
    effort = effort or Effort(60.0)
    best, feasible, proven = _solved(limits, [-score for score in scores], effort)
    if feasible:
        # Of the choices of this score, the one that costs least.
        together = sum((scores[n] for n in best), Fraction(0))
        cheap, _, certain = _solved(limits, [Fraction(cost) for cost in limits.costs], effort, (scores, together))
        proven &= certain
        if cheap and sum((scores[n] for n in cheap), Fraction(0)) >= together:
            best = cheap
    return Portfolio(
        tuple(order[n].project for n in best),
        sum((scores[n] for n in best), Fraction(0)),
        limits.cost(best),
        tuple(limits.reached(name, best) for name in targets),
        feasible,
        proven,
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    costs: list[int]
    gains: Mapping[str, list[int]]
    funds_fen: int
    targets: Mapping[str, int]

    def rows(self) -> list[Row]:
        every = tuple(range(len(self.costs)))
        needs = [_row(every, self.gains[name], least=needed) for name, needed in self.targets.items() if needed > 0]
        return [*needs, _row(every, self.costs, most=self.funds_fen)]

    def cost(self, taken: list[int]) -> int:
        return sum(self.costs[n] for n in taken)

    def reached(self, name: str, taken: list[int]) -> Reached:
        gains = self.gains[name]
        return Reached(name, self.targets[name], sum(gains[n] for n in taken), sum(gains))

    def refuse(self, taken: list[int]) -> Row | None:
        """What an answer that whole numbers do not bear out has to change: a project less, or one that is not in it."""
        size = len(self.costs)
        if self.cost(taken) > self.funds_fen:
            return Row(tuple(taken), (1.0,) * len(taken), most=len(taken) - 1.0)
        if any(self.reached(name, taken).brought < needed for name, needed in self.targets.items()):
            others = tuple(sorted(set(range(size)) - set(taken)))
            return Row(others, (1.0,) * len(others), least=1.0)
        return None


def _solved(
    limits: _Limits, objective: list[Fraction], effort: Effort, score: tuple[list[Fraction], Fraction] | None = None
) -> tuple[list[int], bool, bool]:
    """The projects taken, whether there is any choice, and whether this one is proven to be the best."""
    unit = max((abs(each) for each in objective), default=Fraction(1)) or Fraction(1)
    program = Program(np.array([float(1000 * each / unit) for each in objective]), effort)
    program.add(limits.rows())
    if score is not None:
        worth, together = score
        largest = max(worth) or Fraction(1)
        factors = tuple(float(each / largest) for each in worth)
        program.add([Row(tuple(range(len(worth))), factors, least=float(together / largest) - SLACK)])
    for _ in range(REFUSALS):
        solved = program.run(whole=True)
        if solved.values is None:
            return [], False, solved.proven
        taken = np.flatnonzero(solved.values > 0.5).tolist()
        refusal = limits.refuse(taken)
        if refusal is None:
            return taken, True, solved.proven
        program.add([refusal])
    return [], False, False


def _row(at: tuple[int, ...], factors: list[int], *, least: int | None = None, most: int | None = None) -> Row:
    unit = float(max(map(abs, factors), default=1) or 1)
    scaled = tuple(each / unit for each in factors)
    return Row(at, scaled, least=least / unit) if least is not None else Row(at, scaled, most=(most or 0) / unit)


def _gain(each: Candidate, name: str) -> int:
    return 1 if name == "projects" else dict(each.gains).get(name, 0)

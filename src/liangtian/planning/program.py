"""Linear and whole-number programs, solved by HiGHS: rows may be added between one run and the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

SEED = 1
LAST = 0.05  # seconds that a run is given when time is up


@dataclass(frozen=True, slots=True)
class Row:
    """`least ≤ Σ factors · columns[at] ≤ most`."""

    at: tuple[int, ...]
    factors: tuple[float, ...]
    least: float = -highspy.kHighsInf
    most: float = highspy.kHighsInf

    def shifted(self, by: int) -> Row:
        """The same row for columns further on."""
        return Row(tuple(at + by for at in self.at), self.factors, self.least, self.most)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What a run found.

    Attributes
    ----------
    values : shape (n,); None: nothing was found
    bound : no answer is below this (minimising)
    proven : the run ended by itself, not by the limit of time
    feasible : False only where it is proven that nothing fits
    reduced : shape (n,), reduced costs of a run without whole numbers
    """

    values: Floats | None
    bound: float
    proven: bool
    feasible: bool
    reduced: Floats | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to try.

    Attributes
    ----------
    seconds : of the solver's own running time, all programs together
    gap : stop once no answer can be better by more than this share
    progress : called with solver seconds used and allowed; what it raises ends the work
    used : seconds that programs before this one took
    """

    seconds: float = 120.0
    gap: float = 0.0
    progress: Progress | None = None
    used: float = 0.0

    @property
    def left(self) -> float:
        """Seconds not used yet."""
        return max(0.0, self.seconds - self.used)

    def after(self, seconds: float) -> Effort:
        """What is left once programs have taken so many seconds more."""
        return replace(self, used=self.used + seconds)


class Program:
    """Minimise costs over columns between 0 and 1, whole numbers unless relaxed."""

    def __init__(self, costs: Floats, effort: Effort) -> None:
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self.effort = effort
        self._raised: BaseException | None = None
        for name, value in (("output_flag", False), ("random_seed", SEED), ("threads", 1)):
            self._solver.setOptionValue(name, value)
        self._solver.setOptionValue("mip_rel_gap", float(effort.gap))
        self._columns = np.arange(len(costs), dtype=np.int32)  # those in whole numbers
        self._solver.addVars(len(costs), np.zeros(len(costs)), np.ones(len(costs)))
        self._solver.changeColsCost(len(costs), self._columns, np.asarray(costs, dtype=np.float64))
        self._solver.cbMipInterrupt.subscribe(self._asked)

    @property
    def seconds(self) -> float:
        """Solver time used."""
        return float(self._solver.getRunTime())

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows; those that stand are not looked for again."""
        for row in rows:
            at, factors = np.array(row.at, dtype=np.int32), np.array(row.factors, dtype=np.float64)
            self._solver.addRow(row.least, row.most, len(at), at, factors)

    def extend(self, count: int, most: float) -> None:
        """Add columns without cost, of any number from nothing to `most`."""
        self._solver.addVars(count, np.zeros(count), np.full(count, most))

    def fix(self, columns: Ints, value: float) -> None:
        """Hold columns at a value."""
        at = np.asarray(columns, dtype=np.int32)
        self._solver.changeColsBounds(len(at), at, np.full(len(at), value), np.full(len(at), value))

    def run(self, *, whole: bool, start: Floats | None = None) -> Solved:
        """Solve with whole numbers, or without: then the answer is a bound for those."""
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        self._solver.changeColsIntegrality(len(self._columns), self._columns, np.full(len(self._columns), kind))
        self._solver.setOptionValue("time_limit", max(self.effort.left, self.seconds + LAST))
        if whole and start is not None:
            self._solver.setSolution(len(self._columns), self._columns, np.asarray(start, dtype=np.float64))
        self._tell()
        self._solver.run()
        if self._raised is not None:
            raise self._raised
        return self._read(whole)

    def _read(self, whole: bool) -> Solved:
        status, info = self._solver.getModelStatus(), self._solver.getInfo()
        proven = status == highspy.HighsModelStatus.kOptimal
        if status == highspy.HighsModelStatus.kInfeasible:
            return Solved(None, float("inf"), proven=True, feasible=False)
        found = info.primal_solution_status == 2  # a feasible point
        solution = self._solver.getSolution()
        bound = info.mip_dual_bound if whole else info.objective_function_value if proven else -float("inf")
        return Solved(
            np.array(solution.col_value)[: len(self._columns)] if found else None,
            float(bound),
            proven,
            feasible=True,
            reduced=None if whole or not proven else np.array(solution.col_dual)[: len(self._columns)],
        )

    def _asked(self, event: Any) -> None:
        """Between steps of the search: say how far it is; whatever the hearer raises stops it."""
        try:
            self._tell()
        except BaseException as error:
            self._raised = error
            event.interrupt()

    def _tell(self) -> None:
        if self.effort.progress is not None:
            allowed = max(1, round(self.effort.seconds))
            self.effort.progress(min(allowed, int(self.effort.used + self.seconds)), allowed)

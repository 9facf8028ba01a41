"""Candidate projects of the reserve library in order, what would change it, and the best choice for the funds."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from liangtian.check.library import candidates_of, criteria_on, targets_on, weights_of
from liangtian.planning.portfolio import best_portfolio
from liangtian.planning.ranking import ranked, sensitivities
from liangtian.units import round_half_up
from liangtian_web.planning.workshop.bench import Bench


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer; scores to three places, decided on exact fractions."""
    bench.say(20, "measure")
    candidates = candidates_of(bench.asked["projects"], bench.asked["source"])
    weights = weights_of(dict(bench.asked["weights"]), criteria_on(bench.on, bench.place, bench.values))
    order = ranked(candidates, weights)
    moves = sensitivities(candidates, weights, int(bench.asked["first"]))
    bench.say(50, "solve")
    funds = bench.number("funds_yuan")
    limit = sum(each.cost_fen for each in candidates) if funds is None else int(funds * 100)
    targets = targets_on(bench.on, bench.place, bench.values) if bench.asked.get("programme") else {}
    chosen = best_portfolio(candidates, order, funds_fen=limit, targets=targets)
    costs = {each.project: each.cost_fen for each in candidates}
    return {
        "order": [
            {
                "rank": each.rank, "project": each.project, "score": _mark(each.score), "tie": each.tie,
                "cost_fen": costs[each.project], "parts": {name: _mark(part) for name, part in each.parts.items()},
            }
            for each in order
        ],
        "weights": [
            {
                "criterion": each.criterion, "weight": _mark(each.weight), "least": _mark(each.least),
                "most": None if each.most is None else _mark(each.most), "below": each.below, "above": each.above,
            }
            for each in moves
        ],
        "portfolio": asdict(chosen) | {"score": _mark(chosen.score)},
    }  # fmt: skip


def _mark(value: Fraction) -> Any:
    return round_half_up(value, 3)

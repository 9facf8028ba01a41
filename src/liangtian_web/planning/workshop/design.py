"""The cheapest conversions that make a block: the answer, its proof, the greedy cost, and what more area would cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import shapely

from liangtian.check.blocks import doubts, plain_rule
from liangtian.check.designs import Reasons, control_lines, data, first_reasons, lines_missing
from liangtian.check.works import least_piece_dm2, works_on
from liangtian.planning import exclusion
from liangtian.planning.design import Design, design, frontier, remeasured
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort
from liangtian.planning.works import Ground, Works, ground_of
from liangtian.units import m2_from_dm2
from liangtian_web.planning.asked import needed
from liangtian_web.planning.kept import keep
from liangtian_web.planning.workshop.bench import Bench, collection, degrees
from liangtian_web.planning.workshop.blocks import said

STEPS = 4  # sizes of block besides the one asked for
MAP_MAX = 8000  # pieces on the map; those nearest to the answer
BLOCK_LEAST_DM2 = 100 * 66_667  # blocks that stand are outlined from 100 mu


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer; the ground for trying other choices and the shapes stand beside it."""
    bench.say(3, "read")
    found, land = bench.land()
    bench.say(8, "join")
    ground = ground_on(bench, land)
    keep(ground, bench.folder)
    bench.say(20, "solve")
    need, effort = (
        needed(bench.asked),
        Effort(float(bench.number("seconds") or 60), float(bench.number("gap_share") or 0)),
    )
    made = design(ground, need, replace(effort, progress=_between(bench, 20, 70, "solve")))
    bench.say(70, "prove")
    proof = remeasured(ground, made, bench.rule(), digits=bench.digits)
    bench.say(74, "frontier")
    steps = list(_frontier(bench, ground, made)) if bench.asked.get("frontier") else []
    missing = lines_missing(bench.catalogue, bench.on, bench.place, layers=bench.asked.get("avoid", ()))
    bench.say(95, "draw")
    (bench.folder / "shapes.json").write_text(_shapes(ground, made, proof), "utf-8")
    return data(made) | {
        "frontier": [_step(each) for each in [made, *steps]],
        "remeasured_m2": [m2_from_dm2(int(each)) for each in proof.net_dm2[: max(len(made.outcome.blocks_dm2), 1)]],
        "stands_m2": [m2_from_dm2(int(each)) for each in ground.blocks.net_dm2[:1]],
        "candidate_count": len(ground.parts),
        "excluded": _excluded(ground),
        "works": [_works(each) for each in works_of(bench)],
        "rule": plain_rule(bench.rule()),
        "notes": said([*found.notes, *doubts(ground.blocks), *missing]),
    }


def ground_on(bench: Bench, land: Parcels) -> Ground:
    """What can be converted: works with the unit costs asked for, without what may not be touched."""
    reasons: list[Reasons] = [("named", tuple(bench.asked.get("leave", ()))), ("slope", exclusion.steep(land))]
    lines = bench.asked.get("avoid", ())
    reasons += control_lines(land, bench.catalogue, bench.on, bench.place, layers=lines)
    return ground_of(
        land,
        bench.rule(),
        works_of(bench),
        excluded=first_reasons(reasons),
        least_piece_dm2=least_piece_dm2(bench.on, bench.place, bench.values),
        digits=bench.digits,
    )


def works_of(bench: Bench) -> tuple[Works, ...]:
    """Works in force, at the unit costs of the day or those asked for."""
    asked = {kind: bench.number(f"cost_{kind}") for kind in ("restore", "reclaim", "clear")}
    return tuple(
        each if (cost := asked.get(each.kind)) is None else replace(each, yuan_per_mu=cost)
        for each in works_on(bench.on, bench.place, bench.values)
    )


def _frontier(bench: Bench, ground: Ground, made: Design) -> Iterator[Design]:
    """Designs in equal steps from the size asked for to the largest there could be."""
    most = ground.network.outcome(~ground.network.standing, made.need).largest_dm2
    least = made.need.block_dm2
    sizes = [int(least + Fraction(most - least, STEPS) * step) for step in range(1, STEPS + 1)]
    seconds = max(5.0, float(bench.number("seconds") or 60) / STEPS)
    wanted = [size for size in sizes if size > least]
    effort = Effort(seconds, 0.01)
    for number, each in enumerate(frontier(ground, replace(made.need, budget_fen=None), wanted, effort), start=1):
        bench.say(74 + 20 * number // len(wanted), "frontier")
        yield each


def _between(bench: Bench, low: int, high: int, stage: str) -> Any:
    return lambda used, allowed: bench.say(low + int((high - low) * min(1.0, used / max(allowed, 1))), stage)


def _step(made: Design) -> dict[str, Any]:
    reached = made.outcome.blocks_dm2[0] if made.outcome.blocks_dm2 else 0
    return {
        "size_m2": m2_from_dm2(made.need.block_dm2),
        "reached_m2": m2_from_dm2(int(reached)),
        "cost_fen": None if made.shortfall else made.cost_fen,
        "gap": float(made.gap),
        "proven": made.proven,
    }


def _works(works: Works) -> dict[str, Any]:
    return {
        "kind": works.kind,
        "classes": works.classes,
        "yuan_per_mu": float(works.yuan_per_mu),
        "becomes": works.becomes,
        "clause": works.clause,
    }


def _excluded(ground: Ground) -> dict[str, int]:
    """How many parcels the works would suit are left alone, by reason."""
    counted: dict[str, int] = {}
    for reason in ground.excluded.values():
        counted[reason] = counted.get(reason, 0) + 1
    return dict(sorted(counted.items()))


def _shapes(ground: Ground, made: Design, proof: Any) -> str:
    """For the map: blocks that stand, the block that comes about, and the pieces; those nearest the answer."""
    crs, outlines = ground.parcels.crs, ground.parcels.outlines
    pieces = outlines.polygons(ground.parts)
    at = _nearest(pieces, ground.converted(made.pieces)[len(ground.blocks) :])
    standing = int(np.count_nonzero(ground.blocks.net_dm2 >= BLOCK_LEAST_DM2))
    reached = len(made.outcome.blocks_dm2) if made.conversions else 0
    rule = ground.made_by[0]
    closing = float(max(rule.across_m, rule.gap_m))
    drawn = [
        *(ground.blocks.outline(n, closing) for n in range(min(standing, 300))),
        *(proof.outline(n, closing) for n in range(reached)),
        *pieces[at],
    ]
    about = [{"role": "stands"}] * min(standing, 300) + [{"role": "block"}] * reached
    about += [{"role": "piece", "id": ground.ids[n], "works": ground.works[n].kind} for n in at.tolist()]
    shapes = np.array([*drawn, None], dtype=object)[:-1]
    return collection(degrees(shapes, crs), about)


def _nearest(pieces: Any, chosen: Any) -> Any:
    """The pieces for the map: all of them, or those nearest to the ones chosen."""
    if len(pieces) <= MAP_MAX:
        return np.arange(len(pieces))
    middle = shapely.centroid(shapely.multipoints(shapely.centroid(pieces[chosen] if chosen.any() else pieces)))
    order = np.argsort(shapely.distance(pieces, middle), kind="stable")
    return np.union1d(order[:MAP_MAX], np.flatnonzero(chosen))

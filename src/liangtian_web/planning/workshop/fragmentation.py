"""How far farmland is broken up, before and after: two days of the land, or a design and what stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from liangtian.check.blocks import doubts, plain_rule
from liangtian.planning.blocks import Blocks, blocks_of
from liangtian.planning.design import converted, of_pieces
from liangtian.planning.fragmentation import Fragmentation, compared, fragmentation_of
from liangtian.planning.parcels import Parcels
from liangtian_web.planning.asked import needed
from liangtian_web.planning.workshop.bench import Bench
from liangtian_web.planning.workshop.blocks import said
from liangtian_web.planning.workshop.design import ground_on


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer: both sides and every index; a side without farmland is null."""
    bench.say(5, "read")
    before, after, notes = _of_design(bench) if "pieces" in bench.asked else _of_days(bench)
    return {
        "before": None if before is None else asdict(before),
        "after": None if after is None else asdict(after),
        "changes": [asdict(each) for each in compared(before, after)] if before and after else [],
        "rule": plain_rule(bench.rule()),
        "notes": said(notes),
    }


def _of_days(bench: Bench) -> tuple[Fragmentation | None, Fragmentation | None, list[Any]]:
    measured, notes = [], []
    for percent, day in ((10, date.fromisoformat(bench.asked["before_on"])), (55, bench.on)):
        found, land = bench.land(day)
        bench.say(percent + 10, "join")
        blocks = blocks_of(land, bench.rule(), digits=bench.digits)  # one rule for both sides
        bench.say(percent + 25, "measure")
        measured.append(fragmentation_of(blocks))
        notes += [note for note in [*found.notes, *doubts(blocks)] if note not in notes]
    return measured[0], measured[1], notes


def _of_design(bench: Bench) -> tuple[Fragmentation | None, Fragmentation | None, list[Any]]:
    found, land = bench.land()
    bench.say(20, "join")
    ground = ground_on(bench, land)
    made = of_pieces(ground, needed(bench.asked), bench.asked["pieces"])
    bench.say(50, "measure")
    before = ground.blocks if bench.asked.get("within") is None else _blocks(bench, land)
    stood = fragmentation_of(before)
    bench.say(75, "measure")
    return stood, fragmentation_of(_blocks(bench, converted(ground, made))), [*found.notes, *doubts(before)]


def _blocks(bench: Bench, land: Parcels) -> Blocks:
    """The blocks of what the boundary of a project leaves of the land."""
    return blocks_of(bench.within(land), bench.rule(), digits=bench.digits)

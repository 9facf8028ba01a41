"""How far farmland is broken up, before and after: two days of the land, or a design and what stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from liangtian.check.blocks import doubts
from liangtian.planning.blocks import blocks_of
from liangtian.planning.design import converted, of_pieces
from liangtian.planning.fragmentation import Fragmentation, compared, fragmentation_of
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
    before = fragmentation_of(ground.blocks)
    bench.say(75, "measure")
    after = fragmentation_of(blocks_of(converted(ground, made), bench.rule(), digits=bench.digits))
    return before, after, [*found.notes, *doubts(ground.blocks)]

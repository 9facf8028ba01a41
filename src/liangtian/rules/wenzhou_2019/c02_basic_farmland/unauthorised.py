"""（二）.1 Nobody occupies permanent basic farmland or its demonstration zone without authority, or changes its use."""

from __future__ import annotations

from collections.abc import Iterator

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, passed, unknown
from liangtian.rules.wenzhou_2019.c02_basic_farmland.protected import Line, Protected, lines


def check_unauthorised(facts: Protected, params: Params) -> Iterator[Ruling]:
    """Rule on each of the two layers; one that is not published is unknown."""
    for line in lines(facts):
        if line.overlap_m2 is None:
            yield unknown(line.fact)
        elif line.overlap_m2 == 0 or facts.kind in ("batch", "village"):
            yield _clear(line)
        elif facts.kind == "single-site":
            yield _major(line, facts)
        else:
            yield _consolidated(line, facts)


def _clear(line: Line) -> Ruling:
    return compared(
        line.overlap_m2 or 0,
        "=",
        0,
        name=line.fact,
        met="w02-clear",
        unmet="w02-occupied",
        params=line.words(),
        parcels=line.parcels,
    )


def _major(line: Line, facts: Protected) -> Ruling:
    if facts.major_project is None:
        return unknown("major_project")
    if facts.major_project:
        return passed("w02-major", line.words(), parcels=line.parcels)
    return failed("w02-not-major", line.words(), parcels=line.parcels)


def _consolidated(line: Line, facts: Protected) -> Ruling:
    if facts.changes_basic_farmland is None:
        return unknown("changes_basic_farmland")
    if not facts.changes_basic_farmland:
        return passed("w02-kept", line.words(), parcels=line.parcels)
    if facts.layout_adjustment_examined is None:
        return unknown("layout_adjustment_examined")
    if facts.layout_adjustment_examined:
        return passed("w02-adjusted", line.words(), parcels=line.parcels)
    return failed("w02-not-adjusted", line.words(), parcels=line.parcels)


OBLIGATION = Obligation(
    "（二）.1",
    force="must",
    who="anyone",
    events=("check", "approval"),
    applies=only_for("kind", "batch", "single-site", "village", "consolidation"),
    facts=Protected,
    check=check_unauthorised,
)

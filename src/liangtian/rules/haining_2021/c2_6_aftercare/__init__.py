"""二（六）Aftercare: town and village look after the ground; what falls short costs that year's compensation."""

from __future__ import annotations

from liangtian.policy.clause import only_for
from liangtian.policy.shapes import on_record
from liangtian.rules.haining_2021.c2_6_aftercare import bodies, deduction, ground

OBLIGATIONS = (
    on_record(
        "二（六）.1",
        "aftercare_duty_clear",
        force="must",
        who="town",
        events=("acceptance",),
        applies=only_for("kind", "consolidation"),
    ),
    bodies.OBLIGATION,
    ground.DRIFT,
    ground.ABANDONED,
    deduction.OBLIGATION,
)

"""（补充来源）Former farmland is restored before land is newly reclaimed; quality is accepted together with agriculture."""

from __future__ import annotations

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.shapes import on_record

OBLIGATIONS: tuple[Obligation[object], ...] = (
    on_record(
        "（补充来源）.1",
        "restoration_considered_first",
        force="should",
        who="county",
        events=("acceptance",),
        applies=only_if("accepts_new_farmland"),
    ),
    on_record(
        "（补充来源）.2",
        "quality_accepted_jointly",
        force="must",
        who="agriculture",
        events=("acceptance",),
        applies=only_if("accepts_new_farmland"),
    ),
)

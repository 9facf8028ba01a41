"""二（三）Joint demonstration: the town's plan, written opinions of the seven member departments, consensus or no approval.

Others than the seven may be consulted; what they write is heard and does not decide.
"""

from __future__ import annotations

from liangtian.policy.clause import only_for
from liangtian.policy.shapes import on_record
from liangtian.rules.haining_2021.c2_3_demonstration import dispute, layout, opinions

USES = {"member_departments": "haining-2021三（一）.member_departments"}

OBLIGATIONS = (
    on_record(
        "二（三）.1",
        "plan_compiled_by_town",
        force="must",
        who="town",
        events=("demonstration",),
        applies=only_for("kind", "consolidation"),
    ),
    on_record(
        "二（三）.2",
        "demonstration_held",
        "content_and_aims_examined",
        force="must",
        who="leading-group",
        events=("demonstration",),
        applies=only_for("kind", "consolidation"),
    ),
    opinions.WRITTEN,
    opinions.AGREED,
    dispute.OBLIGATION,
    layout.OBLIGATION,
)

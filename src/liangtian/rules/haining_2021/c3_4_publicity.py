"""三（四）Publicity for policies and benefits, to four audiences; good practice summed up and spread."""

from __future__ import annotations

from liangtian.policy.clause import Duty, Intent, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.shapes import all_named

MODELS = NotComputed(
    zh="探索工作路径、形成可推广模式的方向，成效由上级评价",
    en="It explores ways of working; superiors judge what comes of it",
)

OBLIGATIONS = (
    Duty("三（四）.1", force="must", who="leading-group", due="publicity_due"),
    all_named(
        "三（四）.2",
        "audiences_reached",
        value="audiences",
        force="must",
        who="leading-group",
        events=("assessment",),
        applies=only_for("assessed_level", "county"),
    ),
    Duty("三（四）.3", force="must", who="leading-group", due="practice_due"),
    Intent("三（四）.4", force="explore", who="leading-group", reason=MODELS),
)

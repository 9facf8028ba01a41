"""三（二）Yearly evaluation of projects and of the mechanism; its results feed the assessments of departments."""

from __future__ import annotations

from liangtian.policy.clause import Duty, Intent, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.shapes import all_named, on_record

REWARD = NotComputed(
    zh="能否获得省政府激励由省里决定，本级只能争取",
    en="Whether the province gives the reward is for the province to say",
)

OBLIGATIONS = (
    on_record(
        "三（二）.1",
        "evaluation_method_in_force",
        force="must",
        who="leading-group",
        events=("assessment",),
        applies=only_for("assessed_level", "county"),
    ),
    Duty("三（二）.2", force="must", who="leading-group", due="evaluation_due"),
    Duty("三（二）.3", force="must", who="leading-group", due="evaluation_due"),
    all_named(
        "三（二）.4",
        "evaluation_feeds",
        value="assessments_fed",
        force="must",
        who="county",
        events=("assessment",),
        applies=only_for("assessed_level", "county"),
    ),
    Intent("三（二）.5", force="must", who="county", reason=REWARD),
)

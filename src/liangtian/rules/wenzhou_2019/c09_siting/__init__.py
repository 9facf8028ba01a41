"""（九）Where farmland is reclaimed, and where dry land may become paddy; what advanced places are given.

The plain orders of the text are read as must: dry-to-paddy works and reclamation go only where it sends them.
"""

from __future__ import annotations

from liangtian.policy.clause import Intent, only_if
from liangtian.policy.document import NotComputed
from liangtian.policy.shapes import on_record
from liangtian.rules.wenzhou_2019.c09_siting import land, paddy

RESOURCES = Intent(
    "（九）.1",
    force="must",
    who="county",
    reason=NotComputed(
        zh="开发利用各类资源、吸引各方参与的总要求，文件未设标准；具体选址条件见以下各项。",
        en="A general call to use every resource and to draw in others; the text sets no measure. The conditions of a "
        "site follow.",
    ),
)
ADVANCED = on_record(
    "（九）.7",
    "advanced_quota_given",
    "advanced_ranked_first",
    "advanced_marks_given",
    force="must",
    who="city",
    events=("assessment",),
    applies=only_if("advanced_in_reclamation"),
)
OBLIGATIONS = (RESOURCES, land.SUITED, land.ENCOURAGED, paddy.DRY, paddy.TERRAIN, land.OUTSIDE_FOREST, ADVANCED)

"""Haining 2021, whole-area land consolidation and ecological restoration: the contents page.

In force from 22 December 2021, the day it was made out; published 19 January 2022. Our choice, the text sets no day.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.haining_2021 import (
    c0_preamble,
    c1_1_triple,
    c1_2_plans,
    c1_3_projects,
    c1_4_villagers,
    c1_5_targets,
    c2_1_library,
    c2_2_funds,
    c2_3_demonstration,
    c2_4_units,
    c2_5_acceptance,
    c2_6_aftercare,
    c3_1_leading_group,
    c3_2_evaluation,
    c3_3_supervision,
    c3_4_publicity,
)

DOCUMENT = Document(
    id="haining-2021",
    title_zh="海宁市人民政府办公室关于高质量推进乡村全域土地综合整治与生态修复工程的实施意见",
    title_en="Haining 2021: whole-area rural land consolidation and ecological restoration",
    since=date(2021, 12, 22),
    package=__name__,
    contents={
        "前言": c0_preamble,
        # 一、进一步深化工作理念
        "一（一）": c1_1_triple,
        "一（二）": c1_2_plans,
        "一（三）": c1_3_projects,
        "一（四）": c1_4_villagers,
        "一（五）": c1_5_targets,
        # 二、进一步完善工作机制
        "二（一）": c2_1_library,
        "二（二）": c2_2_funds,
        "二（三）": c2_3_demonstration,
        "二（四）": c2_4_units,
        "二（五）": c2_5_acceptance,
        "二（六）": c2_6_aftercare,
        # 三、进一步加强工作保障
        "三（一）": c3_1_leading_group,
        "三（二）": c3_2_evaluation,
        "三（三）": c3_3_supervision,
        "三（四）": c3_4_publicity,
    },
)

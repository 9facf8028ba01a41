"""Haining 2021, whole-area land consolidation and ecological restoration: the contents page.

In force from 22 December 2021, the day it was made out; published 19 January 2022. Our choice, the text sets no day.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document, NotComputed
from liangtian.rules.haining_2021 import c1_3_projects

NOT_BUILT = NotComputed(zh="尚未实现", en="not built yet")

DOCUMENT = Document(
    id="haining-2021",
    title_zh="海宁市人民政府办公室关于高质量推进乡村全域土地综合整治与生态修复工程的实施意见",
    title_en="Haining 2021: whole-area rural land consolidation and ecological restoration",
    since=date(2021, 12, 22),
    package=__name__,
    contents={
        "前言": NOT_BUILT,  # purpose and the higher documents it rests on
        # 一、进一步深化工作理念
        "一（一）": NOT_BUILT,  # quantity, quality, ecology
        "一（二）": NOT_BUILT,  # plans and potential survey
        "一（三）": c1_3_projects,
        "一（四）": NOT_BUILT,  # opinions heard, agreements before relocation
        "一（五）": NOT_BUILT,  # 1211 and the block projects
        # 二、进一步完善工作机制
        "二（一）": NOT_BUILT,  # reserve library
        "二（二）": NOT_BUILT,  # merged funds
        "二（三）": NOT_BUILT,  # joint demonstration
        "二（四）": NOT_BUILT,  # unit-wise implementation
        "二（五）": NOT_BUILT,  # acceptance
        "二（六）": NOT_BUILT,  # aftercare
        # 三、进一步加强工作保障
        "三（一）": NOT_BUILT,  # leading group
        "三（二）": NOT_BUILT,  # evaluation
        "三（三）": NOT_BUILT,  # digital supervision
        "三（四）": NOT_BUILT,  # publicity
    },
)

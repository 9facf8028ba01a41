"""Zhejiang's contiguous consolidation of permanent basic farmland, 2021: scale, slope, contiguity, soil.

The document itself has not been seen; the figures are those of a report on the meeting that announced the work in April
2021, which says "about": principles, marked unverified. The exact day is our choice.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.contiguous_blocks_2021 import c1_blocks

DOCUMENT = Document(
    id="contiguous-blocks-2021",
    title_zh="浙江省永久基本农田集中连片整治（千亩方、万亩方，2021）",
    title_en="Zhejiang 2021: contiguous consolidation of permanent basic farmland",
    since=date(2021, 4, 23),
    package=__name__,
    contents={"（选址）": c1_blocks},
)

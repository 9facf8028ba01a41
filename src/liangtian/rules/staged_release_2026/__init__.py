"""Staged release 2026, our own rules: credit of new farmland is released in steps and taken back where it proves false.

No text orders it; a field check of 7,214 projects in 2019 found 3.4 % of their area false, so a place may adopt it.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.staged_release_2026 import clawback, release, replacement

DOCUMENT = Document(
    id="staged-release-2026",
    title_zh="补充耕地指标分期释放与追回办法（良田示范文本）",
    title_en="Staged release 2026: releasing and taking back the credit of new farmland",
    since=date(2019, 1, 1),
    package=__name__,
    contents={"（释放）": release, "（追回）": clawback, "（补缺）": replacement},
)

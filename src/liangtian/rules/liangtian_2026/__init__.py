"""Our own technical values: no document of law, so no place adopts it and it rules on nothing.

In force from 1 January 2019, so that every case the documents reach finds a value.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.liangtian_2026 import design, potential, technical

DOCUMENT = Document(
    id="liangtian-2026",
    title_zh="良田技术参数",
    title_en="Liangtian technical values",
    since=date(2019, 1, 1),
    package=__name__,
    contents={"（技术）": technical, "（设计）": design, "（潜力）": potential},
    needs_adoption=False,
)

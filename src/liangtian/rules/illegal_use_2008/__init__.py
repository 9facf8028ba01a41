"""Discipline for breaches of land rules, 2008 (违反土地管理规定行为处分办法): what the rulebook uses of it.

In force from 1 June 2008, a day we have not checked against the published order.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.illegal_use_2008 import a03_share

DOCUMENT = Document(
    id="illegal-use-2008",
    title_zh="违反土地管理规定行为处分办法",
    title_en="Discipline for breaches of land rules, 2008",
    since=date(2008, 6, 1),
    package=__name__,
    contents={"（第三条）": a03_share},
)

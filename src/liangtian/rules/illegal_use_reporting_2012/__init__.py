"""Notice of 2012 on farmland protection and quality: what the rulebook uses of it, the reporting of illegal use.

Read in a reprint that shows neither number nor day; in force from the last day of 2012, our choice.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.illegal_use_reporting_2012 import s09_reporting

DOCUMENT = Document(
    id="illegal-use-reporting-2012",
    title_zh="国土资源部2012年耕地保护通知（违法行为报告）",
    title_en="Ministry notice of 2012 on farmland protection (reporting of illegal use)",
    since=date(2012, 12, 31),
    package=__name__,
    contents={"（九）": s09_reporting},
)

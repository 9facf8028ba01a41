"""GB/T 30600-2022, general rules of high-standard farmland: a few of its figures, as far as they are known.

The figures of the 2022 edition have not been seen: those of soil and ground are of a list of targets before it, those
of roads from memory. All are marked unverified.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.high_standard_farmland_2022 import c1_indicators

DOCUMENT = Document(
    id="high-standard-farmland-2022",
    title_zh="高标准农田建设 通则（GB/T 30600-2022）",
    title_en="GB/T 30600-2022, general rules of high-standard farmland",
    since=date(2022, 10, 1),
    package=__name__,
    contents={"（指标）": c1_indicators},
)

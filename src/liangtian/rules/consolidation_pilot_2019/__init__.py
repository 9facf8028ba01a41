"""Ministry notice of 2019 on pilots of whole-area consolidation (自然资发〔2019〕194号): two shares as known, not verified.

Its text has not been seen. Shares are marked unverified and none of its sentences gates. In force from the last day of
2019, our choice.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.consolidation_pilot_2019 import basic_farmland, farmland

DOCUMENT = Document(
    id="consolidation-pilot-2019",
    title_zh="自然资源部关于开展全域土地综合整治试点工作的通知",
    title_en="Ministry notice of 2019 on pilots of whole-area consolidation",
    since=date(2019, 12, 31),
    package=__name__,
    contents={"（耕地）": farmland, "（永久基本农田）": basic_farmland},
)

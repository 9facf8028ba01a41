"""Notice 自然资规〔2019〕4号 on facility agricultural land, with what notice 自然资发〔2021〕166号 later tightened.

Read in a mirror and in a provincial rule that carries it out; its day of issue and how long it stands are from memory.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.facility_land_2019 import c1_scope, c2_basic_farmland, c3_restoration

DOCUMENT = Document(
    id="facility-land-2019",
    title_zh="自然资源部 农业农村部关于设施农业用地管理有关问题的通知（自然资规〔2019〕4号）",
    title_en="Notice on facility agricultural land, 2019",
    since=date(2019, 12, 17),
    package=__name__,
    contents={"（范围）": c1_scope, "（永久基本农田）": c2_basic_farmland, "（恢复）": c3_restoration},
)

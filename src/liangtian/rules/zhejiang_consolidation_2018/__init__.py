"""Zhejiang's regulations on land consolidation, as amended on 30 November 2018: what the two documents rest on.

By topic, as far as facts decide; the articles are cited where they are known. A statute binds without adoption: the
demonstration adopts it as an installation in Zhejiang does.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.zhejiang_consolidation_2018 import (
    c1_siting,
    c2_planning,
    c3_consent,
    c4_application,
    c5_design_change,
    c6_topsoil,
    c7_acceptance,
    c8_aftercare,
    c9_recheck,
    c10_indices,
)

DOCUMENT = Document(
    id="zhejiang-consolidation-2018",
    title_zh="浙江省土地整治条例（2018 年修正）",
    title_en="Zhejiang land consolidation regulations, amended 2018",
    since=date(2018, 11, 30),
    package=__name__,
    contents={
        "（选址）": c1_siting,
        "（规划）": c2_planning,
        "（意愿）": c3_consent,
        "（申报）": c4_application,
        "（变更）": c5_design_change,
        "（耕作层）": c6_topsoil,
        "（验收）": c7_acceptance,
        "（管护）": c8_aftercare,
        "（抽查）": c9_recheck,
        "（指标）": c10_indices,
    },
)

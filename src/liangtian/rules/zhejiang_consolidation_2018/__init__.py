"""Zhejiang's regulations on land consolidation, as amended on 30 November 2018: what the two documents rest on.

By topic, as far as facts decide; the articles are cited where they are known. A statute binds without adoption: the
demonstration adopts it from its day, as an installation in Zhejiang does.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.zhejiang_consolidation_2018 import (
    acceptance,
    aftercare,
    application,
    consent,
    design_change,
    planning,
    recheck,
    siting,
    topsoil,
)

DOCUMENT = Document(
    id="zhejiang-consolidation-2018",
    title_zh="浙江省土地整治条例（2018 年修正）",
    title_en="Zhejiang land consolidation regulations, amended 2018",
    since=date(2018, 11, 30),
    package=__name__,
    contents={
        "（选址）": siting,
        "（规划）": planning,
        "（意愿）": consent,
        "（申报）": application,
        "（变更）": design_change,
        "（耕作层）": topsoil,
        "（验收）": acceptance,
        "（管护）": aftercare,
        "（抽查）": recheck,
    },
)

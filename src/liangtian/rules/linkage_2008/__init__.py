"""Linkage 2008, the ministry's rules on linking the increase and decrease of construction land (国土资发〔2008〕138号).

In force from 27 June 2008, its day of issue as it is cited; the text has not been seen, so its parts go by topic.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.linkage_2008 import project_areas, surplus, turnover

DOCUMENT = Document(
    id="linkage-2008",
    title_zh="城乡建设用地增减挂钩试点管理办法（国土资发〔2008〕138号）",
    title_en="Linkage 2008: linking the increase and decrease of construction land",
    since=date(2008, 6, 27),
    package=__name__,
    contents={
        "（项目区）": project_areas,
        "（周转指标）": turnover,
        "（节余指标）": surplus,
    },
)

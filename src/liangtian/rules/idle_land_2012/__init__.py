"""Idle land 2012, the ministry's measures on idle land (国土资源部令第53号): what the clauses of others rest on.

In force from 1 July 2012. The thresholds are taken from a report of the measures, the numbers of the articles from
practice; articles without a rule or a value that others need are left out.
"""

from __future__ import annotations

from datetime import date

from liangtian.policy.document import Document
from liangtian.rules.idle_land_2012 import c02_definition, c12_agreement, c14_sanctions

DOCUMENT = Document(
    id="idle-land-2012",
    title_zh="闲置土地处置办法（国土资源部令第53号）",
    title_en="Idle land 2012: measures on the disposal of idle land",
    since=date(2012, 7, 1),
    package=__name__,
    contents={
        "第二条": c02_definition,
        "第十二条": c12_agreement,
        "第十四条": c14_sanctions,
    },
)

"""（二）Permanent basic farmland and its demonstration zones: not occupied or changed without authority.

The text takes no account of area: any overlap beyond the line tolerance counts. A consolidation project holds basic
farmland by its nature; it breaks the clause only by occupying it or changing its use without an examined adjustment.
"""

from __future__ import annotations

from liangtian.policy.document import NotComputed
from liangtian.rules.wenzhou_2019.c02_basic_farmland import demonstration, plans, unauthorised

OBLIGATIONS = (unauthorised.OBLIGATION, plans.OBLIGATION, demonstration.OBLIGATION)

NOT_COMPUTED = {
    "违法占用查处": NotComputed(zh="案件台账尚未实现", en="the register of cases is not built yet"),
    "田长制": NotComputed(zh="田长网格尚未实现", en="the field-chief grid is not built yet"),
    "储备库": NotComputed(zh="永久基本农田储备库尚未实现", en="the basic-farmland reserve library is not built yet"),
}

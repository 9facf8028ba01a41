"""（三）Stock before growth: land approved but not supplied and idle land cleared, low-efficiency land put to use.

What makes supplied land idle, and what follows, is the business of `idle-land-2012`; here stands the place's register.
"""

from __future__ import annotations

from liangtian.policy.clause import Intent
from liangtian.policy.document import NotComputed
from liangtian.rules.wenzhou_2019.c03_stock_land import performance, register, supply

MORE_QUOTA = Intent(
    "（三）.4",
    force="must",
    who="county",
    reason=NotComputed(
        zh="争取省计划指标的结果由省决定，本地没有可判定的事实；盘活规模见（三）.1",
        en="how much quota the province grants is for the province; the place leaves no fact to decide. What it clears is "
        "judged by （三）.1",
    ),
)
NEW_WAYS = Intent(
    "（三）.8",
    force="may",
    who="anyone",
    reason=NotComputed(
        zh="鼓励性规定，未列出技术和模式，没有可判定的事实",
        en="an encouragement that names no technique and no model; nothing can be decided",
    ),
)
MODEL_CITY = Intent(
    "（三）.10",
    force="must",
    who="city",
    reason=NotComputed(
        zh="示范市、模范县（市）由上级评定，标准不在本文件",
        en="the title of model city or county is awarded from above, by standards that are not in this document",
    ),
)
OBLIGATIONS = (
    register.LINKED,
    register.REGISTERED,
    register.CLEARED,
    MORE_QUOTA,
    supply.PRIORITY,
    performance.REDEVELOPMENT,
    supply.STANDARD_LAND,
    NEW_WAYS,
    performance.DIFFERENTIAL,
    MODEL_CITY,
)

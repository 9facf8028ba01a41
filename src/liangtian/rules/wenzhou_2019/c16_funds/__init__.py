"""（十六）Funds merged into the project's works, proceeds first to its villages, rewards for the plan and on acceptance."""

from __future__ import annotations

from liangtian.policy.clause import Intent
from liangtian.policy.document import NotComputed
from liangtian.rules.wenzhou_2019.c16_funds import money, rewards

OUTSTANDING = Intent(
    "（十六）.3",
    force="must",
    who="city",
    reason=NotComputed(
        zh="成效突出的奖励按市委、市政府另行文件执行，标准不在本文件；本文件规定的两项奖励见（十六）.4、.5。",
        en="Outstanding projects are rewarded by other documents of the city; the two rewards this text sets follow.",
    ),
)
OBLIGATIONS = (money.MERGED, money.PROCEEDS, OUTSTANDING, rewards.PLAN, rewards.ACCEPTANCE)

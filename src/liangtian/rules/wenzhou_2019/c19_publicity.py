"""（十九）Publicity every year, farmland law in the training of officials, the media put to use."""

from __future__ import annotations

from liangtian.policy.clause import Duty, Intent
from liangtian.policy.document import NotComputed

NEW_FORMS = NotComputed(
    zh="创新形式、形成氛围的方向，没有衡量尺度", en="It asks for new forms and a good climate and gives no measure"
)

OBLIGATIONS = (
    Duty("（十九）.1", force="must", who="county", due="yearly_due"),
    Duty("（十九）.2", force="must", who="county", due="yearly_due"),
    Intent("（十九）.3", force="must", who="county", reason=NEW_FORMS),
    Duty("（十九）.4", force="must", who="county", due="yearly_due"),
)

"""（六）City pool: a fifth of what provincial pooling leaves, index by index, paid for when pooled and when used.

The text gives the share on area; pro rata to capacity, and whole units rounded half-up with the residue left to the
county, are our reading.
"""

from __future__ import annotations

from liangtian.policy.clause import Intent
from liangtian.policy.document import NotComputed
from liangtian.rules.wenzhou_2019.c06_pooling import price, province, share, use

LEVELS = Intent(
    "（六）.1",
    force="must",
    who="city",
    reason=NotComputed(
        zh="四级统筹的次序体现在（五）补充途径、本条市级统筹和（七）调剂中，本句自身没有可判定的事实",
        en="the order of the four levels works through the ways of balancing in （五）, the pool of this clause and the "
        "transfers of （七）; the sentence itself leaves no fact to decide",
    ),
)
OBLIGATIONS = (LEVELS, share.OBLIGATION, use.OBLIGATION, price.WHEN_POOLED, price.WHEN_USED, province.OBLIGATION)

"""（一）Control lines, the expansion boundary, and the scale of village construction land.

Of the three control lines, permanent basic farmland has its own clause, （二）. The text orders the lines drawn and
carried out; that construction keeps off the red line, and batch land inside the urban boundary, is our reading of it.
"""

from __future__ import annotations

from liangtian.policy.document import NotComputed
from liangtian.rules.wenzhou_2019.c01_control_lines import expansion, red_line, urban_boundary, village_scale

OBLIGATIONS = (
    red_line.OBLIGATION,
    urban_boundary.OBLIGATION,
    expansion.INSIDE,
    expansion.OUTSIDE,
    village_scale.GROW,
    village_scale.SHRINK,
)

NOT_COMPUTED = {
    "建设用地总规模": NotComputed(zh="建设用地规模台账尚未实现", en="the construction-land account is not built yet"),
    "村土地利用规划": NotComputed(zh="规划成果尚未纳入", en="village land-use plans are not among the layers yet"),
    "宅基地标准": NotComputed(zh="文件未给出数值，由各地自定", en="the text gives no figure; each place sets its own"),
}

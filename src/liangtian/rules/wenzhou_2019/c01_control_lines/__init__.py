"""（一）Control lines, the scale of construction land, the expansion boundary, village plans and village land.

Of the three control lines, permanent basic farmland has its own clause, （二）. The text orders the lines drawn and
carried out; that construction keeps off the red line, and batch land inside the urban boundary, is our reading of it.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c01_control_lines import expansion, planning, red_line, urban_boundary, village_scale

OBLIGATIONS = (
    red_line.OBLIGATION,
    urban_boundary.OBLIGATION,
    planning.SCALE,
    planning.EVALUATION,
    expansion.INSIDE,
    expansion.OUTSIDE,
    planning.VILLAGE_PLANS,
    village_scale.GROW,
    village_scale.SHRINK,
    planning.HOMESTEAD,
)

"""一（三）A 3+X project: whole villages, three parts, farmland function restored, a block of 1000 mu, sub-projects joined."""

from __future__ import annotations

from liangtian.rules.haining_2021.c1_3_projects import block, parts, sub_projects, unit

OBLIGATIONS = (unit.OBLIGATION, parts.OBLIGATION, block.OBLIGATION, sub_projects.JOINED, sub_projects.TOGETHER)

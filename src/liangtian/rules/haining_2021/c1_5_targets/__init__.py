"""一（五）The 1211 targets of 2021–2025 and the block projects, counted from the lists kept of them.

A target not reached is no failure before the last day of the period. Annex 1, which splits the targets among towns, is
not published with the text, so they are asked of the county alone.
"""

from __future__ import annotations

from liangtian.rules.haining_2021.c1_5_targets import blocks, totals

OBLIGATIONS = (*totals.OBLIGATIONS, *blocks.OBLIGATIONS)

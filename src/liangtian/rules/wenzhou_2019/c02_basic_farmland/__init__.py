"""（二）Permanent basic farmland and its demonstration zones: not occupied or changed without authority.

The text takes no account of area: any overlap beyond the line tolerance counts. A consolidation project holds basic
farmland by its nature; it breaks the clause only by occupying it or changing its use without an examined adjustment.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c02_basic_farmland import demonstration, kept, plans, unauthorised

OBLIGATIONS = (
    unauthorised.OBLIGATION,
    plans.OBLIGATION,
    demonstration.OBLIGATION,
    kept.CASES,
    kept.FIELD_CHIEFS,
    kept.RESERVE,
)

"""（八）Two kinds of commitment: what may be promised, until when it is kept, and what a default costs.

A promise stands in the book of the place as a debt, its pool `committed`; what a default cannot cover becomes `arrears`,
which stop further commitments of that place and nothing else.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c08_commitment import arrears, deduct, due, fulfil, promise

OBLIGATIONS = (
    promise.INFRASTRUCTURE,
    due.BEFORE_COMPLETION,
    promise.SUPPLEMENT_IMPROVE,
    due.STEPS,
    fulfil.OBLIGATION,
    deduct.OBLIGATION,
    arrears.OBLIGATION,
)

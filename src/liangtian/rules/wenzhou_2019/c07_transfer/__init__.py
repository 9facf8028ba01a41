"""（七）The transfer platform: who may ask, how far surplus travels, what proceeds serve, and who may not give.

A listing is the posting of its settlement entered as pending: the book holds and lapses it without a rule.
"""

from __future__ import annotations

from liangtian.rules.wenzhou_2019.c07_transfer import apply, eligibility, proceeds, surplus

OBLIGATIONS = (
    apply.OBLIGATION,
    surplus.CIRCULATES,
    surplus.COMES_FIRST,
    proceeds.OBLIGATION,
    eligibility.OBLIGATION,
)

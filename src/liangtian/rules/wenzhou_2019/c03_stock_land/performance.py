"""（三）.6, .9 Low-efficiency land: a mechanism to redevelop it, policies that make it give way."""

from __future__ import annotations

from liangtian.policy.clause import always
from liangtian.policy.shapes import on_record

REDEVELOPMENT = on_record(
    "（三）.6", "redevelopment_mechanism_set", force="must", who="county", events=("assessment",), applies=always
)
DIFFERENTIAL = on_record(
    "（三）.9",
    "per_mu_performance_rated",
    "differential_policies_applied",
    force="must",
    who="county",
    events=("assessment",),
    applies=always,
)

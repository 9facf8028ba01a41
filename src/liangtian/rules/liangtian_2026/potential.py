"""（潜力）Values that the survey of potential needs and no document gives: what counts as what, and how near is near."""

from __future__ import annotations

from typing import Any

from liangtian.policy.clause import Obligation

OBLIGATIONS: tuple[Obligation[Any], ...] = ()

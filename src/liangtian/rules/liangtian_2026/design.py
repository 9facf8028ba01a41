"""（设计）Values that the design of blocks works with: which land which works suit, and what they cost. No text gives any."""

from __future__ import annotations

from typing import Any

from liangtian.policy.clause import Obligation

OBLIGATIONS: tuple[Obligation[Any], ...] = ()

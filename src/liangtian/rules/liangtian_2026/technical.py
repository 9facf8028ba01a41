"""（技术）Values that measuring needs and no adopted document gives: the line tolerance, capacity by grade, what joins a block."""

from __future__ import annotations

from typing import Any

from liangtian.policy.clause import Obligation

OBLIGATIONS: tuple[Obligation[Any], ...] = ()

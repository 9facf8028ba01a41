"""What a rule says should move: a party, not yet a place; a pool; an index; a whole amount."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Posting:
    party: str
    pool: str
    index: str
    amount: int

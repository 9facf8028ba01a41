"""What a clause enters in the book: an amount of one index, into or out of the pool of a party of the case.

A clause knows parties by their role in the event, not which place plays it; who plays which role is told where the
postings of an event become the legs of an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Pocket(NamedTuple):
    """A pool of a party: `Pocket("county", "reserve")`."""

    party: str
    pool: str


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount of one index added to (or, negative, taken from) a party's pool.

    Attributes
    ----------
    party : role in the event: county, city, province, provider, buyer, outside …
    index : id of `ledger/indices.toml`; its unit is that of `amount`, a whole number
    """

    party: str
    pool: str
    index: str
    amount: int


def move(index: str, amount: int, *, from_: Pocket, to: Pocket) -> Iterator[Posting]:
    """Take an amount from one pool and give it to another; nothing moves when it is nought.

    Examples
    --------
    >>> [leg.amount for leg in move("paddy_m2", 18, from_=Pocket("county", "reserve"), to=Pocket("city", "municipal"))]
    [-18, 18]
    """
    if amount:
        yield Posting(from_.party, from_.pool, index, -amount)
        yield Posting(to.party, to.pool, index, amount)

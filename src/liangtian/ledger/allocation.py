"""From what a rule says should move to the legs of an entry: parties become places, amounts become amounts of lots."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from liangtian.errors import BookRefused, Unbalanced
from liangtian.ledger.entry import Account, Leg
from liangtian.ledger.indices import index_words, indices
from liangtian.ledger.kinds import pools
from liangtian.ledger.posting import Posting

Key = tuple[str, str, str]
"""Place, pool and index."""

Holdings = Mapping[Key, Sequence[tuple[str, int]]]
"""What an account can spend of which lot, in the order in which it is to be spent: `Book.holdings`, or lots by name."""

_Slices = deque[tuple[str | None, int]]


def legs_from(postings: Iterable[Posting], parties: Mapping[str, str], lots: Holdings | None = None) -> tuple[Leg, ...]:
    """Turn the postings of one event into legs.

    1. Postings on one account are added up; what comes to zero is left out.
    2. Who gives an index with lots gives slices of its holdings, in their order: oldest first, or the lots named.
    3. Who takes, takes these slices in the order of the postings, so that each keeps its ground. Debts (commitments,
       arrears) have no ground and take only what the outside world gives without one; the outside world takes the rest.

    Parameters
    ----------
    parties : party → place: `{"county": "339901", "city": "339900", "outside": "outside"}`
    lots : holdings of the accounts that give; for an acceptance, the outside world holds the new lots

    Raises
    ------
    BookRefused (party-unknown, holdings-short)
    Unbalanced (postings-unbalanced)

    Examples
    --------
    >>> from liangtian.ledger.posting import Posting
    >>> pooled = [Posting("county", "reserve", "paddy_m2", -18), Posting("city", "municipal", "paddy_m2", 18)]
    >>> held = {("339901", "reserve", "paddy_m2"): [("A-1", 10), ("A-2", 30)]}
    >>> for leg in legs_from(pooled, {"county": "339901", "city": "339900"}, held):
    ...     print(leg.account.place, leg.account.lot, leg.amount)
    339900 A-1 10
    339900 A-2 8
    339901 A-1 -10
    339901 A-2 -8
    """
    wanted: dict[Key, int] = {}
    for posting in postings:
        if posting.party not in parties:
            raise BookRefused("party-unknown", party=posting.party, known=", ".join(parties))
        key = (parties[posting.party], posting.pool, posting.index)
        wanted[key] = wanted.get(key, 0) + posting.amount
    legs: list[Leg] = []
    for index in dict.fromkeys(index for _, _, index in wanted):
        of_index = {key: amount for key, amount in wanted.items() if key[2] == index and amount}
        if sum(of_index.values()):
            raise Unbalanced("postings-unbalanced", **index_words(index), total=sum(of_index.values()))
        legs += _legs_of_index(of_index, lots or {})
    return tuple(sorted(legs, key=lambda leg: leg.account.order))


def _legs_of_index(wanted: Mapping[Key, int], lots: Holdings) -> list[Leg]:
    on_ground: _Slices = deque()
    groundless: _Slices = deque()
    legs: Counter[Account] = Counter()
    for key, amount in wanted.items():
        if amount < 0:
            for lot, part in _given(key, -amount, lots):
                legs[Account(*key, lot)] -= part
                (groundless if lot is None else on_ground).append((lot, part))
    for key in sorted((key for key, amount in wanted.items() if amount > 0), key=_is_outside):
        queues = (groundless,) if _is_groundless(key) else (on_ground, groundless) if _is_outside(key) else (on_ground,)
        for lot, part in _take(key, wanted[key], queues):
            legs[Account(*key, lot)] += part
    return [Leg(account, amount) for account, amount in legs.items() if amount]


def _given(key: Key, amount: int, lots: Holdings) -> list[tuple[str | None, int]]:
    """Slices of what an account holds, as much as it gives."""
    if key not in lots and (_is_groundless(key) or _is_outside(key)):
        return [(None, amount)]
    return _take(key, amount, (deque(lots.get(key, ())),))


def _take(key: Key, amount: int, queues: Iterable[deque[Any]]) -> list[tuple[str | None, int]]:
    taken: list[tuple[str | None, int]] = []
    missing = amount
    for queue in queues:
        while missing and queue:
            lot, part = queue.popleft()
            used = min(part, missing)
            taken.append((lot, used))
            missing -= used
            if part > used:
                queue.appendleft((lot, part - used))
    if missing:
        place, pool, index = key
        words = {"place": place, "pool_zh": pools()[pool].zh, "pool_en": pools()[pool].en, **index_words(index)}
        raise BookRefused("holdings-short", **words, needed=amount, found=amount - missing)
    return taken


def _is_groundless(key: Key) -> bool:
    return not indices()[key[2]].lots or not (pools()[key[1]].lots or _is_outside(key))


def _is_outside(key: Key) -> bool:
    return pools()[key[1]].may_be_negative

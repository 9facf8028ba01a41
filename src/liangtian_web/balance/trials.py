"""Values on trial over the book: posted filings decided again, the differences laid over the balances day by day.

Only procedures whose facts stand with the filing are decided again; the others rest on what the book held then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian.messages import Language
from liangtian.policy.clause import Case
from liangtian.policy.whatif import Tried, below_zero
from liangtian.policy.whatif_words import worded
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import own_place
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import posted_between
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import accounts_for, day_balances
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.review.trials import decide_again, on_trial
from liangtian_web.rulebook.queries import keys_of, values_known
from liangtian_web.rulebook.values import text_of
from liangtian_web.trail.actions import note

FILINGS_MAX = 5000
AGAIN = tuple(event for event, procedure in PROCEDURES.items() if procedure.again)
Key = tuple[str, str, str]  # place, pool, index


@dataclass(frozen=True, slots=True)
class Change:
    """What one filing would book otherwise in one pool."""

    place: Place
    pool: str
    index: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A pool that would hold more or less.

    Attributes
    ----------
    account : where the user may look at it
    filings : how many move it
    below : the first day it would be below zero and is not now, and what it would hold
    """

    place: Place
    pool: str
    index: str
    account: Account | None
    filings: int
    amount: int
    below: tuple[date, int] | None

    @property
    def size(self) -> int:
        """The amount without its sign."""
        return abs(self.amount)


@dataclass(frozen=True, slots=True)
class BookTrial:
    """What a trial over the book found.

    Attributes
    ----------
    now, said : the value on trial in words, and the trial as a sentence
    asked : posted filings on days of the trial; touched : those decided by the value
    rows : the filings that would book otherwise, each with its changes
    moved : the pools, those that would go below zero first
    """

    now: str
    said: str
    asked: int
    touched: int
    rows: list[tuple[Filing, list[Change]]]
    moved: list[Moved]


def try_over_book(request: Request, given: Mapping[str, Any], lang: Language) -> BookTrial:
    """Decide the user's posted filings again with one value changed; nothing is kept but the trail's entry.

    Raises
    ------
    DocumentRefused : with every defect of the value
    """
    values = on_trial(given)
    posted = posted_between(request.user, given["since"], given["until"])
    accepted = {str(each.uuid): each for each in posted.filter(event__in=AGAIN)[:FILINGS_MAX]}

    compared = decide_again(_cases(accepted.values()), values, {name: PROCEDURES[name].gates for name in AGAIN})
    rows = list(_rows(compared.changed, accepted))

    note(request, "balance.whatif", given["name"], on=given["since"])
    said = worded(values[0], values_known(), lang)
    return BookTrial(text_of(values[0], lang), said, posted.count(), compared.touched, rows, _moved(request.user, rows))


def _cases(filings: Iterable[Filing]) -> Iterator[tuple[str, Case]]:
    @cache
    def keys(place: Place) -> tuple[str, ...]:
        return keys_of(place)

    for each in filings:
        key, *within = keys(each.place)
        yield str(each.uuid), Case(each.on, key, each.event, PROCEDURES[each.event].facts(each, key), tuple(within))


def _rows(changed: Iterable[Tried], filings: Mapping[str, Filing]) -> Iterator[tuple[Filing, list[Change]]]:
    """The filings that change, with the pools of the parties as they stand in the book."""

    @cache
    def places(number: int) -> dict[str, Place | None]:
        parties = own_place(standing[number])
        found = places_by_key(parties.values())
        return {party: found.get(key) for party, key in parties.items()}

    standing = {each.place_id: each for each in filings.values()}
    for tried in changed:
        filing = filings[tried.name]
        changes = []
        for name, (before, after) in tried.postings.items():
            party, pool, index = name.split(":")
            if place := places(filing.place_id).get(party):
                changes.append(Change(place, pool, index, before, after))
        if changes:
            yield filing, changes


def _moved(user: User, rows: Iterable[tuple[Filing, list[Change]]]) -> list[Moved]:
    """Sum up by pool, and follow the pools the user may see from day to day."""
    moves = [(_key(each), filing.on, each.after - each.before) for filing, changes in rows for each in changes]
    places = {place_key(each.place): each.place for _, changes in rows for each in changes}
    seen = set(map(place_key, places_for(user).filter(pk__in=[each.pk for each in places.values()])))
    accounts = _accounts(user, {key for key, _, _ in moves}, places.values())
    days = day_balances(accounts.values())
    held = {key: days.get(each.pk, {}) for key, each in accounts.items()}
    below = below_zero(held, (each for each in moves if each[0][0] in seen))

    found = []
    for key in dict.fromkeys(key for key, _, _ in moves):
        amounts = [amount for moved, _, amount in moves if moved == key]
        place, pool, index = key
        found.append(Moved(places[place], pool, index, accounts.get(key), len(amounts), sum(amounts), below.get(key)))
    return sorted(found, key=lambda each: (each.below is None, each.below or (), each.place.pk, _order(each)))


def _key(change: Change) -> Key:
    return place_key(change.place), change.pool, change.index


def _order(moved: Moved) -> tuple[int, int]:
    return list(pools()).index(moved.pool), list(indices()).index(moved.index)


def _accounts(user: User, keys: set[Key], places: Iterable[Place]) -> dict[Key, Account]:
    found = accounts_for(user).filter(place__in=list(places))
    by_key = {(place_key(each.place), each.pool, each.index): each for each in found}
    return {key: account for key, account in by_key.items() if key in keys}

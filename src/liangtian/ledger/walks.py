"""From a credit to its ground and from ground to its credits: both ways, through every transfer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from liangtian.ledger.book import Book
from liangtian.ledger.entry import Account, Entry
from liangtian.ledger.exclusivity import shared_ground
from liangtian.ledger.lots import Ground, Lot
from liangtian.units import round_dm2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a credit comes from.

    Attributes
    ----------
    lot : the lot it was earned on
    ground : its boundary; None: only its document is known
    opened_by : the entry that brought it into the book
    path : every entry that moved credits of this index and lot, in the order of recording
    """

    lot: Lot
    ground: Ground | None
    opened_by: Entry
    path: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """A lot on a piece of ground: the ground shared, hundredths of m², and where its credits stand on the day."""

    lot: Lot
    shared_dm2: int
    balances: Mapping[Account, int]


def origin_of(book: Book, account: Account) -> Origin | None:
    """Walk from a credit to its ground; None for an account that stands on none (quota, money, debts)."""
    if account.lot is None or account.lot not in book.lots:
        return None
    wanted = (account.index, account.lot)
    path = [e for e in book.entries.values() if any((leg.account.index, leg.account.lot) == wanted for leg in e.legs)]
    return Origin(book.lots[account.lot], book.ground(account.lot), book.opened_by(account.lot), tuple(path))


def credits_on(book: Book, ground: Ground, on: date, *, known_on: datetime | None = None) -> tuple[Standings, ...]:
    """Walk from a piece of ground to every credit it ever earned and where that stands on a day, by serial of the lot."""
    balances = book.balances(on, known_on=known_on)
    found = []
    for lot in book.lots_near(ground):
        theirs = book.ground(lot.serial)
        shared = 0 if theirs is None else int(round_dm2(shared_ground(theirs, ground)[1]).sum())
        if shared:
            found.append(Standings(lot, shared, {a: amount for a, amount in balances.items() if a.lot == lot.serial}))
    return tuple(found)


def without_ground(book: Book, on: date, *, known_on: datetime | None = None) -> dict[tuple[str, str, str], int]:
    """Balances whose ground is not known yet, by place, pool and index: part of the book, but shown apart."""
    found: Counter[tuple[str, str, str]] = Counter()
    for account, amount in book.balances(on, known_on=known_on).items():
        if account.lot is not None and book.ground(account.lot) is None and account.pool != "outside":
            found[account.place, account.pool, account.index] += amount
    return dict(found)

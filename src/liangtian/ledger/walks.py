"""From a credit to its ground and from ground to its credits: both ways, through every transfer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from liangtian.ledger.book import Book
from liangtian.ledger.entry import Account, Entry
from liangtian.ledger.lots import Ground, Lot


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


def origin_of(book: Book, account: Account) -> Origin | None:
    """Walk from a credit to its ground; None for an account that stands on none (quota, money, debts)."""
    if account.lot is None or account.lot not in book.lots:
        return None
    wanted = (account.index, account.lot)
    path = [e for e in book.entries.values() if any((leg.account.index, leg.account.lot) == wanted for leg in e.legs)]
    return Origin(book.lots[account.lot], book.ground(account.lot), book.opened_by(account.lot), tuple(path))


def without_ground(book: Book, on: date, *, known_on: datetime | None = None) -> dict[tuple[str, str, str], int]:
    """Balances whose ground is not known yet, by place, pool and index: part of the book, but shown apart."""
    found: Counter[tuple[str, str, str]] = Counter()
    for account, amount in book.balances(on, known_on=known_on).items():
        if account.lot is not None and book.ground(account.lot) is None and account.pool != "outside":
            found[account.place, account.pool, account.index] += amount
    return dict(found)

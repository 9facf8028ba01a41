"""What a pool had, what came and went entry by entry, and what it has: 对账单."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from liangtian.ledger.book import Book
from liangtian.ledger.entry import Account


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of a statement; `lapse`: no one wrote it, the hold `key` came to its day."""

    on: date
    key: str
    kind: str
    amount: int
    balance: int
    lapse: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A pool of a place in one index, over all its lots, from the start of `since` to the end of `until`."""

    place: str
    pool: str
    index: str
    since: date
    until: date
    opening: int
    lines: tuple[Line, ...]

    @property
    def closing(self) -> int:
        return self.lines[-1].balance if self.lines else self.opening


def statement(
    book: Book, pool: tuple[str, str, str], since: date, until: date, *, known_on: datetime | None = None
) -> Statement:
    """Draw up the statement of a pool, as known at a moment.

    Lines stand by business day and, within a day, in the order of recording. A hold that was ended before its day does
    not lapse, and leaves no line for it.

    Parameters
    ----------
    pool : place, pool and index
    since, until : first and last business day
    """
    moved: Counter[tuple[date, str, bool]] = Counter()
    opening = 0
    for each in book.movements(known_on=known_on):
        if _pool_of(each.account) != pool or each.on > until:
            continue
        if each.on < since:
            opening += each.amount
        else:
            moved[each.on, each.cause, each.lapse] += each.amount
    order = {key: at for at, key in enumerate(book.entries)}
    lines, balance = [], opening
    for (on, key, lapse), amount in sorted(moved.items(), key=lambda each: (each[0][0], order[each[0][1]], each[0][2])):
        if amount:
            balance += amount
            lines.append(Line(on, key, book.entries[key].kind, amount, balance, lapse))
    return Statement(*pool, since, until, opening, tuple(lines))


def _pool_of(account: Account) -> tuple[str, str, str]:
    return account.place, account.pool, account.index

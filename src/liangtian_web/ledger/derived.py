"""Whether what the database keeps beside the records, for speed, is what the records say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from liangtian.ledger.book import Book
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.records import place_key

Name = tuple[str, str, str]
Days = dict[date, int]

# What each table says was moved, by account and day, of entries that are sealed.
MOVED = {
    "day": 'SELECT account_id, "on", sum(amount) FROM ledger_day GROUP BY 1, 2 ORDER BY 1, 2',
    "leg": 'SELECT l.account_id, l."on", sum(l.amount) FROM ledger_leg l JOIN ledger_link k ON k.entry_id = l.entry_id '
           "GROUP BY 1, 2 ORDER BY 1, 2",
}  # fmt: skip
# Balances kept with closings and legs, against the legs themselves.
KEPT = """
SELECT 'opening', o.account_id, o.through, o.balance, coalesce(sum(l.amount), 0) FROM ledger_opening o
  LEFT JOIN ledger_leg l ON l.account_id = o.account_id AND l."on" <= o.through
 GROUP BY o.account_id, o.through, o.balance HAVING o.balance <> coalesce(sum(l.amount), 0)
UNION ALL
SELECT 'balance', t.account_id, t.latest, t.balance, t.total FROM (
  SELECT DISTINCT ON (l.account_id, l.lot_id) l.account_id, l.latest, l.balance,
         sum(l.amount) OVER (PARTITION BY l.account_id, l.lot_id) AS total
    FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id WHERE NOT a.may_be_negative
   ORDER BY l.account_id, l.lot_id, l.entry_id DESC, l.n DESC
) AS t WHERE t.balance <> t.total
"""


def hold_sealer() -> None:
    """Nothing is sealed until the transaction ends: what is exported and what is compared are the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(40964, 0)")


def differences(book: Book) -> Iterator[str]:
    """What differs from the book the sealed records make, a line each; within a transaction, account by account."""
    names = {
        row.pk: (place_key(row.place), row.pool, row.index) for row in Account.objects.select_related("place__book_key")
    }
    expected = _by_account(book)
    for table, query in MOVED.items():
        seen = set()
        for account, rows in groupby(_rows(query), key=lambda row: row[0]):
            seen.add(names[account])
            found = {on: int(amount) for _, on, amount in rows if amount}
            yield from _compare(table, names[account], found, expected.get(names[account], {}))
        for name in sorted(expected.keys() - seen):
            yield from _compare(table, name, {}, expected[name])
    for what, account, on, kept, total in _rows(KEPT):
        yield _line(what, names[account], on, kept, int(total))


def _by_account(book: Book) -> dict[Name, Days]:
    """What the book moved in each account over all its lots, by day."""
    found: dict[Name, Days] = {}
    for account, sums in book.sums():
        days = found.setdefault((account.place, account.pool, account.index), {})
        for on, amount in sums.sums().items():
            days[on] = days.get(on, 0) + amount
    return found


def _compare(table: str, name: Name, found: Days, expected: Days) -> Iterator[str]:
    for on in sorted(found.keys() | expected.keys()):
        if found.get(on, 0) != expected.get(on, 0):
            yield _line(table, name, on, found.get(on, 0), expected.get(on, 0))


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    """A query's rows, some at a time."""
    connection.ensure_connection()
    with connection.connection.cursor(name="derived") as cursor:
        cursor.itersize = 10_000
        cursor.execute(query)
        yield from cursor


def _line(what: str, name: Name, on: date, kept: int, expected: int) -> str:
    return f"{what} {' '.join(name)} {on}: {kept}, not {expected}"

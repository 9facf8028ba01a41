"""Whether what the database keeps beside the records, for speed, is what the records say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from liangtian.ledger.book import Book
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.records import place_key

Sums = Counter[tuple[str, str, str, date]]

# What each table says was moved, by account and day, of entries that are sealed.
MOVED = {
    "day": 'SELECT account_id, "on", sum(amount) FROM ledger_day GROUP BY 1, 2',
    "leg": 'SELECT l.account_id, l."on", sum(l.amount) FROM ledger_leg l JOIN ledger_link k ON k.entry_id = l.entry_id '
           "GROUP BY 1, 2",
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
    """What differs from the book the sealed records make, a line each."""
    names = {
        row.pk: (place_key(row.place), row.pool, row.index) for row in Account.objects.select_related("place__book_key")
    }
    expected = Sums()
    for each in book.movements():
        expected[each.account.place, each.account.pool, each.account.index, each.on] += each.amount
    for table, query in MOVED.items():
        found = Sums({(*names[account], on): int(amount) for account, on, amount in _rows(query)})
        for key in sorted(expected.keys() | found.keys()):
            if expected[key] != found[key]:
                yield _line(table, key, found[key], expected[key])
    for what, account, on, kept, total in _rows(KEPT):
        yield _line(what, (*names[account], on), kept, int(total))


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _line(what: str, key: tuple[str, str, str, date], kept: int, expected: int) -> str:
    place, pool, index, on = key
    return f"{what} {place} {pool} {index} {on}: {kept}, not {expected}"

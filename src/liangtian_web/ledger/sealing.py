"""The one sealer: takes committed records into the hash chain, in batches, and folds their legs into the day sums.

Records are sealed in the order of their moments, and none past the moment of a writer that has not ended: what it
commits would come too late. Entries are booked unchained; what is not sealed yet is counted and shown. One sealer works at a time, whoever calls.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import BinaryIO, NamedTuple

from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet

from liangtian.ledger import chain
from liangtian.ledger.bundle import Manifest, write_bundle
from liangtian_web.ledger.models import Basis, Ground, Link, Period, Seal
from liangtian_web.ledger.queries import unsealed
from liangtian_web.ledger.records import attachment_line, closing_line, entry_lines

log = logging.getLogger(__name__)
BATCH = 1000
PAUSE_S = 0.2
ENTRY, GROUND, PERIOD = 0, 1, 2
Decisions = Callable[[Sequence[int]], Mapping[int, bytes]]

# A record made by a transaction below the floor had been seen by the seal that set the floor.
WAITING = """
SELECT what, id FROM (
  SELECT 0 AS what, e.id, e.recorded_at FROM ledger_entry e
   WHERE e.created_xid >= %(floor)s AND e.recorded_at < %(until)s AND NOT EXISTS (SELECT FROM ledger_link k WHERE k.entry_id = e.id)
  UNION ALL
  SELECT 1, g.lot_id, g.recorded_at FROM ledger_ground g
   WHERE g.key IS NOT NULL AND g.recorded_at < %(until)s AND NOT EXISTS (SELECT FROM ledger_link k WHERE k.ground_id = g.lot_id)
  UNION ALL
  SELECT 2, p.id, p.recorded_at FROM ledger_period p
   WHERE NOT p.opens AND p.recorded_at < %(until)s AND NOT EXISTS (SELECT FROM ledger_link k WHERE k.period_id = p.id)
) AS waiting ORDER BY recorded_at, what, id LIMIT %(most)s
"""
# Entries that wait for an earlier writer to end: the floor stays under them.
HELD_BACK = """
SELECT min(e.created_xid) FROM ledger_entry e
 WHERE e.created_xid >= %(floor)s AND e.recorded_at >= %(until)s
   AND NOT EXISTS (SELECT FROM ledger_link k WHERE k.entry_id = e.id)
"""


class Waiting(NamedTuple):
    """A record to seal: which table, which row."""

    what: int
    id: int


def follow(ended: Event) -> None:
    """Seal what is booked as it comes, until told to end; a database that went away is waited for."""
    while not ended.wait(PAUSE_S):
        try:
            seal_all()
        except DatabaseError as error:
            log.warning("nothing sealed for now: %s", error)
            connections.close_all()
            ended.wait(1)


def seal_all(*, full: bool = False) -> int:
    """Seal everything committed; the number of records. 0 also when another sealer is at work.

    Parameters
    ----------
    full : look at every entry instead of those since the last seal: after a database was restored, whose transactions
        are counted anew
    """
    sealed = 0
    while batch := _seal_batch(full=full):
        sealed += batch
        if batch < BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch(*, full: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(40964, 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        free, horizon = cursor.fetchone() or (False, 0)
        if not free:
            return 0
        last = Seal.objects.order_by("-number").first()
        # Transactions counted from anew mean another cluster: its floor says nothing here.
        floor = last.xid_floor if last and not full and last.xid_floor <= horizon else 0
        cursor.execute("SELECT book_settled_until()")
        asked = {"floor": floor, "most": BATCH, "until": (cursor.fetchone() or (None,))[0]}
        cursor.execute(WAITING, asked)
        waiting = [Waiting(*row) for row in cursor.fetchall()]
        if not waiting:
            return 0
        cursor.execute(HELD_BACK, asked)
        held_back = (cursor.fetchone() or (None,))[0]
        digests = [chain.digest(line) for line in _read(waiting)]
        made = chain.seal(digests, _as_seal(last) if last else None, datetime.now(UTC))
        columns = [[each.id if each.what == what else None for each in waiting] for what in (ENTRY, GROUND, PERIOD)]
        cursor.execute(
            "SELECT book_seal(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [made.number, made.first, made.previous, made.sealed_at, made.seal,
             min(horizon, held_back or horizon) if len(waiting) < BATCH else floor, *columns, digests],
        )  # fmt: skip
    return len(waiting)


def _read(waiting: list[Waiting]) -> Iterator[bytes]:
    """The bytes of the records of a batch, in its order."""
    entries = entry_lines([each.id for each in waiting if each.what == ENTRY])
    grounds = Ground.objects.select_related("lot").in_bulk([e.id for e in waiting if e.what == GROUND])
    periods = Period.objects.select_related("place__book_key").in_bulk([e.id for e in waiting if e.what == PERIOD])
    for what, number in waiting:
        if what == ENTRY:
            yield entries[number]
        else:
            yield attachment_line(grounds[number]) if what == GROUND else closing_line(periods[number])


def _as_seal(row: Seal) -> chain.Seal:
    digests = Link.objects.filter(seal=row).order_by("position").values_list("digest", flat=True)
    return chain.Seal(
        number=row.number, first=row.first, digests=tuple(digests), previous=row.previous, sealed_at=row.sealed_at,
        seal=row.seal,
    )  # fmt: skip


def export(target: BinaryIO, *, book: str, decisions: Decisions | None = None) -> Manifest:
    """Write the verification bundle of everything sealed so far: what is sealed meanwhile comes with the next.

    Parameters
    ----------
    decisions : numbers of entries that keep no decision → the lines of those they were booked by, where there is one;
        whoever decides lives above the book and is handed in
    """
    last = Seal.objects.order_by("-number").first()
    number, position = (last.number, last.first + last.count - 1) if last else (0, 0)
    seals = (_as_seal(row) for row in Seal.objects.filter(number__lte=number).order_by("number").iterator())
    return write_bundle(
        target, _sealed_records(position), seals, book=book, exported_at=datetime.now(UTC), unsealed=unsealed(),
        decisions=_decided(position, decisions),
    )  # fmt: skip


def _decided(until: int, decisions: Decisions | None) -> Iterator[bytes]:
    for links in _batches(until):
        entries = [link.entry_id for link in links if link.entry_id is not None]
        kept = dict(Basis.objects.filter(entry__in=entries).values_list("entry", "line"))
        told = decisions([each for each in entries if each not in kept]) if decisions else {}
        lines = {**told, **{number: line.encode() for number, line in kept.items()}}
        yield from (lines[each] for each in entries if each in lines)


def _batches(until: int) -> Iterator[QuerySet[Link]]:
    for first in range(1, until + 1, BATCH):
        yield Link.objects.filter(position__range=(first, min(first + BATCH - 1, until))).order_by("position")


def _sealed_records(until: int) -> Iterator[bytes]:
    for links in _batches(until):
        yield from _read([_waiting(link) for link in links])


def _waiting(link: Link) -> Waiting:
    if link.entry_id is not None:
        return Waiting(ENTRY, link.entry_id)
    return Waiting(GROUND, link.ground_id) if link.ground_id is not None else Waiting(PERIOD, link.period_id or 0)

"""An exported book taken apart once for all checks: seals and records read, and the records replayed on the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from liangtian.errors import BookRefused, LiangtianError
from liangtian.ledger.book import Book
from liangtian.ledger.bundle import Bundle
from liangtian.ledger.chain import Seal, digest, read_seal
from liangtian.ledger.entry import Entry
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.records import Record, read_record

SKEW = timedelta(minutes=1)
"""How far moments of recording may run against the order of commit: a transaction commits after it takes its time."""

UNREADABLE_MAX = 1_000
"""Lines that are no records, after which the rest is not read: the file is no book, and each costs its reader memory."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is no record, or a record that the reference model does not take: its position from 1, and why."""

    at: int
    error: LiangtianError


@dataclass(frozen=True, slots=True)
class Examined:
    """A bundle taken apart, once, for all checks.

    Attributes
    ----------
    published : the head its reader knows from elsewhere; None: none
    seals : those that can be read, by position from 1
    digests : of each line of records
    records : those that can be read, by position from 1
    unreadable : the lines that cannot be
    book : the reference model after every record it takes
    refused : the records it does not take
    """

    bundle: Bundle
    published: str | None
    seals: Mapping[int, Seal]
    digests: Sequence[str]
    records: Mapping[int, Record]
    unreadable: Sequence[Refusal]
    book: Book
    refused: Sequence[Refusal]


def examine(bundle: Bundle, exclusivity: Exclusivity, published: str | None = None) -> Examined:
    """Take a bundle apart: read its seals and records, and replay the records on the reference model."""
    seals = dict(_read_seals(bundle.seals))
    records, unreadable = _read_records(bundle.records)
    book = Book(exclusivity, skew=SKEW)
    refused = tuple(islice(replay(book, records), UNREADABLE_MAX))
    digests = [digest(line) for line in bundle.records]
    return Examined(bundle, published, seals, digests, records, unreadable, book, refused)


def replay(book: Book, records: Mapping[int, Record]) -> Iterator[Refusal]:
    """Book records in order, linked ones together; yield those the book refuses."""
    position = {record.key: at for at, record in reversed(list(records.items()))}
    done: set[int] = set()
    for at, record in records.items():
        if at in done:
            continue
        linked = record.linked if isinstance(record, Entry) else ()
        together = sorted({at, *(position[key] for key in linked if key in position)} - done)
        done.update(together)
        if record.key in book.records:
            yield Refusal(at, BookRefused("record-twice", key=record.key))
            continue
        try:
            book.append(*(records[each] for each in together))
        except LiangtianError as error:
            yield Refusal(at, _bare(error))


def _bare(error: LiangtianError) -> LiangtianError:
    """An error to be kept: without its trace, which would keep everything that was at hand when it was raised."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _read_seals(lines: Sequence[bytes]) -> Iterator[tuple[int, Seal]]:
    for at, line in enumerate(lines, 1):
        with suppress(BookRefused):
            yield at, read_seal(line)


def _read_records(lines: Sequence[bytes]) -> tuple[dict[int, Record], tuple[Refusal, ...]]:
    records: dict[int, Record] = {}
    unreadable = []
    for at, line in enumerate(lines, 1):
        try:
            records[at] = read_record(line)
        except LiangtianError as error:
            unreadable.append(Refusal(at, _bare(error)))
            if len(unreadable) == UNREADABLE_MAX:
                unreadable.append(Refusal(at, BookRefused("records-abandoned", at=at, count=UNREADABLE_MAX)))
                break
    return records, tuple(unreadable)

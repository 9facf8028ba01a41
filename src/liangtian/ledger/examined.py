"""An exported book taken apart once for all checks: its lines gone through, and the records replayed on the model.

A book of ten million entries is not held in memory: what is kept is what stands in its accounts, its lots, the holds that
are open, the entries that a later one names, and eight bytes of every key.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from liangtian.errors import BookRefused, LiangtianError
from liangtian.ledger.book import Book
from liangtian.ledger.bundle import Bundle
from liangtian.ledger.chain import SKEW, digest
from liangtian.ledger.chain_walk import FINDINGS_MAX, ChainWalk
from liangtian.ledger.entry import Entry
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.records import Record, read_record

UNREADABLE_MAX = FINDINGS_MAX
"""Lines that are no records, after which the rest is not read: the file is no book, and each costs its reader memory."""

LINKED_WITHIN = 1_000
"""How far apart linked records may be sealed: they are of one transaction, and only what was committed beside it comes between."""

# A quotation mark within a text is escaped, so these stand nowhere but where a field begins.
_KEY = re.compile(rb'"key":("(?:[^"\\]|\\.)*")')
_NAMED = re.compile(rb'"(?:reverses|settles)":("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is no record, or a record that the reference model does not take: its position from 1, and why."""

    at: int
    error: LiangtianError


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a bundle that can be read, by position from 1; read anew each time they are gone through."""

    lines: Iterable[bytes]

    def items(self) -> Iterator[tuple[int, Record]]:
        """Position and record, in order."""
        return (
            (at, found)
            for at, found in enumerate(map(read_or_tell, self.lines), 1)
            if not isinstance(found, LiangtianError)
        )


@dataclass(frozen=True, slots=True)
class Examined:
    """A bundle taken apart, once, for all checks.

    Attributes
    ----------
    published : the head its reader knows from elsewhere; None: none
    walk : what the chain of seals says of the records
    records : those that can be read
    unreadable : the lines that cannot be
    book : the reference model after every record it takes; it has forgotten what no later record names
    refused : the records it does not take
    """

    bundle: Bundle
    published: str | None
    walk: ChainWalk
    records: Records
    unreadable: Sequence[Refusal]
    book: Book
    refused: Sequence[Refusal]


def examine(bundle: Bundle, exclusivity: Exclusivity, published: str | None = None) -> Examined:
    """Take a bundle apart: walk along its seals and replay its records on the reference model.

    Raises
    ------
    FileUnreadable (bundle-damaged)
    """
    walk = ChainWalk(bundle.seals)
    unreadable: list[Refusal] = []
    book = Book(exclusivity, skew=SKEW)
    refused = tuple(
        islice(replay(book, _walked(bundle.records, walk, unreadable), Keys.of(bundle.records)), UNREADABLE_MAX)
    )
    if len(refused) == UNREADABLE_MAX:
        for line in islice(bundle.records, walk.records, None):
            walk.step(digest(line), None)
    walk.end()
    return Examined(bundle, published, walk, Records(bundle.records), tuple(unreadable), book, refused)


def read_or_tell(line: bytes) -> Record | LiangtianError:
    """A record from its line, or why it is none."""
    try:
        return read_record(line)
    except LiangtianError as error:
        return _bare(error)


def _walked(lines: Iterable[bytes], walk: ChainWalk, unreadable: list[Refusal]) -> Iterator[tuple[int, Record]]:
    """The records, each once the chain has seen it; after too many lines that are none, only the chain goes on."""
    for at, line in enumerate(lines, 1):
        if len(unreadable) > UNREADABLE_MAX:
            walk.step(digest(line), None)
            continue
        found = read_or_tell(line)
        if isinstance(found, LiangtianError):
            walk.step(digest(line), None)
            unreadable.append(Refusal(at, found))
            if len(unreadable) == UNREADABLE_MAX:
                unreadable.append(Refusal(at, BookRefused("records-abandoned", at=at, count=UNREADABLE_MAX)))
        else:
            walk.step(digest(line), found)
            yield at, found


class Keys:
    """Which keys come twice, and how often the records to come still name one: eight bytes for each key of the book.

    Keys are known by their hash: two that share one are kept a little longer than needed, and compared by their text.
    """

    def __init__(self, keys: array[int], named: array[int]) -> None:
        found, counts = np.unique(np.frombuffer(keys, dtype=np.int64), return_counts=True)
        self._repeated = frozenset(found[counts > 1].tolist())
        self._named, self._left = np.unique(np.frombuffer(named, dtype=np.int64), return_counts=True)

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Keys:
        """Gone through without being read: what is no record does no harm here."""
        keys, named = array("q"), array("q")
        for line in lines:
            named.extend(hash(quoted) for quoted in _NAMED.findall(line))
            if key := _KEY.search(line):
                keys.append(hash(key[1]))
        return cls(keys, named)

    def may_repeat(self, key: str) -> bool:
        """Whether another record may have the same key."""
        return hash(_quoted(key)) in self._repeated

    def is_named(self, key: str) -> bool:
        """Whether a record to come names it."""
        at = self._at(key)
        return at is not None and self._left[at] > 0

    def name(self, key: str) -> None:
        """A record that names it has come."""
        at = self._at(key)
        if at is not None:
            self._left[at] -= 1

    def _at(self, key: str) -> int | None:
        sought = hash(_quoted(key))
        at = int(np.searchsorted(self._named, sought))
        return at if at < len(self._named) and self._named[at] == sought else None


def _quoted(key: str) -> bytes:
    """A key as a record's line has it."""
    return json.dumps(key, ensure_ascii=False).encode("utf-8")


def replay(book: Book, records: Iterable[tuple[int, Record]], keys: Keys) -> Iterator[Refusal]:
    """Book records in order, linked ones together, and let go what no later one names; yield those the book refuses."""
    booked: set[str] = set()
    for together in _in_groups(records):
        at, first = together[0]
        if first.key in booked:
            yield Refusal(at, BookRefused("record-twice", key=first.key))
        else:
            try:
                book.append(*(record for _, record in together))
                booked.update(record.key for _, record in together if keys.may_repeat(record.key))
            except LiangtianError as error:
                yield Refusal(at, _bare(error))
        for _, record in together:
            _let_go(book, record, keys)


def _in_groups(records: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    """Records one by one; one that is linked comes with its fellows, however they were sealed."""
    waiting: dict[int, Record] = {}
    at_of: dict[str, int] = {}

    def take() -> list[tuple[int, Record]]:
        at, first = next(iter(waiting.items()))
        group = sorted({at, *(at_of[key] for key in linked_of(first) if key in at_of)})
        found = [(each, waiting.pop(each)) for each in group]
        for each, record in found:
            if at_of.get(record.key) == each:
                del at_of[record.key]
        return found

    for at, record in records:
        waiting[at] = record
        at_of.setdefault(record.key, at)
        while waiting:
            first = next(iter(waiting.values()))
            if len(waiting) < LINKED_WITHIN and any(key not in at_of for key in linked_of(first)):
                break
            yield take()
    while waiting:
        yield take()


def linked_of(record: Record) -> tuple[str, ...]:
    """Keys of the records that are booked with it."""
    return record.linked if isinstance(record, Entry) else ()


def _let_go(book: Book, record: Record, keys: Keys) -> None:
    """Let a record go that has been booked, and those it names, unless a later one names them."""
    if not isinstance(record, Entry):
        book.forget(record.key)
        return
    named = [key for key in (record.reverses, record.settles) if key is not None]
    for key in named:
        keys.name(key)
    for key in (record.key, *named):
        _forget(book, key, keys)


def _forget(book: Book, key: str, keys: Keys) -> None:
    entry = book.entries.get(key)
    if entry is None or keys.is_named(key) or book.is_needed(key):
        return
    book.forget(key)
    if entry.settles is not None:
        _forget(book, entry.settles, keys)


def _bare(error: LiangtianError) -> LiangtianError:
    """An error to be kept: without its trace, which would keep everything that was at hand when it was raised."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)

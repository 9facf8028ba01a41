"""Seals: a chain of hashes over batches of records in the order they were committed.

Records are booked unchained and sealed afterwards: a chain written while booking would let one writer in at a time. What
has been sealed cannot be changed, left out, put in or moved without every later seal changing; whoever keeps one seal,
the head, can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from liangtian.errors import BookRefused

GENESIS = "0" * 64
"""What the first seal has in the place of the one before it."""

SKEW = timedelta(minutes=1)
"""How far moments of recording may run against the order of commit: a transaction commits after it takes its time."""

Digests = npt.NDArray[Any]
_RUN = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One batch of records, sealed.

    Attributes
    ----------
    number : from 1
    first : position of its first record in the book, from 1
    digests : SHA-256 of the canonical bytes of each record, in order
    previous : the seal before, or GENESIS
    sealed_at : UTC
    seal : SHA-256 over all of the above
    """

    number: int
    first: int
    digests: tuple[str, ...]
    previous: str
    sealed_at: datetime
    seal: str

    @property
    def last(self) -> int:
        """Position of its last record."""
        return self.first + len(self.digests) - 1


def digest(record: bytes) -> str:
    """SHA-256 of a record's canonical bytes."""
    return hashlib.sha256(record).hexdigest()


def seal(digests: Sequence[str], before: Seal | None, sealed_at: datetime) -> Seal:
    """Seal the next batch.

    Parameters
    ----------
    digests : of the records committed since the seal before, in the order of commit; at least one
    before : the last seal; None: there is none yet

    Raises
    ------
    BookRefused (seal-empty)

    Examples
    --------
    >>> at = datetime(2024, 6, 1, tzinfo=UTC)
    >>> one = seal([digest(b"a"), digest(b"b")], None, at)
    >>> two = seal([digest(b"c")], one, at)
    >>> two.number, two.first, two.previous == one.seal, two.seal[:12]
    (2, 3, True, 'ccc2997f8086')
    """
    if not digests:
        raise BookRefused("seal-empty")
    number, first, previous = (before.number + 1, before.last + 1, before.seal) if before else (1, 1, GENESIS)
    content = _content(number, first, digests, previous, sealed_at)
    return Seal(
        number=number,
        first=first,
        digests=tuple(digests),
        previous=previous,
        sealed_at=sealed_at,
        seal=digest(_bytes(content)),
    )


def is_intact(one: Seal) -> bool:
    """Whether a seal is the hash of what it says."""
    return one.seal == digest(_bytes(_content(one.number, one.first, one.digests, one.previous, one.sealed_at)))


def seal_line(one: Seal) -> bytes:
    """Write a seal as one line of JSON."""
    return _bytes({**_content(one.number, one.first, one.digests, one.previous, one.sealed_at), "seal": one.seal})


def read_seal(line: bytes) -> Seal:
    """Take a seal from its line.

    Raises
    ------
    BookRefused (seal-unreadable): not a seal, or not written in the one agreed way
    """
    try:
        raw = json.loads(line)
        moment = datetime.fromisoformat(raw["sealed_at"])
        found = Seal(**raw | {"digests": tuple(raw["digests"]), "sealed_at": moment})
        written = seal_line(found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BookRefused("seal-unreadable", reason=f"{type(error).__name__}: {error}") from error
    if written != line or not isinstance(found.number, int) or not isinstance(found.first, int):
        raise BookRefused("seal-unreadable", reason="not canonical")
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """Where records differ from what was sealed: `altered`, `missing` or `inserted`, at a position counted from 1.

    The position of a missing record is its own in the seals, that of the others in the records at hand.
    """

    what: str
    at: int


class Fingerprints:
    """Sixteen bytes of each of many digests, in order: enough to tell two records apart, and small."""

    def __init__(self) -> None:
        self._content = bytearray()

    def append(self, one: str) -> None:
        """Add a digest, whatever a seal says it is."""
        self._content += hashlib.sha256(str(one).encode("utf-8", "replace")).digest()[:16]

    def array(self) -> Digests:
        return np.frombuffer(bytes(self._content), dtype="S16")


def differences(found: Sequence[str] | Digests, sealed: Sequence[str] | Digests) -> Iterator[Difference]:
    """Compare records at hand with the records sealed, and locate each difference.

    A record that stands elsewhere in the other list was taken out or put in; one that stands nowhere was altered.
    Records after the last sealed one are not judged.

    Examples
    --------
    >>> for each in (["a", "x", "c"], ["a", "c"], ["a", "x", "b", "c"]):
    ...     print(list(differences(each, ["a", "b", "c"])))
    [Difference(what='altered', at=2)]
    [Difference(what='missing', at=2)]
    [Difference(what='inserted', at=2)]
    """
    here, there = np.asarray(found), np.asarray(sealed)
    in_here, in_there = _Last(here), _Last(there)
    i = j = 0
    while i < len(here) and j < len(there):
        same = _run(here[i:], there[j:])
        i, j = i + same, j + same
        if i == len(here) or j == len(there):
            break
        if in_here.position(there[j]) > i:
            yield Difference("inserted", i + 1)
            i += 1
        elif in_there.position(here[i]) > j:
            yield Difference("missing", j + 1)
            j += 1
        else:
            yield Difference("altered", i + 1)
            i, j = i + 1, j + 1
    yield from (Difference("missing", at + 1) for at in range(j, len(there)))


class _Last:
    """Where each of many digests stands last."""

    def __init__(self, digests: Digests) -> None:
        self._order = np.argsort(digests, kind="stable")
        self._sorted = digests[self._order]

    def position(self, one: Any) -> int:
        """Counted from 0; −1: nowhere."""
        at = int(np.searchsorted(self._sorted, one, "right")) - 1
        return int(self._order[at]) if at >= 0 and self._sorted[at] == one else -1


def _run(one: Digests, other: Digests) -> int:
    """How many are the same from the start on."""
    length = min(len(one), len(other))
    for start in range(0, length, _RUN):
        end = min(start + _RUN, length)
        apart = np.flatnonzero(one[start:end] != other[start:end])
        if len(apart):
            return start + int(apart[0])
    return length


def _content(number: int, first: int, digests: Sequence[str], previous: str, sealed_at: datetime) -> dict[str, Any]:
    moment = sealed_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return {"number": number, "first": first, "digests": list(digests), "previous": previous, "sealed_at": moment}


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")

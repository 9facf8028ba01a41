"""Seals: a chain of hashes over batches of records in the order they were committed.

Records are booked unchained and sealed afterwards: a chain written while booking would let one writer in at a time. What
has been sealed cannot be changed, left out, put in or moved without every later seal changing; whoever keeps one seal,
the head, can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from liangtian.errors import BookRefused

GENESIS = "0" * 64
"""What the first seal has in the place of the one before it."""


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


def differences(digests: Sequence[str], sealed: Sequence[str]) -> tuple[Difference, ...]:
    """Compare records at hand with the records sealed, and locate each difference.

    A record that stands elsewhere in the other list was taken out or put in; one that stands nowhere was altered.
    Records after the last sealed one are not judged.

    Examples
    --------
    >>> differences(["a", "x", "c"], ["a", "b", "c"]), differences(["a", "c"], ["a", "b", "c"])
    ((Difference(what='altered', at=2),), (Difference(what='missing', at=2),))
    >>> differences(["a", "x", "b"], ["a", "b"])
    (Difference(what='inserted', at=2),)
    """
    at_hand, in_seals = _last_positions(digests), _last_positions(sealed)
    found: list[Difference] = []
    i = j = 0
    while i < len(digests) and j < len(sealed):
        if digests[i] == sealed[j]:
            i, j = i + 1, j + 1
        elif at_hand.get(sealed[j], -1) > i:
            found.append(Difference("inserted", i + 1))
            i += 1
        elif in_seals.get(digests[i], -1) > j:
            found.append(Difference("missing", j + 1))
            j += 1
        else:
            found.append(Difference("altered", i + 1))
            i, j = i + 1, j + 1
    found += [Difference("missing", at + 1) for at in range(j, len(sealed))]
    return tuple(found)


def _last_positions(digests: Iterable[str]) -> dict[str, int]:
    return {one: at for at, one in enumerate(digests)}


def _content(number: int, first: int, digests: Sequence[str], previous: str, sealed_at: datetime) -> dict[str, Any]:
    moment = sealed_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return {"number": number, "first": first, "digests": list(digests), "previous": previous, "sealed_at": moment}


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")

"""Records and seals side by side as both stream by: what is not as it was sealed, and where.

As long as the two agree nothing is kept. From the first difference on, sixteen bytes of each digest are, to tell what was
altered from what was taken out, put in or moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice, repeat

from liangtian.errors import BookRefused
from liangtian.finding import Finding, Outcome
from liangtian.ledger.chain import GENESIS, SKEW, Difference, Fingerprints, Seal, differences, is_intact, read_seal
from liangtian.ledger.records import Record

FINDINGS_MAX = 1_000
"""Findings of one sort that are kept: whoever wrote more of them need not be told of each."""

Covered = tuple[str | None, Seal | None]
"""The digest a position was sealed with and its seal; no digest: the seal cannot be read, and the record stands for itself."""


@dataclass(slots=True)
class ChainWalk:
    """One walk along a chain of seals; `step` for each record, then `end`.

    Attributes
    ----------
    findings : of seals, as they are met
    differences : of records, once ended
    records, seals : how many lines there were
    sealed : how many records the seals cover
    head : the last seal, if it can be read
    """

    lines: Iterable[bytes]
    findings: list[Finding] = field(default_factory=list)
    differences: tuple[Difference, ...] = ()
    records: int = 0
    seals: int = 0
    sealed: int = 0
    head: str = GENESIS
    _before: Seal | None = None
    _trusted: bool = True
    _endless: bool = False
    _dated: Seal | None = None
    _warned: Seal | None = None
    _covered: Iterator[Covered] | None = None
    _apart: tuple[Fingerprints, Fingerprints] | None = None
    _since: int = 0

    def step(self, found: str, record: Record | None) -> None:
        """Go on by one record.

        Parameters
        ----------
        found : digest of the line
        record : what it says; None: it is no record
        """
        self.records += 1
        sealed = next(self._sealed(), None)
        if sealed is not None:
            self.sealed += 1
            self._check_moment(sealed[1], record)
        if self._apart is None and sealed is not None and sealed[0] not in {None, found}:
            self._apart, self._since = (Fingerprints(), Fingerprints()), self.records - 1
        if self._apart is not None:
            self._apart[0].append(found)
            if sealed is not None:
                self._apart[1].append(sealed[0] or found)

    def end(self) -> None:
        """Take in the seals that are left, and tell the differences."""
        apart = self._apart or (Fingerprints(), Fingerprints())
        since = self._since if self._apart else self.records
        for digest, _ in self._sealed():
            if self._endless:
                break  # the last seals cannot be read: there may have been any number of records
            if digest is not None:
                self.sealed += 1
                apart[1].append(digest)
        found = islice(differences(apart[0].array(), apart[1].array()), FINDINGS_MAX)
        self.differences = tuple(Difference(each.what, each.at + since) for each in found)

    def _sealed(self) -> Iterator[Covered]:
        if self._covered is None:
            self._covered = self._cover()
        return self._covered

    def _cover(self) -> Iterator[Covered]:
        """What each position was sealed with, in order, as far as the seals go."""
        position, unreadable = 0, False
        for seal in self._read():
            if seal is None:
                unreadable = True
                continue
            if unreadable:
                for _ in range(position, seal.first - 1):
                    position += 1
                    yield None, None
            unreadable = False
            position += len(seal.digests)
            yield from zip(seal.digests, repeat(seal), strict=False)
        if unreadable:
            self._endless = True
            yield from repeat((None, None))

    def _read(self) -> Iterator[Seal | None]:
        """Seals in order, those that cannot be read as None; each is judged as it comes."""
        for at, line in enumerate(self.lines, 1):
            one: Seal | None = None
            with suppress(BookRefused):
                one = read_seal(line)
            self.seals, self.head = at, one.seal if one else GENESIS
            intact = one is not None and is_intact(one)
            if one is None or not intact:
                self._tell("seal-altered", seal=at, first=one.first if one else "?", last=one.last if one else "?")
            else:
                self._check_place(at, one)
            self._before, self._trusted = one, intact
            yield one

    def _check_place(self, at: int, one: Seal) -> None:
        """A seal follows the one before it and is no older; what follows an altered one cannot, and is not told apart."""
        before = self._before
        after = (1, 1, GENESIS) if before is None else (before.number + 1, before.last + 1, before.seal)
        if self._trusted and (one.number, one.first, one.previous) != after:
            self._tell("seal-out-of-place", seal=at, number=one.number)
        dated = self._dated
        if dated is not None and one.sealed_at < dated.sealed_at - SKEW:
            moments = {"sealed_at": one.sealed_at.isoformat(), "last": dated.sealed_at.isoformat()}
            self._tell("seal-backwards", seal=at, **moments)
        self._dated = one

    def _check_moment(self, seal: Seal | None, record: Record | None) -> None:
        """A seal is made after the records it covers, but for a minute of the clock."""
        if seal is None or record is None or seal is self._warned or seal is not self._dated:
            return
        if record.recorded_at > seal.sealed_at + SKEW:
            moments = {"sealed_at": seal.sealed_at.isoformat(), "recorded_at": record.recorded_at.isoformat()}
            self._tell("seal-before-record", seal=self.seals, key=record.key, **moments)
            self._warned = seal

    def _tell(self, message_id: str, **params: object) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding("", Outcome.FAIL, message_id, params))


def lines_at(lines: Iterable[bytes], positions: set[int]) -> dict[int, bytes]:
    """The lines at some positions, counted from 1."""
    last = max(positions, default=0)
    return {at: line for at, line in zip(range(1, last + 1), chain(lines), strict=False) if at in positions}

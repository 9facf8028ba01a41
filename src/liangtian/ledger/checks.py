"""What a book must always satisfy, one function an invariant: each reads an examined bundle and yields findings.

The book itself is built so that none of these can fail. They are asked again here, from the exported records alone and in
other ways than the book asks them, because whoever reads the bundle need not trust whoever wrote it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import shapely

from liangtian.errors import BookRefused, LiangtianError, Unbalanced
from liangtian.finding import Finding, Outcome
from liangtian.ledger.book import Book, sorted_accounts, summed
from liangtian.ledger.bundle import Bundle, Manifest
from liangtian.ledger.chain import GENESIS, Seal, differences, digest, is_intact, read_seal
from liangtian.ledger.entry import Account, Entry
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.lots import Ground
from liangtian.ledger.records import Record, read_record
from liangtian.messages import render_error
from liangtian.units import m2_from_dm2

SKEW = timedelta(minutes=1)
"""How far moments of recording may run against the order of commit: a transaction commits after it takes its time."""

BALANCE_REFUSALS = frozenset({"balance-below-zero"})
GROUND_REFUSALS = frozenset({"lot-overlap", "lot-beyond-ground"})


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


Check = Callable[[Examined], Iterator[Finding]]


def examine(bundle: Bundle, exclusivity: Exclusivity, published: str | None = None) -> Examined:
    """Take a bundle apart: read its seals and records, and replay the records on the reference model."""
    seals = dict(_read_seals(bundle.seals))
    records, unreadable = _read_records(bundle.records)
    book = Book(exclusivity, skew=SKEW)
    refused = tuple(replay(book, records))
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
            yield Refusal(at, error)


def check_chain(examined: Examined) -> Iterator[Finding]:
    """Every seal is the hash of what it says and follows the one before it; every record is as it was sealed."""
    before: Seal | None = None
    for at in range(1, len(examined.bundle.seals) + 1):
        one = examined.seals.get(at)
        if one is None or not is_intact(one):
            yield _fail("seal-altered", seal=at, first=one.first if one else "?", last=one.last if one else "?")
        elif (one.number, one.first, one.previous) != _after(before):
            yield _fail("seal-out-of-place", seal=at, number=one.number)
        before = one
    sealed = [each for one in examined.seals.values() for each in one.digests]
    for found in differences(examined.digests, sealed):
        yield _fail(f"record-{found.what}", at=found.at, key=_key_at(examined, found.at))
    if len(examined.digests) > len(sealed):
        yield _unknown("record-unsealed", count=len(examined.digests) - len(sealed), first=len(sealed) + 1)


def check_head(examined: Examined) -> Iterator[Finding]:
    """The bundle is as long as it says, and ends in the head it says and, where known, in the head published."""
    manifest = examined.bundle.manifest
    last = examined.seals.get(len(examined.bundle.seals))
    head = last.seal if last else GENESIS
    counts = (len(examined.bundle.records), len(examined.bundle.seals))
    if (manifest.records, manifest.seals, manifest.head) != (*counts, head):
        yield _fail(
            "manifest-differs", records=manifest.records, seals=manifest.seals, found=counts[0], found_seals=counts[1]
        )
    if examined.published is not None and head != examined.published:
        yield _fail("head-differs", head=head, published=examined.published)


def check_records(examined: Examined) -> Iterator[Finding]:
    """Every line is a record, whole and written in the one agreed way."""
    for refusal in examined.unreadable:
        if not isinstance(refusal.error, Unbalanced):
            yield _refused(refusal)


def check_conservation(examined: Examined) -> Iterator[Finding]:
    """What one account gains another loses: per entry, index and lot, and over the whole book on every day."""
    for refusal in examined.unreadable:
        if isinstance(refusal.error, Unbalanced):
            yield _refused(refusal)
    by_day: defaultdict[tuple[date, str, str], int] = defaultdict(int)
    for each in examined.book.movements():
        by_day[each.on, each.account.index, each.account.lot or "–"] += each.amount
    for (on, index, lot), total in sorted(by_day.items()):
        if total:
            yield _fail("book-unbalanced", on=on.isoformat(), index=index, lot=lot, total=total)


def check_balances(examined: Examined) -> Iterator[Finding]:
    """No account that may not owe is below zero on any day: after each record, and in the end."""
    yield from _refusals(examined, BALANCE_REFUSALS)
    sums = summed({}, examined.book.movements())
    for account in sorted_accounts(sums):
        below = None if account.kind.may_be_negative else sums[account].first_below_zero(date.min)
        if below is not None:
            yield _fail("account-below-zero", **account.words, on=below[0].isoformat(), balance=below[1])


def check_holds(examined: Examined) -> Iterator[Finding]:
    """What stands in `held` is what the open holds hold, account by account."""
    held: Counter[Account] = Counter()
    last = max((entry.on for entry in examined.book.entries.values()), default=date.min)
    for entry in examined.book.entries.values():
        is_open = examined.book.ended_by(entry.key) is None and (entry.expires is None or entry.expires > last)
        for leg in entry.legs:
            if is_open and leg.account.pool == "held" and leg.amount > 0 and entry.reverses is None:
                held[leg.account] += leg.amount
    balances = {a: amount for a, amount in examined.book.balances(last).items() if a.pool == "held"}
    for account in sorted_accounts(held.keys() | balances.keys()):
        if held[account] != balances.get(account, 0):
            yield _fail("held-differs", **account.words, held=balances.get(account, 0), open=held[account])


def check_ground(examined: Examined) -> Iterator[Finding]:
    """No two credited lots lie on the same ground, and none is credited beyond its own."""
    yield from _refusals(examined, GROUND_REFUSALS)
    book = examined.book
    for serial, other in _neighbours({serial: book.ground(serial) for serial in sorted(book.lots)}):
        overlap = book.exclusivity.clash(book.credited(serial), book.credited(other))
        if overlap:
            yield _fail("lots-overlap", serial=serial, other=other, overlap_m2=str(m2_from_dm2(overlap)))


def check_order(examined: Examined) -> Iterator[Finding]:
    """Reversals, settlements, openings, closings, keys and links are as the reference model asks."""
    others = {refusal.error.message_id for refusal in examined.refused} - BALANCE_REFUSALS - GROUND_REFUSALS
    yield from _refusals(examined, others)


CHECKS: Mapping[str, Check] = {
    "BOOK-01": check_chain,
    "BOOK-02": check_head,
    "BOOK-03": check_records,
    "BOOK-04": check_conservation,
    "BOOK-05": check_balances,
    "BOOK-06": check_holds,
    "BOOK-07": check_ground,
    "BOOK-08": check_order,
}
"""Every invariant by the rule its findings carry. `verify` takes more: rules of law are judged the same way."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification of a bundle concluded; `outcome` is fail, else unknown, else pass."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    lots: int
    groundless_lots: int

    @property
    def outcome(self) -> Outcome:
        outcomes = {finding.outcome for finding in self.findings}
        return next((one for one in (Outcome.FAIL, Outcome.UNKNOWN) if one in outcomes), Outcome.PASS)


def verify(
    bundle: Bundle,
    exclusivity: Exclusivity,
    *,
    published: str | None = None,
    checks: Mapping[str, Check] = CHECKS,
) -> Verdict:
    """Verify a bundle: every check is made and every finding collected; a check without one passes.

    Parameters
    ----------
    exclusivity : what the rule tolerates between lots
    published : the head of the book known from elsewhere, which the bundle must end in
    checks : by the rule their findings carry; rules of law are added to `CHECKS` by the caller
    """
    examined = examine(bundle, exclusivity, published)
    findings: list[Finding] = []
    for rule, check in checks.items():
        found = [replace(finding, rule=rule) for finding in check(examined)]
        findings += found or [Finding(rule, Outcome.PASS, f"verified-{check.__name__.removeprefix('check_')}")]
    lots = examined.book.lots
    groundless = sum(examined.book.ground(serial) is None for serial in lots)
    return Verdict(bundle.manifest, tuple(findings), len(lots), groundless)


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
            unreadable.append(Refusal(at, error))
    return records, tuple(unreadable)


def _after(before: Seal | None) -> tuple[int, int, str]:
    return (1, 1, GENESIS) if before is None else (before.number + 1, before.last + 1, before.seal)


def _neighbours(grounds: Mapping[str, Ground | None]) -> list[tuple[str, str]]:
    """Pairs of lots whose bounds meet in longitude and latitude, whatever plane each is drawn in; each pair once."""
    known = {serial: ground.degrees for serial, ground in grounds.items() if ground is not None}
    serials, bounds = list(known), np.array(list(known.values())).reshape(-1, 4)
    # Ten metres of margin: the bounds of a plane are not quite those of the sphere.
    west, south, east, north = bounds.T + np.array([[-1e-4], [-1e-4], [1e-4], [1e-4]])
    boxes = shapely.box(west, south, east, north)
    one, other = shapely.STRtree(boxes).query(boxes)
    return [(serials[i], serials[j]) for i, j in zip(one.tolist(), other.tolist(), strict=True) if i < j]


def _key_at(examined: Examined, at: int) -> str:
    record = examined.records.get(at)
    return record.key if record is not None else "?"


def _refusals(examined: Examined, message_ids: Collection[str]) -> Iterator[Finding]:
    for refusal in examined.refused:
        if refusal.error.message_id in message_ids:
            yield _refused(refusal)


def _refused(refusal: Refusal) -> Finding:
    reason = {f"reason_{lang}": render_error(refusal.error, lang=lang) for lang in ("zh", "en")}
    return _fail("record-refused", at=refusal.at, **reason)


def _fail(message_id: str, **params: object) -> Finding:
    return Finding("", Outcome.FAIL, message_id, params)


def _unknown(message_id: str, **params: object) -> Finding:
    return Finding("", Outcome.UNKNOWN, message_id, params)

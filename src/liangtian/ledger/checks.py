"""What a book must always satisfy, one function an invariant: each reads an examined bundle and yields findings.

The book itself is built so that none of these can fail. They are asked again here, from the exported records alone and in
other ways than the book asks them, because whoever reads the bundle need not trust whoever wrote it.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from liangtian.errors import Unbalanced
from liangtian.finding import Finding, Outcome
from liangtian.ledger.book import sorted_accounts, summed
from liangtian.ledger.bundle import Bundle, Manifest
from liangtian.ledger.chain import GENESIS, Seal, differences, is_intact
from liangtian.ledger.entry import Account
from liangtian.ledger.examined import SKEW, Examined, Refusal, examine
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.indices import index_words
from liangtian.ledger.lots import Ground
from liangtian.messages import render_error
from liangtian.units import m2_from_dm2

_KEY = re.compile(rb'"key":"([^"]*)"')

BALANCE_REFUSALS = frozenset({"balance-below-zero"})
GROUND_REFUSALS = frozenset({"lot-overlap", "lot-beyond-ground"})


Check = Callable[[Examined], Iterator[Finding]]


def check_chain(examined: Examined) -> Iterator[Finding]:
    """Every seal is the hash of what it says and follows the one before it; every record is as it was sealed."""
    before: Seal | None = None
    trusted = True
    for at in range(1, len(examined.bundle.seals) + 1):
        one = examined.seals.get(at)
        intact = one is not None and is_intact(one)
        if one is None or not intact:
            yield _fail("seal-altered", seal=at, first=one.first if one else "?", last=one.last if one else "?")
        elif trusted and (one.number, one.first, one.previous) != _after(before):
            yield _fail("seal-out-of-place", seal=at, number=one.number)
        # What follows an altered seal cannot follow it: the altered one is named, and nothing else for its sake.
        before, trusted = one, intact
    sealed = _sealed_digests(examined)
    for found in differences(examined.digests, sealed):
        key = {} if found.what == "missing" else {"key": _key_at(examined, found.at)}
        yield _fail(f"record-{found.what}", at=found.at, **key)
    yield from _check_moments(examined)
    if len(examined.digests) > len(sealed):
        yield _unknown("record-unsealed", count=len(examined.digests) - len(sealed), first=len(sealed) + 1)


def check_head(examined: Examined) -> Iterator[Finding]:
    """The bundle is as long as it says, and ends in the head it says and in the head published.

    Where none is known the end cannot be proved: whoever cuts the last seals off, or writes the book anew, writes a manifest
    to match.
    """
    manifest = examined.bundle.manifest
    last = examined.seals.get(len(examined.bundle.seals))
    head = last.seal if last else GENESIS
    counts = (len(examined.bundle.records), len(examined.bundle.seals))
    if (manifest.records, manifest.seals, manifest.head) != (*counts, head):
        yield _fail(
            "manifest-differs", records=manifest.records, seals=manifest.seals, found=counts[0], found_seals=counts[1]
        )
    if examined.published is None:
        yield _unknown("head-unproved", head=head)
    elif head != examined.published:
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
    for serial in sorted(book.lots):
        one = book.credited(serial)
        excess = one.excess()
        if excess is not None:
            words = {**index_words(excess[0]), "amount": one.highest[excess[0]], "ground_m2": excess[1]}
            yield _fail("lot-beyond-ground", serial=serial, **words)


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

WITHOUT_REPLAY = frozenset({check_chain, check_head, check_records})
"""Checks of the lines as they are. All others judge the book the lines make, and cannot pass where some make none."""


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
    published : the head of the book known from elsewhere, which the bundle must end in; without it the end cannot be told
    checks : by the rule their findings carry; rules of law are added to `CHECKS` by the caller, and what `check_x` says
        when it passes is the message `verified-x`
    """
    examined = examine(bundle, exclusivity, published)
    findings: list[Finding] = []
    for rule, check in checks.items():
        found = [replace(finding, rule=rule) for finding in check(examined)]
        findings += found or [replace(_unobjected(check, examined), rule=rule)]
    lots = examined.book.lots
    groundless = sum(examined.book.ground(serial) is None for serial in lots)
    return Verdict(bundle.manifest, tuple(findings), len(lots), groundless)


def _unobjected(check: Check, examined: Examined) -> Finding:
    """What a check without findings means: passed, or not told because the book it saw lacks records."""
    left_out = len(examined.unreadable) + len(examined.refused)
    if left_out and check not in WITHOUT_REPLAY:
        return _unknown("record-left-out", count=left_out)
    return Finding("", Outcome.PASS, f"verified-{check.__name__.removeprefix('check_')}")


def _check_moments(examined: Examined) -> Iterator[Finding]:
    """A seal is made after the records it covers and after the seal before it, but for a minute of the clock."""
    last: Seal | None = None
    for at, one in sorted(examined.seals.items()):
        if not is_intact(one):
            continue
        moment = one.sealed_at.isoformat()
        if last is not None and one.sealed_at < last.sealed_at - SKEW:
            yield _fail("seal-backwards", seal=at, sealed_at=moment, last=last.sealed_at.isoformat())
        covered = (examined.records.get(position) for position in range(one.first, one.last + 1))
        early = next((record for record in covered if record and record.recorded_at > one.sealed_at + SKEW), None)
        if early is not None:
            recorded = early.recorded_at.isoformat()
            yield _fail("seal-before-record", seal=at, sealed_at=moment, key=early.key, recorded_at=recorded)
        last = one


def _after(before: Seal | None) -> tuple[int, int, str]:
    return (1, 1, GENESIS) if before is None else (before.number + 1, before.last + 1, before.seal)


def _sealed_digests(examined: Examined) -> list[str]:
    """The digests of all seals in order; the records of a seal that cannot be read stand for themselves, unjudged."""
    sealed: list[str] = []
    readable = list(examined.seals)
    for at in range(1, len(examined.bundle.seals) + 1):
        one = examined.seals.get(at)
        if one is not None:
            sealed += one.digests
            continue
        later = bisect(readable, at)
        following = examined.seals[readable[later]].first - 1 if later < len(readable) else None
        sealed += examined.digests[len(sealed) : following]
    return sealed


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
    """The key a line of records gives, even where it is no record; a line that is missing gives none."""
    line = examined.bundle.records[at - 1] if at <= len(examined.bundle.records) else b""
    found = _KEY.search(line)
    return found[1].decode("utf-8", "replace") if found else "?"


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

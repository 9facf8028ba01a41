"""What a book must always satisfy, one function an invariant: each reads an examined bundle and yields findings.

The book itself is built so that none of these can fail. They are asked again here, from the exported records alone and in
other ways than the book asks them, because whoever reads the bundle need not trust whoever wrote it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import numpy as np
import shapely

from liangtian.errors import Unbalanced
from liangtian.finding import Finding, Outcome
from liangtian.ledger.book import sorted_accounts
from liangtian.ledger.bundle import Bundle, Manifest
from liangtian.ledger.chain_walk import lines_at
from liangtian.ledger.entry import Account
from liangtian.ledger.examined import Examined, Refusal, examine
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
    walk = examined.walk
    yield from walk.findings
    found_at = {each.at for each in walk.differences if each.what != "missing"}
    lines = lines_at(examined.bundle.records, found_at)
    for found in walk.differences:
        key = {} if found.what == "missing" else {"key": _key_of(lines[found.at])}
        yield _fail(f"record-{found.what}", at=found.at, **key)
    if walk.records > walk.sealed:
        yield _unknown("record-unsealed", count=walk.records - walk.sealed, first=walk.sealed + 1)


def check_head(examined: Examined) -> Iterator[Finding]:
    """The bundle is as long as it says, and ends in the head it says and in the head published.

    Where none is known the end cannot be proved: whoever cuts the last seals off, or writes the book anew, writes a manifest
    to match.
    """
    manifest, walk = examined.bundle.manifest, examined.walk
    if (manifest.records, manifest.seals, manifest.head) != (walk.records, walk.seals, walk.head):
        words = {"records": manifest.records, "seals": manifest.seals}
        yield _fail("manifest-differs", **words, found=walk.records, found_seals=walk.seals)
    if examined.published is None:
        yield _unknown("head-unproved", head=walk.head)
    elif walk.head != examined.published:
        yield _fail("head-differs", head=walk.head, published=examined.published)


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
    of_lot = groupby(sorted(examined.book.sums(), key=lambda each: _lot_of(each[0])), key=lambda each: _lot_of(each[0]))
    for (index, lot), accounts in of_lot:
        by_day: Counter[date] = Counter()
        for _, sums in accounts:
            by_day.update(sums.sums())
        for on, total in sorted(by_day.items()):
            if total:
                yield _fail("book-unbalanced", on=on.isoformat(), index=index, lot=lot, total=total)


def check_balances(examined: Examined) -> Iterator[Finding]:
    """No account that may not owe is below zero on any day: after each record, and in the end."""
    yield from _refusals(examined, BALANCE_REFUSALS)
    for account, sums in examined.book.sums():
        below = None if account.kind.may_be_negative else sums.first_below_zero(date.min)
        if below is not None:
            yield _fail("account-below-zero", **account.words, on=below[0].isoformat(), balance=below[1])


def check_holds(examined: Examined) -> Iterator[Finding]:
    """What stands in `held` is what the open holds hold, account by account."""
    book = examined.book
    held: Counter[Account] = Counter()
    for entry in book.open_holds():
        for leg in entry.legs:
            if leg.account.pool == "held":
                held[leg.account] += leg.amount
    stands = {account: sums.balance(book.last_day) for account, sums in book.sums() if account.pool == "held"}
    for account in sorted_accounts(held.keys() | stands.keys()):
        if held[account] != stands.get(account, 0):
            yield _fail("held-differs", **account.words, held=stands.get(account, 0), open=held[account])


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
    return judge(examine(bundle, exclusivity, published), checks)


def judge(examined: Examined, checks: Mapping[str, Check] = CHECKS) -> Verdict:
    """Make every check of a bundle that was taken apart."""
    findings: list[Finding] = []
    for rule, check in checks.items():
        found = [replace(finding, rule=rule) for finding in check(examined)]
        findings += found or [replace(_unobjected(check, examined), rule=rule)]
    lots = examined.book.lots
    groundless = sum(examined.book.ground(serial) is None for serial in lots)
    return Verdict(examined.bundle.manifest, tuple(findings), len(lots), groundless)


def _unobjected(check: Check, examined: Examined) -> Finding:
    """What a check without findings means: passed, or not told because the book it saw lacks records."""
    left_out = len(examined.unreadable) + len(examined.refused)
    if left_out and check not in WITHOUT_REPLAY:
        return _unknown("record-left-out", count=left_out)
    return Finding("", Outcome.PASS, f"verified-{check.__name__.removeprefix('check_')}")


def _lot_of(account: Account) -> tuple[str, str]:
    return account.index, account.lot or "–"


def _neighbours(grounds: Mapping[str, Ground | None]) -> list[tuple[str, str]]:
    """Pairs of lots whose bounds meet in longitude and latitude, whatever plane each is drawn in; each pair once."""
    known = {serial: ground.degrees for serial, ground in grounds.items() if ground is not None}
    serials, bounds = list(known), np.array(list(known.values())).reshape(-1, 4)
    # Ten metres of margin: the bounds of a plane are not quite those of the sphere.
    west, south, east, north = bounds.T + np.array([[-1e-4], [-1e-4], [1e-4], [1e-4]])
    boxes = shapely.box(west, south, east, north)
    one, other = shapely.STRtree(boxes).query(boxes)
    return [(serials[i], serials[j]) for i, j in zip(one.tolist(), other.tolist(), strict=True) if i < j]


def _key_of(line: bytes) -> str:
    """The key a line of records gives, even where it is no record."""
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

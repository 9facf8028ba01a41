"""An entry of the book: legs that sum to zero, when, why, by whom; and what it moves on which day.

Nothing here is ever changed: a mistake is answered by `reverse`. An entry refuses at construction whatever can be known
to be wrong from itself alone; `book.Book` refuses what only the other entries can tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from liangtian.errors import BookRefused, Unbalanced
from liangtian.ledger.bounds import DAY_FIRST, DAY_LAST, HOME, check_key, is_within
from liangtian.ledger.indices import index_on, index_words, indices
from liangtian.ledger.kinds import Pool, entry_kinds, pools
from liangtian.ledger.lots import Lot

AMOUNT_MAX = 9 * 10**15
"""Largest amount of a leg: below 2**53, so that it survives any JSON reader."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where an amount stands: a place, a pool within it, an index, and the lot it was earned on.

    Raises
    ------
    BookRefused (account-place, pool-unknown, index-unknown, lot-missing, lot-unwanted) at construction

    Examples
    --------
    >>> Account("339901", "reserve", "paddy_m2", "339901-2024-0001-1").pool
    'reserve'
    """

    place: str
    pool: str
    index: str
    lot: str | None = None

    def __post_init__(self) -> None:
        if not self.place.strip():
            raise BookRefused("account-place", pool=self.pool, index=self.index)
        if self.pool not in pools():
            raise BookRefused("pool-unknown", pool=self.pool, known=", ".join(pools()))
        if self.index not in indices():
            raise BookRefused("index-unknown", index=self.index, known=", ".join(indices()))
        on_ground = indices()[self.index].lots
        if self.lot is None and on_ground and self.kind.lots:
            raise BookRefused("lot-missing", **self.words)
        if self.lot is not None and (not self.lot.strip() or not on_ground or self.kind.debt):
            raise BookRefused("lot-unwanted", **self.words)

    @property
    def kind(self) -> Pool:
        return pools()[self.pool]

    @property
    def words(self) -> dict[str, str]:
        """What a message says of the account, in both languages."""
        pool = {"pool_zh": self.kind.zh, "pool_en": self.kind.en}
        return {"place": self.place, **pool, **index_words(self.index), "lot": self.lot or "–"}

    @property
    def order(self) -> tuple[str, str, str, str]:
        """What accounts are sorted by."""
        return self.place, self.pool, self.index, self.lot or ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One account and what the entry adds to it (below zero: takes from it), whole units of the index.

    Raises
    ------
    BookRefused (amount-not-whole, amount-zero, amount-too-large) at construction
    """

    account: Account
    amount: int

    def __post_init__(self) -> None:
        # True is an int to Python, and no amount of land.
        if not isinstance(self.amount, int) or isinstance(self.amount, bool):
            raise BookRefused("amount-not-whole", **self.account.words, amount=self.amount)
        if self.amount == 0:
            raise BookRefused("amount-zero", **self.account.words)
        if abs(self.amount) > AMOUNT_MAX:
            raise BookRefused("amount-too-large", **self.account.words, amount=self.amount, limit=AMOUNT_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event, all its indices in one piece.

    Attributes
    ----------
    key : idempotency key, unique in the book: the same event sent twice is booked once
    on : business date
    recorded_at : moment of recording, UTC
    kind : a name of `kinds.toml`
    legs : kept in the order of their accounts; sum to zero per index, and within each lot of an index
    actor, approver : who entered it and who released it; never the same
    evidence : what proves it, at least one: `run:812`, a document's number, a set of parcels
    rules : obligations and the digest of the rulebook they were read from
    reverses : key of the entry this one takes back
    settles : key of the hold this one ends, wholly
    linked : keys of the entries that are booked with this one, all or none
    expires : the day a hold lapses by itself; it still holds on the day before
    lots : lots this entry opens

    Raises
    ------
    Unbalanced (entry-unbalanced, entry-lot-unbalanced) at construction
    BookRefused (entry-… and index-not-in-force) at construction
    """

    key: str
    on: date
    recorded_at: datetime
    kind: str
    legs: tuple[Leg, ...]
    actor: str
    evidence: tuple[str, ...]
    approver: str = ""
    rules: tuple[str, ...] = ()
    reverses: str | None = None
    settles: str | None = None
    linked: tuple[str, ...] = ()
    expires: date | None = None
    lots: tuple[Lot, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "legs", tuple(sorted(self.legs, key=lambda leg: leg.account.order)))
        object.__setattr__(self, "linked", tuple(sorted(self.linked)))
        object.__setattr__(self, "lots", tuple(sorted(self.lots, key=lambda lot: lot.serial)))
        _check_words(self)
        _check_legs(self)
        _check_relations(self)
        _check_hold(self)
        _check_moves(self)
        _check_lots(self)


@dataclass(frozen=True, slots=True)
class Movement:
    """What an account gains (below zero: loses) on a business day.

    `cause` is the key of the entry it is due to; `lapse` marks the return of a hold that no one ended, due to the hold.
    """

    on: date
    account: Account
    amount: int
    cause: str
    lapse: bool = False


def reverse(
    entry: Entry,
    *,
    key: str,
    recorded_at: datetime,
    actor: str,
    evidence: Iterable[str],
    on: date | None = None,
    approver: str = "",
) -> Entry:
    """Take an entry back: the same legs with the other sign, on its own business date unless told otherwise.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2024, 6, 1, 8, tzinfo=UTC)
    >>> grant = Entry(key="q-1", on=date(2024, 6, 1), recorded_at=at, kind="allocation", actor="li", evidence=("doc:1",), legs=(
    ...     Leg(Account("outside", "outside", "plan_quota_m2"), -500), Leg(Account("339901", "reserve", "plan_quota_m2"), 500)))
    >>> [leg.amount for leg in reverse(grant, key="q-1-r", recorded_at=at, actor="li", evidence=["doc:2"]).legs]
    [-500, 500]
    """
    return Entry(
        key=key,
        on=entry.on if on is None else on,
        recorded_at=recorded_at,
        kind="reversal",
        legs=tuple(Leg(leg.account, -leg.amount) for leg in entry.legs),
        actor=actor,
        approver=approver,
        evidence=tuple(evidence),
        reverses=entry.key,
    )


def movements(entry: Entry, entries: Mapping[str, Entry]) -> tuple[Movement, ...]:
    """Spread an entry over business days; the balance of an account is the sum of its movements up to a day.

    1. The legs move on the entry's own date.
    2. A hold that lapses moves back on `expires`: booked ahead with the hold, so no one has to write it later.
    3. What settles a hold takes that return away again.
    4. A reversal undoes everything its entry moved, nothing of it before its own date.

    Each entry's movements depend only on the entries it names, so balances are sums whatever the order of recording.

    Parameters
    ----------
    entries : the entries that `reverses` and `settles` name, by key
    """
    if entry.reverses is not None:
        undone = movements(entries[entry.reverses], entries)
        return tuple(_undo(each, entry) for each in undone)
    moved = [Movement(entry.on, leg.account, leg.amount, entry.key) for leg in entry.legs]
    if entry.expires is not None:
        moved += [Movement(entry.expires, leg.account, -leg.amount, entry.key, True) for leg in entry.legs]
    hold = entries[entry.settles] if entry.settles is not None else None
    if hold is not None and hold.expires is not None:
        moved += [Movement(hold.expires, leg.account, leg.amount, hold.key, True) for leg in hold.legs]
    return tuple(moved)


def _undo(moved: Movement, reversal: Entry) -> Movement:
    cause = moved.cause if moved.lapse else reversal.key
    return Movement(max(reversal.on, moved.on), moved.account, -moved.amount, cause, moved.lapse)


def _kind_words(entry: Entry) -> dict[str, str]:
    kind = entry_kinds()[entry.kind]
    return {"kind_zh": kind.zh, "kind_en": kind.en}


def _check_words(entry: Entry) -> None:
    check_key(entry.key)
    if not entry.actor.strip():
        raise BookRefused("entry-text", key=entry.key, name="actor")
    if entry.kind not in entry_kinds():
        raise BookRefused("entry-kind-unknown", key=entry.key, kind=entry.kind, known=", ".join(entry_kinds()))
    if isinstance(entry.on, datetime):
        raise BookRefused("entry-date", key=entry.key, on=entry.on)
    for on in filter(None, (entry.on, entry.expires)):
        if not is_within(on):
            raise BookRefused("entry-out-of-time", key=entry.key, on=on, first=DAY_FIRST, last=DAY_LAST)
    if entry.recorded_at.utcoffset() != timedelta(0):
        raise BookRefused("entry-not-utc", key=entry.key, recorded_at=entry.recorded_at)
    if entry_kinds()[entry.kind].past and entry.on > entry.recorded_at.astimezone(HOME).date():
        raise BookRefused("entry-not-yet", key=entry.key, on=entry.on, **_kind_words(entry))
    if not entry.evidence or not all(each.strip() for each in entry.evidence):
        raise BookRefused("entry-no-evidence", key=entry.key)
    if entry.approver == entry.actor:
        raise BookRefused("entry-self-approved", key=entry.key, actor=entry.actor)


def _check_legs(entry: Entry) -> None:
    if not entry.legs:
        raise BookRefused("entry-no-legs", key=entry.key)
    for account, count in Counter(leg.account for leg in entry.legs).items():
        if count > 1:
            raise BookRefused("entry-account-twice", key=entry.key, **account.words)
    by_index: Counter[str] = Counter()
    by_lot: Counter[tuple[str, str]] = Counter()
    for leg in entry.legs:
        by_index[leg.account.index] += leg.amount
        by_lot[leg.account.index, leg.account.lot or "–"] += leg.amount
    for index, total in by_index.items():
        if total:
            raise Unbalanced("entry-unbalanced", key=entry.key, **index_words(index), total=total)
    for (index, lot), total in by_lot.items():
        if total:
            raise Unbalanced("entry-lot-unbalanced", key=entry.key, **index_words(index), lot=lot, total=total)
    for index in by_index:
        index_on(index, entry.on)


def _check_relations(entry: Entry) -> None:
    if (entry.reverses is not None) != (entry.kind == "reversal"):
        raise BookRefused("entry-reversal", key=entry.key, **_kind_words(entry))
    if entry.reverses is not None and entry.settles is not None:
        raise BookRefused("entry-reverses-and-settles", key=entry.key)
    if len(set(entry.linked)) < len(entry.linked) or entry.key in (*entry.linked, entry.reverses, entry.settles):
        raise BookRefused("entry-names-itself", key=entry.key)


def _check_hold(entry: Entry) -> None:
    """What stands in `held` is the sum of the open holds: only a hold puts it there, only what ends the hold takes it."""
    holds = entry_kinds()[entry.kind].holds
    if entry.expires is not None and not (holds and entry.expires > entry.on):
        raise BookRefused("entry-expiry", key=entry.key, **_kind_words(entry), on=entry.on, expires=entry.expires)
    if entry.reverses is not None:
        return
    for leg in entry.legs:
        into_held = leg.account.pool == "held" and leg.amount > 0
        if into_held != (holds and leg.amount > 0):
            raise BookRefused("entry-hold-pool", key=entry.key, **_kind_words(entry), **leg.account.words)
        if leg.account.pool == "held" and leg.amount < 0 and entry.settles is None:
            raise BookRefused("entry-held-taken", key=entry.key, **_kind_words(entry))


def _check_moves(entry: Entry) -> None:
    """A kind moves only what its table lets it, from every pool that gives to every pool that takes of an index and lot."""
    if entry.reverses is not None:
        return
    allowed = entry_kinds()[entry.kind].moves
    giving = [leg.account for leg in entry.legs if leg.amount < 0]
    taking = [leg.account for leg in entry.legs if leg.amount > 0]
    for one, other in product(giving, taking):
        if (one.index, one.lot) != (other.index, other.lot):
            continue
        if (indices()[one.index].sort, one.pool, other.pool) not in allowed:
            minted = one.kind.may_be_negative and not other.kind.debt
            target = {"to_zh": other.kind.zh, "to_en": other.kind.en}
            words = {"key": entry.key, **_kind_words(entry), **one.words, **target}
            raise BookRefused("entry-mints" if minted else "entry-move", **words)


def _check_lots(entry: Entry) -> None:
    if entry.lots and not entry_kinds()[entry.kind].opens_lots:
        raise BookRefused("entry-lots-unwanted", key=entry.key, **_kind_words(entry))
    serials = Counter(lot.serial for lot in entry.lots)
    moved = {leg.account.lot for leg in entry.legs}
    for lot in entry.lots:
        if serials[lot.serial] > 1:
            raise BookRefused("lot-serial-twice", serial=lot.serial, key=entry.key)
        if lot.serial not in moved:
            raise BookRefused("lot-no-credit", serial=lot.serial, key=entry.key)
        if lot.on > entry.on:
            raise BookRefused("lot-later", serial=lot.serial, on=lot.on, entry_on=entry.on)
        if lot.ground is None and entry.kind != "opening":
            raise BookRefused("lot-no-ground", serial=lot.serial, key=entry.key, **_kind_words(entry))

"""The reference model of the book: records in, balances out; nothing is booked that breaks it on any day.

It is the oracle of the SQL book and the judge of an exported bundle: written to be read, not to be fast. Every balance
is the sum of `entry.movements`, so it is the same whatever order the records came in.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from liangtian.errors import BookRefused
from liangtian.ledger.days import DaySums
from liangtian.ledger.entry import Account, Entry, Movement, movements
from liangtian.ledger.exclusivity import Cells, Credited, Exclusivity
from liangtian.ledger.indices import index_words
from liangtian.ledger.kinds import entry_kinds
from liangtian.ledger.lots import Ground, Lot
from liangtian.ledger.records import Attachment, Record, content_digest
from liangtian.ledger.relations import State, admit
from liangtian.units import m2_from_dm2

Sums = Mapping[Account, DaySums]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a place has of one index on a day: `posted` in its pools, of which `held`; the rest is `available`."""

    posted: int
    held: int

    @property
    def available(self) -> int:
        return self.posted - self.held


class Book:
    """Entries, lots and closings, appended and never changed.

    Parameters
    ----------
    exclusivity : what the rule tolerates between credited lots
    skew : how far a moment of recording may lie before that of the record ahead of it: transactions of a database
        commit a little out of the order in which they took their time

    Examples
    --------
    >>> from datetime import UTC
    >>> from liangtian.ledger.entry import Leg
    >>> book = Book(Exclusivity.of())
    >>> at, on = datetime(2024, 6, 1, 8, tzinfo=UTC), date(2024, 6, 1)
    >>> outside, ours = Account("outside", "outside", "plan_quota_m2"), Account("339901", "reserve", "plan_quota_m2")
    >>> grant = Entry(key="q-1", on=on, recorded_at=at, kind="allocation", actor="li", evidence=("doc:1",),
    ...               legs=(Leg(outside, -500), Leg(ours, 500)))
    >>> _ = book.append(grant)
    >>> book.balance(ours, on), book.balance(ours, date(2024, 5, 31)), book.standing("339901", "plan_quota_m2", on).available
    (500, 0, 500)
    """

    def __init__(self, exclusivity: Exclusivity, *, skew: timedelta = timedelta(0)) -> None:
        self.exclusivity = exclusivity
        self._skew = skew
        self._state = State()
        self._sums: dict[Account, DaySums] = {}
        self._outside: defaultdict[str, set[Account]] = defaultdict(set)
        self._cells = Cells()
        self._last: datetime | None = None
        self._last_day = date.min

    @property
    def records(self) -> Mapping[str, Record]:
        """Every record by key, in the order of recording."""
        return self._state.records.maps[0]

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by key, in the order of recording."""
        return self._state.entries.maps[0]

    @property
    def lots(self) -> Mapping[str, Lot]:
        """Every lot by serial as it was opened; `ground` knows a boundary attached since."""
        return self._state.lots.maps[0]

    def append(self, *records: Record) -> tuple[Record, ...]:
        """Book records together: all of them or none.

        1. A record already booked with the same content is not booked again; the first one is returned for it.
        2. Each record is checked against those before it, the earlier ones of the call included.
        3. No account ends below zero on any day from the first day moved on.
        4. No lot is credited beyond its ground, and no two lots for the same ground.

        Returns
        -------
        the records as the book holds them, in the order given

        Raises
        ------
        BookRefused : with the reason; the book is unchanged
        """
        fresh = [record for record in records if not self._is_known(record)]
        self._check_clock(fresh)
        draft = self._state.draft()
        for record in fresh:
            if record.key in draft.records:
                raise BookRefused("key-reused", key=record.key)
            admit(record, draft)

        entries = [record for record in fresh if isinstance(record, Entry)]
        _check_links(entries)
        sums = summed(self._sums, (each for entry in entries for each in movements(entry, draft.entries)))
        _check_balances(entries, sums)
        self._check_ground(fresh, draft, sums)

        self._keep(draft, sums)
        return tuple(self.records[record.key] for record in records)

    def balance(self, account: Account, on: date, *, known_on: datetime | None = None) -> int:
        """The balance of an account at the end of a business day, as known at a moment (None: as known now)."""
        return self._sums_known(known_on).get(account, DaySums()).balance(on)

    def balances(self, on: date, *, known_on: datetime | None = None) -> dict[Account, int]:
        """Every balance that is not zero at the end of a business day, as known at a moment; by account, in order."""
        sums = self._sums_known(known_on)
        found = {account: sums[account].balance(on) for account in sorted_accounts(sums)}
        return {account: balance for account, balance in found.items() if balance}

    def lowest(self, account: Account, since: date) -> int:
        """What can be taken from an account on a day without breaking that day or a later one."""
        return self._sums.get(account, DaySums()).lowest(since)

    def standing(self, place: str, index: str, on: date, *, known_on: datetime | None = None) -> Standing:
        """What a place has, holds back and can spend of an index, over its pools and lots."""
        posted = held = 0
        for account, balance in self.balances(on, known_on=known_on).items():
            if account.place == place and account.index == index:
                held += balance if account.pool == "held" else 0
                posted += balance if account.pool == "held" or account.kind.available else 0
        return Standing(posted, held)

    def holdings(self, place: str, pool: str, index: str, on: date) -> tuple[tuple[str, int], ...]:
        """The lots a pool can spend from on a day and how much of each, oldest first: (serial, amount)."""
        wanted = (place, pool, index)
        found = [a for a in self._sums if (a.place, a.pool, a.index) == wanted and a.lot is not None]
        slices = [(self.lots[a.lot].on, a.lot, self.lowest(a, on)) for a in found if a.lot is not None]
        return tuple((serial, amount) for _, serial, amount in sorted(slices) if amount > 0)

    def ground(self, serial: str) -> Ground | None:
        """The boundary of a lot, its own or attached since; None: not known yet."""
        return self._state.grounds.get(serial)

    def opened_by(self, serial: str) -> Entry:
        """The entry that opened a lot."""
        return self._state.entries[self._state.opened_by[serial]]

    def lots_near(self, ground: Ground) -> tuple[Lot, ...]:
        """Lots, credited or not, in the 1 km cells a boundary touches; by serial."""
        return tuple(self.lots[serial] for serial in sorted(self._cells.near(ground)))

    def sums(self) -> Iterator[tuple[Account, DaySums]]:
        """What every account moved on which day, by account, in order."""
        return ((account, self._sums[account]) for account in sorted_accounts(self._sums))

    @property
    def last_day(self) -> date:
        """The latest business date of an entry; `date.min`: there is none."""
        return self._last_day

    def open_holds(self) -> Iterator[Entry]:
        """The holds that nobody ended and that have not lapsed by the last day."""
        for entry in self.entries.values():
            is_hold = entry_kinds()[entry.kind].holds and entry.reverses is None
            if (
                is_hold
                and self.ended_by(entry.key) is None
                and (entry.expires is None or entry.expires > self._last_day)
            ):
                yield entry

    def is_needed(self, key: str) -> bool:
        """Whether what is to come may still ask for an entry: an open hold, or one whose end may be reversed."""
        entry = self.entries[key]
        if not entry_kinds()[entry.kind].holds:
            return False
        ended = self.ended_by(key)
        return ended is None or ended in self.entries

    def forget(self, key: str) -> None:
        """Let a record go that no later one will name: what it moved stays. Whoever forgets looks out for keys used again.

        What is asked of the past (`movements`, `known_on`, walks) is answered from the records kept.
        """
        state = self._state
        for kept in (state.records, state.entries, state.ended, state.reopened, state.reversed):
            kept.maps[0].pop(key, None)

    def movements(self, *, known_on: datetime | None = None) -> Iterator[Movement]:
        """What every entry moves, as known at a moment, in the order of recording."""
        for entry in self.entries.values():
            if known_on is None or entry.recorded_at <= known_on:
                yield from movements(entry, self.entries)

    def accounts(self) -> tuple[Account, ...]:
        """Every account ever moved, in order."""
        return tuple(sorted_accounts(self._sums))

    def credited(self, serial: str) -> Credited:
        """The times in which a lot has credits in the book, by index."""
        return _credited(
            serial, self._state, [(a, self._sums[a]) for a in sorted_accounts(self._outside.get(serial, ()))]
        )

    def ended_by(self, hold: str) -> str | None:
        """Key of the entry that settled or reversed a hold; None: open, or lapsed."""
        return self._state.reversed.get(hold) or self._state.ended.get(hold)

    def _is_known(self, record: Record) -> bool:
        booked = self._state.records.get(record.key)
        if booked is not None and content_digest(booked) != content_digest(record):
            raise BookRefused("key-reused", key=record.key)
        return booked is not None

    def _check_clock(self, records: Iterable[Record]) -> None:
        last = self._last
        for record in records:
            if last is not None and record.recorded_at < last - self._skew:
                raise BookRefused("recorded-backwards", key=record.key, recorded_at=record.recorded_at, last=last)
            last = record.recorded_at if last is None else max(last, record.recorded_at)

    def _sums_known(self, known_on: datetime | None) -> Sums:
        return self._sums if known_on is None else summed({}, self.movements(known_on=known_on))

    def _check_ground(self, fresh: Iterable[Record], draft: State, sums: Sums) -> None:
        """Compare each lot whose credits or boundary the records change with all lots near it."""
        both = ChainMap(dict(sums), self._sums)
        outside = _outside_accounts(sums)
        changed = outside.keys() | {record.lot for record in fresh if isinstance(record, Attachment)}
        cells = Cells()
        for serial in changed & draft.grounds.keys():
            cells.add(serial, draft.grounds[serial])

        def credits(serial: str) -> Credited:
            accounts = self._outside.get(serial, set()) | outside.get(serial, set())
            return _credited(serial, draft, [(account, both[account]) for account in sorted_accounts(accounts)])

        for serial in sorted(changed & draft.grounds.keys()):
            one, ground = credits(serial), draft.grounds[serial]
            _check_extent(one)
            for near in sorted((self._cells.near(ground) | cells.near(ground)) - {serial}):
                _check_pair(one, credits(near), self.exclusivity)

    def _keep(self, draft: State, sums: Sums) -> None:
        for serial, ground in draft.grounds.maps[0].items():
            self._cells.add(serial, ground)
        for serial, accounts in _outside_accounts(sums).items():
            self._outside[serial] |= accounts
        for record in draft.records.maps[0].values():
            self._last = record.recorded_at if self._last is None else max(self._last, record.recorded_at)
            if isinstance(record, Entry):
                self._last_day = max(self._last_day, record.on)
        self._state.keep(draft)
        self._sums.update(sums)


def summed(before: Sums, moved: Iterable[Movement]) -> dict[Account, DaySums]:
    """The sums by day of every account that moves, on top of what they were before."""
    days: defaultdict[Account, Counter[date]] = defaultdict(Counter)
    for each in moved:
        days[each.account][each.on] += each.amount
    return {account: before.get(account, DaySums()).plus(sums) for account, sums in days.items()}


def sorted_accounts(accounts: Iterable[Account]) -> list[Account]:
    """Accounts by place, pool, index and lot."""
    return sorted(accounts, key=lambda account: account.order)


def _outside_accounts(accounts: Iterable[Account]) -> dict[str, set[Account]]:
    """The outside accounts of each lot."""
    found: defaultdict[str, set[Account]] = defaultdict(set)
    for account in accounts:
        if account.pool == "outside" and account.lot is not None:
            found[account.lot].add(account)
    return found


def _credited(serial: str, state: State, outside: Iterable[tuple[Account, DaySums]]) -> Credited:
    """A lot's credits are what the outside world gave for it: its outside accounts owe them."""
    by_index: dict[str, DaySums] = {}
    for account, sums in outside:
        by_index[account.index] = by_index.get(account.index, DaySums()).plus(sums.sums())
    spans = {index: sums.spans() for index, sums in by_index.items()}
    highest = {index: -sums.lowest(date.min) for index, sums in by_index.items()}
    return Credited(state.lots[serial], state.grounds.get(serial), spans, highest)


def _check_links(entries: Iterable[Entry]) -> None:
    by_key = {entry.key: entry for entry in entries}
    for entry in by_key.values():
        for other in entry.linked:
            if other not in by_key or entry.key not in by_key[other].linked:
                raise BookRefused("linked-incomplete", key=entry.key, other=other)


def _check_balances(entries: Iterable[Entry], sums: Sums) -> None:
    """No account ends below zero on any day; the days before the first entry are as they were."""
    since = min((entry.on for entry in entries), default=date.max)
    broken = []
    for account, days in sums.items():
        below = None if account.kind.may_be_negative else days.first_below_zero(since)
        if below is not None:
            broken.append((below[0], account.order, account, below[1]))
    if broken:
        on, _, account, balance = min(broken, key=lambda each: each[:2])
        keys = [entry.key for entry in entries if any(leg.account == account for leg in entry.legs)]
        raise BookRefused("balance-below-zero", key=", ".join(keys), on=on, balance=balance, **account.words)


def _check_pair(one: Credited, other: Credited, exclusivity: Exclusivity) -> None:
    overlap = exclusivity.clash(one, other)
    if overlap:
        about = {"serial": one.lot.serial, "project": one.lot.project, "on": one.lot.on}
        theirs = {"other": other.lot.serial, "other_project": other.lot.project, "other_on": other.lot.on}
        raise BookRefused("lot-overlap", **about, **theirs, overlap_m2=m2_from_dm2(overlap))


def _check_extent(one: Credited) -> None:
    excess = one.excess()
    if excess is not None:
        index, ground_m2 = excess
        serial, credit = one.lot.serial, one.highest[index]
        raise BookRefused("lot-beyond-ground", serial=serial, **index_words(index), amount=credit, ground_m2=ground_m2)

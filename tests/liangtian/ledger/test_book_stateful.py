"""The book under random work: conserved, never below zero, true to both dates, and undone by reversals."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from bookkeeping import (
    CITY,
    COUNTY,
    OTHER,
    OUTSIDE,
    CheckedBook,
    acceptance,
    at,
    closing,
    day,
    entry,
    hold,
    kind_of_move,
    moved,
    quota,
    square,
)
from liangtian.errors import BookRefused
from liangtian.ledger.entry import Account, Entry, reverse
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.kinds import pools

DAYS = st.integers(0, 60).map(lambda n: day(1) + timedelta(days=n))
AMOUNTS = st.integers(1, 60)
SOURCES = st.sampled_from([(COUNTY, "reserve")] * 3 + [(OTHER, "reserve"), (CITY, "municipal")])
PLACES = st.sampled_from([(COUNTY, "reserve"), (OTHER, "reserve"), (CITY, "municipal"), (COUNTY, "used")])


class BookWork(RuleBasedStateMachine):
    """Clerks of a county do whatever comes to mind; the book takes what it can bear."""

    lots = Bundle("lots")
    holds = Bundle("holds")
    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.book = CheckedBook(Exclusivity.of())
        self.clock = 0
        self.answers: dict[tuple[date, datetime], dict[Account, int]] = {}

    def tick(self) -> dict[str, object]:
        """A new key and the next minute."""
        self.clock += 1
        return {"key": f"e{self.clock}", "recorded_at": at(self.clock)}

    def post(self, one: Entry) -> MultipleResults[str]:
        """Try to book; what is booked is known to later rules."""
        try:
            self.book.append(one)
        except BookRefused:
            return multiple()
        return multiple(one.key)

    @rule(target=lots, on=st.integers(0, 5), amount=st.integers(50, 300), column=st.integers(0, 12))
    def accept(self, on: int, amount: int, column: int) -> MultipleResults[str]:
        serial = f"L{self.clock}"
        accepted = acceptance(serial, amount, square(column), on=day(1) + timedelta(days=on), **self.tick())
        booked = self.post(accepted).values
        return multiple(*(serial for _ in booked))

    @rule(target=entries, lot=lots, on=DAYS, amount=AMOUNTS, source=SOURCES, target_pool=PLACES)
    def transfer(
        self, lot: str, on: date, amount: int, source: tuple[str, str], target_pool: tuple[str, str]
    ) -> MultipleResults[str]:
        if source == target_pool:
            target_pool = (OUTSIDE, "outside")
        given, kind = self.tick(), kind_of_move(target_pool[1])
        moves = moved(lot, amount, source, target_pool, "quantity_m2")
        return self.post(entry(str(given.pop("key")), on, kind, moves, **given))

    @rule(target=holds, lot=lots, on=DAYS, amount=AMOUNTS, days=st.none() | st.integers(1, 30))
    def freeze(self, lot: str, on: date, amount: int, days: int | None) -> MultipleResults[str]:
        given = self.tick()
        expires = None if days is None else on + timedelta(days=days)
        return self.post(hold(str(given.pop("key")), on, lot, amount, expires, **given))

    @rule(target=entries, key=holds, days=st.integers(0, 20), pool=st.sampled_from(["used", "reserve"]))
    def settle(self, key: str, days: int, pool: str) -> MultipleResults[str]:
        one = self.book.entries[key]
        amount = max(leg.amount for leg in one.legs)
        given = self.tick() | {"settles": key}
        legs = moved(one.legs[0].account.lot, amount, (COUNTY, "held"), (COUNTY, pool), "quantity_m2")
        return self.post(entry(str(given.pop("key")), one.on + timedelta(days=days), "write-off", legs, **given))

    @rule(target=entries, on=DAYS, amount=AMOUNTS)
    def grant(self, on: date, amount: int) -> MultipleResults[str]:
        given = self.tick()
        return self.post(quota(str(given.pop("key")), on, amount, **given))

    @rule(key=st.one_of(entries, holds), days=st.integers(0, 40))
    def take_back(self, key: str, days: int) -> None:
        one = self.book.entries[key]
        self.post(reverse(one, **self.tick(), actor="wang", evidence=["doc:2"], on=one.on + timedelta(days=days)))

    @rule(key=st.one_of(entries, holds))
    def repeat(self, key: str) -> None:
        before = self.book.balances(date.max)
        self.book.append(replace(self.book.entries[key], recorded_at=at(self.clock + 1)))
        assert self.book.balances(date.max) == before

    @rule(through=st.integers(0, 1).map(lambda n: day(1) + timedelta(days=n)))
    def close(self, through: date) -> None:
        with suppress(BookRefused):
            given = self.tick()
            self.book.append(closing(str(given.pop("key")), through, **given))

    @rule(on=DAYS)
    def ask(self, on: date) -> None:
        self.answers[on, at(self.clock)] = self.book.balances(on)

    @invariant()
    def what_was_known_stays_known(self) -> None:
        for (on, known_on), answer in self.answers.items():
            assert self.book.balances(on, known_on=known_on) == answer

    @invariant()
    def every_credit_has_its_ground(self) -> None:
        for account in self.book.accounts():
            assert account.lot is None or account.lot in self.book.lots

    @invariant()
    def held_is_what_open_holds_hold(self) -> None:
        for on in (day(1) + timedelta(days=n) for n in range(0, 80, 4)):
            held: Counter[Account] = Counter()
            for one in self.book.entries.values():
                if one.kind == "hold" and one.on <= on and not self.is_over(one, on):
                    held.update({leg.account: leg.amount for leg in one.legs if leg.amount > 0})
            balances = self.book.balances(on)
            assert {a: amount for a, amount in balances.items() if a.pool == "held"} == dict(held)

    def is_over(self, one: Entry, on: date) -> bool:
        """Whether a hold no longer holds on a day: lapsed, settled or taken back, unless its settlement was itself."""
        if one.expires is not None and one.expires <= on:
            return True
        back = [e.on for e in self.book.entries.values() if e.reverses == one.key]
        ends = [e for e in self.book.entries.values() if e.settles == one.key]
        undone = {e.reverses: e.on for e in self.book.entries.values() if e.reverses is not None}
        settled = [e for e in ends if e.on <= on and not (e.key in undone and undone[e.key] <= on)]
        return any(each <= on for each in back) or bool(settled)


TestBookWork = BookWork.TestCase
TestBookWork.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


@given(st.lists(st.tuples(AMOUNTS, st.booleans()), min_size=1, max_size=4))
@settings(deadline=None)
def test_the_order_within_a_day_does_not_matter(moves: list[tuple[int, bool]]) -> None:
    start = quota("start", day(1), 1000)
    work = [
        quota(f"q{n}", day(2), amount)
        if gain
        else entry(
            f"q{n}", day(2), "write-off", moved(None, amount, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2")
        )
        for n, (amount, gain) in enumerate(moves)
    ]
    results = []
    for order in permutations(work):
        book = CheckedBook(Exclusivity.of())
        book.append(start)
        for one in order:
            book.append(one)
        results.append((book.balances(day(1)), book.balances(day(2))))
    assert all(result == results[0] for result in results)
    together = CheckedBook(Exclusivity.of())
    together.append(*reversed(work), start)
    assert (together.balances(day(1)), together.balances(day(2))) == results[0]


@given(st.data())
@settings(deadline=None, max_examples=50)
def test_a_reversal_on_the_same_day_is_an_undo(data: st.DataObject) -> None:
    book = CheckedBook(Exclusivity.of())
    book.append(acceptance("A", 1000, square(0)))
    expires = data.draw(st.none() | st.integers(31, 60).map(lambda n: day(1) + timedelta(days=n)))
    one = hold("h", day(1, 31), "A", data.draw(AMOUNTS), expires)
    days = [day(1) + timedelta(days=n) for n in range(0, 70)]
    before = [book.balances(on) for on in days]
    book.append(one)
    book.append(reverse(one, key="r", recorded_at=at(1), actor="wang", evidence=["doc:2"]))
    assert [book.balances(on) for on in days] == before


def test_every_pool_but_the_outside_world_is_kept_above_zero() -> None:
    assert [pool.id for pool in pools().values() if pool.may_be_negative] == ["outside"]

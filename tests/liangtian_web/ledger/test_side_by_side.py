"""The kernel's book and the SQL book under the same random work: the same refusals, the same balances, always."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, multiple, rule
from tests.liangtian_web.conftest import person

from bookkeeping import (
    CITY,
    COUNTY,
    OTHER,
    OUTSIDE,
    acceptance,
    at,
    attachment,
    closing,
    day,
    entry,
    hold,
    kind_of_move,
    moved,
    quota,
    square,
)
from liangtian.errors import LiangtianError
from liangtian.ledger.book import Book
from liangtian.ledger.entry import Account, reverse
from liangtian.ledger.records import Attachment, Closing, Record
from liangtian.ledger.statement import statement as kernel_statement
from liangtian_web.ledger import actions, models, queries, sealing
from liangtian_web.ledger.exclusivity import tolerance_on
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import Place

pytestmark = pytest.mark.django_db

DAYS = st.integers(0, 60).map(lambda n: day(1) + timedelta(days=n))
AMOUNTS = st.integers(1, 60)
SOURCES = st.sampled_from([(COUNTY, "reserve")] * 3 + [(OTHER, "reserve"), (CITY, "municipal")])
TARGETS = st.sampled_from([(COUNTY, "reserve"), (OTHER, "reserve"), (CITY, "municipal"), (COUNTY, "used")])


class TwoBooks(RuleBasedStateMachine):
    """Every record goes to both books."""

    lots = Bundle("lots")
    holds = Bundle("holds")
    entries = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        city = Place.objects.create(code=CITY, name="示范市", kind="city")
        county = Place.objects.create(code=COUNTY, name="示范县", kind="county", parent=city)
        Place.objects.create(code=OTHER, name="示范二县", kind="county", parent=city)
        for name in ("li", "wang"):
            person(name, name, county, "keeper")
        self.book = Book(tolerance_on(date(2026, 1, 1)))
        self.clock = 0
        self.moments: list[tuple[datetime, datetime]] = []  # of the kernel's clock, and of the database's

    def teardown(self) -> None:
        self.compare_balances()
        self.compare_statements()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def tick(self) -> dict[str, object]:
        self.clock += 1
        return {"key": f"e{self.clock}", "recorded_at": at(self.clock)}

    def both(self, one: Record) -> MultipleResults[str]:
        """Book on both; they agree on whether, and on why not."""
        ours = theirs = None
        try:
            self.book.append(one)
        except LiangtianError as error:
            ours = error.message_id
        try:
            record(one)
        except LiangtianError as error:
            theirs = error.message_id
        assert theirs == ours, one
        self.moments.append((at(self.clock), actions.now()))
        return multiple() if ours else multiple(one.key)

    @rule(target=lots, on=st.integers(0, 5), amount=st.integers(50, 300), column=st.integers(0, 12),
          credit=st.sampled_from(["reclamation", "quality-improvement"]))  # fmt: skip
    def accept(self, on: int, amount: int, column: int, credit: str) -> MultipleResults[str]:
        serial = f"L{self.clock}"
        one = acceptance(serial, amount, square(column), on=day(1) + timedelta(days=on), credit=credit, **self.tick())
        return multiple(*(serial for _ in self.both(one).values))

    @rule(target=lots, amount=st.integers(50, 300), on=st.integers(0, 2))
    def open(self, amount: int, on: int) -> MultipleResults[str]:
        serial = f"L{self.clock}"
        given = {"kind": "opening", "document": "doc:opening", "on": day(1) + timedelta(days=on), **self.tick()}
        return multiple(*(serial for _ in self.both(acceptance(serial, amount, None, **given)).values))

    @rule(lot=lots, column=st.integers(0, 12))
    def attach(self, lot: str, column: int) -> None:
        given = self.tick()
        self.both(attachment(str(given.pop("key")), lot, square(column), **given))

    @rule(target=entries, lot=lots, on=DAYS, amount=AMOUNTS, source=SOURCES, to=TARGETS)
    def transfer(
        self, lot: str, on: date, amount: int, source: tuple[str, str], to: tuple[str, str]
    ) -> MultipleResults[str]:
        given = self.tick()
        to = (OUTSIDE, "outside") if source == to else to
        moves = moved(lot, amount, source, to, "quantity_m2")
        return self.both(entry(str(given.pop("key")), on, kind_of_move(to[1]), moves, **given))

    @rule(target=holds, lot=lots, on=DAYS, amount=AMOUNTS, days=st.none() | st.integers(1, 30))
    def freeze(self, lot: str, on: date, amount: int, days: int | None) -> MultipleResults[str]:
        given = self.tick()
        expires = None if days is None else on + timedelta(days=days)
        return self.both(hold(str(given.pop("key")), on, lot, amount, expires, **given))

    @rule(target=entries, key=holds, days=st.integers(0, 20), pool=st.sampled_from(["used", "reserve"]))
    def settle(self, key: str, days: int, pool: str) -> MultipleResults[str]:
        one = self.book.entries[key]
        given = self.tick() | {"settles": key}
        amount = max(leg.amount for leg in one.legs)
        legs = moved(one.legs[0].account.lot, amount, (COUNTY, "held"), (COUNTY, pool), "quantity_m2")
        return self.both(entry(str(given.pop("key")), one.on + timedelta(days=days), "write-off", legs, **given))

    @rule(target=entries, on=DAYS, amount=AMOUNTS, given_back=st.booleans())
    def quota(self, on: date, amount: int, given_back: bool) -> MultipleResults[str]:
        given = self.tick()
        if not given_back:
            return self.both(quota(str(given.pop("key")), on, amount, **given))
        legs = moved(None, amount, (COUNTY, "reserve"), (OUTSIDE, "outside"), "plan_quota_m2")
        return self.both(entry(str(given.pop("key")), on, "return", legs, **given))

    @rule(key=st.one_of(entries, holds), days=st.integers(0, 40))
    def take_back(self, key: str, days: int) -> None:
        one = self.book.entries[key]
        self.both(reverse(one, **self.tick(), actor="wang", evidence=["doc:2"], on=one.on + timedelta(days=days)))

    @rule(key=st.one_of(entries, holds), change=st.booleans())
    def repeat(self, key: str, change: bool) -> None:
        evidence = ("doc:other",) if change else self.book.entries[key].evidence
        self.tick()
        self.both(replace(self.book.entries[key], recorded_at=at(self.clock), evidence=evidence))

    @rule(through=st.integers(0, 1).map(lambda n: day(1) + timedelta(days=n)))
    def close(self, through: date) -> None:
        given = self.tick()
        self.both(closing(str(given.pop("key")), through, **given))

    @rule()
    def seal(self) -> None:
        sealing.seal_all()
        assert queries.unsealed() == 0

    @rule(on=DAYS)
    def compare_balances(self, on: date = date.max) -> None:
        assert sql_balances(on) == self.book.balances(on)
        for ours, theirs in self.moments[-3::2]:
            assert sql_balances(on, theirs) == self.book.balances(on, known_on=ours)

    @rule(on=DAYS)
    def compare_holdings(self, on: date) -> None:
        account = models.Account.objects.filter(place__code=COUNTY, pool="reserve", index="quantity_m2").first()
        found = queries.holdings_of(account.pk, on) if account else []
        assert tuple(found) == self.book.holdings(COUNTY, "reserve", "quantity_m2", on)

    def compare_statements(self) -> None:
        for account in models.Account.objects.select_related("place"):
            pool = (place_key(account.place), account.pool, account.index)
            ours = kernel_statement(self.book, pool, day(1, 10), day(2, 10))
            theirs = queries.statement(account, day(1, 10), day(2, 10))
            assert (theirs.opening, theirs.closing) == (ours.opening, ours.closing)
            lines = [(each.on, each.entry.key, each.amount, each.balance, each.lapse) for each in theirs.lines]
            assert lines == [(each.on, each.key, each.amount, each.balance, each.lapse) for each in ours.lines]


def record(one: Record) -> None:
    """The record to the SQL book."""
    if isinstance(one, Attachment):
        actions.attach_boundary(one)
    elif isinstance(one, Closing):
        actions.close_period(one)
    else:
        actions.post(one)


def sql_balances(on: date, known_on: datetime | None = None) -> dict[Account, int]:
    """Every balance that is not zero, by account and lot; and the accounts' own sums agree with their lots'."""
    found: dict[Account, int] = {}
    for each in queries.balances(models.Account.objects.select_related("place").order_by("pk"), on, known_on):
        account = each.account
        key = (place_key(account.place), account.pool, account.index)
        by_lot = queries.lot_balances(account.pk, on, known_on)
        found |= {Account(*key, lot): amount for lot, amount in by_lot.items()}
        if rest := each.amount - sum(by_lot.values()):
            assert not account.names_lots
            found[Account(*key)] = rest
    return dict(sorted(found.items(), key=lambda item: item[0].order))


TestTwoBooks = TwoBooks.TestCase
TestTwoBooks.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # to shrink a failure over a database takes minutes
)
TestTwoBooks = pytest.mark.django_db(TestTwoBooks)

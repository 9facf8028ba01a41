"""Entries of an invented county, for the tests of the book: 100 m squares of ground, dates in 2024."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import shapely

from liangtian.errors import LiangtianError
from liangtian.ledger.book import Book
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.lots import Ground, Lot
from liangtian.ledger.records import Attachment, Closing
from liangtian.messages import Language, render_error

COUNTY, OTHER, CITY, OUTSIDE = "339901", "339902", "339900", "outside"
PLANE = "EPSG:4549"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
START = datetime(2025, 1, 1, 8, tzinfo=UTC)


def day(month: int, of_month: int = 1) -> date:
    return date(2024, month, of_month)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def square(column: int, row: int = 0, *, side: float = 100.0, shift: float = 0.0) -> Ground:
    """A square of the demonstration's grid, 10,000 m², no two of which share more than a corner or an edge."""
    x, y = 500_000.0 + 100 * column + shift, 3_375_000.0 + 100 * row
    return Ground.of(shapely.box(x, y, x + side, y + side), PLANE)


def lot(serial: str, ground: Ground | None, **changes: Any) -> Lot:
    given = {"place": COUNTY, "project": "P-1", "on": day(1), "credit": "reclamation", "document": "", **changes}
    return Lot(serial=serial, ground=ground, **given)


def legs(*moves: tuple[str, str, str, str | None, int]) -> tuple[Leg, ...]:
    """Legs from (place, pool, index, lot, amount)."""
    return tuple(Leg(Account(*move[:4]), move[4]) for move in moves)


def entry(key: str, on: date, kind: str, moves: tuple[Leg, ...], **changes: Any) -> Entry:
    given: dict[str, Any] = {"recorded_at": at(0), "actor": "li", "evidence": ("doc:1",), **changes}
    return Entry(key=key, on=on, kind=kind, legs=moves, **given)


def moved(
    serial: str | None, amount: int, source: tuple[str, str], target: tuple[str, str], index: str
) -> tuple[Leg, ...]:
    """An amount of one lot from a place's pool to another."""
    return legs((*source, index, serial, -amount), (*target, index, serial, amount))


def acceptance(serial: str, amount: int, ground: Ground | None, **changes: Any) -> Entry:
    """A lot of `amount` m² of quantity accepted into the county's reserve."""
    on, place = changes.pop("on", day(1)), changes.pop("place", COUNTY)
    about = {name: changes.pop(name) for name in ("project", "credit", "document") if name in changes}
    index, kind = changes.pop("index", "quantity_m2"), changes.pop("kind", "acceptance")
    opened = lot(serial, ground, on=on, place=place, **about)
    moves = moved(serial, amount, (OUTSIDE, "outside"), (place, "reserve"), index)
    return entry(changes.pop("key", f"in-{serial}"), on, kind, moves, lots=(opened,), **changes)


def move(key: str, on: date, kind: str, serial: str, amount: int, source: str, target: str, **changes: Any) -> Entry:
    """An amount of quantity of one lot between two pools of the county."""
    return entry(key, on, kind, moved(serial, amount, (COUNTY, source), (COUNTY, target), "quantity_m2"), **changes)


def hold(key: str, on: date, serial: str, amount: int, expires: date | None = None, **changes: Any) -> Entry:
    return move(key, on, "hold", serial, amount, "reserve", "held", expires=expires, **changes)


def quota(key: str, on: date, amount: int, **changes: Any) -> Entry:
    """Plan quota handed down to the county: an index without ground."""
    moves = moved(None, amount, (OUTSIDE, "outside"), (COUNTY, "reserve"), "plan_quota_m2")
    return entry(key, on, "allocation", moves, **changes)


def closing(key: str, through: date, **changes: Any) -> Closing:
    given = {"place": COUNTY, "recorded_at": at(0), "actor": "li", "evidence": ("doc:close",), **changes}
    return Closing(key=key, through=through, **given)


def attachment(key: str, serial: str, ground: Ground, **changes: Any) -> Attachment:
    given = {"recorded_at": at(0), "actor": "li", "evidence": ("survey:1",), **changes}
    return Attachment(key=key, lot=serial, ground=ground, **given)


def kind_of_move(pool: str) -> str:
    """The kind of entry that brings credit of a reserve into a pool."""
    return {"outside": "void", "used": "write-off"}.get(pool, "transfer")


def reserve(
    serial: str | None = None, *, pool: str = "reserve", index: str = "quantity_m2", place: str = COUNTY
) -> Account:
    return Account(place, pool, index, serial)


def new_book() -> Book:
    return CheckedBook(Exclusivity.of(1))


def refusal(act: Callable[[], object]) -> LiangtianError:
    """The error an act is refused with; it can be said in both languages, with every place filled."""
    with pytest.raises(LiangtianError) as caught:
        act()
    assert all("{" not in render_error(caught.value, lang=lang) for lang in LANGUAGES)
    return caught.value


def refused(act: Callable[[], object]) -> str:
    """The message id an act is refused with."""
    return refusal(act).message_id


class CheckedBook(Book):
    """The book with its invariants tested after every change: nothing it lets in may break them."""

    def append(self, *records: Any) -> Any:
        before = self.balances(date.max), list(self.records)
        try:
            done = super().append(*records)
        except LiangtianError:
            assert (self.balances(date.max), list(self.records)) == before
            raise
        assert_sound(self)
        return done


def assert_sound(book: Book) -> None:
    """Conserved, not below zero, and the running sums equal to what the entries say, on every day that matters."""
    for on in sorted({each.on for each in book.movements()}):
        balances = book.balances(on)
        assert sums_by_index(balances) == {}
        assert all(amount > 0 for account, amount in balances.items() if account.pool != "outside")
        assert balances == book.balances(on, known_on=datetime.max.replace(tzinfo=UTC))


def sums_by_index(balances: Mapping[Account, int]) -> dict[tuple[str, str | None], int]:
    """What does not cancel, by index and lot."""
    sums: dict[tuple[str, str | None], int] = {}
    for account, amount in balances.items():
        sums[account.index, account.lot] = sums.get((account.index, account.lot), 0) + amount
    return {key: total for key, total in sums.items() if total}


def later(one: Entry, minute: int) -> Entry:
    return replace(one, recorded_at=at(minute))

"""From credit to ground and back, through transfers and over attached boundaries."""

from __future__ import annotations

import pytest

from bookkeeping import (
    CITY,
    COUNTY,
    OUTSIDE,
    acceptance,
    attachment,
    day,
    entry,
    move,
    moved,
    new_book,
    quota,
    reserve,
    square,
)
from liangtian.ledger.book import Book
from liangtian.ledger.walks import credits_on, origin_of, without_ground

IN = acceptance("A", 1000, square(0))
POOLED = entry("p", day(2), "city-pooling", moved("A", 200, (COUNTY, "reserve"), (CITY, "municipal"), "quantity_m2"))
USED = move("w", day(3), "write-off", "A", 300, "reserve", "used")
OLD = acceptance("OLD", 70, None, kind="opening", document="doc:old")


@pytest.fixture
def book() -> Book:
    found = new_book()
    for one in (OLD, IN, POOLED, USED, quota("q", day(1), 5)):
        found.append(one)
    return found


def test_a_credit_walks_to_its_ground_wherever_it_went(book: Book) -> None:
    origin = origin_of(book, reserve("A", pool="municipal", place=CITY))
    assert origin is not None
    assert (origin.lot.serial, origin.ground, origin.opened_by) == ("A", square(0), IN)
    assert [one.key for one in origin.path] == ["in-A", "p", "w"]


def test_what_stands_on_no_ground_has_no_origin(book: Book) -> None:
    assert origin_of(book, reserve(index="plan_quota_m2")) is None
    assert origin_of(book, reserve("nothing")) is None


def test_ground_walks_to_all_its_credits(book: Book) -> None:
    (found,) = credits_on(book, square(0, shift=50.0), day(3))
    assert (found.lot.serial, found.shared_dm2) == ("A", 500_000)
    assert {(a.place, a.pool): amount for a, amount in found.balances.items()} == {
        (COUNTY, "reserve"): 500,
        (COUNTY, "used"): 300,
        (CITY, "municipal"): 200,
        (OUTSIDE, "outside"): -1000,
    }
    assert credits_on(book, square(3), day(3)) == ()


def test_credits_of_unknown_ground_are_told_apart_until_it_is_found(book: Book) -> None:
    assert without_ground(book, day(1)) == {(COUNTY, "reserve", "quantity_m2"): 70}
    assert credits_on(book, square(1), day(1)) == ()
    book.append(attachment("a", "OLD", square(1)))
    assert without_ground(book, day(1)) == {}
    assert [found.lot.serial for found in credits_on(book, square(1), day(1))] == ["OLD"]

"""From credit to ground and back, through transfers and over attached boundaries."""

from __future__ import annotations

import pytest

from bookkeeping import (
    CITY,
    COUNTY,
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
from liangtian.ledger.walks import origin_of, without_ground

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


def test_credits_of_unknown_ground_are_told_apart_until_it_is_found(book: Book) -> None:
    assert without_ground(book, day(1)) == {(COUNTY, "reserve", "quantity_m2"): 70}
    book.append(attachment("a", "OLD", square(1)))
    assert without_ground(book, day(1)) == {}

"""Statements: opening, lines and closing of a pool, as known at a moment."""

from __future__ import annotations

from bookkeeping import COUNTY, acceptance, at, day, hold, move, new_book, square
from liangtian.ledger.entry import reverse
from liangtian.ledger.statement import Line, statement

RESERVE = (COUNTY, "reserve", "quantity_m2")
IN = acceptance("A", 1000, square(0))
HELD = hold("h", day(3), "A", 400, expires=day(5), recorded_at=at(2))
USED = move("w", day(4), "write-off", "A", 400, "held", "used", settles="h", recorded_at=at(3))


def test_lines_run_from_opening_to_closing() -> None:
    book = new_book()
    book.append(IN, move("early", day(2), "write-off", "A", 100, "reserve", "used"))
    book.append(HELD)
    drawn = statement(book, RESERVE, day(2), day(6))
    assert (drawn.opening, drawn.closing) == (1000, 900)
    assert drawn.lines == (
        Line(day(2), "early", "write-off", -100, 900),
        Line(day(3), "h", "hold", -400, 500),
        Line(day(5), "h", "hold", 400, 900, lapse=True),
    )


def test_a_settled_hold_leaves_no_lapse() -> None:
    book = new_book()
    book.append(IN, HELD, USED)
    assert [line.key for line in statement(book, RESERVE, day(2), day(6)).lines] == ["h"]
    assert [line.lapse for line in statement(book, RESERVE, day(2), day(6), known_on=at(2)).lines] == [False, True]


def test_a_reversed_hold_leaves_no_lapse() -> None:
    book = new_book()
    book.append(IN, HELD, reverse(HELD, key="r", recorded_at=at(4), actor="wang", evidence=["doc:2"], on=day(4)))
    assert [(line.key, line.amount) for line in statement(book, RESERVE, day(2), day(6)).lines] == [
        ("h", -400),
        ("r", 400),
    ]


def test_a_quiet_time_has_no_lines() -> None:
    book = new_book()
    book.append(IN)
    drawn = statement(book, RESERVE, day(2), day(6))
    assert (drawn.opening, drawn.lines, drawn.closing) == (1000, (), 1000)


def test_the_lots_of_a_pool_are_one_statement() -> None:
    book = new_book()
    book.append(IN, acceptance("B", 50, square(1), on=day(2)))
    assert statement(book, RESERVE, day(1), day(2)).closing == 1050

"""Books that are well sealed and wrong: whoever keeps the book may seal anything, and the verification still tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from bookkeeping import COUNTY, acceptance, at, closing, day, entry, hold, move, moved, quota, reserve, square
from bundles import RULE, bundle_bytes, packed_lines, read, story
from liangtian.finding import Finding, Outcome
from liangtian.ledger.book import Book
from liangtian.ledger.checks import (
    CHECKS,
    check_balances,
    check_conservation,
    check_ground,
    check_holds,
    verify,
)
from liangtian.ledger.days import DaySums
from liangtian.ledger.entry import Account, reverse
from liangtian.ledger.examined import Examined, examine
from liangtian.ledger.exclusivity import Credited, Exclusivity
from liangtian.ledger.records import Record, canonical
from liangtian.messages import catalogue, render

IN = acceptance("A", 1000, square(0))
GRANT = quota("q", day(1), 500)


def wrong(lines: Sequence[bytes]) -> list[tuple[str, str, object]]:
    """Rule, refusal and position of every failure of a bundle sealed over these lines."""
    verdict = verify(read(packed_lines(lines)), RULE)
    failed = [found for found in verdict.findings if found.outcome is Outcome.FAIL]
    assert all("{" not in render(found, lang="zh") + render(found, lang="en") for found in failed)
    return [(found.rule, found.message_id, found.params.get("at")) for found in failed]


def wrong_records(*records: Record) -> list[tuple[str, str, object]]:
    return wrong([canonical(record) for record in records])


def test_a_sound_book_passes_every_check() -> None:
    bundle = read(bundle_bytes())
    verdict = verify(bundle, RULE, published=bundle.manifest.head)
    assert [(found.rule, found.outcome) for found in verdict.findings] == [(rule, Outcome.PASS) for rule in CHECKS]
    assert [verdict.outcome, verdict.lots, verdict.groundless_lots] == [Outcome.PASS, 2, 0]


def test_an_unbalanced_entry_is_found() -> None:
    line = canonical(GRANT).replace(b'"plan_quota_m2",null,500', b'"plan_quota_m2",null,501')
    assert wrong([canonical(IN), line]) == [("BOOK-04", "record-refused", 2)]


def test_a_line_that_is_no_record_is_found() -> None:
    assert wrong([canonical(IN), b"{}"]) == [("BOOK-03", "record-refused", 2)]
    assert wrong([canonical(IN) + b" "]) == [("BOOK-03", "record-refused", 1)]


def test_what_lacks_records_is_not_passed() -> None:
    bundle = read(packed_lines([canonical(IN), b"{}"]))
    verdict = verify(bundle, RULE, published=bundle.manifest.head)
    assert [found.outcome.value for found in verdict.findings] == [
        "pass",
        "pass",
        "fail",
        *["unknown"] * 5,
    ]
    assert verdict.findings[-1].params == {"count": 1}


def test_spending_what_is_not_there_is_found() -> None:
    over = move("w", day(2), "write-off", "A", 1001, "reserve", "used")
    assert wrong_records(IN, over) == [("BOOK-05", "record-refused", 2)]


def test_a_lot_spent_twice_is_found() -> None:
    spent = [move(f"w{n}", day(2), "write-off", "A", 600, "reserve", "used") for n in (1, 2)]
    assert wrong_records(IN, *spent) == [("BOOK-05", "record-refused", 3)]


def test_ground_credited_twice_is_found() -> None:
    assert wrong_records(IN, acceptance("B", 10, square(0, shift=50.0))) == [("BOOK-07", "record-refused", 2)]
    assert wrong_records(acceptance("A", 10_001, square(0))) == [("BOOK-07", "record-refused", 1)]


WORK = move("w", day(2), "write-off", "A", 5, "reserve", "used")
UNDO = reverse(GRANT, key="u", recorded_at=at(0), actor="li", evidence=["doc:2"])
DISORDER: dict[str, tuple[tuple[Record, ...], int]] = {
    "a record twice": ((IN, WORK, WORK), 3),
    "a key used again": ((IN, WORK, replace(WORK, evidence=("doc:9",))), 3),
    "an entry of a closed period": ((IN, closing("c", day(2)), WORK), 3),
    "a reversal twice": ((GRANT, UNDO, replace(UNDO, key="u2")), 3),
    "a reversal of nothing": ((IN, UNDO), 2),
    "a link that is missing": ((IN, replace(WORK, linked=("x",))), 2),
    "a settlement of nothing": ((IN, move("s", day(2), "release", "A", 5, "held", "reserve", settles="h")), 2),
    "recording that runs backwards": ((replace(IN, recorded_at=at(9)), WORK), 2),
    "an opening after the fact": (
        (IN, acceptance("B", 5, None, on=day(2), kind="opening", document="doc:old")),
        2,
    ),
}


@pytest.mark.parametrize(("records", "position"), DISORDER.values(), ids=DISORDER)
def test_disorder_is_found(records: tuple[Record, ...], position: int) -> None:
    assert wrong_records(*records) == [("BOOK-08", "record-refused", position)]


def test_a_loop_of_reversals_is_refused_and_not_followed() -> None:
    first = replace(UNDO, key="x", reverses="y")
    second = replace(UNDO, key="y", reverses="x", legs=GRANT.legs)
    assert wrong_records(first, second) == [("BOOK-08", "record-refused", 1), ("BOOK-08", "record-refused", 2)]


def test_linked_entries_apart_in_the_seals_are_booked_together() -> None:
    one, two = quota("a", day(1), 5, linked=("b",)), quota("b", day(1), 7, linked=("a",))
    assert wrong_records(one, IN, two) == []


def test_an_open_hold_is_what_is_held() -> None:
    assert wrong_records(IN, hold("h", day(2), "A", 400)) == []
    assert wrong_records(IN, hold("h", day(2), "A", 400, expires=day(3)), quota("q", day(5), 1)) == []


class CarelessBook(Book):
    """A model gone wrong: it moves one more m² than its entries say, and holds one that no one holds."""

    def sums(self) -> Iterator[tuple[Account, DaySums]]:
        yield from super().sums()
        yield reserve("A", pool="used"), DaySums().plus({day(6): -1})
        yield reserve("A", pool="held"), DaySums().plus({day(1): 1})


def test_the_sums_are_taken_again_without_trust_in_the_model() -> None:
    book = CarelessBook(Exclusivity.of(10**9, 10**9))
    book.append(IN, acceptance("B", 10, square(0, shift=50.0)))
    book.exclusivity = Exclusivity.of()
    examined = replace(examine(read(bundle_bytes()), RULE), book=book)
    assert [(each.params["on"], each.params["total"]) for each in check_conservation(examined)] == [
        ("2024-01-01", 1),
        ("2024-06-01", -1),
    ]
    assert [(each.params["on"], each.params["balance"]) for each in check_balances(examined)] == [("2024-06-01", -1)]
    assert [(each.params["held"], each.params["open"]) for each in check_holds(examined)] == [(1, 0)]
    assert [each.params["overlap_m2"] for each in check_ground(examined)] == ["5000.00"]


def test_a_lot_beyond_its_ground_is_told_without_trust_in_the_model() -> None:
    class Generous(Book):
        def credited(self, serial: str) -> Credited:
            return replace(super().credited(serial), highest={"quantity_m2": 10_001})

    book = Generous(Exclusivity.of())
    book.append(IN)
    (found,) = check_ground(replace(examine(read(bundle_bytes()), RULE), book=book))
    assert (found.message_id, found.params["amount"], found.params["ground_m2"]) == (
        "lot-beyond-ground",
        10_001,
        10_000,
    )


def test_rules_of_law_are_judged_beside_the_invariants() -> None:
    def check_nothing_is_spent(examined: Examined) -> Iterator[Finding]:
        for at_line, record in examined.records.items():
            if getattr(record, "kind", "") == "write-off":
                yield Finding("", Outcome.FAIL, "record-altered", {"at": at_line, "key": record.key})

    verdict = verify(read(bundle_bytes()), RULE, checks={**CHECKS, "law": check_nothing_is_spent})
    assert [(found.rule, found.params["at"]) for found in verdict.findings if found.outcome is Outcome.FAIL] == [
        ("law", 7)
    ]


def test_every_check_says_that_it_passed() -> None:
    names = [f"verified-{check.__name__.removeprefix('check_')}" for check in CHECKS.values()]
    assert [name for name in names if name not in catalogue()] == []


def test_what_no_later_record_names_is_forgotten() -> None:
    """A hold whose end is reversed is held again and ended again: all three are kept as long as they are asked for."""
    held = hold("h", day(2), "A", 400)
    use = move("use", day(3), "write-off", "A", 400, "held", "used", settles="h")
    undo = reverse(use, key="undo", recorded_at=at(0), actor="li", evidence=["doc:2"])
    again = move("again", day(4), "release", "A", 400, "held", "reserve", settles="h")
    much = [quota(f"q{n}", day(1), 5) for n in range(50)]
    examined = examine(read(bundle_bytes((IN, held, use, *much, undo, again, closing("c", day(5))))), RULE)
    assert examined.refused == ()
    assert (list(examined.book.entries), list(examined.book.records)) == ([], [])
    assert examined.book.balance(reserve("A"), day(4)) == 1000

    examined = examine(read(bundle_bytes((IN, held, use, undo))), RULE)
    assert (examined.refused, list(examined.book.entries)) == ((), ["h"])
    assert [entry.key for entry in examined.book.open_holds()] == ["h"]


def test_a_key_used_again_is_found_though_the_first_is_forgotten() -> None:
    others = [quota(f"q{n}", day(1), 5) for n in range(20)]
    assert wrong_records(GRANT, *others, replace(GRANT, evidence=("doc:7",))) == [("BOOK-08", "record-refused", 22)]


def test_lots_of_unknown_ground_are_counted_apart() -> None:
    known, unknown = story()[1], story()[0]
    verdict = verify(read(bundle_bytes([unknown, known])), RULE)
    assert (verdict.lots, verdict.groundless_lots) == (2, 1)


def test_a_transfer_between_counties_passes() -> None:
    sold = entry("t", day(2), "transfer", moved("A", 200, (COUNTY, "reserve"), ("339902", "reserve"), "quantity_m2"))
    assert wrong_records(IN, sold) == []

"""The reference model: what it takes, what it refuses for the records before it, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from pyproj import CRS

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
    later,
    legs,
    move,
    moved,
    new_book,
    quota,
    refusal,
    refused,
    reserve,
    square,
)
from liangtian.ledger.book import Book, Standing
from liangtian.ledger.entry import Entry, reverse
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.lots import Ground
from liangtian.ledger.records import Record
from liangtian.space.crs import reproject

QUOTA = reserve(index="plan_quota_m2")


def booked(*records: Record) -> Book:
    book = new_book()
    for record in records:
        book.append(record)
    return book


def taken_back(original: Entry, **changes: object) -> Entry:
    given = {"key": f"{original.key}-r", "recorded_at": at(1), "actor": "wang", "evidence": ["doc:2"], **changes}
    return reverse(original, **given)  # type: ignore[arg-type]


def opened(serial: str, amount: int, **changes: object) -> Entry:
    return acceptance(serial, amount, None, kind="opening", document="doc:old", **changes)


IN = acceptance("A", 1000, square(0))
HELD = hold("h", day(2), "A", 400, expires=day(4))
USED = move("w", day(3), "write-off", "A", 400, "held", "used", settles="h")


# Balances and time


def test_an_entry_counts_from_its_business_date() -> None:
    book = booked(IN, move("w", day(3), "write-off", "A", 300, "reserve", "used"))
    assert [book.balance(reserve("A"), on) for on in (day(1), day(2), day(3))] == [1000, 1000, 700]
    assert book.balances(day(3)) == {
        reserve("A"): 700,
        reserve("A", pool="used"): 300,
        reserve("A", pool="outside", place=OUTSIDE): -1000,
    }


def test_a_backdated_entry_changes_what_is_known_only_from_its_recording_on() -> None:
    book = booked(IN, later(move("w", day(2), "write-off", "A", 300, "reserve", "used"), 60))
    assert book.balance(reserve("A"), day(2), known_on=at(59)) == 1000
    assert book.balance(reserve("A"), day(2), known_on=at(60)) == 700


def test_a_backdated_entry_that_breaks_a_later_day_is_refused_and_names_the_first_day() -> None:
    book = booked(IN, move("w", day(5), "write-off", "A", 800, "reserve", "used"))
    late = move("late", day(2), "write-off", "A", 300, "reserve", "used")
    error = refusal(lambda: book.append(late))
    assert (error.message_id, error.params["on"], error.params["balance"]) == ("balance-below-zero", day(5), -100)


def test_what_can_be_taken_is_the_lowest_balance_from_the_day_on() -> None:
    book = booked(IN, move("w", day(5), "write-off", "A", 800, "reserve", "used"))
    assert [book.lowest(reserve("A"), on) for on in (day(1), day(5))] == [200, 200]
    assert book.holdings(COUNTY, "reserve", "quantity_m2", day(2)) == (("A", 200),)


def test_holdings_come_oldest_first() -> None:
    young = acceptance("A-young", 10, square(1), on=day(3))
    book = booked(young, acceptance("B-old", 20, square(2), on=day(2)), acceptance("C-spent", 5, square(3)))
    book.append(move("w", day(3), "write-off", "C-spent", 5, "reserve", "used"))
    assert book.holdings(COUNTY, "reserve", "quantity_m2", day(4)) == (("B-old", 20), ("A-young", 10))


def test_only_the_outside_world_may_owe() -> None:
    book = booked(quota("q", day(1), 500))
    assert book.balance(reserve(pool="outside", index="plan_quota_m2", place=OUTSIDE), day(1)) == -500
    over = entry("x", day(1), "write-off", moved(None, 501, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2"))
    assert refused(lambda: book.append(over)) == "balance-below-zero"


# One event, once


def test_the_same_event_twice_is_booked_once() -> None:
    book = booked(IN)
    assert book.append(later(IN, 5)) == (IN,)
    assert list(book.records) == ["in-A"]


def test_a_key_is_not_reused() -> None:
    book = booked(IN)
    assert refused(lambda: book.append(replace(IN, evidence=("doc:other",)))) == "key-reused"
    assert refused(lambda: book.append(quota("q", day(1), 5), quota("q", day(1), 6))) == "key-reused"


def test_linked_entries_are_booked_together_or_not_at_all() -> None:
    one, two = quota("a", day(1), 5, linked=("b",)), quota("b", day(1), 7, linked=("a",))
    book = new_book()
    assert refused(lambda: book.append(one)) == "linked-incomplete"
    assert refused(lambda: book.append(one, replace(two, linked=()))) == "linked-incomplete"
    broken = entry(
        "b", day(1), "write-off", moved(None, 99, (COUNTY, "reserve"), (COUNTY, "used"), "plan_quota_m2"), linked=("a",)
    )
    assert refused(lambda: book.append(one, broken)) == "balance-below-zero"
    assert book.balances(day(1)) == {}
    book.append(one, two)
    assert book.balance(QUOTA, day(1)) == 12


def test_recording_does_not_run_backwards() -> None:
    book = booked(later(IN, 5))
    assert refused(lambda: book.append(quota("q", day(1), 5))) == "recorded-backwards"


def test_recording_may_run_backwards_by_the_skew_allowed() -> None:
    book = Book(Exclusivity.of(), skew=timedelta(minutes=5))
    book.append(later(IN, 5))
    book.append(quota("q", day(1), 5))
    assert refused(lambda: book.append(quota("q2", day(1), 5, recorded_at=at(-1)))) == "recorded-backwards"


# Holds


def test_available_is_posted_less_held() -> None:
    book = booked(IN, HELD)
    assert book.standing(COUNTY, "quantity_m2", day(2)) == Standing(posted=1000, held=400)
    assert book.standing(COUNTY, "quantity_m2", day(2)).available == 600


def test_a_hold_lapses_by_itself() -> None:
    book = booked(IN, HELD)
    assert [book.balance(reserve("A"), on) for on in (day(2), day(3), day(4))] == [600, 600, 1000]


def test_a_settled_hold_does_not_come_back() -> None:
    book = booked(IN, HELD, USED)
    assert [book.balance(reserve("A", pool="held"), on) for on in (day(2), day(3), day(4))] == [400, 0, 0]
    assert [book.balance(reserve("A"), on) for on in (day(2), day(3), day(4))] == [600, 600, 600]
    assert book.ended_by("h") == "w"


def test_what_came_back_and_was_spent_cannot_be_settled_after_the_fact() -> None:
    book = booked(IN, HELD, move("all", day(4), "write-off", "A", 1000, "reserve", "used"))
    assert refused(lambda: book.append(USED)) == "balance-below-zero"


def test_a_part_used_gives_the_rest_back() -> None:
    part = entry(
        "w",
        day(3),
        "write-off",
        legs(
            (COUNTY, "held", "quantity_m2", "A", -400),
            (COUNTY, "used", "quantity_m2", "A", 150),
            (COUNTY, "reserve", "quantity_m2", "A", 250),
        ),
        settles="h",
    )
    book = booked(IN, HELD, part)
    assert book.standing(COUNTY, "quantity_m2", day(5)) == Standing(posted=850, held=0)


def test_a_reversed_settlement_opens_the_hold_again() -> None:
    book = booked(IN, HELD, USED, taken_back(USED))
    assert book.ended_by("h") is None
    assert [book.balance(reserve("A", pool="held"), on) for on in (day(3), day(4))] == [400, 0]
    book.append(later(replace(USED, key="w2"), 2))
    assert book.balance(reserve("A", pool="used"), day(4)) == 400


def test_a_settlement_reversed_after_the_hold_has_lapsed_frees_the_amount() -> None:
    book = booked(IN, HELD, USED, taken_back(USED, on=day(6)))
    assert [book.balance(reserve("A"), on) for on in (day(5), day(6))] == [600, 1000]


def test_a_hold_opened_again_holds_from_the_reversal_on() -> None:
    other = hold("h2", day(2), "A", 400)
    book = booked(IN, HELD, USED, other, taken_back(USED, on=day(3, 10)))
    assert refused(lambda: book.append(later(replace(USED, key="w2"), 2))) == "settlement-date"
    assert refused(lambda: book.append(taken_back(HELD, on=day(3, 9)))) == "reversal-before"
    book.append(later(replace(USED, key="w2", on=day(3, 10)), 2))


HOLD_REFUSALS: dict[str, tuple[str, Entry]] = {
    "no such hold": ("settlement-unknown", replace(USED, settles="nothing")),
    "no hold at all": ("settlement-unknown", replace(USED, settles="in-A")),
    "a lapsed hold": ("settlement-date", replace(USED, on=day(4))),
    "a hold not yet made": ("settlement-date", replace(USED, on=day(1, 31))),
    "a part of it": ("settlement-not-whole", move("w", day(3), "write-off", "A", 399, "held", "used", settles="h")),
}


@pytest.mark.parametrize(("message_id", "one"), HOLD_REFUSALS.values(), ids=HOLD_REFUSALS)
def test_a_hold_is_not_settled(message_id: str, one: Entry) -> None:
    assert refused(lambda: booked(IN, HELD).append(one)) == message_id


def test_a_hold_is_settled_once() -> None:
    assert refused(lambda: booked(IN, HELD, USED).append(replace(USED, key="w2"))) == "settlement-twice"
    reversed_hold = booked(IN, HELD, taken_back(HELD))
    assert refused(lambda: reversed_hold.append(later(USED, 2))) == "settlement-reversed"


# Reversals


def test_a_reversal_on_the_day_itself_undoes_the_entry_on_every_day() -> None:
    for original in (HELD, quota("q", day(2), 5), move("m", day(2), "write-off", "A", 5, "reserve", "used")):
        before = booked(IN)
        after = booked(IN, original, taken_back(original))
        assert [after.balances(day(month)) for month in range(1, 7)] == [
            before.balances(day(month)) for month in range(1, 7)
        ]


REVERSAL_REFUSALS: dict[str, tuple[str, Callable[[], Entry]]] = {
    "no such entry": ("reversal-unknown", lambda: taken_back(quota("nothing", day(1), 5))),
    "a second time": ("reversal-twice", lambda: taken_back(quota("q", day(2), 5), key="again")),
    "before the entry": ("reversal-before", lambda: taken_back(IN, on=day(1) - timedelta(days=1))),
    "another amount": ("reversal-differs", lambda: taken_back(acceptance("A", 999, square(0)))),
    "a settled hold": ("reversal-of-ended-hold", lambda: taken_back(HELD)),
}


@pytest.mark.parametrize(("message_id", "make"), REVERSAL_REFUSALS.values(), ids=REVERSAL_REFUSALS)
def test_it_is_not_reversed(message_id: str, make: Callable[[], Entry]) -> None:
    grant = quota("q", day(2), 5)
    book = booked(IN, HELD, USED, grant, taken_back(grant))
    assert refused(lambda: book.append(make())) == message_id


def test_a_reversal_is_not_reversed() -> None:
    back = taken_back(IN)
    again = entry("rr", day(1), "reversal", IN.legs, reverses=back.key, recorded_at=at(2))
    assert refused(lambda: booked(IN, back).append(again)) == "reversal-of-reversal"


# Periods


def test_nothing_is_booked_in_a_closed_period() -> None:
    book = booked(IN, closing("c", day(3)))
    assert refused(lambda: book.append(move("w", day(3), "write-off", "A", 5, "reserve", "used"))) == "period-closed"
    book.append(move("w", day(3, 2), "write-off", "A", 5, "reserve", "used"))


def test_a_closing_binds_its_place_alone() -> None:
    book = booked(IN, closing("c", day(3)))
    book.append(acceptance("B", 5, square(1), place=OTHER))
    sold = moved("A", 5, (COUNTY, "reserve"), (OTHER, "reserve"), "quantity_m2")
    assert refused(lambda: book.append(entry("t", day(2), "transfer", sold))) == "period-closed"


def test_closings_go_forward() -> None:
    book = booked(closing("c", day(3)))
    assert refused(lambda: book.append(closing("c2", day(3)))) == "closing-backwards"
    book.append(closing("c3", day(4)))


def test_an_opening_balance_has_one_day() -> None:
    book = booked(opened("A", 10), opened("B", 20))
    assert refused(lambda: book.append(opened("C", 5, on=day(2)))) == "opening-another-day"
    earlier = quota("q", day(1) - timedelta(days=1), 5)
    assert refused(lambda: book.append(earlier)) == "before-opening"


def test_a_book_is_not_opened_after_it_has_begun() -> None:
    for on in (day(1), day(2)):
        assert refused(lambda on=on: booked(IN).append(opened("B", 5, on=on))) == "opening-late"


def test_an_opening_is_over_once_anything_else_is_recorded_whatever_its_date() -> None:
    book = booked(opened("A", 10), quota("q", day(3), 5))
    assert refused(lambda: book.append(opened("B", 10**12))) == "opening-late"
    assert refused(lambda: booked(closing("c", day(1))).append(opened("B", 5, on=day(2)))) == "opening-late"


def test_an_opening_taken_back_is_booked_anew() -> None:
    wrong = opened("A", 10)
    book = booked(wrong, taken_back(wrong))
    book.append(opened("B", 5, recorded_at=at(2)))
    assert book.standing(COUNTY, "quantity_m2", day(1)).available == 5


def test_a_lot_of_unknown_ground_gains_nothing_after_its_opening() -> None:
    book = booked(opened("A", 10))
    more = entry("m", day(5), "adjustment", moved("A", 7, (OUTSIDE, "outside"), (COUNTY, "reserve"), "quantity_m2"))
    assert refused(lambda: book.append(more)) == "lot-credit-unbounded"
    book.append(attachment("s", "A", square(0)), more)
    assert book.standing(COUNTY, "quantity_m2", day(5)).available == 17


def test_what_was_voided_of_a_lot_of_unknown_ground_comes_back_by_a_reversal() -> None:
    void = entry("v", day(3), "void", moved("A", 10, (COUNTY, "reserve"), (OUTSIDE, "outside"), "quantity_m2"))
    book = booked(opened("A", 10), void, taken_back(void))
    assert book.standing(COUNTY, "quantity_m2", day(3)).available == 10


# Lots and ground


def test_the_same_ground_is_not_credited_twice() -> None:
    book = booked(IN)
    assert refused(lambda: book.append(acceptance("B", 10, square(0, shift=50.0)))) == "lot-overlap"
    assert refused(lambda: book.append(acceptance("B", 10, square(0), place=OTHER, project="P-2"))) == "lot-overlap"


def test_lots_of_one_call_exclude_each_other() -> None:
    twins = acceptance("A", 10, square(0)), acceptance("B", 10, square(0, shift=1.0))
    assert refused(lambda: new_book().append(*twins)) == "lot-overlap"


def test_neighbours_that_share_an_edge_stand_together() -> None:
    booked(IN, acceptance("B", 10, square(1)), acceptance("C", 10, square(1, 1)))


def test_a_sliver_within_the_tolerance_only_touches() -> None:
    book = Book(Exclusivity.of(2, 1))
    book.append(IN)
    book.append(acceptance("B", 10, square(1, shift=-0.015)))
    assert refused(lambda: book.append(acceptance("C", 10, square(2, shift=-0.05)))) == "lot-overlap"


def test_ground_is_free_again_once_its_credits_are_void() -> None:
    book = booked(IN, move("w", day(3), "write-off", "A", 1000, "reserve", "used"))
    assert refused(lambda: book.append(acceptance("B", 10, square(0), on=day(4)))) == "lot-overlap"
    void = entry("v", day(3), "void", moved("A", 1000, (COUNTY, "reserve"), (OUTSIDE, "outside"), "quantity_m2"))
    book = booked(IN, void)
    assert refused(lambda: book.append(acceptance("B", 10, square(0), on=day(2)))) == "lot-overlap"
    book.append(acceptance("B", 10, square(0), on=day(3)))
    back = taken_back(void)
    assert refused(lambda: book.append(back)) == "lot-overlap"


def test_improvement_may_lie_on_ground_credited_for_quantity_but_not_for_the_same_index() -> None:
    book = booked(IN)
    better = {"credit": "quality-improvement", "on": day(2)}
    assert refused(lambda: book.append(acceptance("Q", 5, square(0), **better))) == "lot-overlap"
    book.append(acceptance("Q", 5, square(0), index="capacity_kg", **better))
    again = acceptance("Q2", 5, square(0), index="capacity_kg", **better)
    assert refused(lambda: book.append(again)) == "lot-overlap"


def test_a_lot_is_not_credited_beyond_its_ground() -> None:
    assert refused(lambda: booked(acceptance("A", 10_001, square(0)))) == "lot-beyond-ground"
    booked(acceptance("A", 10_000, square(0)))
    booked(acceptance("A", 99_999, square(0), index="capacity_kg"))


def test_a_serial_is_given_once_and_must_be_known() -> None:
    again = acceptance("A", 5, square(5), key="other")
    assert refused(lambda: booked(IN).append(again)) == "lot-serial-twice"
    assert refused(lambda: booked(move("w", day(1), "write-off", "X", 5, "reserve", "used"))) == "lot-unknown"


def test_a_boundary_found_later_is_checked_like_any_other() -> None:
    book = booked(opened("A", 1000), opened("B", 1000), acceptance("C", 10, square(0), on=day(1)))
    assert book.ground("A") is None
    assert refused(lambda: book.append(attachment("a", "A", square(0)))) == "lot-overlap"
    assert refused(lambda: book.append(attachment("a", "A", square(1, side=10.0)))) == "lot-beyond-ground"
    book.append(attachment("a", "A", square(1)))
    assert book.ground("A") == square(1)
    assert refused(lambda: book.append(attachment("b", "B", square(1)))) == "lot-overlap"
    assert refused(lambda: book.append(attachment("b", "A", square(2)))) == "lot-has-ground"
    assert refused(lambda: book.append(attachment("b", "X", square(2)))) == "lot-unknown"


def test_lots_in_different_planes_exclude_each_other() -> None:
    moved_over = reproject(np.array([square(0).shape], dtype=object), CRS("EPSG:4549"), CRS("EPSG:4528"))[0]
    assert refused(lambda: booked(IN).append(acceptance("B", 10, Ground.of(moved_over, "EPSG:4528")))) == "lot-overlap"


def test_a_transfer_keeps_the_lot() -> None:
    pooled = entry(
        "p", day(2), "city-pooling", moved("A", 200, (COUNTY, "reserve"), (CITY, "municipal"), "quantity_m2")
    )
    book = booked(IN, pooled)
    assert book.balance(reserve("A", pool="municipal", place=CITY), day(2)) == 200

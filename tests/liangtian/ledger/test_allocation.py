"""From postings to legs: parties, lots in order, debts without ground."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bookkeeping import CITY, COUNTY, OUTSIDE, acceptance, day, entry, new_book, refused, square
from liangtian.ledger.allocation import legs_from
from liangtian.ledger.entry import Leg
from liangtian.ledger.posting import Posting

PARTIES = {"county": COUNTY, "city": CITY, "outside": OUTSIDE}
HELD = {(COUNTY, "reserve", "quantity_m2"): (("A", 10), ("B", 30))}


def plain(found: tuple[Leg, ...]) -> list[tuple[str, str, str | None, int]]:
    return [(leg.account.place, leg.account.pool, leg.account.lot, leg.amount) for leg in found]


def test_an_acceptance_is_shared_out_of_its_new_lot() -> None:
    found = legs_from(
        [
            Posting("outside", "outside", "quantity_m2", -100),
            Posting("county", "reserve", "quantity_m2", 100),
            Posting("county", "reserve", "quantity_m2", -20),
            Posting("city", "municipal", "quantity_m2", 20),
        ],
        PARTIES,
        {(OUTSIDE, "outside", "quantity_m2"): (("A", 100),)},
    )
    assert plain(found) == [
        (CITY, "municipal", "A", 20),
        (COUNTY, "reserve", "A", 80),
        (OUTSIDE, "outside", "A", -100),
    ]


def test_lots_are_spent_in_the_order_given() -> None:
    spent = [Posting("county", "reserve", "quantity_m2", -15), Posting("county", "used", "quantity_m2", 15)]
    named = {(COUNTY, "reserve", "quantity_m2"): (("B", 30), ("A", 10))}
    assert [each for each in plain(legs_from(spent, PARTIES, HELD)) if each[3] > 0] == [
        (COUNTY, "used", "A", 10),
        (COUNTY, "used", "B", 5),
    ]
    assert [each for each in plain(legs_from(spent, PARTIES, named)) if each[3] > 0] == [(COUNTY, "used", "B", 15)]


def test_a_default_deducts_what_there_is_and_owes_the_rest() -> None:
    found = legs_from(
        [
            Posting("county", "reserve", "quantity_m2", -40),
            Posting("county", "used", "quantity_m2", 40),
            Posting("outside", "outside", "quantity_m2", -25),
            Posting("county", "arrears", "quantity_m2", 25),
        ],
        PARTIES,
        HELD,
    )
    assert plain(found) == [
        (COUNTY, "arrears", None, 25),
        (COUNTY, "reserve", "A", -10),
        (COUNTY, "reserve", "B", -30),
        (COUNTY, "used", "A", 10),
        (COUNTY, "used", "B", 30),
        (OUTSIDE, "outside", None, -25),
    ]


def test_a_commitment_fulfilled_leaves_debt_and_ground_apart() -> None:
    found = legs_from(
        [
            Posting("county", "reserve", "quantity_m2", -12),
            Posting("county", "committed", "quantity_m2", -12),
            Posting("county", "used", "quantity_m2", 12),
            Posting("outside", "outside", "quantity_m2", 12),
        ],
        PARTIES,
        HELD,
    )
    assert plain(found) == [
        (COUNTY, "committed", None, -12),
        (COUNTY, "reserve", "A", -10),
        (COUNTY, "reserve", "B", -2),
        (COUNTY, "used", "A", 10),
        (COUNTY, "used", "B", 2),
        (OUTSIDE, "outside", None, 12),
    ]


def test_a_void_gives_the_ground_back_to_the_outside_world() -> None:
    void = [Posting("county", "reserve", "quantity_m2", -10), Posting("outside", "outside", "quantity_m2", 10)]
    assert plain(legs_from(void, PARTIES, HELD)) == [(COUNTY, "reserve", "A", -10), (OUTSIDE, "outside", "A", 10)]


def test_money_and_land_go_in_one_event() -> None:
    found = legs_from(
        [
            Posting("county", "reserve", "quantity_m2", -10),
            Posting("city", "municipal", "quantity_m2", 10),
            Posting("city", "fund", "money_fen", -700),
            Posting("county", "fund", "money_fen", 700),
        ],
        PARTIES,
        HELD,
    )
    assert [(leg.account.index, leg.account.lot, leg.amount) for leg in found] == [
        ("money_fen", None, -700),
        ("quantity_m2", "A", 10),
        ("money_fen", None, 700),
        ("quantity_m2", "A", -10),
    ]


def test_it_refuses() -> None:
    short = [Posting("county", "reserve", "quantity_m2", -41), Posting("county", "used", "quantity_m2", 41)]
    bare = [Posting("outside", "outside", "quantity_m2", -5), Posting("county", "reserve", "quantity_m2", 5)]
    assert refused(lambda: legs_from(short, PARTIES, HELD)) == "holdings-short"
    assert refused(lambda: legs_from(bare, PARTIES)) == "holdings-short"
    assert refused(lambda: legs_from(bare[:1], PARTIES)) == "postings-unbalanced"
    assert refused(lambda: legs_from([Posting("moon", "reserve", "money_fen", 1)], PARTIES)) == "party-unknown"


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=5), st.integers(1, 250))
def test_what_the_book_holds_can_be_spent_to_the_last(areas: list[int], wanted: int) -> None:
    book = new_book()
    for number, area in enumerate(areas):
        book.append(acceptance(f"L{number}", area, square(number)))
    holdings = {(COUNTY, "reserve", "quantity_m2"): book.holdings(COUNTY, "reserve", "quantity_m2", day(2))}
    postings = [Posting("county", "reserve", "quantity_m2", -wanted), Posting("county", "used", "quantity_m2", wanted)]
    if wanted > sum(areas):
        assert refused(lambda: legs_from(postings, PARTIES, holdings)) == "holdings-short"
        return
    book.append(entry("w", day(2), "write-off", legs_from(postings, PARTIES, holdings)))
    assert book.standing(COUNTY, "quantity_m2", day(2)).available == sum(areas) - wanted

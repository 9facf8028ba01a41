"""Holds ended, credits spent oldest first or by name, entries linked, and what is refused in the words of the trade."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bookkeeping import (
    CITY,
    COUNTY,
    OUTSIDE,
    acceptance,
    attachment,
    closing,
    day,
    entry,
    hold,
    moved,
    quota,
    refused,
    square,
)
from liangtian.errors import BookRefused
from liangtian.ledger.posting import Posting
from liangtian.messages import render_error
from liangtian_web.ledger import actions, queries
from liangtian_web.ledger.models import Account, Entry, Leg, Lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keepers")]

PARTIES = {"county": COUNTY, "city": CITY, "outside": OUTSIDE}


@pytest.fixture
def booked(keepers):
    """Two lots, the older one smaller."""
    actions.post(acceptance("old", 4_000, square(0), on=day(1, 2)))
    actions.post(acceptance("new", 9_000, square(1), on=day(1, 9)))


def about(keepers, key: str, **changes) -> actions.About:
    given = {"key": key, "on": day(2), "kind": "city-pooling", "actor": keepers["li"], "evidence": ("doc:1",)}
    return actions.About(**given | changes)


def pooled(amount: int) -> list[Posting]:
    return [Posting("county", "reserve", "quantity_m2", -amount), Posting("city", "municipal", "quantity_m2", amount)]


def lots_in(pool: str, on: date = date(2024, 12, 1)) -> dict[str, int]:
    account = Account.objects.filter(pool=pool, index="quantity_m2").exclude(place=None).first()
    return queries.lot_balances(account.pk, on) if account else {}


def test_credits_are_spent_from_the_oldest_lot_first(booked, keepers):
    actions.spend(pooled(5_000), about(keepers, "pool"), parties=PARTIES)
    assert (lots_in("reserve"), lots_in("municipal")) == ({"new": 8_000}, {"old": 4_000, "new": 1_000})


def test_credits_are_spent_from_the_lots_named(booked, keepers):
    named = {(COUNTY, "reserve", "quantity_m2"): [("new", 5_000)]}
    actions.spend(pooled(5_000), about(keepers, "pool"), parties=PARTIES, lots=named)
    assert lots_in("municipal") == {"new": 5_000}


def test_spending_again_under_the_same_key_spends_once(booked, keepers):
    first = actions.spend(pooled(5_000), about(keepers, "pool"), parties=PARTIES)
    assert actions.spend(pooled(5_000), about(keepers, "pool"), parties=PARTIES) == first
    assert refused(lambda: actions.spend(pooled(4_999), about(keepers, "pool"), parties=PARTIES)) == "key-reused"
    assert lots_in("municipal") == {"old": 4_000, "new": 1_000}


def test_more_than_there_is_cannot_be_spent(booked, keepers):
    assert refused(lambda: actions.spend(pooled(13_001), about(keepers, "pool"), parties=PARTIES)) == "holdings-short"
    assert (
        refused(lambda: actions.spend(pooled(4_001), about(keepers, "early", on=day(1, 5)), parties=PARTIES))
        == "holdings-short"
    )


def test_a_hold_is_posted_whole_or_given_back_whole(booked, keepers):
    used, back = (actions.post(hold(key, day(2), "new", 3_000, day(6)))[0] for key in ("h1", "h2"))
    postings = [Posting("county", "held", "quantity_m2", -3_000), Posting("county", "used", "quantity_m2", 3_000)]
    actions.settle(used, postings, parties=PARTIES, about=about(keepers, "use", on=day(3), kind="write-off"))
    actions.void(back, about(keepers, "back", on=day(3), kind="release"))
    for on in (day(4), day(12)):  # what was ended does not lapse
        assert (lots_in("held", on), lots_in("used", on)) == ({}, {"new": 3_000})
        assert lots_in("reserve", on) == {"old": 4_000, "new": 6_000}
    assert refused(lambda: actions.void(used, about(keepers, "x", on=day(4), kind="release"))) == "settlement-twice"


def test_linked_entries_are_booked_together_or_not_at_all(booked):
    give = entry(
        "give",
        day(2),
        "transfer",
        moved("new", 9_000, (COUNTY, "reserve"), (CITY, "municipal"), "quantity_m2"),
        linked=("pay",),
    )
    pay = quota("pay", day(2), 5, linked=("give",))
    broke = replace(give, legs=moved("new", 9_001, (COUNTY, "reserve"), (CITY, "municipal"), "quantity_m2"))
    assert refused(lambda: actions.post(pay, broke)) == "balance-below-zero"
    assert refused(lambda: actions.post(pay)) == "linked-incomplete"
    assert not Entry.objects.filter(key__in=["give", "pay"]).exists()
    actions.post(give, pay)
    assert Entry.objects.filter(key__in=["give", "pay"]).count() == 2


def test_the_same_entry_sent_twice_is_booked_once(booked):
    one = quota("q", day(2), 500)
    assert actions.post(one) == actions.post(one)
    assert refused(lambda: actions.post(quota("q", day(2), 501))) == "key-reused"
    again = acceptance("old", 4_000, square(0), on=day(1, 2))
    assert actions.post(again)[0].key == "in-old"
    assert (Entry.objects.count(), Lot.objects.count(), Leg.objects.count()) == (3, 2, 6)


def test_a_refusal_names_place_pool_lot_and_day(booked):
    too_much = entry(
        "x", day(2), "write-off", moved("old", 4_001, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2")
    )
    with pytest.raises(BookRefused) as caught:
        actions.post(too_much)
    said = render_error(caught.value, lang="zh")
    for word in ("示范县", "储备库", "耕地数量", "old", "2024-02-01", "-1"):
        assert word in said
    assert render_error(caught.value, lang="en")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: quota("x", day(1, 20), 5), "period-closed"),
        (lambda: replace(quota("x", day(2), 5), actor="nobody"), "book-actor-unknown"),
        (lambda: entry("x", day(2), "allocation", moved(None, 5, (OUTSIDE, "outside"), ("339909", "reserve"), "plan_quota_m2")), "book-place-unknown"),
        (lambda: entry("x", day(2), "write-off", moved("none", 5, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2")), "lot-unknown"),
        (lambda: acceptance("over", 10_001, square(5), on=day(2)), "lot-beyond-ground"),
        (lambda: acceptance("twice", 100, square(0), on=day(2)), "lot-overlap"),
        (lambda: acceptance("old", 100, square(7), on=day(2), key="other"), "lot-serial-twice"),
    ],
)  # fmt: skip
def test_what_the_book_does_not_take_leaves_it_unchanged(booked, make, why):
    actions.close_period(closing("c", day(1, 31)))
    before = Entry.objects.count(), Lot.objects.count()
    assert refused(lambda: actions.post(make())) == why
    assert (Entry.objects.count(), Lot.objects.count()) == before


def test_a_period_is_closed_once_and_forwards(booked):
    period = actions.close_period(closing("c", day(1, 31)))
    assert (period.through, period.actor.username) == (day(1, 31), "li")
    assert refused(lambda: actions.close_period(closing("d", day(1, 15)))) == "closing-backwards"
    reserve = Account.objects.get(place__code=COUNTY, pool="reserve")
    assert [each.balance for each in reserve.openings.all()] == [13_000]
    assert [queries.balance(reserve, on) for on in (day(1, 5), day(1, 31), day(6))] == [4_000, 13_000, 13_000]


def test_an_opening_is_over_once_anything_else_is_recorded(keepers):
    bare = {"kind": "opening", "document": "doc:2019"}
    wrong = actions.post(acceptance("bare", 500, None, **bare))[0]
    actions.reverse(wrong, key="undo", actor=keepers["li"], evidence=["doc:9"])
    actions.post(acceptance("right", 400, None, **bare))
    actions.post(quota("q", day(3), 5))
    assert refused(lambda: actions.post(acceptance("more", 5, None, **bare))) == "opening-late"
    more = moved("right", 7, (OUTSIDE, "outside"), (COUNTY, "reserve"), "quantity_m2")
    assert refused(lambda: actions.post(entry("m", day(5), "adjustment", more))) == "lot-credit-unbounded"
    actions.attach_boundary(attachment("found", "right", square(5)))
    actions.post(entry("m", day(5), "adjustment", more))
    assert lots_in("reserve") == {"right": 407}


def test_closings_and_boundaries_sent_twice_are_recorded_once(keepers):
    actions.post(acceptance("bare", 500, None, kind="opening", document="doc:2019", on=day(1)))
    found, closed = attachment("found", "bare", square(5)), closing("c", day(1, 31))
    assert actions.attach_boundary(found) == actions.attach_boundary(found)
    assert actions.close_period(closed) == actions.close_period(closed)
    assert refused(lambda: actions.attach_boundary(attachment("found", "bare", square(6)))) == "key-reused"
    assert refused(lambda: actions.close_period(closing("c", day(2)))) == "key-reused"
    assert refused(lambda: actions.close_period(closing("in-bare", day(2)))) == "key-reused"
    assert refused(lambda: actions.post(quota("c", day(3), 5))) == "key-reused"


@pytest.mark.parametrize("change", [{"on": day(9)}, {"kind": "transfer"}, {"evidence": ("doc:other",)}])
def test_spending_under_a_used_key_says_the_same_or_nothing(booked, keepers, change):
    actions.spend(pooled(5_000), about(keepers, "pool"), parties=PARTIES)
    again = replace(about(keepers, "pool"), **change)
    assert refused(lambda: actions.spend(pooled(5_000), again, parties=PARTIES)) == "key-reused"

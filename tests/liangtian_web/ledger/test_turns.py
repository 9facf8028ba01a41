"""Writers that want the same ground and accounts at once: each is booked or refused, none is broken off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import shapely
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.ledger.test_views import proposal

from bookkeeping import COUNTY, OUTSIDE, PLANE, acceptance, closing, day, entry, moved, quota, refused, square
from liangtian.errors import LiangtianError
from liangtian.ledger.lots import Ground
from liangtian.ledger.posting import Posting
from liangtian_web.ledger import actions, exclusivity, sealing
from liangtian_web.ledger.models import Entry, Lot, Proposal
from liangtian_web.ledger.queries import unsealed
from liangtian_web.ledger.turns import TURNS, in_turn
from liangtian_web.people.models import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("keepers")]


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """Each in a thread of its own: `done`, or the id of the refusal; anything else is raised."""

    def told(act: Callable[[], object]) -> str:
        try:
            act()
        except LiangtianError as error:
            return error.message_id
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(told, acts))


def test_credits_leave_the_book_while_others_are_accepted_nearby(keepers):
    for column in range(6):
        actions.post(acceptance(f"A{column}", 9_000, square(2 * column)))
    out = [Posting("county", "reserve", "quantity_m2", -100), Posting("outside", "outside", "quantity_m2", 100)]

    def spend(number: int) -> Entry:
        about = actions.About(f"s{number}", day(2), "deduction", keepers["li"], ("doc:1",))
        return actions.spend(out, about, parties={"county": COUNTY, "outside": OUTSIDE})

    acts = [act for n in range(6) for act in (
        lambda n=n: spend(n), lambda n=n: actions.post(acceptance(f"B{n}", 900, square(2 * n + 1)))
    )]  # fmt: skip
    assert at_once(acts) == ["done"] * len(acts)
    assert list(exclusivity.sweep()) == []


def test_openings_of_one_place_at_once(keepers):
    acts = [
        lambda n=n: actions.post(acceptance(f"O{n}", 500, None, kind="opening", document="doc:2019")) for n in range(6)
    ]
    assert at_once(acts) == ["done"] * 6


def test_an_opening_and_the_first_entry_on_a_new_account_at_once(places):
    """One of two orders, whichever wins: nothing before the opening, and no opening after the first entry."""
    for turn in range(12):
        place = Place.objects.create(code=f"33991{turn}", name=f"区{turn}", kind="county", parent=places["city"])
        open_it = acceptance(f"O{turn}", 5, None, kind="opening", document="doc:old", on=day(3), place=place.code)
        moves = moved(None, 5, (OUTSIDE, "outside"), (place.code, "reserve"), "plan_quota_m2")
        first = entry(f"f{turn}", day(2), "allocation", moves)
        acts: list[Callable[[], object]] = [lambda one=open_it: actions.post(one), lambda one=first: actions.post(one)]
        if turn % 3:
            acts = [lambda act=act: within(act) for act in acts]
        said = at_once(acts if turn % 2 else acts[::-1])
        opening, other = said if turn % 2 else said[::-1]
        assert (opening, other) in {("done", "before-opening"), ("opening-late", "done")}


def within(act: Callable[[], object]) -> None:
    with transaction.atomic():
        act()


def test_a_spender_who_opens_an_account_waits_for_ground_first(keepers, places):
    """An opening has its ground and waits for the place; a spender opens an account of the place and waits for the ground."""
    actions.post(acceptance("A", 9_000, square(0)))
    locked, waits = threading.Event(), threading.Event()

    def opening() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            exclusivity.lock([square(0)])
            locked.set()
            waits.wait(2)
            cursor.execute("SELECT pg_advisory_xact_lock(40962, %s)", [places["county"].pk])

    def spend() -> None:
        locked.wait(2)
        about = actions.About("s", day(2), "deduction", keepers["li"], ("doc:1",))
        out = [
            Posting("county", "reserve", "quantity_m2", -100), Posting("outside", "outside", "quantity_m2", 100),
            Posting("county", "fund", "money_fen", -1), Posting("county", "earmarked", "money_fen", 1),
        ]  # fmt: skip
        threading.Timer(0.5, waits.set).start()
        with transaction.atomic():
            actions.spend(out, about, parties={"county": COUNTY, "outside": OUTSIDE})

    assert at_once([opening, spend]) == ["done", "balance-below-zero"]  # there is no money, and no one was broken off


def test_a_lot_of_two_far_parts_is_booked_with_few_locks(keepers):
    def far(kilometres: int) -> Ground:
        east, north = 500_000 + 1_000 * kilometres, 3_300_000 + 1_000 * kilometres
        near = shapely.box(500_000, 3_300_000, 500_100, 3_300_100)
        return Ground.of(shapely.MultiPolygon([near, shapely.box(east, north, east + 100, north + 100)]), PLANE)

    with transaction.atomic(), connection.cursor() as cursor:
        actions.post(acceptance("wide", 100, far(29)))
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] < 60
    inside = Ground.of(shapely.box(500_050, 3_300_050, 500_150, 3_300_150), PLANE)
    assert refused(lambda: actions.post(acceptance("inside", 100, inside))) == "lot-overlap"


def test_overlapping_wide_and_small_lots_at_once(keepers):
    def wide(number: int) -> Ground:
        return Ground.of(shapely.MultiPolygon([
            shapely.box(500_000, 3_300_000, 500_100, 3_300_100),
            shapely.box(528_000 + 200 * number, 3_328_000, 528_100 + 200 * number, 3_328_100),
        ]), PLANE)  # fmt: skip

    small = Ground.of(shapely.box(500_050, 3_300_050, 500_150, 3_300_150), PLANE)
    acts = [lambda n=n: actions.post(acceptance(f"W{n}", 100, wide(n))) for n in range(3)]
    told = at_once([*acts, lambda: actions.post(acceptance("S", 100, small))])
    assert sorted(told) == ["done", "lot-overlap", "lot-overlap", "lot-overlap"]
    assert (Lot.objects.count(), list(exclusivity.sweep())) == (1, [])


def deadlocks() -> int:
    """How often the database broke a circle of writers up since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


POOLS = {
    "reserve": "allocation",
    "municipal": "city-pooling",
    "provincial": "provincial-pooling",
    "national": "national-pooling",
}


def crossing(number: int, pools: Sequence[str]) -> None:
    """One transaction that books several entries, each on accounts of its own, and accepts ground between them."""

    def work() -> None:
        for turn, pool in enumerate(pools):
            moves = moved(None, 1, (COUNTY, pool), (COUNTY, "used"), "plan_quota_m2")
            actions.post(entry(f"c{number}-{turn}", day(3), "write-off", moves))
            time.sleep(0.002)
            ground = square(10 + 2 * (turn if number % 2 else 3 - turn), number)
            actions.post(acceptance(f"C{number}-{turn}", 9, ground))

    in_turn(work)


def test_transactions_that_book_crosswise_wait_in_no_circle(keepers):
    """Several posts in one transaction, in an order of its own: nobody waits for who waits for them, and all are booked."""
    actions.post(quota("grant", day(1), 5_000))
    for pool, kind in list(POOLS.items())[1:]:
        moves = moved(None, 1_000, (COUNTY, "reserve"), (COUNTY, pool), "plan_quota_m2")
        actions.post(entry(f"to-{pool}", day(1), kind, moves))
    crossing(99, list(POOLS))  # opens the accounts
    before = deadlocks()
    names = list(POOLS)
    orders = [names, names[::-1], names[2:] + names[:2], [names[at] for at in (1, 0, 3, 2)]] * 3
    said = at_once([lambda n=n, each=each: crossing(n, each) for n, each in enumerate(orders)])
    assert said == ["done"] * len(orders)
    assert Entry.objects.filter(key__startswith="c").count() == (len(orders) + 1) * len(POOLS)
    assert deadlocks() == before


def test_openings_acceptances_and_a_closing_of_one_place_at_once(keepers):
    """An opening and a closing take the place and then its accounts, an acceptance adds a lot there."""
    actions.post(acceptance("O", 500, None, kind="opening", document="doc:2019"))
    before = deadlocks()
    acts: list[Callable[[], object]] = []
    for n in range(6):
        acts.append(lambda n=n: actions.post(acceptance(f"O{n}", 500, None, kind="opening", document="doc:2019")))
        acts.append(lambda n=n: actions.post(acceptance(f"A{n}", 900, square(2 * n), on=day(9))))
        acts.append(lambda n=n: actions.close_period(closing(f"z{n}", day(2))))
    said = at_once(acts)
    assert set(said[1::3]) == {"done"}
    assert set(said[::3]) <= {"done", "opening-late", "period-closed"}
    assert sorted(said[2::3]) == ["closing-backwards"] * 5 + ["done"]
    assert deadlocks() == before


def test_who_is_broken_off_every_time_is_told_so_in_a_sentence(keepers):
    turns = []

    def deadlocked() -> None:
        turns.append(1)
        raise OperationalError from psycopg.errors.DeadlockDetected()

    assert refused(lambda: in_turn(deadlocked)) == "book-busy"
    assert len(turns) == TURNS


def test_a_proposal_posted_and_refused_at_once_is_decided_once(keeper_client, places):
    above = browser(person("zhou", "周工", places["city"], "keeper"))
    keeper_client.post(reverse("ledger:propose"), proposal(places))
    page = reverse("ledger:decide", args=[Proposal.objects.get().uuid])
    answers = []
    at_once([lambda how=how: answers.append(above.post(page, {how: "1"}).status_code)
             for how in ("post", "refuse", "post", "refuse")])  # fmt: skip
    assert sorted(answers) == [302, 409, 409, 409]
    decision = Proposal.objects.get().decision
    assert Entry.objects.count() == (decision.entry is not None)


def test_nothing_is_sealed_past_a_writer_that_has_not_ended(keepers, capsys):
    actions.post(quota("first", day(1), 5))
    sealing.seal_all()
    written, end = threading.Event(), threading.Event()

    def write_long() -> None:
        with transaction.atomic():
            actions.post(quota("long", day(1), 5))
            written.set()
            end.wait(20)

    def seal_meanwhile() -> None:
        written.wait(20)
        try:
            time.sleep(1)
            actions.post(acceptance("A", 900, square(0)))
            assert (sealing.seal_all(), unsealed()) == (0, 1)
        finally:
            end.set()

    assert at_once([write_long, seal_meanwhile]) == ["done", "done"]
    assert (sealing.seal_all(), unsealed()) == (2, 0)
    call_command("book", "verify")
    assert "fail" not in capsys.readouterr().out

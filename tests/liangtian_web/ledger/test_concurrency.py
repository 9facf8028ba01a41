"""Many writers at once, killed writers and dropped connections: the last square metre is spent exactly once."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

import psycopg
import pytest
from django.db import connection, connections

from bookkeeping import COUNTY, acceptance, day, entry, moved, quota, square
from liangtian.errors import BookRefused
from liangtian_web.ledger import actions, exclusivity, queries, sealing
from liangtian_web.ledger.models import Account, Entry, Leg, Lot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("keepers")]

WRITERS, ROUNDS, WRITER = 64, 200, "writer of a test"
POST = (
    "SELECT * FROM book_post(%s, %s, '2024-02-01', 'transfer', '{doc:1}', '{}', %s, NULL, NULL, NULL, '{}', NULL, "
    "%s::bigint[], ARRAY[NULL, NULL]::bigint[], %s::bigint[], '{}', '{}', '{}', '{}')"
)


def connect() -> psycopg.Connection:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"], user=given["USER"], password=given["PASSWORD"], dbname=given["NAME"], autocommit=True,
        application_name=WRITER,
    )  # fmt: skip


def account(pool: str) -> int:
    return Account.objects.get(place__code=COUNTY, pool=pool, index="plan_quota_m2").pk


class Pools(NamedTuple):
    """Who writes, and from which account to which."""

    actor: int
    accounts: list[int]

    @property
    def reserve(self) -> Account:
        return Account.objects.get(pk=self.accounts[0])

    @property
    def pooled(self) -> Account:
        return Account.objects.get(pk=self.accounts[1])


@pytest.fixture
def pools(keepers) -> Pools:
    """The county's reserve and municipal pools of plan quota, one square metre in the first."""
    actions.post(quota("grant", day(1), 1))
    actions.post(
        entry("use", day(1), "transfer", moved(None, 1, (COUNTY, "reserve"), (COUNTY, "municipal"), "plan_quota_m2"))
    )
    return Pools(keepers["li"].pk, [account("reserve"), account("municipal")])


def spend(writer: psycopg.Connection, pools: Pools, key: str, amount: int = 1) -> str:
    try:
        writer.execute(POST, [uuid.uuid4(), key, pools.actor, pools.accounts, [-amount, amount]])
    except psycopg.DatabaseError as error:
        return error.diag.message_primary or str(error)
    return "booked"


def test_64_writers_spend_the_last_square_metre_exactly_once(pools):
    writers = [connect() for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)

    def race(number: int, turn: int) -> str:
        start.wait()
        return spend(writers[number], pools, f"r{turn}-{number}")

    with ThreadPoolExecutor(WRITERS) as threads:
        for turn in range(ROUNDS):
            spend(writers[0], pools, f"back-{turn}", -1)  # one square metre comes back
            outcomes = list(threads.map(race, range(WRITERS), [turn] * WRITERS))
            assert sorted(outcomes) == ["balance-below-zero"] * (WRITERS - 1) + ["booked"]
    for writer in writers:
        writer.close()

    for _ in ("as booked", "as folded into day sums"):
        assert (queries.balance(pools.reserve, day(12)), queries.balance(pools.pooled, day(12))) == (0, 1)
        sealing.seal_all()
    assert Entry.objects.count() == 2 + 2 * ROUNDS


def test_dropped_connections_lose_and_double_nothing(pools):
    """Every writer goes on under the same key until it is told that the entry is booked."""
    actions.post(quota("much", day(1), 10_000))
    chance, stop, booked = random.Random(20240601), threading.Event(), []

    def write(number: int) -> None:
        writer = connect()
        for turn in range(40):
            key = f"w{number}-{turn}"
            while True:
                try:
                    writer.execute(POST, [uuid.uuid4(), key, pools.actor, pools.accounts, [-1, 1]])
                    break
                except psycopg.OperationalError:
                    writer.close()
                    writer = connect()
            booked.append(key)
        writer.close()

    def cut() -> None:
        knife = connect()
        while not stop.wait(0.01):
            pids = [row[0] for row in knife.execute(  # threads of other tests keep connections of their own
                "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND datname = current_database() "
                "AND pid <> pg_backend_pid()", [WRITER])]  # fmt: skip
            if pids:
                knife.execute("SELECT pg_terminate_backend(%s)", [chance.choice(pids)])
        knife.close()

    cutter = threading.Thread(target=cut)
    cutter.start()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    stop.set()
    cutter.join()

    assert sorted(Entry.objects.filter(key__startswith="w").values_list("key", flat=True)) == sorted(booked)
    assert Leg.objects.filter(entry__key__startswith="w").count() == 2 * len(booked) == 2 * 8 * 40
    assert queries.balance(pools.reserve, day(12)) == 10_000 - len(booked)


def test_killed_writers_leave_whole_entries_only(pools, tmp_path):
    actions.post(quota("much", day(1), 10_000))
    processes = [fork(write_until_killed, number, pools, tmp_path / str(number)) for number in range(4)]
    time.sleep(1)
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        process.join()

    for number in range(4):
        told = (tmp_path / str(number)).read_text().split()
        kept = list(Entry.objects.filter(key__startswith=f"k{number}-").order_by("id").values_list("key", flat=True))
        assert told
        assert kept[: len(told)] == told
        assert len(kept) - len(told) in (0, 1)  # the one it was killed in, booked and not yet told
    many = Entry.objects.filter(key__startswith="k").count()
    assert Leg.objects.filter(entry__key__startswith="k").count() == 2 * many
    assert queries.balance(pools.reserve, day(12)) == 10_000 - many


def write_until_killed(number: int, pools: Pools, told) -> None:
    writer = connect()
    with told.open("w") as file:
        for turn in range(10_000):
            spend(writer, pools, f"k{number}-{turn}")
            file.write(f"k{number}-{turn}\n")
            file.flush()


def fork(work, *args) -> multiprocessing.Process:
    """A process of its own, with none of our connections."""

    def run() -> None:
        for each in connections.all(initialized_only=True):
            each.connection = None  # ours: neither used nor closed here
        work(*args)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def test_eight_processes_never_credit_the_same_ground_twice(tmp_path):
    actions.post(acceptance("first", 10, square(99)))  # opens the accounts
    processes = [fork(accept_squares, number, tmp_path / str(number)) for number in range(8)]
    for process in processes:
        process.join()
        assert process.exitcode == 0

    told = [line.split() for number in range(8) for line in (tmp_path / str(number)).read_text().splitlines()]
    assert len(told) == 8 * 6
    assert {said for _, said in told} == {"booked", "lot-overlap"}
    assert Lot.objects.count() == 1 + sum(said == "booked" for _, said in told)
    assert list(exclusivity.sweep()) == []


def accept_squares(number: int, told) -> None:
    """Six lots on a row of squares half a square apart, in an order of this process's own."""
    columns = random.Random(number).sample(range(12), 6)
    with told.open("w") as file:
        for column in columns:
            serial = f"L{number}-{column}"
            said = "booked"
            try:
                actions.post(acceptance(serial, 100, square(0, shift=50.0 * column)))
            except BookRefused as error:
                said = error.message_id
            file.write(f"{serial} {said}\n")
    with suppress(Exception):
        connection.close()

"""The book: three-index bookings a second beside a bare insert of the same rows, and balances on any day at size.

python bench/ledger.py [--only bookings,race,balances,lag] [--seconds 4] [--entries 1000000] [--rounds 10000]
                       [--home var/bench-ledger] [--hordak PYTHON]

A booking is one entry of six legs: three indices from one place to another. The bare insert writes the same entry and
legs into tables of the same columns, keys, indexes, constraints and size, in one statement of the same client, without
locks, checks or triggers. Both commit every booking, durably. Beside the clock, the processor time of a booking is told,
of client and server process together: it depends less on what else the machine does. Clients are processes on the machine of the database. `--hordak` names a
Python that has Django 5.2, psycopg and django-hordak: the same bookings by `hordak_writer.py`, in the same turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from lag import lags, noting_commits
from measure import machine
from psycopg import pq

from liangtian_web import embedded

PLACES, WRITERS = 1000, (1, 16, 64)
ACCOUNTS = (("reserve", "plan_quota_m2"), ("reserve", "reserved_quota_m2"), ("fund", "money_fen"))
NO_LOTS: list[int | None] = [None] * 6
AMOUNTS = [-5, -3, -2, 5, 3, 2]
BOOK = """SELECT * FROM book_post(%s, %s, %s, '{kind}', %s, %s, %s, NULL, NULL, NULL, '{{}}', NULL, %s, %s, %s,
  '{{}}', '{{}}', '{{}}', '{{}}')"""
TRANSFER, ALLOCATION, APPROPRIATION, RETURN = (
    BOOK.format(kind=kind) for kind in ("transfer", "allocation", "appropriation", "return")
)
BARE = """
WITH e AS (
  INSERT INTO bare_entry (uuid, key, "on", recorded_at, kind, evidence, rules, actor_id, actor_name, approver_name, linked, created_xid)
    VALUES (%s, %s, %s, clock_timestamp(), 'transfer', %s, %s, %s, 'bench', '', '{}', 0) RETURNING id, "on"
)
INSERT INTO bare_leg (entry_id, n, account_id, lot_id, amount, "on", implied, balance, latest)
  SELECT e.id, n, a, l, m, e."on", false, 0, e."on"
    FROM e, unnest(%s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY AS leg (a, l, m, n)
"""
ON = date(2024, 6, 1)
Connection = psycopg.Connection[tuple[Any, ...]]


def connect(home: Path, role: str = embedded.APP) -> Connection:
    keys = embedded.load_keys(home)
    return embedded.connect(home, role, keys.app if role == embedded.APP else keys.owner, embedded.DATABASE)


def prepare(home: Path) -> tuple[int, list[list[int]]]:
    """A migrated database with an actor and three accounts in each of a thousand places; their numbers."""
    command = [str(Path(sys.executable).parent / "liangtian-web"), "migrate", "--verbosity", "0"]
    subprocess.run(command, env=os.environ | {"LIANGTIAN_HOME": str(home)}, check=True)
    with connect(home, embedded.OWNER) as db:
        db.execute("DROP TABLE IF EXISTS bare_entry, bare_leg")
        for table in ("entry", "leg"):
            db.execute(f"CREATE TABLE bare_{table} (LIKE ledger_{table} INCLUDING ALL)")
        db.execute(f"GRANT SELECT, INSERT ON bare_entry, bare_leg TO {embedded.APP}")
        if not db.execute("SELECT 1 FROM people_user").fetchone():
            db.execute(
                "INSERT INTO people_user (password, is_superuser, username, email, is_staff, is_active, date_joined, display_name, "
                "unit, language, hidden_columns) VALUES ('!', false, 'bench', '', false, true, now(), 'bench', 'mu', 'zh-hans', '{}')"
            )
            db.execute(
                "INSERT INTO people_place (name, kind, path) SELECT 'p' || n, 'county', '/' || n || '/' FROM generate_series(1, %s) n",
                [PLACES],
            )
            wanted = ", ".join(f"('{pool}', '{index}')" for pool, index in ACCOUNTS)
            for place, pool, negative in (("p.id", "w.pool", False), ("NULL", "'outside'", True)):
                db.execute(
                    f"INSERT INTO ledger_account (place_id, pool, index, may_be_negative, names_lots) SELECT {place}, {pool}, w.index, "
                    f"{negative}, false FROM (VALUES {wanted}) AS w (pool, index)"
                    + (", people_place p ORDER BY p.id" if place != "NULL" else "")
                )
        actor = db.execute("SELECT min(id) FROM people_user").fetchone()
        rows = db.execute(
            "SELECT array_agg(id ORDER BY index = 'money_fen', index) FROM ledger_account GROUP BY place_id ORDER BY place_id NULLS LAST"
        ).fetchall()
    assert actor is not None
    return actor[0], [row[0] for row in rows]


def fill(home: Path, actor: int, places: list[list[int]]) -> None:
    """Something in every account, so that bookings take and give."""
    outside = places[-1]
    with connect(home) as db:
        for each in places[:-1]:
            for statement, ours, theirs in (
                (ALLOCATION, each[:-1], outside[:-1]),
                (APPROPRIATION, each[-1:], outside[-1:]),
            ):
                given = [uuid.uuid4(), f"fill-{uuid.uuid4()}", date(2020, 1, 1), ["doc:1"], [], actor]
                many = len(ours)
                db.execute(statement, [*given, [*theirs, *ours], [None] * 2 * many, [-(10**9)] * many + [10**9] * many])


def level(home: Path) -> None:
    """Give the bare tables the rows of the book: an index costs by its size."""
    with connect(home, embedded.OWNER) as db:
        for table in ("entry", "leg"):
            db.execute(f"INSERT INTO bare_{table} SELECT * FROM ledger_{table}")
            db.execute(f"VACUUM ANALYZE bare_{table}")
            db.execute(f"VACUUM ANALYZE ledger_{table}")
        db.execute("SELECT setval(pg_get_serial_sequence('bare_entry', 'id'), (SELECT max(id) FROM bare_entry))")


class Rate(NamedTuple):
    """Bookings a second, and the processor time of one, µs: of its client and of the server's process for it."""

    per_second: float
    processor_us: float


def processor(pid: int) -> float:
    """Processor time of a process so far, seconds; to the nanosecond, where /proc/PID/stat counts hundredths."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def write(
    mode: str, home: Path, seconds: float, work: tuple[int, list[list[int]], int], told: Any, pause_s: float
) -> None:
    actor, places, seed = work
    chance, done = random.Random(seed), 0
    with connect(home) as db:
        pids = (os.getpid(), db.info.backend_pid)
        began = sum(map(processor, pids))
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            source, target = chance.sample(places[:-1], 2)
            given = [uuid.uuid4(), str(uuid.uuid4()), ON, ["run:812"], ["wenzhou-2019（七）.1"], actor]
            db.execute(BARE if mode == "bare" else TRANSFER, [*given, [*source, *target], NO_LOTS, AMOUNTS])
            done += 1
            time.sleep(pause_s)
        used = sum(map(processor, pids)) - began
    told.put((done, used))


def rate(
    mode: str, home: Path, seconds: float, writers: int, work: tuple[int, list[list[int]]], *, pause_s: float = 0
) -> Rate:
    told: Any = multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=write, args=(mode, home, seconds, (*work, seed), told, pause_s))
        for seed in range(writers)
    ]
    for each in processes:
        each.start()
    done, used = (sum(each) for each in zip(*(told.get() for _ in processes), strict=True))
    for each in processes:
        each.join()
    return Rate(done / seconds, used / done * 1e6)


def hordak_rate(python: str, home: Path, seconds: float, writers: int) -> float:
    """The same number of clients booking with django-hordak in a database of its own on the same server."""
    keys = embedded.load_keys(home)
    given = {
        "BENCH_HOST": str(embedded.socket_folder(home)),
        "BENCH_USER": embedded.SUPERUSER,
        "BENCH_PASSWORD": keys.superuser,
    }
    command = [python, str(Path(__file__).parent / "hordak_writer.py"), str(seconds), str(writers)]
    found = subprocess.run(command, env=os.environ | given, check=True, capture_output=True, text=True)
    return float(found.stdout.split()[-1])


def bookings(home: Path, seconds: float, work: tuple[int, list[list[int]]], hordak: str | None) -> None:
    """In turns, five of each, the medians: the machine is never quite alone, and a share is of the turn's own minute."""
    print("\n### Three-index bookings (1 entry, 6 legs), each committed\n")
    print(
        "| writers | Liangtian, /s | bare insert, /s | share, lowest to highest | processor, µs each | share | django-hordak, /s |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for writers in WRITERS:
        turns = [
            (rate("book", home, seconds, writers, work), rate("bare", home, seconds, writers, work),
             hordak_rate(hordak, home, seconds, writers) if hordak else 0.0)
            for _ in range(5)
        ]  # fmt: skip
        book, bare = (
            Rate(*map(statistics.median, zip(*each, strict=True))) for each in list(zip(*turns, strict=True))[:2]
        )
        shares = sorted(one.per_second / two.per_second for one, two, _ in turns)
        works = statistics.median(two.processor_us / one.processor_us for one, two, _ in turns)
        print(
            f"| {writers} | {book.per_second:,.0f} | {bare.per_second:,.0f} | {shares[2]:.0%} ({shares[0]:.0%}–{shares[-1]:.0%}) "
            f"| {book.processor_us:,.0f}, {bare.processor_us:,.0f} | {works:.0%} | {statistics.median(each[2] for each in turns):,.0f} |",
            flush=True,
        )


def numbered(statement: str) -> bytes:
    """A statement with the parameters the database knows, $1, $2 …, for those of psycopg."""
    parts = statement.replace("'{{}}'", "'{}'").split("%s")
    return "".join(part + (f"${n}" if n < len(parts) else "") for n, part in enumerate(parts, 1)).encode()


def last_square_metre(home: Path, rounds: int, actor: int, places: list[list[int]]) -> None:
    """64 writers race for one square metre; it is spent exactly once in every round.

    Each writer has its connection, kept from round to round. Their statements are sent in an order drawn anew, without
    waiting, before the square metre is there; they wait for it in the server, where every writer is a process of its own.
    A thread or a process for each on this side would add its switches to every round, and no writer to the race.
    """
    seed = 20240601
    source, target, outside = places[0][0], places[1][0], places[-1][0]
    quiet(home, "fatal")  # what is refused is not logged: some two thousand megabytes of it
    writers = [connect(home) for _ in range(64)]
    main = connect(home)

    def book(statement: str, key: str, move: tuple[int, int, int]) -> None:
        given = [uuid.uuid4(), key, ON, ["run:1"], [], actor]
        main.execute(statement, [*given, list(move[:2]), [None, None], [-move[2], move[2]]])

    held = main.execute("SELECT book_balance(%s, 'infinity', NULL)", [source]).fetchone()
    assert held is not None
    if held[0]:
        book(RETURN, f"empty-{uuid.uuid4()}", (source, outside, held[0]))
    for each in writers:
        each.pgconn.prepare(b"spend", numbered(TRANSFER))
    same = [str(ON), "{run:1}", "{}", str(actor), f"{{{source},{target}}}", "{NULL,NULL}", "{-1,1}"]
    chance, start, order = random.Random(seed), time.perf_counter(), list(range(64))
    pids = [os.getpid(), *(each.info.backend_pid for each in (main, *writers))]
    began = sum(map(processor, pids))
    try:
        for number in range(rounds):
            chance.shuffle(order)
            with main.transaction():  # the square metre comes with the account's lock, for which all of them wait
                book(ALLOCATION, f"one-{uuid.uuid4()}", (outside, source, 1))
                for n in order:
                    given = [str(uuid.uuid4()), f"{seed}-{start}-{number}-{n}", *same]
                    writers[n].pgconn.send_query_prepared(b"spend", [each.encode() for each in given])
            won = sum(outcome(writers[n].pgconn) for n in order)
            assert won == 1, f"spent {won} times in round {number} (seed {seed})"
    finally:
        quiet(home, None)
    took = time.perf_counter() - start
    used = sum(map(processor, pids)) - began
    left = [main.execute("SELECT book_balance(%s, 'infinity', NULL)", [source]).fetchone()]
    assert left == [(0,)], left
    print(
        f"\nThe last square metre, 64 writers: spent exactly once in each of {rounds:,} rounds "
        f"(seed {seed}, {took:.0f} s, {used:.0f} s of processor time)."
    )
    for each in (*writers, main):
        each.close()


def outcome(connection: pq.abc.PGconn) -> bool:
    """Whether what was sent was booked; anything but a booking or a refusal for want of balance ends the benchmark."""
    booked = False
    while result := connection.get_result():
        if result.status == pq.ExecStatus.TUPLES_OK:
            booked = True
        else:
            said = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY)
            assert said == b"balance-below-zero", result.error_message
    return booked


def quiet(home: Path, least: str | None) -> None:
    """From which level on the server logs what the application's new connections meet; None: as it is set up."""
    keys = embedded.load_keys(home)
    with embedded.connect(home, embedded.SUPERUSER, keys.superuser, embedded.DATABASE) as db:
        said = f"SET log_min_messages = {least}" if least else "RESET log_min_messages"
        db.execute(f"ALTER ROLE {embedded.APP} {said}")


def load(home: Path, entries: int, actor: int, places: list[list[int]]) -> int:
    """Entries of ten years, recorded on the day they speak of, one in fifty a year late; one account in every tenth.

    Loaded by the owner with the triggers off and folded into day sums as the sealer does. Returns the hot account.
    """
    hot, many = places[0][0], (len(places) - 1) * 3
    with connect(home, embedded.OWNER) as db:
        have = db.execute("SELECT count(*) FROM ledger_entry WHERE key LIKE 'load-%'").fetchone()
        assert have is not None
        if have[0] < entries:
            _load(db, (have[0], entries), actor, hot, many)
        for table in ("leg", "day", "entry"):
            db.execute(f"VACUUM ANALYZE ledger_{table}")
    return hot


def _load(db: Connection, span: tuple[int, int], actor: int, hot: int, many: int) -> None:
    triggers = ("ledger_entry_stamp", "ledger_entry_legs", "ledger_leg_added")
    for trigger in triggers:
        db.execute(f"ALTER TABLE {trigger.rsplit('_', 1)[0]} DISABLE TRIGGER {trigger}")
    days = "date '2014-01-01' + (n::bigint * 3650 / %(to)s)::int"
    for first in range(span[0], span[1], 100_000):
        given = {
            "from": first,
            "until": min(first + 100_000, span[1]) - 1,
            "to": span[1],
            "actor": actor,
            "hot": hot,
            "many": many,
        }
        db.execute(
            f"""
            WITH n AS (
              SELECT n, {days} AS day FROM generate_series(%(from)s::bigint, %(until)s::bigint) AS n
            ), made AS (
              INSERT INTO ledger_entry (uuid, key, "on", recorded_at, kind, evidence, rules, actor_id, actor_name, approver_name, linked, created_xid)
                SELECT gen_random_uuid(), 'load-' || n, day - CASE WHEN n %% 50 = 0 THEN 365 ELSE 0 END,
                       day + interval '9 hours' + (n %% 1000) * interval '10 seconds', 'transfer', '{{doc:1}}', '{{}}',
                       %(actor)s, 'bench', '', '{{}}', 1
                  FROM n ORDER BY n RETURNING id, "on", substr(key, 6)::bigint AS n
            )
            INSERT INTO ledger_leg (entry_id, n, account_id, amount, "on", implied, balance, latest)
              SELECT id, 1, CASE WHEN n %% 10 = 0 THEN %(hot)s ELSE 1 + n %% %(many)s END, 7, "on", false, 0, "on" FROM made
              UNION ALL SELECT id, 2, 1 + (n * 7 + 1) %% %(many)s, -7, "on", false, 0, "on" FROM made
            """,
            given,
        )
        print(f"  loaded {given['until'] + 1:,}", flush=True)
    for trigger in triggers:
        db.execute(f"ALTER TABLE {trigger.rsplit('_', 1)[0]} ENABLE ALWAYS TRIGGER {trigger}")
    db.execute("SET liangtian.sealing = 'on'")  # the sealer's tables, filled as it fills them
    db.execute(
        """
        INSERT INTO ledger_day AS d (account_id, "on", known_on, amount)
          SELECT l.account_id, l."on", (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, sum(l.amount)
            FROM ledger_leg l JOIN ledger_entry e ON e.id = l.entry_id WHERE e.key LIKE 'load-%' GROUP BY 1, 2, 3
          ON CONFLICT (account_id, "on", known_on) DO UPDATE SET amount = excluded.amount
        """
    )
    db.execute(
        "INSERT INTO ledger_fold AS f (account_id, entry_id) SELECT account_id, max(entry_id) FROM ledger_leg GROUP BY 1 "
        "ON CONFLICT (account_id) DO UPDATE SET entry_id = excluded.entry_id"
    )


def balances(home: Path, hot: int, entries: int) -> None:
    """Medians over random days and accounts, the hot one apart; beside summing the legs."""
    chance = random.Random(7)
    start = date(2014, 1, 1)
    asked = [start + timedelta(days=chance.randrange(3650)) for _ in range(200)]
    print(f"\n### Balance of an account, {entries:,} entries\n\n| | median | worst of 200 |\n|---|---:|---:|")
    with connect(home) as db:
        legs = db.execute("SELECT count(*) FROM ledger_leg WHERE account_id = %s", [hot]).fetchone()
        assert legs is not None
        for name, accounts in (("an account", [chance.randrange(2, 3000) for _ in asked]),
                               (f"the hot account ({legs[0]:,} legs)", [hot] * len(asked))):  # fmt: skip
            for what, statement, more in (
                ("as of a day", "SELECT book_balance(%s, %s, NULL)", ()),
                ("as of a day, as known on another", "SELECT book_balance(%s, %s, %s)", ("known",)),
                (
                    "as of a day, by summing the legs",
                    'SELECT sum(amount) FROM ledger_leg WHERE account_id = %s AND "on" <= %s',
                    (),
                ),
            ):
                took = []
                for account, on in zip(accounts, asked, strict=True):
                    known = [chance.choice(asked) + timedelta(hours=12)] if more else []
                    began = time.perf_counter()
                    db.execute(statement, [account, on, *known]).fetchone()
                    took.append((time.perf_counter() - began) * 1e3)
                print(f"| {name}, {what} | {statistics.median(took):.2f} ms | {max(took):.2f} ms |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--only", default="bookings,race,balances,lag")
    parser.add_argument("--parcels", type=int, default=200_000, help="of the land the worker is busy with, for the lag")
    parser.add_argument("--hordak", help="a Python with Django 5.2, psycopg and django-hordak")
    parser.add_argument("--home", type=Path, default=Path("var/bench-ledger"))
    given = parser.parse_args()
    home = given.home.resolve()
    parts = given.only.split(",")
    if set(parts) - {"lag"}:
        figures(home, parts, given)
    if "lag" in parts:  # a book of its own: every entry of it goes through the sealer
        sealed(home.with_name(f"{home.name}-lag"), given)
    print(f"\n{machine()}")


def figures(home: Path, parts: list[str], given: argparse.Namespace) -> None:
    """Bookings, the race and balances in one book."""
    home.mkdir(parents=True, exist_ok=True)
    with embedded.take_lock(home / "bench.lock"), embedded.running(home):  # two runs in one book would undo each other
        actor, places = prepare(home)
        if "bookings" in parts or "race" in parts:
            fill(home, actor, places)
        if "bookings" in parts:
            level(home)
            bookings(home, given.seconds, (actor, places), given.hordak)
        if "race" in parts:
            last_square_metre(home, given.rounds, actor, places)
        if "balances" in parts:
            balances(home, load(home, given.entries, actor, places), given.entries)


def sealed(home: Path, given: argparse.Namespace) -> None:
    """The lag of the seal behind the bookings."""
    home.mkdir(parents=True, exist_ok=True)
    with embedded.take_lock(home / "bench.lock"):
        with embedded.running(home):
            work = prepare(home)
            noting_commits(home)
        with embedded.running(home), connect(home) as db:  # another start: it notes commits from now on
            fill(home, *work)

            def booked(writers: int, pause_s: float) -> float:
                return rate("book", home, given.seconds, writers, work, pause_s=pause_s).per_second

            lags(db, home, booked, given.parcels)


if __name__ == "__main__":
    main()

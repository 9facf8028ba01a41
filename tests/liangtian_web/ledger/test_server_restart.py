"""The server is killed while writers write, and started again: nothing told as booked is lost, nothing is booked twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from liangtian_web import embedded

WRITERS, EACH, KILLS, GRANTED = 6, 60, 3, 100_000
POST = (
    "SELECT * FROM book_post(%s, %s, '2024-02-01', %s, '{doc:1}', '{}', %s, NULL, NULL, NULL, '{}', NULL, "
    "%s::bigint[], ARRAY[NULL, NULL]::bigint[], %s::bigint[], '{}', '{}', '{}', '{}')"
)


def command(home: Path, *words: str) -> str:
    """What `liangtian-web` says in this home; it must succeed."""
    run = [str(Path(sys.executable).parent / "liangtian-web"), *words]
    done = subprocess.run(run, env=os.environ | {"LIANGTIAN_HOME": str(home)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[embedded.Cluster]:
    home = Path(tempfile.mkdtemp(prefix="liangtian-restart-"))
    home.chmod(0o711)
    made = embedded.Cluster(home)
    made.start()
    command(home, "migrate", "--verbosity", "0")
    yield made
    made.stop()
    shutil.rmtree(home)
    shutil.rmtree(embedded.socket_folder(home), ignore_errors=True)


@pytest.fixture(scope="module")
def book(server: embedded.Cluster) -> tuple[int, list[int]]:
    """Who writes, and from which account to which."""
    return a_book(server.home)


def connect(home: Path, role: str = embedded.APP) -> psycopg.Connection:
    keys = embedded.load_keys(home)
    return embedded.connect(home, role, keys.app if role == embedded.APP else keys.owner, embedded.DATABASE)


def a_book(home: Path) -> tuple[int, list[int]]:
    """A user, a county with a reserve and a pool of plan quota, and the quota granted to it: actor and accounts."""
    with connect(home, embedded.OWNER) as db:
        db.execute("DELETE FROM book_move")  # the words of an older release
    command(home, "migrate", "--verbosity", "0")
    with connect(home, embedded.OWNER) as db:
        db.execute(
            "INSERT INTO people_user (password, is_superuser, username, email, is_staff, is_active, date_joined, display_name, "
            "unit, language, hidden_columns) VALUES ('!', false, 'li', '', false, true, now(), 'li', 'mu', 'zh-hans', '{}')"
        )
        db.execute("INSERT INTO people_place (code, name, kind, path) VALUES ('339901', '示范县', 'county', '/1/')")
        actor, place = db.execute("SELECT u.id, p.id FROM people_user u, people_place p").fetchone()
    with connect(home) as db:
        outside, reserve, pool = (
            db.execute("SELECT book_open_account(%s, %s, 'plan_quota_m2', %s, false)", given).fetchone()[0]
            for given in ((None, "outside", True), (place, "reserve", False), (place, "municipal", False))
        )
        db.execute(POST, [uuid.uuid4(), "grant", "allocation", actor, [outside, reserve], [-GRANTED, GRANTED]])
    return actor, [reserve, pool]


def write(home: Path, number: int, book: tuple[int, list[int]], told: list[str]) -> None:
    """Book under one key after the other, each sent again until somebody says that it is booked."""
    actor, accounts = book
    db = None
    for turn in range(EACH):
        key = f"w{number}-{turn}"
        while True:
            try:
                db = db or connect(home)
                db.execute(POST, [uuid.uuid4(), key, "transfer", actor, accounts, [-1, 1]])
                break
            except psycopg.OperationalError:  # the server is gone, or not back yet
                if db is not None:
                    db.close()
                db = None
                time.sleep(0.05)
        told.append(key)
    if db is not None:
        db.close()


def kill(server: embedded.Cluster) -> None:
    """As if the machine had lost its power: every process of the server at once, none of them asked."""
    assert server.process is not None
    for pid in {server.process.pid, *embedded.processes_in(server.data)}:
        with suppress(ProcessLookupError):  # it ended when the first of them did
            os.kill(pid, signal.SIGKILL)
    server.process.wait()
    server.stop()


def test_a_server_killed_in_mid_work_loses_and_doubles_nothing(server, book):
    told: list[str] = []
    chance = random.Random(20240601)
    with ThreadPoolExecutor(WRITERS) as threads:
        writers = [threads.submit(write, server.home, number, book, told) for number in range(WRITERS)]
        for _ in range(KILLS):
            before = len(told)
            deadline = time.monotonic() + 30
            while len(told) < before + chance.randint(20, 60) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(told) < WRITERS * EACH, "killed in mid work"
            kill(server)
            server.start()
        for each in writers:
            each.result(timeout=120)

    with connect(server.home) as db:
        kept = [row[0] for row in db.execute("SELECT key FROM ledger_entry WHERE key LIKE 'w%' ORDER BY key")]
        legs = db.execute(
            "SELECT count(*) FROM ledger_leg l JOIN ledger_entry e ON e.id = l.entry_id WHERE key LIKE 'w%'"
        ).fetchone()
        held = [db.execute("SELECT book_balance(%s, 'infinity', NULL)", [each]).fetchone()[0] for each in book[1]]
    assert kept == sorted(told)
    assert (len(kept), legs) == (WRITERS * EACH, (2 * WRITERS * EACH,))
    assert held == [GRANTED - len(kept), len(kept)]
    assert "0 unsealed" in command(server.home, "book", "seal")
    assert "fail" not in command(server.home, "book", "verify")


def test_a_sealer_killed_with_the_server_goes_on_where_it_was(server, book):
    """Seals are whole or not there: what was being sealed is sealed again, and the chain is whole."""
    actor, accounts = book
    with connect(server.home) as db:
        for turn in range(300):
            db.execute(POST, [uuid.uuid4(), f"s{turn}", "transfer", actor, accounts, [-1, 1]])
    sealer = threading.Thread(target=lambda: subprocess.run(
        [str(Path(sys.executable).parent / "liangtian-web"), "book", "seal"],
        env=os.environ | {"LIANGTIAN_HOME": str(server.home)}, capture_output=True, check=False,
    ))  # fmt: skip
    sealer.start()
    time.sleep(random.Random(7).uniform(1.0, 2.0))
    kill(server)
    sealer.join()
    server.start()
    command(server.home, "book", "seal")
    with connect(server.home) as db:
        links = db.execute("SELECT count(*), count(DISTINCT entry_id) FROM ledger_link").fetchone()
        assert links == db.execute("SELECT count(*), count(*) FROM ledger_entry").fetchone()
    assert "fail" not in command(server.home, "book", "verify")

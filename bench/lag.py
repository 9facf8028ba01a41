"""How long what is booked waits for its seal, by the server's own moments of commit; called by `ledger.py --only lag`.

A writer books some ten entries a second, more than a county does on its busiest day; then 1, 16 and 64 book as fast as they
can. `liangtian-web worker` runs beside them as in the product: nothing else to do, then with both of its jobs at work on the
demonstration county's layers. The server notes the moment of every commit; the lag of an entry is the moment its seal was
committed less its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
from county_home import LIANGTIAN, ON, county_files

from liangtian_web import embedded

Connection = psycopg.Connection[tuple[object, ...]]
CALM_S = 0.1
WAITED = """
SELECT count(*), count(k.position), percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM
         pg_xact_commit_timestamp(k.xmin) - pg_xact_commit_timestamp(e.xmin)))
  FROM ledger_entry e LEFT JOIN ledger_link k ON k.entry_id = e.id WHERE e.id > %s
"""
BUSY = """
from liangtian_web.jobs.actions import defer
from liangtian_web.people.models import User
for _ in range(200): defer("onemap.verify", owner=User.objects.first())
"""
IDLE = """
from liangtian_web.jobs.actions import cancel
from liangtian_web.jobs.models import Job
for job in Job.objects.filter(state__in=Job.OPEN): cancel(job)
"""


class Lag(NamedTuple):
    """Of the entries of one run, in seconds."""

    per_second: float
    median: float
    most: float  # of 99 in a hundred
    worst: float


def noting_commits(home: Path) -> None:
    """Have the server note when each transaction is committed, from its next start on."""
    keys = embedded.load_keys(home)
    with embedded.connect(home, embedded.SUPERUSER, keys.superuser, embedded.DATABASE) as db:
        db.execute("ALTER SYSTEM SET track_commit_timestamp = on")


def shell(home: Path, script: str) -> None:
    """A script in the product's shell."""
    command = [sys.executable, "-m", "liangtian_web", "shell", "--no-imports", "-c", script]
    subprocess.run(command, env=os.environ | {"LIANGTIAN_HOME": str(home)}, check=True)


@contextmanager
def worker(home: Path) -> Iterator[None]:
    """The product's worker beside a block."""
    environment = os.environ | {"LIANGTIAN_HOME": str(home)}
    command = [sys.executable, "-m", "liangtian_web", "worker", "--sole"]
    running = subprocess.Popen(command, env=environment, start_new_session=True)  # as `serve` starts it
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def land(home: Path, parcels: int) -> None:
    """A layer for jobs to work on."""
    if any((home / "snapshots").glob("*.parquet")):
        return
    file = county_files(home.parent, parcels) / "DLTB.gpkg"
    command = [LIANGTIAN, "publish", "DLTB", file, "--place", "339900", "--on", ON, "--home", home]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measured(db: Connection, book: Callable[[], float]) -> Lag:
    """Book, wait until all of it is sealed, and ask the server."""
    last = db.execute("SELECT max(id) FROM ledger_entry").fetchone()
    per_second = book()
    while True:
        made, sealed, waited = db.execute(WAITED, last).fetchone() or (0, 0, [])
        if made == sealed:
            assert isinstance(waited, list)
            return Lag(per_second, *map(float, waited))
        time.sleep(1)


def lags(db: Connection, home: Path, rate: Callable[[int, float], float], parcels: int) -> None:
    """A table: writers, and whether the worker has other work."""
    land(home, parcels)
    shell(home, IDLE)  # an interrupted run may have left work
    print("\n### From commit to sealed\n\n| writers | the worker's jobs | bookings, /s | median | 99 % | worst |")
    print("|---:|---|---:|---:|---:|---:|", flush=True)
    for busy in (False, True):
        with worker(home):
            measured(db, lambda: rate(1, CALM_S))  # it is there once it has sealed something
            if busy:
                shell(home, BUSY)
                time.sleep(5)
            for writers, pause_s in ((1, CALM_S), (1, 0.0), (16, 0.0), (64, 0.0)):
                found = measured(db, partial(rate, writers, pause_s))
                print(
                    f"| {writers}{', calmly' if pause_s else ''} | {'two, all the time' if busy else 'none'} | {found.per_second:,.0f} | {found.median:.2f} s "
                    f"| {found.most:.2f} s | {found.worst:.2f} s |",
                    flush=True,
                )
            if busy:
                shell(home, IDLE)

"""A throw-away PostgreSQL with PostGIS from Debian's packages, on loopback, for side-by-side runs."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

INSTALL = "PostGIS is missing. On Debian: sudo apt-get install postgresql-15 postgresql-15-postgis-3"


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise SystemExit(INSTALL)
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgis() -> Iterator[psycopg.Connection]:
    """A connection to a fresh database with PostGIS; everything is gone afterwards."""
    binaries, port = _binaries(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="liangtian-bench-"))
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        as_user = ["runuser", "-u", user, "--"] if os.getuid() == 0 else []
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "bench", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c shared_buffers=1GB -c work_mem=256MB -c jit=off"
    run(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=bench dbname=postgres", autocommit=True) as connection:
            try:
                connection.execute("CREATE EXTENSION postgis")
            except psycopg.Error:
                raise SystemExit(INSTALL) from None
            yield connection
    finally:
        run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def load(connection: psycopg.Connection, table: str, rows: Iterator[tuple[str, str, bytes]], srid: int) -> None:
    """Copy (id, class, WKB) rows into a table with a GiST index, and analyse it."""
    connection.execute(f"CREATE TABLE {table} (id text, dlbm text, geom geometry(Geometry, {srid}))")
    connection.execute("CREATE TEMP TABLE incoming (id text, dlbm text, wkb bytea)")
    with connection.cursor().copy("COPY incoming FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["text", "text", "bytea"])
        for row in rows:
            copy.write_row(row)
    connection.execute(f"INSERT INTO {table} SELECT id, dlbm, ST_SetSRID(ST_GeomFromWKB(wkb), {srid}) FROM incoming")
    connection.execute("DROP TABLE incoming")
    connection.execute(f"CREATE INDEX ON {table} USING gist (geom)")
    connection.execute(f"VACUUM ANALYZE {table}")

"""The embedded server, started and ended in every way a machine offers."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from liangtian_web import embedded
from liangtian_web.errors import StartError
from liangtian_web.keys import load_keys

HOLD = """
import sys, time, pathlib
from liangtian_web import embedded
cluster = embedded.Cluster(pathlib.Path(sys.argv[1]))
cluster.start()
print(cluster.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def made():
    """A home whose cluster has been made, to copy nothing and start quickly."""
    home = Path(tempfile.mkdtemp(prefix="liangtian-embedded-"))
    home.chmod(0o711)
    embedded_home = home / "a home with spaces"
    cluster = embedded.Cluster(embedded_home)
    cluster.start()
    cluster.stop()
    yield embedded_home
    shutil.rmtree(home)
    shutil.rmtree(embedded.socket_folder(embedded_home), ignore_errors=True)


@pytest.fixture
def cluster(made):
    server = embedded.Cluster(made)
    yield server
    server.stop()


def query(home, sql, user=embedded.APP):
    keys = load_keys(home)
    password = {embedded.APP: keys.app, embedded.OWNER: keys.owner, embedded.SUPERUSER: keys.superuser}[user]
    with embedded.connect(home, user, password, embedded.DATABASE) as db:
        return db.execute(sql).fetchone()


def hold(home):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    return holder, int(holder.stdout.readline())


def ends(pid, within=10):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_server_starts_again_within_two_seconds_and_keeps_its_data(cluster, made):
    cluster.start()
    with embedded.connect(made, embedded.OWNER, cluster.keys.owner, embedded.DATABASE) as db:
        db.execute("CREATE TABLE kept (one int)")
        db.execute("INSERT INTO kept VALUES (1)")
    cluster.stop()
    started = time.monotonic()
    cluster.start()
    assert time.monotonic() - started < 2
    assert query(made, "SELECT one FROM kept") == (1,)


def test_cluster_is_made_as_decided(cluster, made):
    cluster.start()
    settings = "SELECT current_setting('data_checksums'), datlocprovider, datcollate, pg_encoding_to_char(encoding)"
    assert query(made, f"{settings} FROM pg_database WHERE datname = 'liangtian'") == ("on", "b", "C", "UTF8")
    assert query(made, "SELECT current_setting('listen_addresses')") == ("",)


def test_nobody_gets_in_without_the_password(cluster, made):
    cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        embedded.connect(made, embedded.APP, "guess", embedded.DATABASE)
    assert stat.S_IMODE(embedded.socket_folder(made).stat().st_mode) == 0o700
    assert stat.S_IMODE((made / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((made / "postgres").stat().st_mode) == 0o700


def test_application_role_cannot_change_tables(cluster, made):
    cluster.start()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(made, "CREATE TABLE mine (one int)")


def test_second_program_is_told_the_folder_is_in_use(cluster, made):
    cluster.start()
    with pytest.raises(StartError, match="is in use by another Liangtian"):
        embedded.Cluster(made).start()


def test_server_ends_with_a_killed_program_and_the_next_run_starts(cluster, made):
    holder, pid = hold(made)
    holder.kill()
    holder.wait()
    cluster.start()
    assert query(made, "SELECT 1") == (1,)
    assert ends(pid)
    holder.stdout.close()


def test_killed_server_recovers(cluster, made):
    cluster.start()
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.stop()
    cluster.start()
    assert query(made, "SELECT 1") == (1,)


def test_half_made_cluster_is_made_again():
    home = Path(tempfile.mkdtemp(prefix="liangtian-half-"))
    home.chmod(0o711)
    (home / "postgres.part" / "base").mkdir(parents=True)
    cluster = embedded.Cluster(home)
    cluster.start()
    cluster.stop()
    assert sorted(file.name for file in home.iterdir()) == ["keys.json", "postgres", "postgres.lock", "postgres.log"]
    shutil.rmtree(home)


def test_data_folder_of_another_version_is_refused(cluster, made):
    version = made / "postgres" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("15\n")
    try:
        with pytest.raises(StartError, match="was written by PostgreSQL 15; this program brings 18"):
            cluster.start()
    finally:
        version.write_text(kept)


def test_folder_of_somebody_else_is_not_used_for_the_socket(cluster, made):
    folder = embedded.socket_folder(made)
    folder.mkdir(mode=0o755)
    with pytest.raises(StartError, match="was not made by this program"):
        cluster.start()
    folder.rmdir()


def test_stopped_server_leaves_no_socket_folder(cluster, made):
    cluster.start()
    assert embedded.socket_folder(made).is_dir()
    cluster.stop()
    assert not embedded.socket_folder(made).exists()


def test_full_disk_is_named(tmp_path):
    message = str(embedded.failure(tmp_path, "FATAL: could not write: No space left on device"))
    assert message.splitlines()[1].startswith(f"The disk is full: cannot write to {tmp_path}.")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_root_is_told_which_folder_the_server_cannot_enter():
    parent = Path(tempfile.mkdtemp())  # mode 0700
    with pytest.raises(StartError, match=f"may not enter {parent}"):
        embedded.Cluster(parent / "home").start()
    shutil.rmtree(parent)

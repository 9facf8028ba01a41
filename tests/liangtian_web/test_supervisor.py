"""`liangtian-web demo` as one program: started, interrupted, killed, started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from liangtian_web.errors import StartError
from liangtian_web.supervisor import MARK, look_for_bundle
from small_disk import enlarge, small_disk


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """The product in a home folder, its lines kept in a file."""

    def __init__(self, home, port=None):
        self.home, self.port = home, port or free_port()
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}}
        self.said = home.parent / f"said-{self.port}"
        with self.said.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "liangtian_web", "demo", "--port", str(self.port)],
                env=kept | {"LIANGTIAN_HOME": str(home), "LIANGTIAN_DEMO_PARCELS": "3000"},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_until_ready(self):
        began = time.monotonic()
        while time.monotonic() - began < 120:
            assert self.process.poll() is None, self.said.read_text()
            if "Liangtian is ready" in self.said.read_text():
                return
            time.sleep(0.05)
        raise AssertionError(self.said.read_text())

    def serves(self):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/login/", timeout=10) as answer:
            return answer.status == 200
        return False

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(60)


def left_behind(home):
    """Processes that carry the home's mark, and database servers at work in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            marked = f"{MARK}={home}".encode() in (entry / "environ").read_bytes()
            if marked or os.readlink(entry / "cwd") == str(home / "postgres"):
                found.append((int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return found


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="liangtian-serve-"))
    folder.chmod(0o711)
    yield folder / "var"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def program(home):
    started = Program(home)
    started.wait_until_ready()
    yield started
    if started.process.poll() is None:
        started.end(signal.SIGKILL)


def test_ctrl_c_stops_everything_and_a_second_run_keeps_what_the_first_made(home):
    first = Program(home)
    first.wait_until_ready()
    assert first.serves()
    assert first.end() == 0
    assert left_behind(home) == []
    passwords = (home / "demo" / "passwords.json").read_text()
    second = Program(home)
    second.wait_until_ready()
    assert (home / "demo" / "passwords.json").read_text() == passwords
    assert json.loads(passwords)["wang"] in second.said.read_text()
    assert second.end(signal.SIGTERM) == 0
    assert left_behind(home) == []


def test_kill_9_leaves_nothing_that_stops_the_next_run(home, program):
    program.end(signal.SIGKILL)
    again = Program(home, program.port)
    again.wait_until_ready()
    assert again.serves()
    assert again.end() == 0


def test_a_worker_that_dies_is_started_again(home, program):
    worker = next(pid for pid, command in left_behind(home) if "liangtian_web worker" in command)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "restarting worker" not in program.said.read_text():
        time.sleep(0.05)
    time.sleep(0.5)
    workers = [pid for pid, command in left_behind(home) if "liangtian_web worker" in command]
    assert len(workers) == 1
    assert workers != [worker]
    assert program.end() == 0
    assert left_behind(home) == []


def sealers(home):
    return [pid for pid, command in left_behind(home) if "seal --follow" in command and "leash" not in command]


def wait_for_sealer_but(home, gone):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = sealers(home)
        if len(found) == 1 and found != gone:
            return found
        time.sleep(0.1)
    raise AssertionError(sealers(home))


def test_one_sealer_runs_beside_the_worker_whichever_of_them_dies(home, program):
    first = wait_for_sealer_but(home, [])
    os.kill(first[0], signal.SIGKILL)
    second = wait_for_sealer_but(home, first)
    worker = next(pid for pid, command in left_behind(home) if "liangtian_web worker" in command)
    os.kill(worker, signal.SIGKILL)
    wait_for_sealer_but(home, second)
    assert program.end() == 0
    assert left_behind(home) == []


def test_web_server_that_is_killed_serves_again_on_the_same_port(program):
    web = next(pid for pid, command in left_behind(program.home) if "granian" in command)
    os.kill(web, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "restarting web" not in program.said.read_text():
        time.sleep(0.05)
    while time.monotonic() < deadline and not program.serves():
        time.sleep(0.1)
    assert program.serves()


def test_second_program_on_the_same_home_is_told_so(home, program):
    second = Program(home)
    assert second.process.wait(60) == 3
    assert "is in use by another Liangtian" in second.said.read_text()


def test_busy_port_is_named_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        second = Program(tmp_path / "var", taken.getsockname()[1])
        assert second.process.wait(60) == 3
    assert f"Port 127.0.0.1:{second.port} cannot be used (Address already in use)" in second.said.read_text()
    assert not (tmp_path / "var" / "postgres").exists()


def test_browser_files_that_were_never_built_are_asked_for(tmp_path):
    with pytest.raises(StartError, match=r"The browser files have not been built .* Run `make setup` in the checkout"):
        look_for_bundle(tmp_path / "bundle" / "site.css")


def test_half_made_demonstration_is_completed(home):
    (home / "demo" / "people.done").unlink()
    program = Program(home)
    program.wait_until_ready()
    assert (home / "demo" / "people.done").exists()
    assert program.end() == 0


def test_full_disk_is_said_in_one_sentence_and_the_next_run_with_room_goes_on():
    # It fills as the database is made, in migrating, and after that; each run goes on from where the last ended.
    with small_disk(20) as disk:
        home = disk / "var"
        for megabytes in (20, 44, 52):
            enlarge(disk, megabytes)
            program = Program(home)
            assert program.process.wait(120) == 3
            said = program.said.read_text()
            assert said.count("The disk is full") == 1
            assert "Traceback" not in said
            assert said.splitlines()[-1].startswith(f"The disk is full: cannot write to {home}.")
            assert left_behind(home) == []
        enlarge(disk, 600)
        last = Program(home)
        last.wait_until_ready()
        assert last.serves()
        assert last.end() == 0

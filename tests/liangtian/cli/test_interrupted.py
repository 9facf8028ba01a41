"""Ctrl-C at any moment: no traceback, and nothing half-made."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liangtian.datasets import county
from liangtian.formats import vector


@pytest.fixture(scope="module")
def parcels(tmp_path_factory):
    file = tmp_path_factory.mktemp("land") / "DLTB.gpkg"
    vector.write(county.generate(parcels=6000)["DLTB"], file)
    return file


def interrupted(file, home, moment):
    """Publish on a terminal of its own and press Ctrl-C when `moment(pid, said)` has come; exit code and what was said."""
    terminal, its_end = pty.openpty()
    os.set_blocking(terminal, False)
    command = ["publish", "DLTB", str(file), "--place", "339900", "--on", "2023-12-31", "--home", str(home)]
    program = subprocess.Popen([sys.executable, "-m", "liangtian.cli", *command], stdout=its_end, stderr=its_end)
    said, pressed = b"", False
    while program.poll() is None:
        time.sleep(0.005)
        said += read(terminal)
        if not pressed and moment(program.pid, said):
            program.send_signal(signal.SIGINT)
            pressed = True
    said += read(terminal)
    os.close(terminal)
    os.close(its_end)
    return program.returncode, said.decode(errors="replace")


def read(terminal):
    try:
        return os.read(terminal, 65_536)
    except BlockingIOError:
        return b""


def is_loading(pid, said):
    return "numpy" in Path(f"/proc/{pid}/maps").read_text()


def is_publishing(pid, said):
    return b"%" in said


@pytest.mark.parametrize("moment", [is_loading, is_publishing])
def test_an_interrupted_publication_says_nothing_of_python_and_leaves_nothing(parcels, tmp_path, moment):
    home = tmp_path / "var"
    code, said = interrupted(parcels, home, moment)
    assert code == 130
    assert "Traceback" not in said
    assert list(home.rglob("catalogue/*.json")) == []
    assert list(home.rglob("*.partial")) == []

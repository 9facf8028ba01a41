"""A real disk of few megabytes, to be filled: a tmpfs, which only root may mount."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(megabytes: float) -> Iterator[Path]:
    """An empty disk; where none can be mounted the test is not run, which in CI is a failure."""
    with tempfile.TemporaryDirectory(prefix="liangtian-disk-") as name:
        Path(name).chmod(0o711)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={round(megabytes * 1024)}k,mode=711", "tmpfs", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip  # noqa: TID251 - a test, not the kernel
            give_up(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def enlarge(disk: Path, megabytes: int) -> None:
    """Give a small disk more room, keeping what it holds."""
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(disk)], check=True)

"""A real Spark cluster on this machine for the tests: a master and workers, each a process of its own, loopback only."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a short life: no time to earn back a thorough compilation
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the master answers, and the workers, whose executors die with them."""

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def kill(self, number: int) -> None:
        """SIGKILL a worker with its executors and their Python."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()


@contextmanager
def standalone(folder: Path, *, workers: int) -> Iterator[Cluster]:
    """Start a master and workers of one processor and a gigabyte each; end them, whatever happened."""
    with ExitStack() as stack:
        master = stack.enter_context(_daemon(folder, "master", "org.apache.spark.deploy.master.Master", "--port", "0"))
        url = said(folder / "master.log", r"Starting Spark master at (spark://\S+)", master)
        started = []
        for number in range(workers):
            words = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work-{number}"), url)
            name = f"worker-{number}"
            started.append(stack.enter_context(_daemon(folder, name, "org.apache.spark.deploy.worker.Worker", *words)))
        for number, worker in enumerate(started):
            said(folder / f"worker-{number}.log", r"(Successfully registered) with master", worker)
        yield Cluster(url, tuple(started))


@contextmanager
def _daemon(folder: Path, name: str, main: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    import pyspark  # where the cluster tests are left out it is not installed

    home = Path(pyspark.__file__).parent
    command = [home / "bin/spark-class", main, "--host", "127.0.0.1", "--webui-port", "0", *words]
    env = {
        **os.environ,  # noqa: TID251 - the ban is the kernel's, this runs programs
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA,
    }
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=env, start_new_session=True)
        try:
            yield started
        finally:
            if started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def said(log: Path, pattern: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(PATIENCE_S * 10):
        found = re.search(pattern, log.read_text("utf-8", errors="replace"))
        if found:
            return found[1]
        assert process.poll() is None, log.read_text("utf-8", errors="replace")
        time.sleep(0.1)
    raise AssertionError(f"{log.name} never said {pattern}")

"""`liangtian-web serve`: database, worker and web server as one program, started in this order and stopped in reverse.

Each child runs in a session of its own on a leash: Ctrl-C reaches it through us, and it ends with us even by kill −9.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from liangtian_web import embedded
from liangtian_web.errors import SAID, StartError, disk_full, has_no_room
from liangtian_web.keys import make_home

MARK = "LIANGTIAN_SERVES"  # in the environment of every child: how the next run knows its own leftovers
GRACE_S = 10
EARLY_DEATHS_MAX = 3


class Stop(BaseException):
    """Somebody asked us to end: Ctrl-C, a service manager, a closed terminal."""


@dataclass
class Child:
    """A program kept running. Three deaths in the first five seconds of its life end the attempt."""

    name: str
    command: list[str]
    environment: dict[str, str]
    home: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    early_deaths: int = field(default=0, init=False)

    def start(self) -> None:
        """Run the program; the calling thread must be the one that waits for it, or the leash pulls too early."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            embedded.leashed(self.command, signal_number=signal.SIGTERM),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def keep(self, tell: embedded.Progress) -> None:
        """Start it again if it ended."""
        if self.process is None or self.process.poll() is None:
            return
        self.sweep()
        self.early_deaths = self.early_deaths + 1 if time.monotonic() - self.started < 5 else 0
        if self.early_deaths >= EARLY_DEATHS_MAX and has_no_room(self.home):
            raise disk_full(self.home)
        if self.early_deaths >= EARLY_DEATHS_MAX:
            raise StartError(
                f"{self.name} 连续 {EARLY_DEATHS_MAX} 次启动后立即退出（代码 {self.process.returncode}），原因见上。",
                f"{self.name} ended {EARLY_DEATHS_MAX} times right after starting (code {self.process.returncode}); "
                "the reason stands above.",
            )
        tell(f"{self.name} 已退出，正在重新启动 … restarting {self.name}")
        self.start()

    def stop(self) -> None:
        """End it politely, then at once, and whatever it left of its group."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)
        self.sweep()
        self.process.wait()

    def sweep(self) -> None:
        """End every process of the child's group."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def serve(home: Path, *, host: str, port: int, tell: embedded.Progress, prepare: list[list[str]]) -> None:
    """Run until asked to stop.

    Parameters
    ----------
    prepare : management commands run to their end once the database is up, before anything is served

    Raises
    ------
    StartError : the home is in use, the port is taken, the database or a child cannot start
    """
    make_home(home)
    with until_stopped(tell), closing(embedded.take_lock(home / "serve.lock")):
        end_leftovers(home)
        test_port(host, port)
        with database(home, tell) as cluster:
            for command in prepare:
                run_to_end(home, command)
            watch(children(home, host, port, sole=cluster is not None), cluster, tell, f"http://{host}:{port}/")


@contextmanager
def until_stopped(tell: embedded.Progress) -> Iterator[None]:
    """Run a block until a signal ends it, once: a second Ctrl-C must not cut the stopping short.

    A signal we were told to ignore (`nohup`) stays ignored.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    heard = [
        each for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) != signal.SIG_IGN
    ]
    before = {each: signal.signal(each, stop) for each in heard}
    try:
        yield
    except Stop:
        tell("已停止。Stopped.")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def database(home: Path, tell: embedded.Progress) -> Iterator[embedded.Cluster | None]:
    """The embedded database around a block, or nothing where DATABASE_URL names one."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        yield None
        return
    cluster = embedded.Cluster(home, tell)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def watch(kept: list[Child], cluster: embedded.Cluster | None, tell: embedded.Progress, address: str) -> None:
    """Start the children, say the address once it answers, and keep everything running."""
    try:
        for child in kept:
            child.start()
        said = False
        while True:
            if cluster and cluster.process and cluster.process.poll() is not None:
                tell("数据库已退出，正在重新启动 … restarting the database")
                cluster.stop()
                cluster.start()
            for child in kept:
                child.keep(tell)
            if not said and (said := answers(address)):
                tell(f"良田已启动 Liangtian is ready: {address}    (Ctrl-C 停止 stops it)")
            time.sleep(0.2)
    finally:
        for child in reversed(kept):
            child.stop()


def children(home: Path, host: str, port: int, *, sole: bool) -> list[Child]:
    """The worker, then the web server; stopped in reverse. `sole`: no worker elsewhere shares the database.

    The system checks load every page and cost as much as the start itself: `migrate`, before them, has run them.
    """
    environment = environment_of(home)
    worker = [sys.executable, "-m", "liangtian_web", "worker", "--skip-checks", *(["--sole"] if sole else [])]
    threads = min(8, 2 * (os.cpu_count() or 1) + 1)
    web = [
        sys.executable, "-m", "granian", "liangtian_web.wsgi:application", "--interface", "wsgi",
        "--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", str(threads),
        "--workers-kill-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip
    return [Child("worker", worker, environment, home), Child("web", web, environment, home)]


def environment_of(home: Path) -> dict[str, str]:
    """Our environment, marked."""
    return os.environ | {"LIANGTIAN_HOME": str(home), MARK: str(home), "PYTHONUNBUFFERED": "1"}


def run_to_end(home: Path, command: list[str]) -> None:
    """Run one management command."""
    full = embedded.leashed([sys.executable, "-m", "liangtian_web", *command], signal_number=signal.SIGTERM)
    code = subprocess.run(full, env=environment_of(home), start_new_session=True, check=False).returncode
    if code == SAID:
        sys.exit(SAID)
    if code:
        raise StartError(
            f"准备步骤 {command[0]} 没有完成（代码 {code}），原因见上。改正后重新运行即可继续。",
            f"The step {command[0]} did not finish (code {code}); the reason stands above. Run again to go on.",
        )


def look_for_bundle(sheet: Path) -> None:
    """Refuse to serve pages that would come without style and script."""
    if not sheet.exists():
        raise StartError(
            f"网页的样式和脚本还没有生成（{sheet} 不存在）。请在代码目录中运行 make setup，再启动。",
            f"The browser files have not been built ({sheet} is not there). Run `make setup` in the checkout, then start.",
        )


def test_port(host: str, port: int) -> None:
    """Refuse a port somebody listens on: the web server itself would share it silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"端口 {host}:{port} 不能使用（{error.strerror}）。请停止占用它的程序，或用 --port 换一个。",
                f"Port {host}:{port} cannot be used ({error.strerror}). Stop what uses it, or choose another: --port.",
            ) from error


def answers(address: str) -> bool:
    """Whether the web server accepts connections."""
    host, port = address.removeprefix("http://").rstrip("/").rsplit(":", 1)
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=0.2):
        return True
    return False


def end_leftovers(home: Path) -> None:
    """End children of a run that was killed; the lock is ours, so nobody else's can carry our mark."""
    mark = f"{MARK}={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)

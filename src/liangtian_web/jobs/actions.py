"""Give work to the worker, and change its row. Every change is a conditional UPDATE: a finished job stays finished."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from liangtian_web.jobs.models import Job
from liangtian_web.people.models import Place, User

ATTEMPTS_MAX = 3


class JobCancelled(Exception):
    """The user asked to stop; the job loop turns it into the state `cancelled`."""


def defer(name: str, *, owner: User, place: Place | None = None, title: str = "", **args: JSONValue) -> Job:
    """Hand the task `name` to the worker, in the caller's transaction: both the row and the work, or neither.

    Parameters
    ----------
    name : a task registered by `jobs.running.task`, "onemap.ingest"
    args : JSON values the task is called with
    """
    if name not in app.tasks:
        raise LookupError(f"no task is named {name}")
    with transaction.atomic():
        job = Job.objects.create(kind=name, owner=owner, place=place, title=title)
        app.configure_task(name).defer(job_id=job.pk, **args)
    return job


def begin(job: Job) -> bool:
    """Claim the work; False when there is nothing to do, because it was cancelled, is done or has failed too often."""
    taken = Job.objects.filter(pk=job.pk, state__in=Job.OPEN, cancel_requested=False, attempts__lt=ATTEMPTS_MAX)
    if taken.update(state=Job.State.RUNNING, started_at=timezone.now(), attempts=job.attempts + 1, progress=0):
        job.refresh_from_db()
        return True
    gone = Job.objects.filter(pk=job.pk, state__in=Job.OPEN)
    if not gone.filter(cancel_requested=True).update(state=Job.State.CANCELLED, ended_at=timezone.now()):
        finish(job, Job.State.FAILED, "处理程序多次中断，请联系管理员。")
    return False


def report(job: Job, percent: int, message: str = "", /, **params: object) -> None:
    """Say how far the work is, outside any open transaction so that the page sees it.

    Raises
    ------
    JobCancelled : the user asked to stop
    """
    changed: dict[str, object] = {"progress": max(0, min(100, percent))}
    if message:
        changed |= {"message": message, "params": params}
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(**changed)
    if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise JobCancelled


def finish(job: Job, state: str, message: str = "", /, *, result_url: str = "", **params: object) -> None:
    """End the work in `state`."""
    changed: dict[str, object] = {"state": state, "ended_at": timezone.now(), "message": message, "params": params}
    if state == Job.State.DONE:
        changed |= {"progress": 100, "result_url": result_url}
    Job.objects.filter(pk=job.pk, state__in=Job.OPEN).update(**changed)


def mark_read(job: Job) -> None:
    """Take a failure off the to-do list."""
    Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(read=True)


def cancel(job: Job) -> None:
    """Ask the work to stop; work that has not begun stops here."""
    Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, cancel_requested=True, ended_at=timezone.now()
    )
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True)

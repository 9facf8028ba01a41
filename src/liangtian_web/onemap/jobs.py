"""The worker's steps of an upload, and its sweep of files nobody needs."""

from __future__ import annotations

from django.urls import reverse

from liangtian_web.jobs.actions import report
from liangtian_web.jobs.models import Job
from liangtian_web.jobs.running import nightly, task
from liangtian_web.onemap import actions, sweeping
from liangtian_web.onemap.models import Upload


def _progress(job: Job) -> actions.Progress:
    return lambda share, message: report(job, round(share * 100), message)


@task("onemap.examine")
def examine(job: Job, upload: int) -> str:
    """Read and judge an upload."""
    row = Upload.objects.select_related("place", "uploader").get(pk=upload)
    if row.state == Upload.State.RECEIVED:
        actions.examine(row, _progress(job))
    return actions.result_url(row)


@task("onemap.publish")
def publish(job: Job, upload: int) -> str:
    """Publish an upload."""
    row = Upload.objects.select_related("place", "uploader").get(pk=upload)
    if row.state == Upload.State.PUBLISHING:
        try:
            actions.publish_upload(row, _progress(job))
        except Exception:
            actions.wait_again(row)
            raise
    return actions.result_url(row)


@task("onemap.verify")
def verify(job: Job) -> str:
    """Recompute the digest of every snapshot."""
    actions.verify(_progress(job))
    return reverse("onemap:layers")


nightly("onemap.sweep", "20 3 * * *", sweeping.sweep)

"""The worker's step of a study, and its sweep of files nobody needs."""

from __future__ import annotations

from liangtian_web.jobs.models import Job
from liangtian_web.jobs.running import nightly, task
from liangtian_web.planning import actions, sweeping
from liangtian_web.planning.models import Study


@task("planning.answer")
def answer(job: Job, study: str) -> str:
    """Compute the answer of a study."""
    row = Study.objects.select_related("place").get(uuid=study)
    actions.carry_out(job, row)
    return actions.result_url(row.uuid)


nightly("planning.sweep", "40 3 * * *", sweeping.sweep)

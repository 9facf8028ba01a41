"""The worker's step of a study, and its sweep of files nobody needs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from django.db import connections
from procrastinate.contrib.django import app

from liangtian_web.jobs.models import Job
from liangtian_web.jobs.running import task
from liangtian_web.planning import actions, sweeping
from liangtian_web.planning.models import Study


@task("planning.answer")
def answer(job: Job, study: str) -> str:
    """Compute the answer of a study."""
    row = Study.objects.select_related("place").get(uuid=study)
    actions.carry_out(job, row)
    return actions.result_url(row.uuid)


def _sweep(now: datetime) -> None:
    try:
        sweeping.sweep(now)
    finally:
        connections.close_all()


@app.periodic(cron="40 3 * * *")
@app.task(name="planning.sweep", queueing_lock="planning.sweep", pass_context=False)
async def sweep(timestamp: int) -> None:
    """Every night, delete the files of answers that nobody has asked for in a long time."""
    await asyncio.to_thread(_sweep, datetime.fromtimestamp(timestamp, UTC))

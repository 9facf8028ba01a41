"""The worker's own periodic task."""

from procrastinate.contrib.django import app

from liangtian_web.jobs.running import sweep


@app.periodic(cron="* * * * *")
@app.task(name="jobs.sweep", queueing_lock="jobs.sweep", pass_context=False)
async def sweep_stalled(timestamp: int) -> None:
    """Once a minute, retry what a killed worker left."""
    await sweep()

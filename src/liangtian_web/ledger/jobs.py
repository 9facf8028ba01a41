"""The sealer, once a second."""

import asyncio

from django.db import connections
from procrastinate.contrib.django import app

from liangtian_web.ledger.sealing import seal_all


def _seal() -> None:
    try:
        seal_all()
    finally:
        connections.close_all()


@app.periodic(cron="* * * * * *")
@app.task(name="ledger.seal", queueing_lock="ledger.seal", pass_context=False)
async def seal(timestamp: int) -> None:
    """Take what was booked since into the chain."""
    await asyncio.to_thread(_seal)

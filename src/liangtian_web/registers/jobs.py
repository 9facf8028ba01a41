"""The worker's step of the registers: measuring projects on the surveys."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from liangtian_web.jobs.models import Job
from liangtian_web.jobs.running import task
from liangtian_web.people.models import Place
from liangtian_web.registers import actions


@task("registers.measure")
def measure(job: Job, number: int, on: str) -> str:
    """Measure what has not been measured of a place's block projects."""
    actions.carry_out(job, Place.objects.get(pk=number), date.fromisoformat(on))
    return f"{reverse('registers:register', args=['block-project'])}?on={on}"

"""A job's progress, polled by HTMX, and its cancel button."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.jobs import actions
from liangtian_web.jobs.models import Job
from liangtian_web.jobs.queries import jobs_for
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note


def _partial(request: Request, job: Job, follow: str) -> HttpResponse:
    response = render(
        request,
        "jobs/progress.html",
        {"job": job, "sentence": job.sentence(request.language), "follow": follow},
    )
    if follow and job.state == Job.State.DONE and job.result_url and request.htmx:
        response["HX-Redirect"] = job.result_url
    return response


@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """The partial that replaces itself every second while the job is open; `?follow=1` then opens the result."""
    job = get_object_or_404(jobs_for(request.user), pk=pk)
    return _partial(request, job, request.GET.get("follow", ""))


@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Ask the job to stop."""
    job = get_object_or_404(jobs_for(request.user), pk=pk)
    actions.cancel(job)
    note(request, "jobs.cancel", f"job:{job.pk}")
    job.refresh_from_db()
    return _partial(request, job, "")


@require_POST
def mark_read(request: Request, pk: int) -> HttpResponse:
    """Take the owner's failed job off the to-do list; HTMX removes the row."""
    job = get_object_or_404(jobs_for(request.user), pk=pk, owner=request.user)
    actions.mark_read(job)
    return HttpResponse("") if request.htmx else redirect("home:index")


@require_GET
def index(request: Request) -> HttpResponse:
    """The user's last hundred jobs."""
    return render(request, "jobs/index.html", {"jobs": jobs_for(request.user)[:100]})

"""What waits for me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from liangtian_web.jobs.queries import jobs_for


def index(request: HttpRequest) -> HttpResponse:
    """The to-do list first."""
    return render(request, "home/index.html", {"jobs": jobs_for(request.user)[:5]})

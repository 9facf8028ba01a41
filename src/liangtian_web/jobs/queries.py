"""Which jobs a user may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from liangtian_web.jobs.models import Job
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for


def jobs_for(user: User) -> QuerySet[Job]:
    """The user's own jobs, and those of places they administer."""
    return Job.objects.filter(Q(owner=user) | Q(place__in=places_for(user, "admin"))).select_related("place", "owner")

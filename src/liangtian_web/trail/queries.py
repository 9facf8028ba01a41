"""Which events a user may read."""

from django.db.models import QuerySet

from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.trail.models import Event


def events_for(user: User) -> QuerySet[Event]:
    """The events of the places a user audits or administers."""
    return Event.objects.filter(place__in=places_for(user, "auditor", "admin")).select_related("user", "place")

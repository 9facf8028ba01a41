"""Which events a user may read."""

from django.db.models import Q, QuerySet

from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.trail.models import Event


def events_for(user: User) -> QuerySet[Event]:
    """The events of the places a user audits or administers; those of no place too, if that is everything."""
    places = places_for(user, "auditor", "admin")
    readable = Q(place__in=places)
    if user.is_superuser or places.filter(parent=None).exists():
        readable |= Q(place=None)
    return Event.objects.filter(readable).select_related("user", "place")

"""What a user may see. Every list of place-bound rows goes through here, in SQL."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from liangtian_web.people.models import Membership, Place, User


def places_for(user: User | AnonymousUser, *roles: str) -> QuerySet[Place]:
    """The places a user answers for and everything under them; with `roles`, only through those roles."""
    if not user.is_authenticated:
        return Place.objects.none()
    if user.is_superuser:
        return Place.objects.all()
    memberships = Membership.objects.filter(user=user)
    if roles:
        memberships = memberships.filter(role__in=roles)
    # A place written past `Place.save` has no path yet, and everything begins with nothing.
    paths = list(memberships.exclude(place__path="").values_list("place__path", flat=True).distinct())
    if not paths:
        return Place.objects.none()
    return Place.objects.filter(reduce(or_, (Q(path__startswith=path) for path in paths)))


def has_role(user: User | AnonymousUser, *roles: str) -> bool:
    """Whether the user holds one of the roles anywhere."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or Membership.objects.filter(user=user, role__in=roles).exists()


def home_membership(user: User) -> Membership | None:
    """The membership shown beside the user's name: the one of the widest place."""
    return Membership.objects.filter(user=user).select_related("agency", "place").order_by("place__path", "pk").first()


def names_of_places() -> dict[str, str]:
    """Code → name of every place that has a code, as administrative codes are public."""
    return {code: name for code, name in Place.objects.values_list("code", "name") if code}

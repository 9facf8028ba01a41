"""Which runs a user may see, and how a list of them is narrowed."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum

from liangtian_web.onemap.queries import versions_for
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.review.models import Finding, Run

HEAVY = ("boundary", "boundary_crs", "facts", "result", "result_en", "shapes")


def runs_for(user: User | AnonymousUser) -> QuerySet[Run]:
    """Runs of the user's places and everything under them."""
    return Run.objects.filter(place__in=places_for(user)).select_related("place", "user")


def findings_for(user: User | AnonymousUser) -> QuerySet[Finding]:
    """Findings of the runs a user may see, newest first."""
    runs = Run.objects.filter(place__in=places_for(user))
    return Finding.objects.filter(run__in=runs).select_related("run", "run__place").order_by("-pk")


def narrowed(runs: QuerySet[Run], asked: dict[str, object]) -> QuerySet[Run]:
    """The runs that meet the filters of the list, a place with what lies under it; an empty filter does not count."""
    if isinstance(place := asked.get("place"), Place):
        runs = runs.filter(place__path__startswith=place.path)
    columns = {
        "name": "name__icontains",
        "kind": "kind",
        "verdict": "verdict",
        "since": "on__gte",
        "until": "on__lte",
    }
    return runs.filter(**{column: asked[name] for name, column in columns.items() if asked.get(name)})


def totals(runs: QuerySet[Run]) -> dict[str, object]:
    """How many runs, how many of each verdict, and the ground of all of them."""
    each = {verdict: Count("pk", filter=Q(verdict=verdict)) for verdict in Run.Verdict.values}
    return runs.order_by().aggregate(count=Count("pk"), area_m2=Sum("area_m2"), **each)


def checking_places(user: User) -> QuerySet[Place]:
    """Where the user may make checks: officers and administrators, places with a code."""
    return places_for(user, "officer", "admin").filter(code__isnull=False)


def may_see_layers(user: User, digests: list[str]) -> bool:
    """Whether every version named is one the user may see."""
    return versions_for(user).filter(digest__in=digests).values("digest").distinct().count() == len(set(digests))

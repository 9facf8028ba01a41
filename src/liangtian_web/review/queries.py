"""Which runs a user may see, and how a list of them is narrowed."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum

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


def outcomes_of_rules(user: User | AnonymousUser, rules: Iterable[str]) -> dict[str, dict[str, int]]:
    """Rule → outcome → how many findings of the runs a user may see; one question for all the rules."""
    rows = (
        Finding.objects.filter(rule__in=list(rules), run__place__in=places_for(user))
        .order_by()
        .values_list("rule", "outcome")
        .annotate(n=Count("pk"))
    )
    counted: dict[str, dict[str, int]] = {}
    for rule, outcome, n in rows:
        counted.setdefault(rule, {})[outcome] = n
    return counted


def rules_used(user: User | AnonymousUser, year: int) -> set[str]:
    """The rules that gave an answer in checks of a year at the user's places."""
    found = Finding.objects.filter(run__place__in=places_for(user), run__on__year=year)
    return set(found.exclude(outcome="not_applicable").order_by().values_list("rule", flat=True).distinct())


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

"""Which studies a user may see, and how lists of them and of blocks are narrowed. Limited in SQL."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.planning.models import Answer, Block, Candidate, Plan, Study

DRAWN = {Study.Kind.BLOCKS, Study.Kind.DESIGN, Study.Kind.POTENTIAL, Study.Kind.LAYOUT}


def studies_for(user: User | AnonymousUser) -> QuerySet[Study]:
    """Studies of the user's places and everything under them, each with whether it is answered."""
    answered = Exists(Answer.objects.filter(key=OuterRef("key")))
    found = Study.objects.filter(place__in=places_for(user)).select_related("place", "user", "job")
    return found.annotate(answered=answered)


def plans_for(user: User | AnonymousUser) -> QuerySet[Plan]:
    """Plans kept of the studies a user may see."""
    return Plan.objects.filter(study__in=studies_for(user)).select_related("study", "study__place", "user")


def answer_of(study: Study) -> Answer | None:
    """The answer, if it is there."""
    return Answer.objects.filter(key=study.key, kind=study.kind).first()


def planning_places(user: User) -> QuerySet[Place]:
    """Where the user may ask: officers and administrators, places with a code."""
    return places_for(user, "officer", "admin").filter(code__isnull=False)


def narrowed(studies: QuerySet[Study], asked: dict[str, object]) -> QuerySet[Study]:
    """Those that meet the filters of the list, a place with what lies under it; an empty filter does not count."""
    if isinstance(place := asked.get("place"), Place):
        studies = studies.filter(place__path__startswith=place.path)
    columns = {"name": "name__icontains", "kind": "kind"}
    return studies.filter(**{column: asked[name] for name, column in columns.items() if asked.get(name)})


def blocks_of(answer: Answer, asked: dict[str, object]) -> QuerySet[Block]:
    """Blocks under the filters: at least a size class, any ground in a town, mainly of a slope grade."""
    found = Block.objects.filter(answer=answer)
    if size_mu := asked.get("size_mu"):
        found = found.filter(net_m2__gte=least_m2(Decimal(str(size_mu))))
    if town := asked.get("town"):
        found = found.filter(towns__contains=[town])
    if slope := asked.get("slope"):
        found = found.filter(slope=int(str(slope)))
    return found


def candidates_of(answer: Answer, asked: dict[str, object]) -> QuerySet[Candidate]:
    """Candidates under the filters: of a kind, a state, a place by the beginning of its code, touched by a rule."""
    found = Candidate.objects.filter(answer=answer)
    columns = {"kind": "kind", "state": "state", "village": "village__startswith"}
    found = found.filter(**{column: asked[name] for name, column in columns.items() if asked.get(name)})
    return found.filter(rules__contains=[asked["rule"]]) if asked.get("rule") else found


def least_m2(size_mu: Decimal) -> Decimal:
    """The smallest net area in whole hundredths of m² that reaches a size.

    Examples
    --------
    >>> least_m2(Decimal(1000))
    Decimal('666666.67')
    """
    hundredths = -(-(size_mu * 200_000) // 3)
    return Decimal(hundredths) / 100


def totals(blocks: QuerySet[Block]) -> dict[str, object]:
    """How many, and their ground together."""
    return blocks.order_by().aggregate(count=Count("pk"), net_m2=Sum("net_m2"), parcels=Sum("parcels"))


def candidate_totals(candidates: QuerySet[Candidate]) -> dict[str, object]:
    """How many, and their ground together."""
    return candidates.order_by().aggregate(count=Count("pk"), net_m2=Sum("net_m2"), area_m2=Sum("area_m2"))


def folder_of(key: str) -> Path:
    """Where the shapes of an answer stand."""
    return Path(settings.HOME) / "planning" / key


def is_lost(study: Study) -> bool:
    """Whether the outlines of an answer are gone, so that its map and its files have to be made again."""
    return study.kind in DRAWN and not (folder_of(study.key) / "shapes.json").is_file()

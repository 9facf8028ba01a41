"""The values and adoptions in force here, and which proposals a user may see."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Max, Q, QuerySet

from liangtian.messages import Language
from liangtian.onemap.places import lies_in
from liangtian.policy.adoption import Adoption, adopted, demonstration_adoptions, read_adoptions
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter, parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Membership, Place, User
from liangtian_web.people.queries import home_membership, places_for
from liangtian_web.rulebook.models import ClauseText, Decision, Proposal
from liangtian_web.rulebook.naming import short_name


def proposals_for(user: User | AnonymousUser) -> QuerySet[Proposal]:
    """Proposals of the user's places and everything under them, and of the places above, which bind them."""
    return (
        Proposal.objects.filter(Q(place__in=places_for(user)) | Q(place__in=_above(user)))
        .select_related("place", "user", "decision", "decision__user")
        .order_by("-id")
    )


def decidable_by(user: User) -> QuerySet[Proposal]:
    """Proposals that wait for somebody like the user: another's, of a place the user administers."""
    places = places_for(user, "admin")
    return proposals_for(user).filter(decision=None, place__in=places).exclude(user=user)


def proposing_places(user: User) -> QuerySet[Place]:
    """Where the user may propose: officers and administrators."""
    return places_for(user, "officer", "admin")


def approved_values(known: datetime | None = None) -> tuple[Parameter, ...]:
    """Every approved value of a place, or those known at a moment; each holds for its place and those inside it."""
    return _approved(_state(known))[0]


def approved_adoptions(known: datetime | None = None) -> tuple[Adoption, ...]:
    """The adoptions in force: the home's `adopts.toml`, or the demonstration's without one; and those approved here."""
    return _listed() + _approved(_state(known))[1]


def documents_on(place: Place, on: date, known: datetime | None = None) -> dict[str, Document]:
    """The documents that bind a place on a day, by the adoptions known at a moment: all of them if none is given."""
    key, *within = keys_of(place)
    return adopted(DOCUMENTS, approved_adoptions(known), on=on, place=key, within=tuple(within))


def values_known() -> Parameters:
    """The values of the documents with the approved values of places."""
    return _declared().with_values(approved_values())


def history(name: str) -> tuple[Parameter, ...]:
    """Every value the documents declare under a name, oldest first."""
    return _declared().history(name)


def approved_for(user: User) -> tuple[Parameter, ...]:
    """The approved values a user may see: of the user's places, those under them and those above."""
    return tuple(as_parameter(row) for row in approved_rows(user))


def approved_rows(user: User) -> QuerySet[Proposal]:
    """The proposals behind them, oldest first."""
    return proposals_for(user).filter(decision__approved=True, kind=Proposal.Kind.VALUE).order_by("pk")


def home_place(user: User) -> Place | None:
    """The place whose values a user sees unless another is asked for: the widest of the user's own."""
    membership = home_membership(user)
    return membership.place if membership else None


def adoptions_shown(user: User) -> list[tuple[Place, Document, Adoption]]:
    """Adoptions that bind a place of the user's, or one above it."""
    seen = Place.objects.filter(Q(pk__in=places_for(user)) | Q(pk__in=_above(user)))
    by_key = {key_of(place): place for place in seen}
    return [
        (by_key[each.place], DOCUMENTS[each.document], each)
        for each in approved_adoptions()
        if each.place in by_key and each.document in DOCUMENTS
    ]


def binding(user: User, on: date) -> set[str]:
    """Ids of the documents that bind the user's own place on a day."""
    place = home_place(user)
    return set(documents_on(place, on)) if place else set()


def value_names() -> list[str]:
    """Every value a place may give anew, by its full name."""
    return list(dict.fromkeys(each.name for each in _declared()))


def adoptable(lang: Language) -> list[tuple[str, str]]:
    """Documents a place may adopt: id, and short name with title."""
    titles = {each.id: each.title_zh if lang == "zh" else each.title_en for each in DOCUMENTS.values()}
    return [(each, f"{short_name(each, lang)} {titles[each]}") for each in titles if DOCUMENTS[each].needs_adoption]


def keys_of(place: Place) -> tuple[str, ...]:
    """A place and the places it lies in, nearest first, as the kernel knows them: by code, else by id."""
    ids = [int(part) for part in place.path.strip("/").split("/")]
    found = Place.objects.in_bulk(ids)
    return tuple(key_of(found[pk]) for pk in reversed(ids) if pk in found)


def key_of(place: Place) -> str:
    """A place's code, or an id of its own where it has none."""
    return place.code or f"place-{place.pk}"


def values_at(place: Place, known: datetime | None = None) -> tuple[Parameter, ...]:
    """The approved values that can hold at a place, or those known at a moment: its own and those of the places above."""
    keys = keys_of(place)
    return tuple(each for each in approved_values(known) if any(lies_in(key, each.place or "") for key in keys))


@lru_cache(maxsize=1)
def _declared() -> Parameters:
    return Parameters(DOCUMENTS)


@lru_cache(maxsize=8)
def facts_asked(event: str) -> tuple[str, ...]:
    """The facts that clauses ask for at a step of procedure."""
    return Rulebook(DOCUMENTS).facts_asked(event)


def texts_of(document: str) -> dict[str, ClauseText]:
    """Clause → its newest imported text."""
    rows = ClauseText.objects.filter(document=document)
    newest = rows.values("clause").annotate(last=Max("pk")).values("last")
    return {row.clause: row for row in rows.filter(pk__in=newest)}


def as_parameter(proposal: Proposal) -> Parameter:
    """An approved value as the kernel takes it."""
    fields = {
        "since": proposal.since,
        "until": proposal.until,
        "value": tomllib.loads(f"value = {proposal.value}", parse_float=Decimal)["value"],
        "unit": proposal.unit,
        "status": proposal.status,
        "source": proposal.source,
        "place": key_of(proposal.place),
        "prevails": proposal.prevails,
    }
    return parameter(proposal.name, fields)


def _above(user: User | AnonymousUser) -> set[int]:
    """The places that hold those the user answers for: their ids stand in the paths."""
    if not user.is_authenticated:
        return set()
    paths = Membership.objects.filter(user=user).values_list("place__path", flat=True)
    return {int(part) for path in paths for part in path.strip("/").split("/")[:-1]}


def _listed() -> tuple[Adoption, ...]:
    file = settings.HOME / "adopts.toml"
    return read_adoptions(file.read_text("utf-8"), file.name) if file.exists() else demonstration_adoptions()


def _state(known: datetime | None) -> int:
    """The newest decision, or the newest at a moment: what is approved changes with it alone."""
    until = Decision.objects.filter(recorded_at__lte=known) if known else Decision.objects.all()
    return until.aggregate(last=Max("pk"))["last"] or 0


@lru_cache(maxsize=8)
def _approved(state: int) -> tuple[tuple[Parameter, ...], tuple[Adoption, ...]]:
    rows = (
        Proposal.objects.filter(decision__approved=True, decision__pk__lte=state).select_related("place").order_by("pk")
    )
    values = tuple(as_parameter(row) for row in rows if row.kind == Proposal.Kind.VALUE)
    adoptions = tuple(
        Adoption(key_of(row.place), row.name, row.since, row.until)
        for row in rows
        if row.kind == Proposal.Kind.ADOPTION
    )
    return values, adoptions

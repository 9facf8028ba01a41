"""Whether a place's other approvals of construction land are suspended: asked of the rulebook, with the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Min, QuerySet

from liangtian.finding import Finding, Outcome
from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook, gravest, rules_digest
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.registers.book import asked_legs
from liangtian_web.registers.kinds import LISTED
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import Ground, Known, in_force, known_of, project_facts
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at

GATE = "wenzhou-2019（五）.9"
TRIGGERS = ("key_project_unbalanced", "standard_farmland_upgrade_overdue")
NAMES = ("unbalanced_key_projects", "overdue_upgrades")
REGISTERED = ("key-project", "standard-upgrade")
LOOKED_BACK = 200  # days on which something changed
# Which act ends a breach: what is approved, promised or accepted for it.
CURES: Mapping[str, tuple[str, ...]] = {
    "key_project_unbalanced": ("approval", "commitment"),
    "standard_farmland_upgrade_overdue": ("acceptance",),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One row that suspends, the act that ends it and who has to act.

    Attributes
    ----------
    who : `unit` where the project is a separate site of its construction unit, else `county` or `zone`
    """

    fact: str
    ground: Ground
    cures: tuple[str, ...]
    who: str

    @property
    def since(self) -> date:
        """The day from which it suspends."""
        assert self.ground.since is not None  # a breach has begun
        return self.ground.since


@dataclass(frozen=True, slots=True)
class Standing:
    """How a place stands to the suspension on a day.

    Attributes
    ----------
    outcome : fail: suspended; unknown: a register says nothing; not_applicable: no such clause binds the place
    findings : what the rulebook answers an approval that cures nothing
    curing : what it answers one that cures
    """

    place: Place
    on: date
    outcome: Outcome
    findings: tuple[Finding, ...]
    curing: Outcome
    known: Mapping[str, Known]
    breaches: tuple[Breach, ...]
    digest: str

    @property
    def is_suspended(self) -> bool:
        """Whether other approvals stop."""
        return self.outcome == Outcome.FAIL

    @property
    def since(self) -> date | None:
        """The first day of the suspension."""
        return min((each.since for each in self.breaches), default=None) if self.is_suspended else None


def standing(place: Place, on: date) -> Standing:
    """Ask the documents that bind a place on a day whether its other approvals go on."""
    documents = tuple(documents_on(place, on))
    key, *within = keys_of(place)
    known = known_of(place, on)
    rules = _rulebook(documents, tuple(values_at(place)))

    def answer(*, cures: bool) -> tuple[Finding, ...]:
        facts = {name: known[name].value for name in (*TRIGGERS, *NAMES) if name in known}
        case = Case(on, key, "approval", {**facts, "kind": "batch", "cures_breach": cures}, tuple(within))
        return rules.decide(case).findings

    findings = answer(cures=False)
    breaches = tuple(_breaches(place, known, on))
    return Standing(
        place, on, gravest(findings), findings, gravest(answer(cures=True)),
        {name: known[name] for name in TRIGGERS if name in known}, breaches, _digest(documents),
    )  # fmt: skip


def _breaches(place: Place, known: Mapping[str, Known], on: date) -> list[Breach]:
    found = [(name, ground) for name in TRIGGERS if name in known for ground in known[name].breaches]
    return [Breach(name, ground, CURES[name], _who(place, name, ground.row, on)) for name, ground in found]


def _who(place: Place, fact: str, row: Row, on: date) -> str:
    if fact == "key_project_unbalanced" and project_facts(place, row.key, on).get("kind") == "single-site":
        return "unit"
    return "zone" if place.kind == Place.Kind.ZONE else "county"


def standings_for(user: User, on: date) -> list[Standing]:
    """Counties and zones of the user, those suspended first."""
    found = [standing(place, on) for place in suspendable(user)]
    order = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}
    return sorted(found, key=lambda each: (order[each.outcome], each.place.path))


def suspended_for(user: User, on: date) -> list[Standing]:
    """Those of them that are suspended; only places a row could suspend are asked about."""
    rows = in_force(suspendable(user), on, *REGISTERED)
    places = dict.fromkeys(row.place for row in rows if row.is_listed)
    return [each for each in (standing(place, on) for place in places) if each.is_suspended]


def suspendable(user: User) -> QuerySet[Place]:
    """The user's places that approvals are filed for."""
    return places_for(user).filter(kind__in=(Place.Kind.COUNTY, Place.Kind.ZONE)).order_by("path")


def lifted(place: Place, on: date) -> tuple[date, Standing] | None:
    """The day from which a place that is not suspended went on, and how it stood the day before; None: it never was.

    A suspension ends only on a day on which a row begins to hold, or the book moves in what is asked of it: a place's other
    bookings, which are nearly all, end none. None begins before something is entered in a register.
    """
    rows = Row.objects.filter(place=place, register__in=REGISTERED, decision__confirmed=True, since__lte=on)
    first = rows.filter(state=LISTED).aggregate(first=Min("since"))["first"]
    if first is None:
        return None
    rows = rows.filter(since__gt=first)
    moved = asked_legs(place).filter(on__gt=first, on__lte=on)
    days = {*rows.values_list("since", flat=True), *moved.values_list("on", flat=True).distinct()}
    for day in sorted(days, reverse=True)[:LOOKED_BACK]:
        before = standing(place, day - timedelta(days=1))
        if before.is_suspended:
            return day, before
    return None


@lru_cache(maxsize=16)
def _rulebook(documents: tuple[str, ...], values: tuple[Parameter, ...]) -> Rulebook:
    chosen = {name: DOCUMENTS[name] for name in documents}
    return Rulebook(chosen, Parameters(chosen).with_values(values) if values else None, (GATE,))


@lru_cache(maxsize=16)
def _digest(documents: tuple[str, ...]) -> str:
    return rules_digest({name: DOCUMENTS[name] for name in documents})

"""Which rows a user may see, enter and confirm; which hold on a day; and the facts they give the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_

from django.contrib.auth.models import AnonymousUser
from django.db.models import Min, Q, QuerySet

from liangtian.policy.amounts import BALANCE
from liangtian_web.jobs.models import Job
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.queries import KEEPERS
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.registers.book import Accepted, Balanced, accepted, balanced
from liangtian_web.registers.kinds import LISTED, NIL, REGISTERS, Register
from liangtian_web.registers.models import Row

LEVELS = (Place.Kind.CITY, Place.Kind.COUNTY, Place.Kind.ZONE)  # whom tasks are set
CITY_AND_ABOVE = ("state", "province", "city")  # the levels of a project that （五）.9 speaks of
STANDARD = ("standard_first_m2", "standard_second_m2")


def rows_for(user: User | AnonymousUser) -> QuerySet[Row]:
    """Rows of the user's places."""
    return Row.objects.filter(place__in=places_for(user)).select_related("place", "user", "decision__user")


def entering_places(user: User) -> QuerySet[Place]:
    """Where the user may enter rows: officers, keepers and administrators."""
    return places_for(user, "officer", *KEEPERS).filter(kind__in=LEVELS)


def places_of(user: User, register: Register) -> QuerySet[Place]:
    """Where the user may enter rows of a register; what has a ground of its own is a county's."""
    found = entering_places(user)
    return found.filter(kind=Place.Kind.COUNTY) if register.ground else found


def measuring(place: Place) -> Job | None:
    """The work under way that measures a place's projects."""
    return Job.objects.filter(kind="registers.measure", place=place, state__in=Job.OPEN).first()


def counties_of(user: User | AnonymousUser) -> QuerySet[Place]:
    """The user's counties."""
    return places_for(user).filter(kind=Place.Kind.COUNTY)


def waiting_for(user: User) -> QuerySet[Row]:
    """What waits for the user to confirm: another's, of a place below one the user keeps; no place grants itself."""
    mine = places_for(user, *KEEPERS)
    from_above = Q(place__parent__in=mine) | Q(place__parent=None, place__in=mine)
    return rows_for(user).filter(from_above, decision=None).exclude(user=user).order_by("pk")


def in_force(places: Iterable[Place] | QuerySet[Place], on: date, *registers: str) -> list[Row]:
    """The confirmed rows that hold on a day: of each place and key the one of the latest day, then the latest entered."""
    found = Row.objects.filter(place__in=places, since__lte=on, decision__confirmed=True)
    if registers:
        found = found.filter(register__in=registers)
    newest = found.order_by("place_id", "register", "key", "-since", "-pk").distinct("place_id", "register", "key")
    rows = newest.select_related("place", "user", "decision__user")
    return sorted((row for row in rows if not row.is_ended), key=lambda row: (row.place.path, row.register, row.key))


def history(row: Row) -> QuerySet[Row]:
    """Every row of the same place and key, the latest first: what superseded what."""
    same = Row.objects.filter(register=row.register, place=row.place, key=row.key)
    return same.select_related("place", "user", "decision__user").order_by("-since", "-pk")


@dataclass(frozen=True, slots=True)
class Silent:
    """A register that says nothing of a place, so that what it is asked cannot be told; `waits`: what was entered waits."""

    place: Place
    register: Register
    waits: bool


def silent(user: User, on: date) -> list[Silent]:
    """Registers in which a county or zone of the user's has neither a row in force nor a nil report, place by place."""
    places = list(entering_places(user).exclude(kind=Place.Kind.CITY).order_by("path"))
    asked = [each for each in REGISTERS.values() if each.stops]
    names = [each.id for each in asked]
    said = {(row.place_id, row.register) for row in in_force(places, on, *names)}
    waiting = Row.objects.filter(place__in=places, register__in=names, since__lte=on, decision=None)
    waits = set(waiting.values_list("place_id", "register"))
    return [
        Silent(place, register, (place.pk, register.id) in waits)
        for place in places for register in asked if (place.pk, register.id) not in said
    ]  # fmt: skip


def due_between(user: User, since: date, until: date) -> list[Row]:
    """Rows in force whose day comes within a span and that the book does not show done, the earliest first."""
    rows = in_force(places_for(user), since, "key-project", "standard-upgrade")
    due = [row for row in rows if f"{since}" <= row.content.get("due_on", "") <= f"{until}"]
    return sorted((row for row in due if not is_done(row, since)), key=lambda row: row.content["due_on"])


FactValue = bool | Decimal | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """One row that a fact rests on and what the book shows of it.

    Attributes
    ----------
    since : the day from which the row is in breach; None: it is not
    owed, done : index → amount
    """

    row: Row
    since: date | None = None
    owed: Mapping[str, int | Decimal] = field(default_factory=dict)
    done: Mapping[str, int | Decimal] = field(default_factory=dict)
    lots: tuple[Accepted, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether what is asked for is there, due or not."""
        return all(self.done[name] >= amount for name, amount in self.owed.items())


@dataclass(frozen=True, slots=True)
class Known:
    """The value of a fact and the rows it rests on."""

    value: FactValue
    grounds: tuple[Ground, ...]

    @property
    def breaches(self) -> tuple[Ground, ...]:
        """The rows that make a yes of it."""
        return tuple(each for each in self.grounds if each.since is not None)


def register_facts(place: Place, on: date) -> dict[str, FactValue]:
    """The facts the registers give of a place on a day, by the names of the facts dictionary.

    A fact no row speaks of is left out: not known, and never a no.
    """
    return {name: known.value for name, known in known_of(place, on).items()}


def known_of(place: Place, on: date) -> dict[str, Known]:
    """The same with the rows, lots and entries each fact rests on."""
    rows: dict[str, list[Row]] = {}
    for row in in_force([place], on):
        rows.setdefault(row.register, []).append(row)
    found: dict[str, Known] = {}
    found |= _of_year(place, rows, on)
    found |= _of_key_projects(rows.get("key-project", ()), on)
    found |= _of_upgrades(place, rows.get("standard-upgrade", ()), on)
    return found


def project_facts(place: Place, number: str, on: date) -> dict[str, str | bool]:
    """What the registers say of one project: its kinds, its level, whether it is on the task list.

    A project struck off the list is not on it; of one never entered nothing is known.
    """
    found: dict[str, str | bool] = {}
    for row in in_force([place], on, "project-kind", "key-project"):
        if row.key == number:
            names = {"level": "project_level"} | {
                name: name for name in ("kind", "infrastructure_type", "submitted_to", "pool_purpose")
            }
            found |= {fact: row.content[name] for name, fact in names.items() if name in row.content}
    listed = Row.objects.filter(register="task-list", place=place, key=number, decision__confirmed=True, since__lte=on)
    if newest := listed.order_by("-since", "-pk").first():
        found["on_task_list"] = newest.is_listed
    return found


def ground_of(row: Row, on: date) -> Ground | None:
    """What the book shows of a row in force that asks for something: a task done, a project balanced."""
    known = known_of(row.place, on).get(_TASKS.get(row.register, ""))
    return next((each for each in known.grounds if each.row == row and row.is_listed), None) if known else None


_TASKS = {
    "key-project": "local_balance_unmet",
    "standard-upgrade": "standard_farmland_upgrade_overdue",
    "annual-task": "annual_task_done_m2",
}


def is_done(row: Row, on: date) -> bool:
    """Whether a row asks for nothing that the book does not show."""
    ground = ground_of(row, on)
    return ground is None or ground.is_done


def _of_year(place: Place, rows: Mapping[str, list[Row]], on: date) -> dict[str, Known]:
    """The task of the year and what was accepted for it, and whether the place is advanced."""
    found: dict[str, Known] = {}
    year = f"{on.year}"
    for row in rows.get("annual-task", ()):
        if row.key == year:
            task = row.area_m2("area")
            lots = tuple(accepted(place, ("quantity_m2",), since=date(on.year, 1, 1), until=on))
            done = Decimal(sum(each.amount for each in lots))
            ground = Ground(row, owed={"quantity_m2": task}, done={"quantity_m2": done}, lots=lots)
            found |= {"annual_task_m2": Known(task, (ground,)), "annual_task_done_m2": Known(done, (ground,))}
    for row in rows.get("advanced-place", ()):
        if row.key == year:
            found["advanced_in_reclamation"] = Known(row.content["advanced"] == "yes", (Ground(row),))
    return found


def _of_key_projects(rows: Iterable[Row], on: date) -> dict[str, Known]:
    """Whether a key project is left unbalanced: of any level for the place itself, of city level and above for （五）.9."""
    grounds = tuple(key_project(row, on) if row.is_listed else Ground(row) for row in rows)
    high = tuple(each for each in grounds if each.row.state == NIL or each.row.content["level"] in CITY_AND_ABOVE)
    found = _breach("key_project_unbalanced", "unbalanced_key_projects", high)
    return found | ({"local_balance_unmet": Known(_any(grounds), grounds)} if grounds else {})


def _breach(name: str, names: str, grounds: tuple[Ground, ...]) -> dict[str, Known]:
    """Whether any row is in breach, and which by name; nothing where there is no row."""
    titles = tuple(sorted(each.row.title for each in grounds if each.since))
    return {name: Known(_any(grounds), grounds), names: Known(titles, grounds)} if grounds else {}


def _any(grounds: Iterable[Ground]) -> bool:
    return any(each.since for each in grounds)


def key_project(row: Row, on: date) -> Ground:
    """What a key project owes, what the book shows written off or promised for it, and since when it is in breach."""
    owed = {"quantity_m2": row.units_of("quantity"), "capacity_kg": int(row.content["capacity_kg"]),
            "paddy_m2": row.units_of("paddy")}  # fmt: skip
    shown = balanced(row.place, row.key, on)
    due_on = row.day("due_on")
    begins = due_on + timedelta(days=1) if due_on else _first_day(row)
    since = _unmet_since(owed, shown, begins) if begins <= on else None
    return Ground(row, since, owed, shown.amounts, entries=tuple(shown.entries))


def _unmet_since(owed: Mapping[str, int], shown: Balanced, begins: date) -> date | None:
    """The day on which what is balanced last fell short of what is owed; None: it does not."""
    before = [day for day in shown.days if day <= begins]
    standing = shown.days[max(before)] if before else dict.fromkeys(BALANCE, 0)
    since = None if _covers(standing, owed) else begins
    for day, amounts in shown.days.items():
        if day > begins:
            since = None if _covers(amounts, owed) else since or day
    return since


def _covers(amounts: Mapping[str, int], owed: Mapping[str, int]) -> bool:
    return reduce(and_, (amounts[index] >= owed[index] for index in BALANCE))


def _first_day(row: Row) -> date:
    """The day from which the key was first entered, whatever later rows changed of it."""
    first = history(row).filter(decision__confirmed=True, state=LISTED).aggregate(first=Min("since"))["first"]
    return first or row.since


def _of_upgrades(place: Place, rows: Iterable[Row], on: date) -> dict[str, Known]:
    return _breach("standard_farmland_upgrade_overdue", "overdue_upgrades", upgrades(place, rows, on))


def upgrades(place: Place, rows: Iterable[Row], on: date) -> tuple[Ground, ...]:
    """What standard farmland each task asks for and what was accepted for it.

    A lot serves one task once: the one due first takes the oldest lots accepted since it was set.
    """
    tasks = sorted((row for row in rows if row.is_listed), key=lambda row: (row.content["due_on"], row.key))
    begins = {row.pk: _first_day(row) for row in tasks}
    lots = (
        accepted(place, STANDARD, since=min(begins.values()), until=on, credits=("standard-farmland",)) if tasks else []
    )
    left = {each.lot.pk: each.amount for each in lots}
    grounds = [Ground(row) for row in rows if not row.is_listed]
    for row in tasks:
        wanted, taken = row.units_of("area"), list[Accepted]()
        for each in lots:
            part = min(left[each.lot.pk], wanted - sum(one.amount for one in taken))
            if part > 0 and each.lot.on >= begins[row.pk]:
                taken.append(Accepted(each.lot, part))
                left[each.lot.pk] -= part
        done = sum(each.amount for each in taken)
        due_on = date.fromisoformat(row.content["due_on"])
        since = due_on + timedelta(days=1) if on > due_on and done < wanted else None
        grounds.append(Ground(row, since, {"standard_m2": wanted}, {"standard_m2": done}, tuple(taken)))
    return tuple(grounds)

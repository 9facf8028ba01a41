"""Block projects of the register, measured on the surveys of their place, and what 一（五）.6–.8 answer to them.

What a survey shows of a boundary is kept under everything it follows from: the boundary, the versions with their digests,
the technical values, the program. Asking again is a look-up; a new version of the land is another key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from liangtian.check.block_projects import (
    BlockProject,
    Measured,
    Survey,
    answers,
    class_on,
    facts_of,
    measured_on,
    no_survey,
    survey_of,
)
from liangtian.check.gather import Technical
from liangtian.check.run import KERNEL, technical_on
from liangtian.finding import Finding
from liangtian.onemap.catalogue import Catalogue
from liangtian.policy.evaluate import rules_digest
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.people.models import Place
from liangtian_web.registers.grounds import as_boundary
from liangtian_web.registers.models import Measurement, Row
from liangtian_web.registers.queries import in_force
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at

REGISTER = "block-project"
FORM = 1  # raise when the same ground is measured in another way; what is kept is made again
WAITS = Measured(None, None, None, (), {"cause": "waits"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A project of the register and what a survey shows of it.

    Attributes
    ----------
    measured : None: not measured yet
    key : what it is, or will be, kept under; None: no survey counts for it
    size : name of its class
    """

    row: Row  # with its ground
    project: BlockProject
    measured: Measured | None
    key: str | None
    size: str | None

    @property
    def box(self) -> tuple[float, ...]:
        """West, south, east and north of the boundary."""
        found: tuple[float, ...] = self.row.ground.box
        return found

    def differs(self, stated: str, shows: Decimal | None) -> Decimal | None:
        """How much more a document states than the survey shows, m²; None: the same, or one of them says nothing."""
        if stated not in self.row.content or shows is None:
            return None
        return self.row.area_m2(stated) - shows or None


@dataclass(frozen=True)
class Assessed:
    """The projects of a place on a day, and the answers of the targets.

    Attributes
    ----------
    is_told : somebody entered a project, or that there is none
    """

    place: Place
    on: date
    projects: tuple[Shown, ...]
    is_told: bool

    @property
    def waiting(self) -> int:
        """How many have not been measured yet."""
        return sum(each.measured is None for each in self.projects)

    @cached_property
    def facts(self) -> dict[str, object]:
        """As an assessment takes them; nothing of a register that says nothing."""
        if not self.is_told:
            return {}
        return facts_of((each.project, each.measured or WAITS) for each in self.projects)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What 一（五）.6–.8 answer; nothing where they do not bind the place."""
        documents = documents_on(self.place, self.on)
        return answers(self.facts, keys_of(self.place), self.on, documents, values_at(self.place))

    @cached_property
    def digest(self) -> str:
        """Of the rules that answered."""
        return rules_digest(documents_on(self.place, self.on))


def assessed(place: Place, on: date) -> Assessed:
    """The projects in force of a place, each with what is kept of its measurement."""
    rows = in_force([place], on, REGISTER)
    about = ("ground", "place", "user", "decision__user")
    kept = {row.pk: row for row in Row.objects.filter(pk__in=[row.pk for row in rows]).select_related(*about)}
    listed = [kept[row.pk] for row in rows if row.is_listed]
    catalogue, code = catalogue_of(place), _code(place)
    technical = technical_on(on, code, values_at(place)) if listed else None
    projects = [(row, _project(row)) for row in listed]
    surveys = [survey_of(catalogue, code, each.built_on, on) for _, each in projects]
    keys = [
        _key(row, code, survey, technical) if survey is not None and technical is not None else None
        for (row, _), survey in zip(projects, surveys, strict=True)
    ]
    known = dict(Measurement.objects.filter(key__in=[key for key in keys if key]).values_list("key", "result"))
    shown = []
    for (row, project), key in zip(projects, keys, strict=True):
        if key is None:
            measured: Measured | None = Measured(None, None, None, (), no_survey(catalogue, code, project.built_on, on))
        else:
            measured = _read(known[key]) if key in known else None
        size = class_on(measured.block_m2, on) if measured else None
        shown.append(Shown(row, project, measured, key, size))
    return Assessed(place, on, tuple(shown), bool(rows))


def keep_measured(shown: Shown, place: Place, on: date) -> None:
    """Measure one project and keep what its survey shows, unless somebody did meanwhile.

    The survey is looked up again: it may be another since `shown` was made, and a figure is kept under its own land.

    Raises
    ------
    LiangtianError : the survey cannot be read
    """
    code, catalogue = _code(place), catalogue_of(place)
    technical = technical_on(on, code, values_at(place))
    survey = survey_of(catalogue, code, shown.project.built_on, on)
    if survey is None:
        return  # withdrawn meanwhile
    found = measured_on(survey, shown.project, catalogue, code, technical)
    about = {"row": shown.row, "result": _plain(found), "kernel": KERNEL}
    Measurement.objects.get_or_create(key=_key(shown.row, code, survey, technical), defaults=about)


def catalogue_of(place: Place) -> Catalogue:
    """The versions everybody of the place may see: its own, those of places in it, and what places above share."""
    above = [int(step) for step in place.path.strip("/").split("/")[:-1]]
    shared = Q(place__in=above, visibility=LayerVersion.Visibility.BELOW)
    seen = LayerVersion.objects.filter(Q(place__path__startswith=place.path) | shared)
    return Catalogue(Path(settings.HOME), frozenset(seen.values_list("digest", flat=True)))


def _code(place: Place) -> str:
    """The code of a place, or of the nearest place around it that has one."""
    return next((key for key in keys_of(place) if key.isdecimal()), "")


def _project(row: Row) -> BlockProject:
    return BlockProject(row.title, as_boundary(row.ground), row.day("works_on"), row.day("built_on"))


def _key(row: Row, code: str, survey: Survey, technical: Technical) -> str:
    """Everything a measurement follows from, the program with it."""
    versions = sorted({each.digest for layer in survey.versions.values() for each in layer})
    values = [[step.name, step.value] for step in technical.steps]
    named = [FORM, KERNEL, row.ground.digest, code, survey.on.isoformat(), list(survey.names), versions, values]
    return hashlib.sha256(json.dumps(named, ensure_ascii=False, default=str).encode()).hexdigest()


def _plain(found: Measured) -> dict[str, Any]:
    """As JSON keeps it: areas and days are text."""
    return json.loads(json.dumps(asdict(found), default=str))  # type: ignore[no-any-return]  # of what a dataclass is made of


def _read(kept: dict[str, Any]) -> Measured:
    block, farmland = (None if kept[name] is None else Decimal(kept[name]) for name in ("block_m2", "farmland_m2"))
    surveyed_on = date.fromisoformat(kept["surveyed_on"]) if kept["surveyed_on"] else None
    return Measured(block, farmland, surveyed_on, tuple(kept["surveys"]), _cause(kept["cause"]))


def _cause(kept: dict[str, Any] | None) -> dict[str, object] | None:
    """A cause with its day and area as the kernel words them."""
    if kept is None:
        return None
    found: dict[str, object] = dict(kept)
    if kept.get("since"):
        found["since"] = date.fromisoformat(kept["since"])
    if kept.get("area_m2"):
        found["area_m2"] = Decimal(kept["area_m2"])
    return found


def all_assessed(places: Iterable[Place], on: date) -> list[Assessed]:
    """Counties, each with its projects."""
    return [assessed(place, on) for place in places]

"""Block projects (永农集中连片整治项目) of a place, measured: what haining-2021一（五）.6–.8 count, from boundaries and surveys.

A project that is built is measured on the first survey of its place that begins on or after the day it was built: earlier
ones show the land as it was. One under way is measured on the newest survey, to see how it stands. A block is what
`liangtian blocks` finds within the boundary, farmland what a check finds inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

import numpy as np

from liangtian.check.gather import Boundary, Technical, gather
from liangtian.finding import Finding
from liangtian.ledger.exclusivity import Exclusivity
from liangtian.ledger.lots import Ground
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.places import lies_in, stem
from liangtian.policy.clause import Case
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian.rules.haining_2021.c1_5_targets.blocks import block_class
from liangtian.space.crs import reproject
from liangtian.units import m2_from_dm2

RULES = tuple(f"haining-2021一（五）.{number}" for number in (6, 7, 8))
FACT = "block_projects"
FIGURES = ("block_m2", "farmland_m2")
SIZES = "haining-2021一（五）.block_class_min_mu"
_MEASURED_AS = {"block_m2": "contiguous_farmland_max_m2", "farmland_m2": "farmland_quantity_m2"}
_GROUND = ("DLTB", "XZQ", "CJDCQ")  # the land, and what tells where places end


@dataclass(frozen=True, slots=True, eq=False)
class BlockProject:
    """One project with the ground of its whole area.

    Attributes
    ----------
    name : unique among the projects of a place
    works_on, built_on : first day of the works, day they were accepted as built; None: not yet
    """

    name: str
    boundary: Boundary
    works_on: date | None
    built_on: date | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a survey shows of a project.

    Attributes
    ----------
    block_m2 : net area of the largest contiguous block within the boundary; None: not known
    farmland_m2 : farmland of the whole area, net of ridges; None: not known
    surveyed_on : the first business date of the survey
    surveys : the land-use versions behind it, `DLTB@339901@2024-12-31 <digest>`
    cause : why a figure is not known, a row of the fact `unmeasured` without its fact; None: both are
    """

    block_m2: Decimal | None
    farmland_m2: Decimal | None
    surveyed_on: date | None
    surveys: tuple[str, ...]
    cause: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """The published versions a project is measured on, and the business date from which the nearest of them holds."""

    on: date
    versions: Mapping[str, Sequence[LayerVersion]]

    @property
    def names(self) -> tuple[str, ...]:
        """The land-use versions with their digests."""
        return tuple(f"{each.name} {each.digest}" for each in self.versions["DLTB"])


def survey_of(catalogue: Catalogue, place: str, built_on: date | None, on: date) -> Survey | None:
    """Pick the survey for a project: the first since it was built, the newest on the day where it is not built yet.

    Only the versions of the place that speaks for the ground count (decision 0011): its own, else those of the nearest
    place around it.

    Returns
    -------
    Survey : None where none was published by the day
    """
    asked = catalogue.all_valid_on(on)
    around = [version for version in asked.get("DLTB", ()) if lies_in(place, version.place)]
    if not around:
        return None
    nearest = max(around, key=lambda version: len(stem(version.place))).place
    days = sorted({v.on for v in catalogue.entries() if v.layer == "DLTB" and v.place == nearest})
    days = [day for day in days if day <= on.isoformat()]
    chosen = days[-1:] if built_on is None or built_on > on else [day for day in days if day >= built_on.isoformat()]
    if not chosen:
        return None
    day = date.fromisoformat(chosen[0])
    in_force = catalogue.all_valid_on(day)
    return Survey(day, {layer: in_force.get(layer, ()) for layer in _GROUND})


def measure(project: BlockProject, catalogue: Catalogue, place: str, on: date, technical: Technical) -> Measured:
    """Measure one project on the survey that counts for it.

    Parameters
    ----------
    place : code of the county
    on : the day asked about
    technical : values of that day (`check.run.technical_on`)
    """
    survey = survey_of(catalogue, place, project.built_on, on)
    if survey is None:
        return Measured(None, None, None, (), no_survey(catalogue, place, project.built_on, on))
    return measured_on(survey, project, catalogue, place, technical)


def measured_on(
    survey: Survey, project: BlockProject, catalogue: Catalogue, place: str, technical: Technical
) -> Measured:
    """Measure one project on a survey, see `measure`."""
    gathered = gather(
        project.boundary, catalogue, survey.versions,
        kind="consolidation", on=survey.on, technical=technical, place=place,
    )  # fmt: skip
    known = {name: gathered.facts[fact] for name, fact in _MEASURED_AS.items()}
    causes = {row["fact"]: row for row in gathered.facts["unmeasured"]}
    lacking = [_MEASURED_AS[name] for name in FIGURES if known[name] is None]
    cause: dict[str, object] = {"cause": "untold"}
    for name in reversed(lacking):
        cause = {key: value for key, value in causes.get(name, cause).items() if key != "fact"}
    used = tuple(each for each in survey.names if _touches(catalogue, each, project.boundary))
    return Measured(
        known["block_m2"], known["farmland_m2"], survey.on, used or survey.names, cause if lacking else None
    )


def no_survey(catalogue: Catalogue, place: str, built_on: date | None, on: date) -> dict[str, object]:
    """Why no survey counts for a project: none was published here, or none since it was built."""
    names = [v for v in catalogue.entries() if v.layer == "DLTB" and lies_in(place, v.place) and v.on <= on.isoformat()]
    if names and built_on is not None:
        return {"cause": "survey-before-built", "places": place, "since": built_on}
    return {"cause": "layer-never", "layer": "DLTB"}


def _touches(catalogue: Catalogue, name: str, boundary: Boundary) -> bool:
    """Whether a version has parcels around a boundary."""
    index = catalogue.index_of(name.split()[-1])
    shape = reproject(np.array([boundary.shape], dtype=object), boundary.crs, index.crs)[0]
    return len(index.search(shape.bounds)) > 0


def facts_of(projects: Iterable[tuple[BlockProject, Measured]]) -> dict[str, object]:
    """The facts of an assessment: a row a project, the survey named, and one cause for what could not be measured."""
    rows, without = [], []
    for project, found in projects:
        days = {"works_on": project.works_on, "built_on": project.built_on}
        figures = {"block_m2": found.block_m2, "farmland_m2": found.farmland_m2}
        rows.append({"project": project.name, **days, **figures, "survey": "; ".join(found.surveys) or None})
        if found.cause is not None:
            without.append((project, found.cause))
    # the cause that keeps a target from being told comes first: that of a project counted as built
    without.sort(key=lambda each: each[0].built_on is None)
    unmeasured = ({"fact": FACT, **without[0][1]},) if without else ()
    return {FACT: tuple(rows), "unmeasured": unmeasured}


def answers(
    facts: Mapping[str, object], place: Sequence[str], on: date,
    documents: Mapping[str, Document], values: Iterable[Parameter] = (),
) -> tuple[Finding, ...]:  # fmt: skip
    """What 一（五）.6–.8 answer a county; nothing where the document does not bind it.

    Parameters
    ----------
    facts : with `block_projects`, as `facts_of` makes them
    place : its code, then the places it lies in, nearest first
    documents : those that bind it on the day
    values : of places, beside those the documents declare
    """
    given = tuple(values)
    rules = Rulebook(documents, Parameters(documents).with_values(given) if given else None, RULES)
    case = Case(on, place[0], "assessment", {"assessed_level": "county", **facts}, tuple(place[1:]))
    return rules.decide(case).findings


def class_on(block_m2: Decimal | None, on: date) -> str | None:
    """Name the class of a block by the sizes in force on a day; None: below all of them, or not known."""
    in_force = [value for value in Parameters(DOCUMENTS).history(SIZES) if value.since <= on]
    return block_class(block_m2, in_force[-1].table) if in_force and block_m2 is not None else None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that a document states otherwise than the survey shows; None: the one or the other says nothing."""

    project: str
    figure: str
    stated: object
    measured: object


def differences(stated: Iterable[Mapping[str, Any]], measured: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Compare rows of `block_projects` by project: days and figures that differ, and projects only one side has."""
    one, other = ({str(row["project"]): row for row in rows} for rows in (stated, measured))
    found = []
    for name in sorted(one.keys() | other.keys()):
        if name not in one or name not in other:
            found.append(Difference(name, "project", name if name in one else None, name if name in other else None))
            continue
        for figure in ("works_on", "built_on", *FIGURES):
            says, shows = one[name].get(figure), other[name].get(figure)
            if says != shows:
                found.append(Difference(name, figure, says, shows))
    return found


def overlaps(
    projects: Sequence[BlockProject], rule: Exclusivity
) -> Iterator[tuple[BlockProject, BlockProject, Decimal]]:
    """Pairs of projects that claim the same ground beyond the tolerance, with how much, m²."""
    grounds = [ground_of(each.boundary) for each in projects]
    boxes = [each.degrees for each in grounds]
    for n, m in combinations(range(len(projects)), 2):
        apart = any(boxes[n][side] > boxes[m][side + 2] or boxes[m][side] > boxes[n][side + 2] for side in (0, 1))
        if not apart and (shared := rule.overlap_dm2(grounds[n], grounds[m])):
            yield projects[n], projects[m], m2_from_dm2(shared)


def ground_of(boundary: Boundary) -> Ground:
    """A boundary as the book keeps one.

    Raises
    ------
    BookRefused : it lies where no plane of CGCS2000 does, or is wider than one project can be
    """
    return Ground.of(boundary.shape, f"EPSG:{boundary.crs.to_epsg()}")

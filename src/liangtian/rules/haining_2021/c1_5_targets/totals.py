"""一（五）.1–.5 The 1211 programme: projects, area, linkage quota, compensation farmland, provincial showcases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liangtian import units
from liangtian.policy.clause import Obligation
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, unknown
from liangtian.rules.haining_2021.c1_5_targets.period import COUNTY, Row, Target, counted

PROJECTS = Target("projects", "实施项目数", "projects under way", is_area=False)
AREA = Target("area_m2", "项目区域面积", "area of the projects")
LINKAGE = Target("linkage_m2", "新增增减挂钩指标", "linkage quota gained")
COMPENSATION = Target("compensation_m2", "新增补充耕地指标", "compensation farmland gained")
SHOWCASES = Target("showcases", "省级精品项目数", "provincial showcase projects", is_area=False)


@dataclass(frozen=True, slots=True)
class Projects:
    consolidation_projects: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Gains:
    index_gains: tuple[Row, ...]


def check_projects(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Count the projects whose works began in the period."""
    begun = counted(facts.consolidation_projects, "works_on", params)
    yield PROJECTS.reached(len(begun), params.projects_min, params)


def check_area(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Add up their areas."""
    begun = counted(facts.consolidation_projects, "works_on", params)
    if any(row["area_m2"] is None for row in begun):
        yield unknown("consolidation_projects")
    else:
        yield AREA.reached(sum(row["area_m2"] for row in begun), params.area_min_mu * units.MU_M2, params)


def check_linkage(facts: Gains, params: Params) -> Iterator[Ruling]:
    """Add up the linkage quota credited in the period."""
    yield _gained(LINKAGE, facts, params.linkage_min_mu, params)


def check_compensation(facts: Gains, params: Params) -> Iterator[Ruling]:
    """Add up the compensation farmland credited in the period."""
    yield _gained(COMPENSATION, facts, params.compensation_min_mu, params)


def check_showcases(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Count the projects named provincial showcases in the period."""
    named = counted(facts.consolidation_projects, "showcase_on", params)
    yield SHOWCASES.reached(len(named), params.showcases_min, params)


def _gained(target: Target, facts: Gains, required_mu: Fraction, params: Params) -> Ruling:
    credited = counted(facts.index_gains, "credited_on", params)
    if any(row[target.name] is None for row in credited):
        return unknown("index_gains")
    return target.reached(sum(row[target.name] for row in credited), required_mu * units.MU_M2, params)


OBLIGATIONS = (
    Obligation("一（五）.1", "must", "county", ("assessment",), COUNTY, Projects, check_projects),
    Obligation("一（五）.2", "must", "county", ("assessment",), COUNTY, Projects, check_area),
    Obligation("一（五）.3", "must", "county", ("assessment",), COUNTY, Gains, check_linkage),
    Obligation("一（五）.4", "must", "county", ("assessment",), COUNTY, Gains, check_compensation),
    Obligation("一（五）.5", "must", "county", ("assessment",), COUNTY, Projects, check_showcases),
)

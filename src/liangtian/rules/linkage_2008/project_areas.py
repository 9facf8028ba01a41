"""（项目区）Old sites and new sites make one project area, after which farmland is not less and construction land not more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed, unknown

Project = Mapping[str, str | Decimal | date | None]


@dataclass(frozen=True, slots=True)
class Projects:
    linkage_projects: tuple[Project, ...]


def check_farmland(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Compare farmland after with farmland before, project by project."""
    for row in facts.linkage_projects:
        yield _after(row, "farmland", met="l08-farmland-kept", unmet="l08-farmland-less")
    if not facts.linkage_projects:
        yield passed("l08-no-project")


def check_construction(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Compare construction land after with construction land before, project by project."""
    for row in facts.linkage_projects:
        yield _after(row, "construction", met="l08-construction-kept", unmet="l08-construction-more")
    if not facts.linkage_projects:
        yield passed("l08-no-project")


def _after(row: Project, land: str, *, met: str, unmet: str) -> Ruling:
    before, after = row[f"{land}_before_m2"], row[f"{land}_after_m2"]
    if before is None or after is None:
        return unknown("linkage_projects")
    return compared(
        cast(Decimal, after),
        ">=" if land == "farmland" else "<=",
        cast(Decimal, before),
        name="linkage_projects",
        met=met,
        unmet=unmet,
        params={"project": str(row["project"])},
    )


OBLIGATIONS = (
    Obligation("（项目区）.1", "must", "county", ("assessment",), always, Projects, check_farmland),
    Obligation("（项目区）.2", "must", "county", ("assessment",), always, Projects, check_construction),
)

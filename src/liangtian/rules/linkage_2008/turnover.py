"""（周转指标）Turnover quota allotted ahead is given back within three years, in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import done_by, years_after
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

Project = Mapping[str, str | Decimal | date | None]


@dataclass(frozen=True, slots=True)
class Projects:
    linkage_projects: tuple[Project, ...]


def check_returned(facts: Projects, params: Params) -> Iterator[Ruling]:
    """Name each project whose quota is past its day and not all back, or came back late."""
    found: list[Ruling] = []
    for row in facts.linkage_projects:
        allotted_on, allotted_m2 = row["allotted_on"], row["allotted_m2"]
        if not isinstance(allotted_on, date) or not isinstance(allotted_m2, Decimal):
            found.append(unknown("linkage_projects"))
            continue
        due = years_after(allotted_on, int(params.linkage_return_years))
        back = row["returned_m2"] if done_by(row["returned_on"], min(params.on, due)) else None
        left_m2 = allotted_m2 - (back if isinstance(back, Decimal) else 0)
        if params.on > due and left_m2 > 0:
            words = {"project": str(row["project"]), "due": due.isoformat()}
            found.append(failed("l08-not-returned", {**words, "left": units.display_area(left_m2, "m2")}))
    yield from found or [passed("l08-returned", {"count": len(facts.linkage_projects)})]


OBLIGATIONS = (Obligation("（周转指标）.1", "must", "county", ("assessment",), always, Projects, check_returned),)

"""一（三）.4–.5 X: sub-projects of the departments that suit the area are joined to the project and planned with it.

The text lists candidates by department and goes on with "and others", so others may join too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown


@dataclass(frozen=True, slots=True)
class Joined:
    suitable_candidates: tuple[str, ...]
    sub_projects: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Together:
    sub_projects: tuple[Mapping[str, Any], ...]


def check_joined(facts: Joined, params: Params) -> Iterator[Ruling]:
    """Ask for every candidate that suits the area, and that each listed one is its own department's."""
    joined = {row["candidate"] for row in facts.sub_projects}
    if not facts.suitable_candidates:
        yield not_applicable("suitable_candidates", facts.suitable_candidates)
    for candidate in facts.suitable_candidates:
        words = {"candidate": candidate}
        yield passed("h13-joined", words) if candidate in joined else failed("h13-not-joined", words)
    departments = _departments(params)
    for row in facts.sub_projects:
        wanted = departments.get(row["candidate"])
        if wanted is not None and row["department"] != wanted:
            yield failed("h13-other-department", {"name": row["name"], "department": wanted})


def check_together(facts: Together, params: Params) -> Iterator[Ruling]:
    """Ask that every sub-project is designed and carried out with the rest."""
    if not facts.sub_projects:
        yield not_applicable("sub_projects", facts.sub_projects)
    for row in facts.sub_projects:
        planned = (row["design"], row["schedule"])
        if None in planned:
            yield unknown("sub_projects")
        else:
            yield (passed if all(planned) else failed)(
                "h13-together" if all(planned) else "h13-apart", {"name": row["name"]}
            )


def _departments(params: Params) -> dict[str, str]:
    """Candidate → the department the text gives it to, by the name the list of members uses."""
    lists = {
        "农业农村局": params.names("x_agriculture"),
        "住房和城乡建设局": params.names("x_housing"),
        "水利局": params.names("x_water"),
        "交通运输局": params.names("x_transport"),
    }
    return {candidate: department for department, candidates in lists.items() for candidate in candidates}


JOINED = Obligation(
    "一（三）.4",
    force="must",
    who="departments",
    events=("demonstration",),
    applies=only_for("kind", "consolidation"),
    facts=Joined,
    check=check_joined,
)
TOGETHER = Obligation(
    "一（三）.5",
    force="must",
    who="project-owner",
    events=("demonstration",),
    applies=only_for("kind", "consolidation"),
    facts=Together,
    check=check_together,
)

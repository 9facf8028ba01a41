"""二（四）Implementation by spatial units: the town leads, sub-projects unified in four ways, tendered together where they may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Obligation, only_for, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown
from liangtian.policy.shapes import on_record, on_record_ruling

# What is unified, in the words of the text → the column that records it.
COLUMNS = {
    "统一规划设计": "design",
    "统一建设标准": "standards",
    "统一实施计划": "schedule",
    "统一协调推进": "coordination",
}


@dataclass(frozen=True, slots=True)
class Units:
    town_is_project_body: bool
    sub_projects: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Unified:
    sub_projects: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Tenders:
    joint_tenders: tuple[Mapping[str, Any], ...]


def check_units(facts: Units, params: Params) -> Iterator[Ruling]:
    """Ask for the town as the body of the project and for a spatial unit of each sub-project."""
    yield on_record_ruling("town_is_project_body", facts.town_is_project_body)
    for row in facts.sub_projects:
        words = {"name": row["name"], "unit": row["space_unit"]}
        yield passed("h24-in-unit", words) if row["space_unit"] else failed("h24-no-unit", words)


def check_unified(facts: Unified, params: Params) -> Iterator[Ruling]:
    """Rule on each sub-project: what is unified of it and what is not."""
    aspects = params.names("unified")
    if not facts.sub_projects:
        yield not_applicable("sub_projects", facts.sub_projects)
    for row in facts.sub_projects:
        lacking = [aspect for aspect in aspects if row.get(COLUMNS.get(aspect, "")) is False]
        words = {"name": row["name"], "lacking": "、".join(lacking)}
        if lacking:
            yield failed("h24-not-unified", words)
        elif any(row.get(COLUMNS.get(aspect, "")) is None for aspect in aspects):
            yield unknown("sub_projects")
        else:
            yield passed("h24-unified", words)


def check_tenders(facts: Tenders, params: Params) -> Iterator[Ruling]:
    """Hold a joint tender to its two conditions: one authority, ready to be built together."""
    for row in facts.joint_tenders:
        authorities, words = set(row["authorities"] or ()), {"tender": row["tender"]}
        if not authorities or row["ready_together"] is None:
            yield unknown("joint_tenders")
        elif len(authorities) > 1:
            yield failed("h24-several-authorities", words | {"authorities": "、".join(sorted(authorities))})
        else:
            yield passed("h24-tendered", words) if row["ready_together"] else failed("h24-not-ready", words)


OBLIGATIONS = (
    Obligation("二（四）.1", "must", "town", ("works",), only_for("kind", "consolidation"), Units, check_units),
    Obligation("二（四）.2", "must", "town", ("works",), only_for("kind", "consolidation"), Unified, check_unified),
    Obligation("二（四）.3", "may", "project-owner", ("works",), only_if("joint_tenders"), Tenders, check_tenders),
    on_record(
        "二（四）.4",
        "works_supervisor_appointed",
        "supervision_in_patrol_system",
        force="must",
        who="project-owner",
        events=("inspection",),
        applies=only_for("inspected", "consolidation"),
    ),
)

"""二（五）Acceptance: built as designed; sub-projects first, each by its department, filed with the office; then the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from liangtian.policy.clause import Duty, Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown
from liangtian.policy.shapes import on_record

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    sub_project_acceptances: tuple[Row, ...]
    sub_projects: tuple[Row, ...] | None


@dataclass(frozen=True, slots=True)
class Filed:
    sub_project_acceptances: tuple[Row, ...]


def check_accepted(facts: Accepted, params: Params) -> Iterator[Ruling]:
    """Ask that every sub-project was approved, supervised and accepted by its department before the whole."""
    rows = facts.sub_project_acceptances
    if facts.sub_projects is None and not rows:
        yield unknown("sub_projects")
    elif not rows and not facts.sub_projects:
        yield not_applicable("sub_project_acceptances", rows)
    known = {row["sub_project"] for row in rows}
    for sub_project in facts.sub_projects or ():
        if sub_project["name"] not in known:
            yield failed("h25-not-registered", {"name": sub_project["name"]})
    yield from (_accepted(row, params.on) for row in rows)


def check_filed(facts: Filed, params: Params) -> Iterator[Ruling]:
    """Ask for the documents and the reply of each acceptance, filed by the day of the whole."""
    if not facts.sub_project_acceptances:
        yield not_applicable("sub_project_acceptances", facts.sub_project_acceptances)
    for row in facts.sub_project_acceptances:
        filed = all(row[name] and row[name] <= params.on for name in ("documents_filed_on", "reply_filed_on"))
        yield (passed if filed else failed)("h25-filed" if filed else "h25-not-filed", {"name": row["sub_project"]})


def _accepted(row: Row, on: date) -> Ruling:
    words = {"name": row["sub_project"], "department": row["department"], "by": row["accepted_by"]}
    days = [row["approved_on"], row["accepted_on"], on]
    if None in days:
        return failed("h25-not-accepted", words)
    if any(later < earlier for earlier, later in pairwise(days)):
        return failed("h25-out-of-order", words)
    if row["supervised"] is None:
        return unknown("sub_project_acceptances")
    if not row["supervised"]:
        return failed("h25-not-supervised", words)
    if row["accepted_by"] != row["department"]:
        return failed("h25-other-department", words)
    return passed("h25-accepted", words)


OBLIGATIONS = (
    on_record(
        "二（五）.1",
        "built_to_standard_and_design",
        force="must",
        who="project-owner",
        events=("acceptance",),
        applies=only_for("kind", "consolidation"),
    ),
    Duty("二（五）.2", force="must", who="leading-group", due="procedure_due"),
    Obligation(
        "二（五）.3",
        force="must",
        who="departments",
        events=("acceptance",),
        applies=only_for("kind", "consolidation"),
        facts=Accepted,
        check=check_accepted,
    ),
    Obligation(
        "二（五）.4",
        force="must",
        who="departments",
        events=("acceptance",),
        applies=only_for("kind", "consolidation"),
        facts=Filed,
        check=check_filed,
    ),
)

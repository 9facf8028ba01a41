"""二（三）.3–.4 Written opinions of the member departments, and their consensus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opinions:
    department_opinions: tuple[Row, ...]


def latest(facts: Opinions, params: Params) -> dict[str, Row]:
    """Department → the last opinion it wrote by the day of the case: a later one takes the place of an earlier."""
    written = [row for row in facts.department_opinions if row["written_on"] and row["written_on"] <= params.on]
    return {row["department"]: row for row in sorted(written, key=lambda row: row["written_on"])}


def check_written(facts: Opinions, params: Params) -> Iterator[Ruling]:
    """Ask for an opinion of each member, and that together they cover every subject."""
    rows = latest(facts, params)
    members = params.names("member_departments")
    for department in members:
        words = {"department": department}
        yield passed("h23-written", words) if department in rows else failed("h23-not-written", words)
    covered = {subject for each in members if each in rows for subject in rows[each]["subjects"] or ()}
    for subject in params.names("opinion_subjects"):
        words = {"subject": subject}
        yield passed("h23-covered", words) if subject in covered else failed("h23-not-covered", words)


def check_agreed(facts: Opinions, params: Params) -> Iterator[Ruling]:
    """Ask every member to agree; one that does not, or has not written, stops the approval."""
    rows = latest(facts, params)
    for department in params.names("member_departments"):
        words = {"department": department}
        if department not in rows:
            yield failed("h23-not-written", words)
        elif rows[department]["agrees"] is None:
            yield unknown("department_opinions")
        else:
            yield passed("h23-agrees", words) if rows[department]["agrees"] else failed("h23-disagrees", words)


WRITTEN = Obligation(
    "二（三）.3",
    force="must",
    who="departments",
    events=("demonstration", "approval"),
    applies=only_for("kind", "consolidation"),
    facts=Opinions,
    check=check_written,
)
AGREED = Obligation(
    "二（三）.4",
    force="must",
    who="leading-group",
    events=("approval",),
    applies=only_for("kind", "consolidation"),
    facts=Opinions,
    check=check_agreed,
)

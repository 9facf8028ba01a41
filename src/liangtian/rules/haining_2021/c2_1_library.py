"""二（一）Reserve library: applied for by 30 November for the next year, reviewed, ranked, filed; no library, no approval.

"Next year" is the year after the application: a later day misses the deadline, an earlier year is not yet the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from liangtian.policy.clause import Duty, Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, failed, passed
from liangtian.policy.shapes import on_record, on_record_ruling

PROJECT = only_for("kind", "consolidation")


@dataclass(frozen=True, slots=True)
class Application:
    applied_on: date
    library_year: int
    works_schedule_filed: bool


@dataclass(frozen=True, slots=True)
class Review:
    review_marks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    project_ripe: bool
    project_number: str
    library_ranking: tuple[Mapping[str, Any], ...]


def check_application(facts: Application, params: Params) -> Iterator[Ruling]:
    """Compare the day of the application with the deadline of the year before the library's."""
    year = min(max(facts.library_year - 1, date.min.year), date.max.year)
    last = params.day("application_deadline", year)
    words = {"applied": facts.applied_on.isoformat(), "last": last.isoformat(), "year": facts.library_year}
    if facts.applied_on.year < last.year:
        yield failed("h21-too-early", words)
    else:
        yield declared("applied_on", facts.applied_on <= last, met="h21-in-time", unmet="h21-late", params=words)
    yield on_record_ruling("works_schedule_filed", facts.works_schedule_filed)


def check_review(facts: Review, params: Params) -> Iterator[Ruling]:
    """Ask for a mark by each criterion."""
    marked = {row["criterion"] for row in facts.review_marks if row["mark"] is not None}
    for criterion in params.names("review_criteria"):
        words = {"criterion": criterion}
        yield passed("h21-reviewed", words) if criterion in marked else failed("h21-not-reviewed", words)


def check_ranking(facts: Ranking, params: Params) -> Iterator[Ruling]:
    """Let in ripe projects alone, each at a rank of its own; one taken out may leave a gap."""
    yield on_record_ruling("project_ripe", facts.project_ripe)
    ranks = {row["project"]: row["rank"] for row in facts.library_ranking}
    rank = ranks.get(facts.project_number)
    words = {"project": facts.project_number, "count": len(ranks), "rank": rank}
    if rank is None:
        yield failed("h21-not-ranked", words)
    elif None in ranks.values() or len({row["rank"] for row in facts.library_ranking}) < len(facts.library_ranking):
        yield failed("h21-ranks-unclear", words)
    else:
        yield passed("h21-ranked", words)


OBLIGATIONS = (
    Duty("二（一）.1", force="must", who="leading-group", due="library_due"),
    Duty("二（一）.2", force="must", who="leading-group", due="application_deadline"),
    Obligation("二（一）.3", "must", "town", ("application",), PROJECT, Application, check_application),
    Obligation("二（一）.4", "must", "leading-group", ("library",), PROJECT, Review, check_review),
    Obligation("二（一）.5", "must", "leading-group", ("library",), PROJECT, Ranking, check_ranking),
    Duty("二（一）.6", force="must", who="leading-group", due="filing_due"),
    on_record(
        "二（一）.7",
        "in_reserve_library",
        force="must",
        who="leading-group",
        events=("approval",),
        applies=PROJECT,
    ),
)

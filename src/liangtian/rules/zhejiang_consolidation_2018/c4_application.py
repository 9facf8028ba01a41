"""（申报）An application is complete, reviewed on site in time, and decided in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Obligation, only_for, only_if
from liangtian.policy.days import day_compared, days_after
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, not_applicable, unknown


@dataclass(frozen=True, slots=True)
class Pack:
    application_documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    consolidation_applications: tuple[Row, ...]


def check_pack(facts: Pack, params: Params) -> Iterator[Ruling]:
    """Ask for each of the documents."""
    absent = set(params.names("application_pack")) - set(facts.application_documents)
    yield none_missing("application_documents", absent, met="zj18-pack", unmet="zj18-pack-lacks")


def check_reviewed(facts: Register, params: Params) -> Iterator[Ruling]:
    """Ask for each application's review within its days; one still within them does not yet count."""
    for row in facts.consolidation_applications:
        days = int(params.review_days)
        yield _in_time(facts, row, begun=row["received_on"], done=row["reviewed_on"], days=days, on=params.on)


def check_decided(facts: Register, params: Params) -> Iterator[Ruling]:
    """Ask for the decision within its days from the review."""
    for row in facts.consolidation_applications:
        days = int(params.decide_days)
        yield _in_time(facts, row, begun=row["reviewed_on"], done=row["decided_on"], days=days, on=params.on)


def _in_time(facts: Register, row: Row, *, begun: date | None, done: date | None, days: int, on: date) -> Ruling:
    if begun is None:
        return unknown("consolidation_applications")
    last = days_after(begun, days)
    if done is None and on <= last:
        return not_applicable("consolidation_applications", facts.consolidation_applications)
    return day_compared(
        done or on,
        "<=",
        last,
        name="consolidation_applications",
        met="zj18-in-time",
        unmet="zj18-late" if done else "zj18-undone",
        params={"project": row["project"]},
    )


REGISTERED = only_if("consolidation_applications")
OBLIGATIONS = (
    Obligation(
        "（申报）.1",
        force="must",
        who="project-owner",
        events=("application", "approval"),
        applies=only_for("kind", "consolidation"),
        facts=Pack,
        check=check_pack,
    ),
    Obligation("（申报）.2", "must", "natural-resources", ("assessment",), REGISTERED, Register, check_reviewed),
    Obligation("（申报）.3", "must", "county", ("assessment",), REGISTERED, Register, check_decided),
)

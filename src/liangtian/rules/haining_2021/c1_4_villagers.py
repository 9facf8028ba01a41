"""一（四）Villagers heard; nobody moved before agreement and payment; the readiest areas first.

One area stands before another if it has no lower mark in any of the five respects and a higher one in some: the text
gives no weights, so none are made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from liangtian.policy.clause import Case, Intent, Obligation, only_for, only_if
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed, unknown
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Heard:
    opinions_heard: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Households:
    relocated_households: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Areas:
    candidate_areas: tuple[Mapping[str, Any], ...]


def relocates(case: Case) -> str | None:
    """Reach the consolidation projects that relocate households."""
    return only_for("kind", "consolidation")(case) or only_if("relocation")(case)


def check_heard(facts: Heard, params: Params) -> Iterator[Ruling]:
    """Ask for opinions heard and wishes respected on each matter that arises."""
    rows = {row["matter"]: row for row in facts.opinions_heard}
    for matter in params.names("matters"):
        row, words = rows.get(matter), {"matter": matter}
        if row is None or (row["arises"] is not False and row["heard_on"] is None):
            yield failed("h14-not-heard", words)
        elif row["arises"] is False:
            yield passed("h14-does-not-arise", words)
        elif row["wishes_respected"] is None:
            yield unknown("opinions_heard")
        else:
            yield passed("h14-heard", words) if row["wishes_respected"] else failed("h14-against-wishes", words)


def check_households(facts: Households, params: Params) -> Iterator[Ruling]:
    """Stop the works for each household not under agreement, or not paid in full, by the day of the case."""
    if not facts.relocated_households:
        yield failed("h14-no-household")
    for row in facts.relocated_households:
        words = {"household": row["household"], "due": str(row["due"]), "paid": str(row["paid"] or 0)}
        if not _by(row["signed_on"], params.on):
            yield failed("h14-not-signed", words)
        elif row["due"] is None:
            yield unknown("relocated_households")
        elif not _by(row["paid_on"], params.on) or (row["paid"] or 0) < row["due"]:
            yield failed("h14-not-paid", words)
        else:
            yield passed("h14-signed-and-paid", words)


def check_areas(facts: Areas, params: Params) -> Iterator[Ruling]:
    """Fail for each area passed over that stands before one chosen."""
    names = params.names("preferred_by")
    chosen = [row for row in facts.candidate_areas if row["chosen"]]
    if not chosen:
        yield not_applicable("candidate_areas", facts.candidate_areas)
    elif any(row.get(name) is None for row in facts.candidate_areas for name in names):
        yield unknown("candidate_areas")
    else:
        rulings = [
            failed("h14-passed-over", {"better": other["area"], "chosen": row["area"]})
            for row in chosen
            for other in facts.candidate_areas
            if not other["chosen"] and _stands_before(other, row, names)
        ]
        yield from rulings or [passed("h14-preferred", {"count": len(chosen)})]


def _by(day: date | None, on: date) -> bool:
    return day is not None and day <= on


def _stands_before(one: Mapping[str, Any], other: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return all(one[name] >= other[name] for name in names) and any(one[name] > other[name] for name in names)


NO_SHOW = NotComputed(
    zh="是否属于政绩工程、是否量力而为，由上级和群众评判，无可计算的尺度",
    en="Whether works are for show, or within one's means, is for superiors and villagers to judge; nothing measures it",
)

OBLIGATIONS = (
    Obligation(
        "一（四）.1", "should", "town", ("demonstration",), only_for("kind", "consolidation"), Heard, check_heard
    ),
    Obligation("一（四）.2", "must", "town", ("works",), relocates, Households, check_households),
    Intent("一（四）.3", force="must", who="town", reason=NO_SHOW),
    Obligation(
        "一（四）.4", "must", "leading-group", ("library",), only_for("kind", "consolidation"), Areas, check_areas
    ),
    on_record(
        "一（四）.5",
        "combined_with_blocks",
        force="must",
        who="town",
        events=("demonstration",),
        applies=only_for("kind", "consolidation"),
    ),
)

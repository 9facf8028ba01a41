"""（管护）The town that carried a project out looks after it, for some years at least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Obligation, always
from liangtian.policy.days import day_compared, years_after
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling
from liangtian.policy.shapes import on_record

EVENTS = ("acceptance", "aftercare")


@dataclass(frozen=True, slots=True)
class Term:
    aftercare_from: date
    aftercare_until: date


def check_term(facts: Term, params: Params) -> Iterator[Ruling]:
    """Ask that aftercare ends no earlier than the same day of the year it may first end in."""
    first = years_after(facts.aftercare_from, int(params.aftercare_years_min))
    yield day_compared(
        facts.aftercare_until, ">=", first, name="aftercare_until", met="zj18-aftercare", unmet="zj18-aftercare-short"
    )


OBLIGATIONS = (
    on_record("（管护）.1", "aftercare_by_town", force="must", who="town", events=EVENTS, applies=always),
    Obligation("（管护）.2", "must", "town", EVENTS, always, Term, check_term),
)

"""二（三）.6 A basic-farmland layout adjustment goes from the town to land and agriculture, then to the superior department."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed


@dataclass(frozen=True, slots=True)
class Layout:
    layout_adjustment: tuple[Mapping[str, str | date | None], ...]


def applies(case: Case) -> str | None:
    """Reach the consolidation projects that adjust the layout."""
    return only_for("kind", "consolidation")(case) or only_if("adjusts_layout")(case)


def check_layout(facts: Layout, params: Params) -> Iterator[Ruling]:
    """Ask for each step by the day of the case, none before the step it rests on; the joint review is one step."""
    done = {str(row["body"]): row["done_on"] for row in facts.layout_adjustment}
    before = date.min
    for bodies in (
        params.names("layout_compiled_by"),
        params.names("layout_reviewed_by"),
        params.names("layout_examined_by"),
    ):
        days = []
        for body in bodies:
            day = done.get(body)
            if not isinstance(day, date) or day > params.on:
                yield failed("h23-step-missing", {"body": body})
                continue
            days.append(day)
            words = {"body": body, "on": day.isoformat(), "before": before.isoformat()}
            yield passed("h23-step-done", words) if day >= before else failed("h23-step-too-early", words)
        before = max([before, *days])


OBLIGATION = Obligation(
    "二（三）.6",
    force="must",
    who="natural-resources",
    events=("approval",),
    applies=applies,
    facts=Layout,
    check=check_layout,
)

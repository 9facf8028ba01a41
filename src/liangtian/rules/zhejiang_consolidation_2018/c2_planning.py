"""（规划）A consolidation plan is noticed to the public before approval and published after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.days import day_compared, days_after
from liangtian.policy.lists import Row
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, not_applicable, unknown


@dataclass(frozen=True, slots=True)
class Notice:
    consolidation_plan_noticed_from: date
    consolidation_plan_noticed_until: date


@dataclass(frozen=True, slots=True)
class Published:
    consolidation_plans_approved: tuple[Row, ...]


def check_notice(facts: Notice, params: Params) -> Iterator[Ruling]:
    """Count the days of the notice without its first one."""
    days = (facts.consolidation_plan_noticed_until - facts.consolidation_plan_noticed_from).days
    yield compared(
        days,
        ">=",
        params.plan_notice_days,
        name="consolidation_plan_noticed_until",
        unit="day",
        met="zj18-noticed",
        unmet="zj18-notice-short",
    )


def check_published(facts: Published, params: Params) -> Iterator[Ruling]:
    """Ask that each plan was published within the days; one still within them does not yet count."""
    for row in facts.consolidation_plans_approved:
        if row["approved_on"] is None:
            yield unknown("consolidation_plans_approved")
            continue
        last = days_after(row["approved_on"], int(params.plan_publish_days))
        if row["published_on"] is None and params.on <= last:
            yield not_applicable("consolidation_plans_approved", facts.consolidation_plans_approved)
            continue
        published = row["published_on"] or params.on
        yield day_compared(
            published,
            "<=",
            last,
            name="consolidation_plans_approved",
            met="zj18-published",
            unmet="zj18-published-late" if row["published_on"] else "zj18-unpublished",
            params={"plan": row["plan"]},
        )


OBLIGATIONS = (
    Obligation(
        "（规划）.1",
        force="must",
        who="planner",
        events=("plan",),
        applies=only_if("consolidation_plan_noticed_from"),
        facts=Notice,
        check=check_notice,
    ),
    Obligation(
        "（规划）.2",
        force="must",
        who="county",
        events=("assessment",),
        applies=only_if("consolidation_plans_approved"),
        facts=Published,
        check=check_published,
    ),
)

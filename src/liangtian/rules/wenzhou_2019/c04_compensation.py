"""（四）Compensation for protecting farmland: in the budget, tied to results, verified, spent on its purpose, audited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Duty, Obligation, always, only_for
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Spending:
    paid_for: str
    protection_task_met: bool | None
    fund_rules_met: bool | None
    spending_reason_recorded: bool | None


def check_spending(facts: Spending, params: Params) -> Iterator[Ruling]:
    """Pass the main use; any other only with the task met and the rules kept, one not named with its reason too.

    The text ends its further uses with 等, so its list is open.
    """
    zh, en = say("paid_for", facts.paid_for)
    words = {"use_zh": zh, "use_en": en}
    conditions = {"protection_task_met": facts.protection_task_met, "fund_rules_met": facts.fund_rules_met}
    if facts.paid_for in params.names("compensation_uses"):
        yield passed("w04-main-use", words)
        return
    if facts.paid_for not in params.names("compensation_further_uses"):
        conditions["spending_reason_recorded"] = facts.spending_reason_recorded
    if facts.spending_reason_recorded is False and "spending_reason_recorded" in conditions:
        yield failed("w04-other-use", words)
    elif False in conditions.values():
        yield failed("w04-further-use-early", words)
    elif None in conditions.values():
        yield unknown(*(name for name, value in conditions.items() if value is None))
    else:
        yield passed("w04-further-use", words)


_from_fund = only_for("paid_from", "compensation")

OBLIGATIONS = (
    on_record("（四）.1", "compensation_in_budget", force="must", who="county", events=("assessment",), applies=always),
    Duty("（四）.2", force="must", who="county", due="rate_review_due"),
    on_record(
        "（四）.3",
        "payment_linked_to_target_duty",
        "payment_linked_to_basic_farmland",
        "payment_linked_to_illegal_use",
        force="must",
        who="county",
        events=("payment",),
        applies=_from_fund,
    ),
    on_record(
        "（四）.4",
        "protected_area_surveyed",
        "protected_area_verified",
        force="must",
        who="county",
        events=("payment",),
        applies=_from_fund,
    ),
    Duty("（四）.5", force="must", who="finance", due="payment_due"),
    Obligation(
        "（四）.6",
        force="must",
        who="town",
        events=("payment",),
        applies=_from_fund,
        facts=Spending,
        check=check_spending,
    ),
    Duty("（四）.7", force="must", who="county", due="audit_due"),
)

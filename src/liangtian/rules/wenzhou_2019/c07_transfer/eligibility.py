"""（七）.5 A place with its annual task or its own balance unmet gives neither compensation indices nor linkage surplus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, declared, unknown


@dataclass(frozen=True, slots=True)
class Giver:
    annual_task_m2: Decimal | None
    annual_task_done_m2: Decimal | None
    local_balance_unmet: bool | None


def check_giver(facts: Giver, params: Params) -> Iterator[Ruling]:
    """Rule on the task and on the balance, each for itself."""
    if facts.annual_task_m2 is None or facts.annual_task_done_m2 is None:
        names = ("annual_task_m2", "annual_task_done_m2")
        yield unknown(*(name for name in names if getattr(facts, name) is None))
    else:
        yield compared(
            facts.annual_task_done_m2,
            ">=",
            facts.annual_task_m2,
            name="annual_task_done_m2",
            met="w07-task-done",
            unmet="w07-task-open",
        )
    if facts.local_balance_unmet is None:
        yield unknown("local_balance_unmet")
    else:
        yield declared(
            "local_balance_unmet",
            facts.local_balance_unmet,
            wanted=False,
            met="w07-balance-met",
            unmet="w07-balance-unmet",
        )


OBLIGATION = Obligation(
    "（七）.5",
    force="must",
    who="county",
    events=("transfer-out",),
    applies=always,
    facts=Giver,
    check=check_giver,
)

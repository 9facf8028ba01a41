"""（七）.4 Proceeds of transfers mainly serve farmland protection, agriculture and the countryside.

The text says mainly: anything else is a matter of principle, with its reason on record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown


@dataclass(frozen=True, slots=True)
class Spending:
    paid_for: str
    spending_reason_recorded: bool | None


def check_spending(facts: Spending, params: Params) -> Iterator[Ruling]:
    """Pass a listed use, or another one with its reason."""
    zh, en = say("paid_for", facts.paid_for)
    words = {"use_zh": zh, "use_en": en}
    if facts.paid_for in params.names("proceeds_uses"):
        yield passed("w07-proceeds-listed", words)
    elif facts.spending_reason_recorded is None:
        yield unknown("spending_reason_recorded")
    elif facts.spending_reason_recorded:
        yield passed("w07-proceeds-reason", words)
    else:
        yield failed("w07-proceeds-elsewhere", words)


OBLIGATION = Obligation(
    "（七）.4",
    force="principle",
    who="county",
    events=("payment",),
    applies=only_for("paid_from", "transfer-proceeds"),
    facts=Spending,
    check=check_spending,
)

"""（三）.5, .7 Cleared land goes to what comes first; industrial land is sold as standard land after a review of admission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for, only_if
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Supply:
    land_use: str
    priority_requests_waiting: bool | None


def check_priority(facts: Supply, params: Params) -> Iterator[Ruling]:
    """Pass a use that comes first, or any other while none that does is waiting."""
    zh, en = say("land_use", facts.land_use)
    words = {"use_zh": zh, "use_en": en}
    if facts.land_use in params.names("cleared_land_uses"):
        yield passed("w03-priority-use", words)
    elif facts.priority_requests_waiting is None:
        yield unknown("priority_requests_waiting")
    elif facts.priority_requests_waiting:
        yield failed("w03-priority-waiting", words)
    else:
        yield passed("w03-priority-served", words)


PRIORITY = Obligation(
    "（三）.5",
    force="must",
    who="county",
    events=("supply",),
    applies=only_if("from_cleared_stock"),
    facts=Supply,
    check=check_priority,
)
STANDARD_LAND = on_record(
    "（三）.7",
    "project_admission_reviewed",
    "standard_land_indicators_set",
    "standard_land_pledge_signed",
    force="must",
    who="county",
    events=("supply",),
    applies=only_for("land_use", "industrial", "provincial-industry"),
)

"""（六）.3 Pooled indices serve the listed purposes first; any other use has its reason recorded and waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.amounts import Rows
from liangtian.policy.clause import Obligation, always
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown


@dataclass(frozen=True, slots=True)
class Use:
    pool_purpose: str
    pool_use_amounts: Rows
    listed_pool_requests_waiting: bool | None
    pool_use_reason_recorded: bool | None


def check_purpose(facts: Use, params: Params) -> Iterator[Ruling]:
    """Pass a listed purpose; another one only when no listed one waits and its reason is on record."""
    zh, en = say("pool_purpose", facts.pool_purpose)
    words = {"purpose_zh": zh, "purpose_en": en}
    if facts.pool_purpose in params.names("pool_purposes"):
        yield passed("w06-purpose-listed", words)
    elif facts.listed_pool_requests_waiting:
        yield failed("w06-listed-waiting", words)
    elif facts.pool_use_reason_recorded is False:
        yield failed("w06-reason-missing", words)
    elif facts.listed_pool_requests_waiting is None or facts.pool_use_reason_recorded is None:
        names = ("listed_pool_requests_waiting", "pool_use_reason_recorded")
        yield unknown(*(name for name in names if getattr(facts, name) is None))
    else:
        yield passed("w06-reason-recorded", words)


OBLIGATION = Obligation(
    "（六）.3",
    force="principle",
    who="city",
    events=("pool-use",),
    applies=always,
    facts=Use,
    check=check_purpose,
)

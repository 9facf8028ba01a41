"""（补缺）Credit taken back after it was used or passed on: what is missing is replaced from other lots, the rest is arrears.

What the lot's own place used leaves the book with the lot. What went to others stays theirs, who took it in good faith: the
place that was credited makes it good.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import COMPENSATION, Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, always
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed

USES = {"clawback_reasons": "staged-release-2026（追回）.clawback_reasons"}
OUTSIDE, USED = Pocket("outside", "outside"), Pocket("county", "used")


@dataclass(frozen=True, slots=True)
class Missing:
    clawback_reason: str
    lot_left_amounts: Rows
    lot_held_amounts: Rows
    lot_used_amounts: Rows
    lot_passed_on_amounts: Rows
    lot_made_good_amounts: Rows
    replacement_amounts: Rows


def missing(facts: Missing) -> dict[str, int]:
    """Index → what was used or passed on of the lot and is not made good yet."""
    used, passed_on, good = (
        amounts(rows) for rows in (facts.lot_used_amounts, facts.lot_passed_on_amounts, facts.lot_made_good_amounts)
    )
    return {index: max(0, used[index] + passed_on[index] - good[index]) for index in COMPENSATION}


def check_missing(facts: Missing, params: Params) -> Iterator[Ruling]:
    """Ask for a listed reason and a lot of which nothing is left or held; rule on each index: no more than is missing."""
    zh, en = say("clawback_reason", facts.clawback_reason)
    listed = facts.clawback_reason in params.names("clawback_reasons")
    words = {"reason_zh": zh, "reason_en": en}
    yield passed("sr-reason", words) if listed else failed("sr-reason-other", words)
    for name, rows in (("sr-left-first", facts.lot_left_amounts), ("sr-held-first", facts.lot_held_amounts)):
        if any(amounts(rows).values()):
            yield failed(name)
    replaced = amounts(facts.replacement_amounts)
    for index, amount in missing(facts).items():
        if amount or replaced[index]:
            rest = {"rest": f"{max(0, amount - replaced[index]):,}"}
            yield compared_amounts(
                replaced[index], "<=", amount, index=index, name="replacement_amounts",
                met="sr-replaced", unmet="sr-replaced-beyond", params=rest,
            )  # fmt: skip


def post_missing(facts: Missing, params: Params) -> Iterator[Posting]:
    """Take the lot's used credit out, put other lots' in its place, and enter what is still missing as arrears."""
    used, replaced = amounts(facts.lot_used_amounts), amounts(facts.replacement_amounts)
    for index, amount in missing(facts).items():
        yield from move(index, used[index], from_=USED, to=OUTSIDE)
        yield from move(index, replaced[index], from_=Pocket("county", "reserve"), to=USED)
        yield from move(index, amount - replaced[index], from_=OUTSIDE, to=Pocket("county", "arrears"))


OBLIGATIONS = (
    Obligation("（补缺）.1", "must", "county", ("clawback-debt",), always, Missing, check_missing, post_missing),
)

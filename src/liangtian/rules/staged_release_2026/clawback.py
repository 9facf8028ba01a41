"""（追回）Credit whose ground proves false or is lost is taken back, from every pool where it still stands.

What was used of it cannot be taken back from the lot: the finding states it, and it is made good by a correction of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, always
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed

POCKETS = {
    "lot_retained_amounts": Pocket("county", "retained"),
    "lot_reserve_amounts": Pocket("county", "reserve"),
    "lot_municipal_amounts": Pocket("city", "municipal"),
    "lot_provincial_amounts": Pocket("province", "provincial"),
}


@dataclass(frozen=True, slots=True)
class Lot:
    clawback_reason: str
    lot_retained_amounts: Rows
    lot_reserve_amounts: Rows
    lot_municipal_amounts: Rows
    lot_provincial_amounts: Rows
    lot_spoken_for_amounts: Rows


def check_clawback(facts: Lot, params: Params) -> Iterator[Ruling]:
    """Pass a listed reason; what was used, held or passed on of the lot is named, index by index."""
    zh, en = say("clawback_reason", facts.clawback_reason)
    listed = facts.clawback_reason in params.names("clawback_reasons")
    yield (passed if listed else failed)(
        "sr-reason" if listed else "sr-reason-other", {"reason_zh": zh, "reason_en": en}
    )
    for index, amount in amounts(facts.lot_spoken_for_amounts).items():
        if amount:
            yield compared_amounts(
                amount, ">=", amount, index=index, name="lot_spoken_for_amounts", met="sr-used", unmet="sr-used"
            )


def post_clawback(facts: Lot, params: Params) -> Iterator[Posting]:
    """Take back all that is left of the lot."""
    for name, pocket in POCKETS.items():
        for index, amount in amounts(getattr(facts, name)).items():
            yield from move(index, amount, from_=pocket, to=Pocket("outside", "outside"))


OBLIGATIONS = (Obligation("（追回）.1", "must", "city", ("clawback",), always, Lot, check_clawback, post_clawback),)

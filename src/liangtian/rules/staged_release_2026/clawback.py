"""（追回）Credit whose ground proves false or is lost is taken back, from every pool where it still stands.

What was used of it cannot be taken back from the lot: the finding states it, and it is made good by a correction of
its own. What the city paid for the share it gives up comes back to it in the same entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.indices import indices
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import Rows, amounts, compared_amounts
from liangtian.policy.clause import Obligation, always
from liangtian.policy.facts import say
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed

USES = {
    "transfer_price_yuan_per_mu": "wenzhou-2019（六）.transfer_price_yuan_per_mu",
    "transfer_price_yuan_per_kg": "wenzhou-2019（六）.transfer_price_yuan_per_kg",
}
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
    lot_pooled_amounts: Rows | None
    lot_pool_price_yuan: Decimal | None


def price_back_fen(facts: Lot, params: Params) -> int:
    """What was paid for the city's share, by the part of it that is taken back, in whole fen.

    Indices weigh by their prices; a share taken back whole needs none.
    """
    if not facts.lot_pool_price_yuan:
        return 0
    paid = Fraction(facts.lot_pool_price_yuan) * 100
    pooled = {index: each for index, each in amounts(facts.lot_pooled_amounts or ()).items() if each}
    left = amounts(facts.lot_municipal_amounts)
    back = {index: min(left[index], each) for index, each in pooled.items()}
    if back == pooled:
        return int(units.round_half_up(paid))
    per_mu, per_kg = params.table("transfer_price_yuan_per_mu"), params.transfer_price_yuan_per_kg
    price = {index: per_kg if indices()[index].unit == "kg" else per_mu[index] / units.MU_M2 for index in pooled}
    whole = sum((each * price[index] for index, each in pooled.items()), Fraction(0))
    part = sum((each * price[index] for index, each in back.items()), Fraction(0))
    return int(units.round_half_up(paid * part / whole)) if whole else 0


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
    if fen := price_back_fen(facts, params):
        yield passed("sr-price-back", {"price": f"{units.round_half_up(Fraction(fen, 100), 2):,}"})


def post_clawback(facts: Lot, params: Params) -> Iterator[Posting]:
    """Take back all that is left of the lot; the county gives back what the city paid for its share of that."""
    for name, pocket in POCKETS.items():
        for index, amount in amounts(getattr(facts, name)).items():
            yield from move(index, amount, from_=pocket, to=Pocket("outside", "outside"))
    fen = price_back_fen(facts, params)
    yield from move("money_fen", fen, from_=Pocket("county", "earmarked"), to=Pocket("city", "fund"))


OBLIGATIONS = (Obligation("（追回）.1", "must", "city", ("clawback",), always, Lot, check_clawback, post_clawback),)

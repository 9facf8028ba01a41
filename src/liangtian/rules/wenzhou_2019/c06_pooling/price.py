"""（六）.4–.5 The city pays the provincial transfer price when it pools, and is paid it when the pool is used.

One price for both, index by index. The money stands in the same entry as the indices, in whole fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.ledger.pricing import worth_fen
from liangtian.policy.amounts import Rows, amounts
from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, not_applicable, passed
from liangtian.rules.wenzhou_2019.c06_pooling.share import Accepted, due


@dataclass(frozen=True, slots=True)
class Pooled(Accepted):
    pool_price_booked_yuan: Decimal | None


@dataclass(frozen=True, slots=True)
class Used:
    pool_use_amounts: Rows
    pool_price_booked_yuan: Decimal | None


def price_fen(taken: Mapping[str, int], params: Params) -> int:
    """Price amounts of the indices, rounded half-up once: areas by the mu, capacity by the kg."""
    per_mu, per_kg = params.table("transfer_price_yuan_per_mu"), params.transfer_price_yuan_per_kg
    return worth_fen(taken, {**per_mu, "capacity_kg": per_kg})


def check_pooled(facts: Pooled, params: Params) -> Iterator[Ruling]:
    """Price the city's share of an accepted project."""
    if facts.credit_kind not in params.names("pooled_kinds"):
        yield not_applicable("credit_kind", facts.credit_kind)
    elif any(share < 0 for share in due(facts, params).values()):
        yield not_applicable("provincial_amounts", facts.provincial_amounts)  # more than was accepted: see .2
    else:
        yield _priced(price_fen(due(facts, params), params), facts.pool_price_booked_yuan)


def check_used(facts: Used, params: Params) -> Iterator[Ruling]:
    """Price what is taken out of the pool."""
    yield _priced(price_fen(amounts(facts.pool_use_amounts), params), facts.pool_price_booked_yuan)


def _priced(fen: int, booked: Decimal | None) -> Ruling:
    words = {"price": f"{units.round_half_up(Fraction(fen, 100), 2):,}"}
    if booked is None:
        return passed("w06-price", words)
    return compared(
        booked,
        "=",
        Fraction(fen, 100),
        name="pool_price_booked_yuan",
        unit="yuan",
        met="w06-price-booked",
        unmet="w06-price-differs",
        params={**words, "booked": f"{booked:,.2f}"},
    )


def post_pooled(facts: Pooled, params: Params) -> Iterator[Posting]:
    """The city pays the county that gives."""
    fen = price_fen(due(facts, params), params)
    yield from move("money_fen", fen, from_=Pocket("city", "fund"), to=Pocket("county", "earmarked"))


def post_used(facts: Used, params: Params) -> Iterator[Posting]:
    """The place that takes gets the pooled indices and pays the city: neither moves without the other."""
    taken = amounts(facts.pool_use_amounts)
    for index, amount in taken.items():
        yield from move(index, amount, from_=Pocket("city", "municipal"), to=Pocket("county", "reserve"))
    fen = price_fen(taken, params)
    yield from move("money_fen", fen, from_=Pocket("county", "fund"), to=Pocket("city", "fund"))


WHEN_POOLED = Obligation("（六）.4", "must", "city", ("acceptance",), always, Pooled, check_pooled, post_pooled)
WHEN_USED = Obligation("（六）.5", "must", "county", ("pool-use",), always, Used, check_used, post_used)

"""（释放）Part of an acceptance is kept back until the ground is seen to be cropped; then it is released.

What is kept back is a share of what the pools leave to the place, index by index, in whole units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import COMPENSATION, Rows, amounts, compared_amounts
from liangtian.policy.clause import FactMissing, Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, passed

USES = {
    "city_pool_share": "wenzhou-2019（六）.city_pool_share",
    "pooled_kinds": "wenzhou-2019（六）.pooled_kinds",
    "provincial_pool_share": "wenzhou-2019（六）.provincial_pool_share",
}
RESERVE, RETAINED = Pocket("county", "reserve"), Pocket("county", "retained")


@dataclass(frozen=True, slots=True)
class Accepted:
    credit_kind: str
    accepted_amounts: Rows | None
    provincial_amounts: Rows | None
    retained_amounts: Rows | None


@dataclass(frozen=True, slots=True)
class Verified:
    retained_amounts: Rows
    release_amounts: Rows
    cropped_seasons: int


def kept_back(facts: Accepted, params: Params) -> dict[str, int]:
    """Index → what is kept back of what province and city leave.

    Raises
    ------
    FactMissing : what was accepted is not known
    """
    if facts.accepted_amounts is None:
        raise FactMissing("accepted_amounts")
    is_pooled = facts.credit_kind in params.names("pooled_kinds")
    pooled = params.city_pool_share if is_pooled else Fraction(0)
    accepted = amounts(facts.accepted_amounts)
    if facts.provincial_amounts is None:
        share = params.provincial_pool_share if is_pooled else Fraction(0)
        provincial = {index: units.round_share(share, amount) for index, amount in accepted.items()}
    else:
        provincial = amounts(facts.provincial_amounts)
    found = {}
    for index in COMPENSATION:
        left = max(0, accepted[index] - provincial[index])
        found[index] = units.round_share(1 - params.first_release_share, left - units.round_share(pooled, left))
    return found


def check_kept_back(facts: Accepted, params: Params) -> Iterator[Ruling]:
    """Rule on each index: what the book shows kept back is what is due."""
    due = kept_back(facts, params)
    booked = None if facts.retained_amounts is None else amounts(facts.retained_amounts)
    if not any(due.values()) and not booked:
        yield passed("sr-nothing-kept")
        return
    for index, amount in due.items():
        if amount or (booked and booked[index]):
            yield compared_amounts(
                amount if booked is None else booked[index],
                "=",
                amount,
                index=index,
                name="retained_amounts",
                met="sr-kept",
                unmet="sr-kept-differs",
            )


def post_kept_back(facts: Accepted, params: Params) -> Iterator[Posting]:
    """Keep it apart: what is kept back can be neither spent nor transferred."""
    for index, amount in kept_back(facts, params).items():
        yield from move(index, amount, from_=RESERVE, to=RETAINED)


def check_release(facts: Verified, params: Params) -> Iterator[Ruling]:
    """Ask for the seasons cropped, and that no more is released than is kept back."""
    yield compared(
        facts.cropped_seasons,
        ">=",
        params.verified_seasons_min,
        name="cropped_seasons",
        unit="season",
        met="sr-cropped",
        unmet="sr-not-cropped",
    )
    kept = amounts(facts.retained_amounts)
    for index, amount in amounts(facts.release_amounts).items():
        if amount:
            yield compared_amounts(
                amount, "<=", kept[index], index=index, name="release_amounts", met="sr-within", unmet="sr-beyond"
            )


def post_release(facts: Verified, params: Params) -> Iterator[Posting]:
    """Give it to the place's reserve."""
    for index, amount in amounts(facts.release_amounts).items():
        yield from move(index, amount, from_=RETAINED, to=RESERVE)


OBLIGATIONS = (
    Obligation("（释放）.1", "must", "county", ("acceptance",), always, Accepted, check_kept_back, post_kept_back),
    Obligation("（释放）.2", "must", "county", ("staged-release",), always, Verified, check_release, post_release),
)

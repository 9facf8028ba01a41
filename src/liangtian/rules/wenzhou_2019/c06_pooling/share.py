"""（六）.2 The city pools a fifth of what provincial pooling leaves of an accepted project, over five indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian import units
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import COMPENSATION, Rows, amounts, compared_amounts
from liangtian.policy.clause import FactMissing, Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, not_applicable, passed
from liangtian.rules.wenzhou_2019.c06_pooling import province


@dataclass(frozen=True, slots=True)
class Accepted(province.Accepted):
    municipal_amounts: Rows | None


def known(facts: Accepted, params: Params) -> tuple[dict[str, int], dict[str, int]]:
    """What was accepted and what the province pools of it.

    Raises
    ------
    FactMissing : what was accepted is not known
    """
    if facts.accepted_amounts is None:
        raise FactMissing("accepted_amounts")
    return amounts(facts.accepted_amounts), province.pooled(facts, params)


def due(facts: Accepted, params: Params) -> dict[str, int]:
    """Index → what the city pools, in whole units; an index that nobody credits or pools is left out."""
    accepted, provincial = known(facts, params)
    share = params.city_pool_share
    touched = [index for index in COMPENSATION if accepted[index] or provincial[index]]
    return {index: units.round_share(share, accepted[index] - provincial[index]) for index in touched}


def check_share(facts: Accepted, params: Params) -> Iterator[Ruling]:
    """Rule on each index: the province pools no more than was accepted; what the book shows pooled is the share due."""
    if facts.credit_kind not in params.names("pooled_kinds"):
        yield not_applicable("credit_kind", facts.credit_kind)
        return
    accepted, provincial = known(facts, params)
    pooled = None if facts.municipal_amounts is None else amounts(facts.municipal_amounts)
    shares = due(facts, params)
    if not shares:
        yield passed("w06-nothing-accepted")
    for index, share in shares.items():
        if provincial[index] > accepted[index] or pooled is None:
            yield compared_amounts(
                provincial[index],
                "<=",
                accepted[index],
                index=index,
                name="provincial_amounts",
                met="w06-share-due",
                unmet="w06-province-beyond-accepted",
                params={"share": f"{share:,}"},
            )
        else:
            yield compared_amounts(
                pooled[index],
                "=",
                share,
                index=index,
                name="municipal_amounts",
                met="w06-share-pooled",
                unmet="w06-share-differs",
            )


def post_share(facts: Accepted, params: Params) -> Iterator[Posting]:
    """Give the city its share of what the county keeps."""
    for index, share in due(facts, params).items():
        yield from move(index, share, from_=Pocket("county", "reserve"), to=Pocket("city", "municipal"))


OBLIGATION = Obligation(
    "（六）.2",
    force="must",
    who="city",
    events=("acceptance",),
    applies=always,
    facts=Accepted,
    check=check_share,
    post=post_share,
)

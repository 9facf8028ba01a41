"""（六）.6 What the province pools of an acceptance, before the city: its share by parameter, or what its document says.

The clause takes the city's fifth from what provincial pooling leaves, and leaves the province's share to the province.
A figure of one acceptance stands against the share only with its document and reason.
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
from liangtian.policy.ruling import Ruling, failed, not_applicable, passed


@dataclass(frozen=True, slots=True)
class Accepted:
    credit_kind: str
    accepted_amounts: Rows | None
    provincial_amounts: Rows | None


@dataclass(frozen=True, slots=True)
class Province(Accepted):
    provincial_document: str | None
    provincial_reason: str | None


def by_share(facts: Accepted, params: Params) -> dict[str, int]:
    """Index → the province's share in whole units; nothing of works it does not pool.

    Raises
    ------
    FactMissing : what was accepted is not known
    """
    if facts.accepted_amounts is None:
        raise FactMissing("accepted_amounts")
    share = params.provincial_pool_share if facts.credit_kind in params.names("pooled_kinds") else Fraction(0)
    return {index: units.round_share(share, amount) for index, amount in amounts(facts.accepted_amounts).items()}


def pooled(facts: Accepted, params: Params) -> dict[str, int]:
    """Index → what the province pools: what its document says of this acceptance, else its share."""
    if facts.provincial_amounts is not None:
        return amounts(facts.provincial_amounts)
    return by_share(facts, params)


def check_province(facts: Province, params: Params) -> Iterator[Ruling]:
    """Say each share; beside it a figure of one acceptance, which needs its document and reason."""
    if facts.credit_kind not in params.names("pooled_kinds") and facts.provincial_amounts is None:
        yield not_applicable("credit_kind", facts.credit_kind)
        return
    due, taken = by_share(facts, params), pooled(facts, params)
    stated = facts.provincial_amounts is not None and taken != due
    missing = stated and not (facts.provincial_document and facts.provincial_reason)
    if missing:
        yield failed("w06-province-undocumented")
    words = {"document": facts.provincial_document or "", "reason": facts.provincial_reason or ""}
    for index in COMPENSATION:
        if taken[index] != due[index] and not missing:
            yield compared_amounts(
                taken[index], "=", taken[index], index=index, name="provincial_amounts",
                met="w06-province-stated", unmet="w06-province-stated", params={**words, "share": f"{due[index]:,}"},
            )  # fmt: skip
        elif due[index]:
            yield compared_amounts(
                due[index], "=", due[index], index=index, name="provincial_amounts",
                met="w06-province-share", unmet="w06-province-share",
            )  # fmt: skip
    if not any((*due.values(), *taken.values())):
        yield passed("w06-province-nothing")


def post_province(facts: Province, params: Params) -> Iterator[Posting]:
    """Hand on the share; what a document says instead is registered with the acceptance."""
    if facts.provincial_amounts is None:
        for index, amount in by_share(facts, params).items():
            yield from move(index, amount, from_=Pocket("county", "reserve"), to=Pocket("province", "provincial"))


OBLIGATION = Obligation(
    "（六）.6",
    force="must",
    who="province",
    events=("acceptance",),
    applies=always,
    facts=Province,
    check=check_province,
    post=post_province,
)

"""What an accepted project may be credited with at most: by the kind of its works, its ground, and what was accepted of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from liangtian import units
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds
from liangtian.policy.amounts import COMPENSATION, amounts
from liangtian.policy.facts import say
from liangtian_web.errors import StageRefused

SHARED = (("standard_first_m2", "standard_second_m2"), ("quantity_m2", "linkage_m2"))
"""Indices that never count the same ground twice: together they are no more than it."""


def check_bounds(facts: Mapping[str, Any], ground_m2: Decimal, kg_per_mu_max: Fraction) -> None:
    """Say the first bound that what was handed in goes beyond.

    Parameters
    ----------
    facts : an acceptance as `actions.file_acceptance` takes it
    kg_per_mu_max : the capacity of the best ground there is

    Raises
    ------
    StageRefused : an index works of the kind do not make, more than the ground bears, or more pooled than accepted
    """
    accepted: dict[str, int | Decimal] = {
        **amounts(facts["accepted_amounts"], COMPENSATION),
        "linkage_m2": facts.get("linkage_reclaimed_m2") or 0,
    }
    _check_kind(facts["credit_kind"], accepted)
    _check_ground(accepted, ground_m2)
    _check_capacity(accepted["capacity_kg"], ground_m2, kg_per_mu_max)
    for index, amount in amounts(facts.get("provincial_amounts") or (), COMPENSATION).items():
        if amount > accepted[index]:
            said = {"amount": f"{amount:,}", "accepted": f"{accepted[index]:,}"}
            raise StageRefused("balance-beyond-accepted", **_words(index), **said, unit=_sign(index))


def _check_kind(credit: str, accepted: Mapping[str, int | Decimal]) -> None:
    kind = credit_kinds().get(credit)  # none of them: works that credit nothing
    for index, amount in accepted.items():
        if amount and index not in (kind.indices if kind else ()):
            zh, en = say("credit_kind", credit)
            raise StageRefused("balance-not-of-works", **_words(index), kind_zh=zh, kind_en=en)


def _check_ground(accepted: Mapping[str, int | Decimal], ground_m2: Decimal) -> None:
    ground = f"{ground_m2:,.2f}"
    for index, amount in accepted.items():
        if indices()[index].unit == "m2" and amount > ground_m2:
            raise StageRefused("balance-beyond-ground", **_words(index), amount=f"{amount:,}", ground=ground)
    for first, second in SHARED:
        both = accepted[first] + accepted[second]
        if both > ground_m2:
            words = {f"{name}_{lang}": word for name, index in (("first", first), ("second", second))
                     for lang, word in (("zh", indices()[index].zh), ("en", indices()[index].en))}  # fmt: skip
            raise StageRefused("balance-ground-twice", **words, amount=f"{both:,}", ground=ground)


def _check_capacity(capacity_kg: int | Decimal, ground_m2: Decimal, kg_per_mu_max: Fraction) -> None:
    most = Fraction(ground_m2) / units.MU_M2 * kg_per_mu_max
    if capacity_kg > most:
        said = {"amount": f"{capacity_kg:,}", "most": f"{int(most):,}", "ground": f"{ground_m2:,.2f}"}
        raise StageRefused("balance-beyond-capacity", **said, per_mu=f"{units.round_half_up(kg_per_mu_max):,}")


def _words(index: str) -> dict[str, str]:
    return {"index_zh": indices()[index].zh, "index_en": indices()[index].en}


def _sign(index: str) -> str:
    return {"m2": "m²"}.get(indices()[index].unit, "kg")

"""（年度总账）What is taken is set by what was added: last year's net increase caps this year's occupation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Obligation, always, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, not_applicable


@dataclass(frozen=True, slots=True)
class Cap:
    farmland_quantity_m2: Decimal
    stable_farmland_net_increase_last_year_m2: Decimal
    farmland_occupied_this_year_m2: Decimal
    farmland_parcels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Total:
    farmland_total_m2: Decimal
    farmland_total_last_year_m2: Decimal


def check_cap(facts: Cap, params: Params) -> Iterator[Ruling]:
    """Compare what the year has taken, this project included, with the share of last year's net increase."""
    if facts.farmland_quantity_m2 == 0:
        yield not_applicable("farmland_quantity_m2", facts.farmland_quantity_m2)
        return
    added = max(Fraction(facts.stable_farmland_net_increase_last_year_m2), Fraction(0))
    yield compared(
        facts.farmland_occupied_this_year_m2 + facts.farmland_quantity_m2,
        "<=",
        params.occupation_cap_share * added,
        name="farmland_occupied_this_year_m2",
        met="nb2-within-cap",
        unmet="nb2-above-cap",
        parcels=facts.farmland_parcels or (),
    )


def check_total(facts: Total, params: Params) -> Iterator[Ruling]:
    """Ask that the farmland of the year is no less than that of the year before."""
    yield compared(
        facts.farmland_total_m2,
        ">=",
        facts.farmland_total_last_year_m2,
        name="farmland_total_m2",
        met="nb2-total-kept",
        unmet="nb2-total-lost",
    )


OBLIGATIONS = (
    Obligation(
        "（年度总账）.1",
        force="must",
        who="province",
        events=("check", "approval"),
        applies=only_for("kind", "batch", "single-site", "village"),
        facts=Cap,
        check=check_cap,
    ),
    Obligation(
        "（年度总账）.2",
        force="must",
        who="province",
        events=("assessment",),
        applies=always,
        facts=Total,
        check=check_total,
    ),
)

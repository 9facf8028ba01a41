"""二（六）.3–.4 No farmland turned to other use, away from grain, or abandoned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class Drift:
    aftercare_nonfarm_m2: Decimal
    aftercare_nongrain_m2: Decimal
    aftercare_parcels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Abandoned:
    aftercare_abandoned_m2: Decimal
    aftercare_parcels: tuple[str, ...] | None


def check_drift(facts: Drift, params: Params) -> Iterator[Ruling]:
    """Fail on any farmland turned to other use, or away from grain."""
    yield _none("aftercare_nonfarm_m2", facts.aftercare_nonfarm_m2, facts.aftercare_parcels)
    yield _none("aftercare_nongrain_m2", facts.aftercare_nongrain_m2, facts.aftercare_parcels)


def check_abandoned(facts: Abandoned, params: Params) -> Iterator[Ruling]:
    """Fail on any farmland abandoned."""
    yield _none("aftercare_abandoned_m2", facts.aftercare_abandoned_m2, facts.aftercare_parcels)


def _none(name: str, area_m2: Decimal, parcels: tuple[str, ...] | None) -> Ruling:
    words = {"what_zh": dictionary()[name].zh, "what_en": dictionary()[name].en}
    met, unmet = "h26-none", "h26-some"
    return compared(area_m2, "=", 0, name=name, met=met, unmet=unmet, params=words, parcels=parcels or ())


DRIFT = Obligation(
    "二（六）.3",
    force="must",
    who="town",
    events=("aftercare",),
    applies=only_for("kind", "consolidation"),
    facts=Drift,
    check=check_drift,
)
ABANDONED = Obligation(
    "二（六）.4",
    force="must",
    who="village",
    events=("aftercare",),
    applies=only_for("kind", "consolidation"),
    facts=Abandoned,
    check=check_abandoned,
)

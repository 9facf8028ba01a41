"""（一）.2 Batch land of a city lies inside the urban development boundary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class UrbanBoundary:
    outside_urban_boundary_m2: Decimal


def check_urban_boundary(facts: UrbanBoundary, params: Params) -> Iterator[Ruling]:
    """Fail if any part lies outside."""
    yield compared(
        facts.outside_urban_boundary_m2,
        "=",
        0,
        name="outside_urban_boundary_m2",
        met="w01-urban-inside",
        unmet="w01-urban-outside",
    )


OBLIGATION = Obligation(
    "（一）.2",
    force="should",
    who="county",
    events=("check", "approval"),
    applies=only_for("kind", "batch"),
    facts=UrbanBoundary,
    check=check_urban_boundary,
)

"""一（三）.3 One contiguous farmland of at least 1000 mu in the project area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class Block:
    contiguous_farmland_max_m2: Decimal
    contiguous_farmland_parcels: tuple[str, ...] | None


def check_block(facts: Block, params: Params) -> Iterator[Ruling]:
    """Compare the largest block with the least one, exactly: 1000 mu is 2,000,000/3 m²."""
    yield compared(
        facts.contiguous_farmland_max_m2,
        ">=",
        params.contiguous_farmland_min_mu * units.MU_M2,
        name="contiguous_farmland_max_m2",
        met="h13-block",
        unmet="h13-block-small",
        parcels=facts.contiguous_farmland_parcels or (),
    )


OBLIGATION = Obligation(
    "一（三）.3",
    force="must",
    who="project-owner",
    events=("check", "approval"),
    applies=only_for("kind", "consolidation"),
    facts=Block,
    check=check_block,
)

"""一（三）A 3+X project: whole villages, three parts, farmland function restored, a contiguous block of 1000 mu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, declared, failed, passed, unknown

PARTS = ("village_part", "farmland_part", "ecology_part", "restores_farmland_function")


@dataclass(frozen=True, slots=True)
class Unit:
    villages: tuple[str, ...]
    whole_villages: bool | None
    villages_adjacent: bool | None


@dataclass(frozen=True, slots=True)
class Parts:
    village_part: bool | None
    farmland_part: bool | None
    ecology_part: bool | None
    restores_farmland_function: bool | None


@dataclass(frozen=True, slots=True)
class Block:
    contiguous_farmland_max_m2: Decimal


def check_unit(facts: Unit, params: Params) -> Iterator[Ruling]:
    """Pass one whole village, or several whole ones that adjoin."""
    count = {"count": len(facts.villages)}
    if not facts.villages:
        yield failed("h13-no-village")
    elif facts.whole_villages is None:
        yield unknown("whole_villages")
    elif not facts.whole_villages:
        yield failed("h13-village-cut", count)
    elif len(facts.villages) == 1:
        yield passed("h13-one-village", {"village": facts.villages[0]})
    elif facts.villages_adjacent is None:
        yield unknown("villages_adjacent")
    elif facts.villages_adjacent:
        yield passed("h13-villages-adjacent", count)
    else:
        yield failed("h13-villages-apart", count)


def check_parts(facts: Parts, params: Params) -> Iterator[Ruling]:
    """Rule on each of the three parts and on farmland-function restoration."""
    for name in PARTS:
        included: bool | None = getattr(facts, name)
        if included is None:
            yield unknown(name)
        else:
            words = {"part_zh": dictionary()[name].zh, "part_en": dictionary()[name].en}
            yield declared(name, included, met="h13-part", unmet="h13-part-missing", params=words)


def check_block(facts: Block, params: Params) -> Iterator[Ruling]:
    """Compare the largest block with the least one, exactly: 1000 mu is 2,000,000/3 m²."""
    yield compared(
        facts.contiguous_farmland_max_m2,
        ">=",
        params.contiguous_farmland_min_mu * units.MU_M2,
        name="contiguous_farmland_max_m2",
        met="h13-block",
        unmet="h13-block-small",
    )


OBLIGATIONS = (
    Obligation(
        "一（三）.1",
        force="must",
        who="project-owner",
        events=("check", "approval"),
        applies=only_for("kind", "consolidation"),
        facts=Unit,
        check=check_unit,
    ),
    Obligation(
        "一（三）.2",
        force="must",
        who="project-owner",
        events=("check", "approval"),
        applies=only_for("kind", "consolidation"),
        facts=Parts,
        check=check_parts,
    ),
    Obligation(
        "一（三）.3",
        force="must",
        who="project-owner",
        events=("check", "approval"),
        applies=only_for("kind", "consolidation"),
        facts=Block,
        check=check_block,
    ),
)

"""一（三）.2 Village, farmland and ecological works, with farmland-function restoration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, unknown

PARTS = ("village_part", "farmland_part", "ecology_part", "restores_farmland_function")


@dataclass(frozen=True, slots=True)
class Parts:
    village_part: bool | None
    farmland_part: bool | None
    ecology_part: bool | None
    restores_farmland_function: bool | None


def check_parts(facts: Parts, params: Params) -> Iterator[Ruling]:
    """Rule on each of the three parts and on farmland-function restoration."""
    for name in PARTS:
        included: bool | None = getattr(facts, name)
        if included is None:
            yield unknown(name)
        else:
            words = {"part_zh": dictionary()[name].zh, "part_en": dictionary()[name].en}
            yield declared(name, included, met="h13-part", unmet="h13-part-missing", params=words)


OBLIGATION = Obligation(
    "一（三）.2",
    force="must",
    who="project-owner",
    events=("check", "approval"),
    applies=only_for("kind", "consolidation"),
    facts=Parts,
    check=check_parts,
)

"""一（三）.1 The unit of a project is one whole village, or several that adjoin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown


@dataclass(frozen=True, slots=True)
class Unit:
    villages: tuple[str, ...]
    whole_villages: bool | None
    villages_adjacent: bool | None


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


OBLIGATION = Obligation(
    "一（三）.1",
    force="must",
    who="project-owner",
    events=("check", "approval"),
    applies=only_for("kind", "consolidation"),
    facts=Unit,
    check=check_unit,
)

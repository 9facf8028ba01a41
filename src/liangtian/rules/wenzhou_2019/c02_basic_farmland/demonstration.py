"""（二）.3 Major projects and temporary land take protected land only with a demonstration on record."""

from __future__ import annotations

from collections.abc import Iterator

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared, not_applicable, unknown
from liangtian.rules.wenzhou_2019.c02_basic_farmland.protected import Protected, lines


def check_demonstration(facts: Protected, params: Params) -> Iterator[Ruling]:
    """Ask for a demonstration on record for each layer that is taken."""
    if facts.kind == "single-site" and facts.major_project is False:
        yield not_applicable("major_project", False)
        return
    for line in lines(facts):
        if line.overlap_m2 is None:
            yield unknown(line.fact)
        elif line.overlap_m2 == 0:
            yield not_applicable(line.fact, line.overlap_m2)
        elif facts.occupation_demonstrated is None:
            yield unknown("occupation_demonstrated")
        else:
            yield declared(
                "occupation_demonstrated",
                facts.occupation_demonstrated,
                met="w02-demonstrated",
                unmet="w02-not-demonstrated",
                params=line.words(),
                parcels=line.parcels,
            )


OBLIGATION = Obligation(
    "（二）.3",
    force="must",
    who="construction-unit",
    events=("check", "approval"),
    applies=only_for("kind", "single-site", "temporary"),
    facts=Protected,
    check=check_demonstration,
)

"""二（六）.2 Town and village look after the project and take measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown


@dataclass(frozen=True, slots=True)
class Bodies:
    aftercare_bodies: tuple[Mapping[str, Any], ...]


def check_bodies(facts: Bodies, params: Params) -> Iterator[Ruling]:
    """Ask for a name and for measures taken by the town and by the village."""
    for body in params.names("bodies"):
        rows = [row for row in facts.aftercare_bodies if row["body"] == body and row["name"]]
        if not rows:
            yield failed("h26-nobody", {"body": body})
        for row in rows:
            words = {"body": body, "name": row["name"]}
            if row["measures_taken"] is None:
                yield unknown("aftercare_bodies")
            else:
                yield passed("h26-measures", words) if row["measures_taken"] else failed("h26-no-measures", words)


OBLIGATION = Obligation(
    "二（六）.2",
    force="should",
    who="town",
    events=("aftercare",),
    applies=only_for("kind", "consolidation"),
    facts=Bodies,
    check=check_bodies,
)

"""（一）.1 Nothing is built inside the ecological red line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian import units
from liangtian.policy.clause import Obligation, always
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, declared, unknown


@dataclass(frozen=True, slots=True)
class RedLine:
    kind: str
    red_line_overlap_m2: Decimal
    red_line_touching_m2: Decimal | None
    red_line_parcels: tuple[str, ...] | None
    builds_on_red_line: bool | None


def check_red_line(facts: RedLine, params: Params) -> Iterator[Ruling]:
    """Fail on any overlap beyond the line tolerance; a consolidation project only if it builds there."""
    if facts.kind == "consolidation" and facts.red_line_overlap_m2 > 0:
        # Restoring land inside the red line is no occupation; building there is.
        if facts.builds_on_red_line is None:
            yield unknown("builds_on_red_line")
        else:
            yield declared(
                "builds_on_red_line",
                facts.builds_on_red_line,
                wanted=False,
                met="w01-red-line-no-building",
                unmet="w01-red-line-building",
                params={"overlap": units.display_area(facts.red_line_overlap_m2, "m2")},
                parcels=facts.red_line_parcels or (),
            )
        return
    yield compared(
        facts.red_line_overlap_m2,
        "=",
        0,
        name="red_line_overlap_m2",
        met="w01-red-line-clear",
        unmet="w01-red-line-crossed",
        params={"touching": units.display_area(facts.red_line_touching_m2 or 0, "m2")},
        parcels=facts.red_line_parcels or (),
    )


OBLIGATION = Obligation(
    "（一）.1",
    force="must",
    who="anyone",
    events=("check", "approval"),
    applies=always,
    facts=RedLine,
    check=check_red_line,
)

"""（耕作层）Topsoil stored within the radius of a consolidation project is used there (第二十条)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, unknown


@dataclass(frozen=True, slots=True)
class Stored:
    topsoil_within_radius: tuple[Row, ...]


def check_used(facts: Stored, params: Params) -> Iterator[Ruling]:
    """Ask that the soil of each yard within the radius, the radius itself included, was used in the project."""
    rows = facts.topsoil_within_radius
    radius = params.topsoil_radius_km
    near = [row for row in rows if row["distance_km"] is not None and row["distance_km"] <= radius]
    left = [row["yard"] for row in near if row["used_here"] is False]
    open_ = any(row["distance_km"] is None for row in rows) or any(row["used_here"] is None for row in near)
    if open_ and not left:
        yield unknown("topsoil_within_radius")
    else:
        yield none_missing("topsoil_within_radius", left, met="zj18-soil-used", unmet="zj18-soil-left")


OBLIGATIONS = (
    Obligation(
        "（耕作层）.1",
        force="must",
        who="project-owner",
        events=("acceptance",),
        applies=only_if("topsoil_within_radius"),
        facts=Stored,
        check=check_used,
    ),
)

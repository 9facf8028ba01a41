"""（十一）.3–.5 The volumes of each batch close, yards have their temporary land, listed uses come first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, unknown

PARTS = ("stored_m3", "used_m3", "lost_m3", "remaining_m3")


@dataclass(frozen=True, slots=True)
class Batches:
    topsoil_batches: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Yards:
    topsoil_yards: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    topsoil_uses: tuple[Row, ...]


def check_closed(facts: Batches, params: Params) -> Iterator[Ruling]:
    """Ask that each batch closes, exactly: stripped = stored + used + lost + remaining."""
    for row in facts.topsoil_batches:
        if None in (row["stripped_m3"], *(row[part] for part in PARTS)):
            yield unknown("topsoil_batches")
            continue
        yield compared(
            sum(row[part] for part in PARTS),
            "=",
            row["stripped_m3"],
            name="topsoil_batches",
            unit="m3",
            met="w11-closed",
            unmet="w11-open",
            params={"batch": row["batch"]},
        )


def check_yards(facts: Yards, params: Params) -> Iterator[Ruling]:
    """Let yards be kept as temporary land, once that is approved and as long as it lasts."""
    rows = facts.topsoil_yards
    lapsed = [row["yard"] for row in rows if row["approved_until"] is not None and row["approved_until"] < params.on]
    refused = [row["yard"] for row in rows if row["temporary_land_approved"] is False]
    open_ = [row["yard"] for row in rows if None in (row["temporary_land_approved"], row["approved_until"])]
    if open_ and not (lapsed or refused):
        yield unknown("topsoil_yards")
    else:
        yield none_missing("topsoil_yards", [*lapsed, *refused], met="w11-yards", unmet="w11-yards-unapproved")


def check_preferred(facts: Uses, params: Params) -> Iterator[Ruling]:
    """Ask for the listed uses, or for the reason why none of them needed the soil."""
    first = params.names("preferred_uses")
    others = [row["purpose"] for row in facts.topsoil_uses if row["purpose"] not in first and not row["reason"]]
    yield none_missing("topsoil_uses", others, met="w11-preferred", unmet="w11-other-use")


CLOSED = Obligation(
    "（十一）.3",
    force="must",
    who="county",
    events=("assessment",),
    applies=only_if("topsoil_batches"),
    facts=Batches,
    check=check_closed,
)
YARDS = Obligation(
    "（十一）.4",
    force="may",
    who="construction-unit",
    events=("works", "assessment"),
    applies=only_if("topsoil_yards"),
    facts=Yards,
    check=check_yards,
)
PREFERRED = Obligation(
    "（十一）.5",
    force="should",
    who="county",
    events=("assessment",),
    applies=only_if("topsoil_uses"),
    facts=Uses,
    check=check_preferred,
)

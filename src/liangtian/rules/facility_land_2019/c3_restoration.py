"""（恢复）Facility land that is no longer used goes back to what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.lists import Row, none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, not_applicable, unknown


@dataclass(frozen=True, slots=True)
class Register:
    facility_register: tuple[Row, ...]


def check_restored(facts: Register, params: Params) -> Iterator[Ruling]:
    """Ask that each site whose use has ended is restored."""
    rows = facts.facility_register
    ended = [row for row in rows if row["use_ended_on"] is not None and row["use_ended_on"] <= params.on]
    left = [row["site"] for row in ended if row["restored"] is False]
    if not ended:
        yield not_applicable("facility_register", rows)
    elif not left and any(row["restored"] is None for row in ended):
        yield unknown("facility_register")
    else:
        yield none_missing("facility_register", left, met="fl19-restored", unmet="fl19-not-restored")


OBLIGATIONS = (
    Obligation(
        "（恢复）.1",
        force="must",
        who="county",
        events=("assessment",),
        applies=only_if("facility_register"),
        facts=Register,
        check=check_restored,
    ),
)

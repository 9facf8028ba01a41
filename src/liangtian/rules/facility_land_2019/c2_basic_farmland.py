"""（永久基本农田）Which facility may take permanent basic farmland, and which only if it is replaced.

How small a part of a livestock facility may be the text read here does not say: none larger than what was replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from liangtian.policy.clause import Obligation, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared, failed, passed, unknown
from liangtian.units import display_area


@dataclass(frozen=True, slots=True)
class Facility:
    facility_type: str
    basic_farmland_overlap_m2: Decimal
    basic_farmland_parcels: tuple[str, ...] | None
    basic_farmland_replaced_m2: Decimal | None


def check_taken(facts: Facility, params: Params) -> Iterator[Ruling]:
    """Let a facility that keeps the plough layer take it; others only as allowed on the day, and replaced."""
    parcels = facts.basic_farmland_parcels or ()
    taken = {"taken": display_area(facts.basic_farmland_overlap_m2, "m2")}
    if not params.table("may_take_basic_farmland")[facts.facility_type]:
        yield failed("fl19-not-allowed", taken, parcels=parcels)
    elif not params.table("replaces_basic_farmland")[facts.facility_type]:
        yield passed("fl19-allowed", taken, parcels=parcels)
    elif facts.basic_farmland_replaced_m2 is None:
        yield unknown("basic_farmland_replaced_m2")
    else:
        yield compared(
            facts.basic_farmland_replaced_m2,
            ">=",
            facts.basic_farmland_overlap_m2,
            name="basic_farmland_replaced_m2",
            met="fl19-replaced",
            unmet="fl19-not-replaced",
            parcels=parcels,
        )


OBLIGATIONS = (
    Obligation(
        "（永久基本农田）.1",
        force="must",
        who="county",
        events=("facility",),
        applies=only_if("basic_farmland_overlap_m2"),
        facts=Facility,
        check=check_taken,
    ),
)

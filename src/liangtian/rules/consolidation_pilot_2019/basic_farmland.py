"""（永久基本农田）A layout adjustment adds basic farmland, and moves only a small share of that of the towns concerned.

Added is what is moved in beyond what is moved out: our reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from liangtian.policy.clause import Case, Obligation, only_for, only_if
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, compared


@dataclass(frozen=True, slots=True)
class Added:
    basic_farmland_moved_out_m2: Decimal
    basic_farmland_moved_in_m2: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    basic_farmland_moved_out_m2: Decimal
    towns_basic_farmland_m2: Decimal


def applies(case: Case) -> str | None:
    """Reach the consolidation projects that adjust the layout."""
    return only_for("kind", "consolidation")(case) or only_if("adjusts_layout")(case)


def check_added(facts: Added, params: Params) -> Iterator[Ruling]:
    """Compare what is added with the share of what is moved out, exactly."""
    yield compared(
        facts.basic_farmland_moved_in_m2 - facts.basic_farmland_moved_out_m2,
        ">=",
        params.added_share_min * Fraction(facts.basic_farmland_moved_out_m2),
        name="basic_farmland_moved_in_m2",
        met="cp19-basic-added",
        unmet="cp19-basic-added-short",
    )


def check_moved(facts: Moved, params: Params) -> Iterator[Ruling]:
    """Compare what is moved out with the share of the towns' basic farmland, exactly."""
    yield compared(
        facts.basic_farmland_moved_out_m2,
        "<=",
        params.moved_share_max * Fraction(facts.towns_basic_farmland_m2),
        name="basic_farmland_moved_out_m2",
        met="cp19-moved",
        unmet="cp19-moved-too-much",
    )


OBLIGATIONS = (
    Obligation("（永久基本农田）.1", "should", "town", ("demonstration",), applies, Added, check_added),
    Obligation("（永久基本农田）.2", "principle", "town", ("demonstration",), applies, Moved, check_moved),
)

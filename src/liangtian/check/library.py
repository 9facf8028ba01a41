"""What planning takes from the documents: criteria of the reserve library, targets, limits of a layout adjustment."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from liangtian.planning.layout import LayoutLimits
from liangtian.planning.network import least_dm2
from liangtian.policy.parameters import Parameters
from liangtian.rules.documents import DOCUMENTS

CRITERIA = "haining-2021二（一）.review_criteria"
TARGETS = "haining-2021一（五）"
LAYOUT = "consolidation-pilot-2019（永久基本农田）"


def criteria_on(on: date, place: str) -> tuple[str, ...]:
    """The criteria of the joint review, in the order of the text."""
    return Parameters(DOCUMENTS).resolve(CRITERIA, on=on, place=place).names


def targets_on(on: date, place: str) -> dict[str, int]:
    """The 1211 targets as least sums of gains: numbers of projects, areas in whole m² rounded up."""
    parameters = Parameters(DOCUMENTS)

    def number(name: str) -> int:
        return int(parameters.resolve(f"{TARGETS}.{name}", on=on, place=place).number)

    def area_m2(name: str) -> int:
        return -(-least_dm2(parameters.resolve(f"{TARGETS}.{name}", on=on, place=place).number) // 100)

    return {
        "projects": number("projects_min"),
        "area_m2": area_m2("area_min_mu"),
        "linkage_m2": area_m2("linkage_min_mu"),
        "compensation_m2": area_m2("compensation_min_mu"),
        "showcases": number("showcases_min"),
    }


def layout_limits_on(on: date, place: str, *, grown_share: Fraction) -> LayoutLimits:
    """Shares that an adjustment of basic farmland keeps to; by how much it may grow is the caller's choice."""
    parameters = Parameters(DOCUMENTS)
    added, moved = (
        parameters.resolve(f"{LAYOUT}.{name}", on=on, place=place).number
        for name in ("added_share_min", "moved_share_max")
    )
    return LayoutLimits(added, moved, grown_share)

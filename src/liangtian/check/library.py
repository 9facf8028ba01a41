"""What planning takes from the documents: criteria of the reserve library, targets, limits of a layout adjustment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from liangtian.errors import LayerInvalid
from liangtian.planning.layout import LayoutLimits
from liangtian.planning.network import least_dm2
from liangtian.planning.ranking import Candidate, marks_of_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS

CRITERIA = "haining-2021二（一）.review_criteria"
TARGETS = "haining-2021一（五）"
LAYOUT = "consolidation-pilot-2019（永久基本农田）"
FACTS = {"连片规模": True, "亩均投资": False}
"""Facts measured rather than marked, and whether much of them is good: largest block, cost by area."""


def criteria_on(on: date, place: str, values: Iterable[Parameter] = ()) -> tuple[str, ...]:
    """The criteria of the joint review, in the order of the text."""
    return Parameters(DOCUMENTS).with_values(values).resolve(CRITERIA, on=on, place=place).names


def weights_of(given: Mapping[str, Any] | None, criteria: tuple[str, ...]) -> dict[str, Fraction]:
    """Those that are given; without any, one for each criterion of the joint review.

    Raises
    ------
    LayerInvalid (layer-invalid): rank-criteria-missing.
    """
    named = given or dict.fromkeys(criteria, 1)
    missing = [name for name in criteria if name not in named]
    if missing:
        raise LayerInvalid("rank-criteria-missing", criteria="、".join(missing))
    return {name: Fraction(weight) for name, weight in named.items()}


def candidates_of(rows: Sequence[Mapping[str, Any]], source: str) -> list[Candidate]:
    """Projects as a list has them (docs/howto/planning.md), measured facts turned into marks.

    Raises
    ------
    LayerInvalid (layer-invalid): rank-no-projects.
    """
    if not rows:
        raise LayerInvalid("rank-no-projects", file=source)
    facts = {
        "连片规模": {row["number"]: Fraction(row["block_mu"]) for row in rows if "block_mu" in row},
        "亩均投资": {
            row["number"]: Fraction(row["cost_yuan"]) / Fraction(row["gains"]["area_m2"])
            for row in rows
            if row.get("gains", {}).get("area_m2") and "cost_yuan" in row
        },
    }
    marks = {name: marks_of_facts(facts[name], high_is_good=good) for name, good in FACTS.items()}
    found = []
    for row in rows:
        measured = {name: marks[name][row["number"]] for name in FACTS if row["number"] in marks[name]}
        given_marks = {name: Fraction(mark) for name, mark in row.get("marks", {}).items()}
        cost = int(Fraction(row.get("cost_yuan", 0)) * 100)
        gains = {name: int(gain) for name, gain in row.get("gains", {}).items()}
        found.append(Candidate(row["number"], measured | given_marks, cost, gains))
    return found


def targets_on(on: date, place: str, values: Iterable[Parameter] = ()) -> dict[str, int]:
    """The 1211 targets as least sums of gains: numbers of projects, areas in whole m² rounded up."""
    parameters = Parameters(DOCUMENTS).with_values(values)

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


def layout_limits_on(on: date, place: str, values: Iterable[Parameter] = (), *, grown_share: Fraction) -> LayoutLimits:
    """Shares that an adjustment of basic farmland keeps to; by how much it may grow is the caller's choice."""
    parameters = Parameters(DOCUMENTS).with_values(values)
    added, moved = (
        parameters.resolve(f"{LAYOUT}.{name}", on=on, place=place).number
        for name in ("added_share_min", "moved_share_max")
    )
    return LayoutLimits(added, moved, grown_share)

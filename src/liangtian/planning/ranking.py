"""Candidate projects in order: weighted marks, exactly, with what it would take to change the order.

The score of a project is `Σ weight · mark / Σ weight` over the criteria, in whole fractions: no rounding, no tie that
is not one. Equal scores are told apart by the criteria in their order, then by the project's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from liangtian.errors import LayerInvalid


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project applied for.

    Attributes
    ----------
    project : its number
    marks : by criterion, the higher the better, all on one scale
    cost_fen : funds it asks for
    gains : what it would bring, by name: `area_m2`, `linkage_m2`, `compensation_m2`, `showcase` …
    """

    project: str
    marks: Mapping[str, Fraction]
    cost_fen: int = 0
    gains: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the order.

    Attributes
    ----------
    rank : from 1
    score : weighted mean of the marks
    parts : what each criterion contributes to the score
    tie : the criterion that told it apart from an equal score above; `project` where only the number did; None: no tie
    """

    rank: int
    project: str
    score: Fraction
    parts: Mapping[str, Fraction]
    tie: str | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Between which values one weight may move, the others kept, while the same projects stay first in the same order.

    Attributes
    ----------
    least, most : ends of the interval; `most` None: however large
    below, above : the pair that changes places beyond each end, as `(above now, below now)`; None: nothing does
    """

    criterion: str
    weight: Fraction
    least: Fraction
    most: Fraction | None
    below: tuple[str, str] | None
    above: tuple[str, str] | None


def ranked(candidates: Sequence[Candidate], weights: Mapping[str, Fraction]) -> tuple[Ranked, ...]:
    """Put projects in order.

    Raises
    ------
    LayerInvalid (layer-invalid): a mark that is missing, a negative weight, weights that are all nothing, a number twice.

    Source
    ------
    haining-2021二（一）names the criteria; the weights are those of the joint review.

    Examples
    --------
    >>> one, two = Candidate("A", {"x": Fraction(3), "y": Fraction(1)}), Candidate("B", {"x": Fraction(1), "y": Fraction(4)})
    >>> [(each.project, str(each.score)) for each in ranked([one, two], {"x": Fraction(2), "y": Fraction(1)})]
    [('A', '7/3'), ('B', '2')]
    """
    _refuse(candidates, weights)
    total = sum(weights.values(), Fraction(0))
    order = sorted(candidates, key=lambda each: _key(each, weights))
    found: list[Ranked] = []
    for number, each in enumerate(order):
        parts = {name: weight * each.marks[name] / total for name, weight in weights.items()}
        score = sum(parts.values(), Fraction(0))
        tied = found and found[-1].score == score
        tie = _told_apart(order[number - 1], each, weights) if tied else None
        found.append(Ranked(number + 1, each.project, score, parts, tie))
    return tuple(found)


def marks_of_facts(facts: Mapping[str, Fraction], *, high_is_good: bool) -> dict[str, Fraction]:
    """Marks from 0 to 100 for measured facts by project: the worst gets 0, the best 100, the others in proportion.

    Examples
    --------
    >>> found = marks_of_facts({"A": Fraction(1200), "B": Fraction(1000), "C": Fraction(1050)}, high_is_good=True)
    >>> [str(found[each]) for each in "ABC"]
    ['100', '0', '25']
    """
    low, high = min(facts.values(), default=Fraction(0)), max(facts.values(), default=Fraction(0))
    if low == high:
        return dict.fromkeys(facts, Fraction(100))
    up = {project: 100 * (fact - low) / (high - low) for project, fact in facts.items()}
    return up if high_is_good else {project: 100 - mark for project, mark in up.items()}


def sensitivities(
    candidates: Sequence[Candidate], weights: Mapping[str, Fraction], first: int
) -> tuple[Sensitivity, ...]:
    """For each weight the interval in which the first projects stay as they are, each in its place.

    Scores without their common denominator are lines in the weight, so the ends are where a line that must stay above
    meets one that must stay below: exact, and at an end the order is that of a tie.
    """
    order = {each.project: each for each in candidates}
    ranks = [order[each.project] for each in ranked(candidates, weights)]
    top = ranks[:first]
    pairs = [(one, other) for n, one in enumerate(top) for other in (top[n + 1 : n + 2] or ranks[first:])]
    return tuple(_interval(name, weights, pairs) for name in weights)


def _interval(name: str, weights: Mapping[str, Fraction], pairs: list[tuple[Candidate, Candidate]]) -> Sensitivity:
    least, most = Fraction(0), None
    below = above = None
    for one, other in pairs:
        rest = sum((w * (one.marks[n] - other.marks[n]) for n, w in weights.items() if n != name), Fraction(0))
        slope = one.marks[name] - other.marks[name]
        if slope > 0 and (meets := -rest / slope) > least:
            least, below = meets, (one.project, other.project)
        if slope < 0 and (most is None or -rest / slope < most):
            most, above = -rest / slope, (one.project, other.project)
    return Sensitivity(name, weights[name], least, most, below, above)


def _key(each: Candidate, weights: Mapping[str, Fraction]) -> tuple[object, ...]:
    score = sum((weight * each.marks[name] for name, weight in weights.items()), Fraction(0))
    return (-score, *(-each.marks[name] for name in weights), each.project)


def _told_apart(above: Candidate, below: Candidate, weights: Mapping[str, Fraction]) -> str:
    return next((name for name in weights if above.marks[name] != below.marks[name]), "project")


def _refuse(candidates: Sequence[Candidate], weights: Mapping[str, Fraction]) -> None:
    if any(weight < 0 for weight in weights.values()) or not sum(weights.values()):
        raise LayerInvalid("rank-weights-unusable", weights="、".join(f"{n}={w}" for n, w in weights.items()))
    seen: set[str] = set()
    for each in candidates:
        missing = [name for name in weights if name not in each.marks]
        if missing:
            raise LayerInvalid("rank-mark-missing", project=each.project, criteria="、".join(missing))
        if each.project in seen:
            raise LayerInvalid("rank-project-twice", project=each.project)
        seen.add(each.project)

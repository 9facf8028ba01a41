"""What a clause says about one case, before the evaluator adds which rule it was and the trace."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from liangtian import units
from liangtian.finding import Outcome, Step
from liangtian.policy.facts import dictionary, plain, say

Number = int | Decimal | Fraction
Relation = Literal["<", "<=", "=", ">=", ">"]

_HOLDS: dict[Relation, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """An outcome with its sentence, its figures and the comparisons it rests on.

    `missing` are the measured facts it lacks; the evaluator adds why (`policy.unmeasured`).
    """

    outcome: Outcome
    message_id: str
    params: Mapping[str, object] = field(default_factory=dict)
    measured: object | None = None
    required: object | None = None
    parcels: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()


def compared(
    measured: Number,
    relation: Relation,
    required: Number,
    *,
    name: str,
    met: str,
    unmet: str,
    unit: str = "m2",
    params: Mapping[str, object] | None = None,
    parcels: tuple[str, ...] = (),
) -> Ruling:
    """Compare exactly; the outcome and the traced comparison come from the same figures.

    Parameters
    ----------
    measured, relation, required : read as a sentence, `overlap "=" 0`; unrounded
    name : the fact or figure compared, for the trace
    met, unmet : message ids for pass and fail; both may use {measured}, {required} and, for areas,
        {measured_mu}, {required_mu}
    parcels : named when the comparison does not hold

    Examples
    --------
    >>> compared(Decimal("79.99"), "<", 80, name="x", met="a", unmet="b").outcome
    <Outcome.PASS: 'pass'>
    """
    left, right = Fraction(measured), Fraction(required)
    holds = _HOLDS[relation](left, right)
    detail = {"measured": str(left), "relation": relation, "required": str(right), "unit": unit}
    return Ruling(
        outcome=Outcome.PASS if holds else Outcome.FAIL,
        message_id=met if holds else unmet,
        params={**_worded("measured", left, unit), **_worded("required", right, unit), **(params or {})},
        measured=number(left),
        required=number(right),
        parcels=() if holds else tuple(sorted(parcels)),
        steps=(Step("compare", name, holds, detail),),
    )


def declared(
    name: str,
    value: bool,
    *,
    met: str,
    unmet: str,
    wanted: bool = True,
    params: Mapping[str, object] | None = None,
    parcels: tuple[str, ...] = (),
) -> Ruling:
    """Rule on a yes or no on record."""
    holds = value is wanted
    return Ruling(
        outcome=Outcome.PASS if holds else Outcome.FAIL,
        message_id=met if holds else unmet,
        params=params or {},
        measured=value,
        required=wanted,
        parcels=tuple(sorted(parcels)),
        steps=(Step("compare", name, holds, {"measured": value, "relation": "=", "required": wanted}),),
    )


def passed(message_id: str, params: Mapping[str, object] | None = None, *, parcels: tuple[str, ...] = ()) -> Ruling:
    """Meet the obligation without a figure to compare."""
    return Ruling(Outcome.PASS, message_id, params or {}, parcels=tuple(sorted(parcels)))


def failed(message_id: str, params: Mapping[str, object] | None = None, *, parcels: tuple[str, ...] = ()) -> Ruling:
    """Break the obligation without a figure to compare."""
    return Ruling(Outcome.FAIL, message_id, params or {}, parcels=tuple(sorted(parcels)))


@cache
def unknown(*names: str) -> Ruling:
    """Say which facts are missing and who supplies them; the first fact's supplier words the sentence."""
    facts = [dictionary()[name] for name in names]
    return Ruling(
        Outcome.UNKNOWN,
        f"fact-not-{facts[0].supplier}",
        {
            "facts": ", ".join(names),
            "facts_zh": "、".join(fact.zh for fact in facts),
            "facts_en": "; ".join(fact.en for fact in facts),
        },
        missing=tuple(fact.name for fact in facts if fact.supplier == "measured"),
    )


def not_applicable(name: str, value: object) -> Ruling:
    """Leave the case aside, naming the fact that decided so."""
    fact = dictionary()[name]
    value_zh, value_en = say(name, value)
    params = {"fact": name, "fact_zh": fact.zh, "fact_en": fact.en, "value_zh": value_zh, "value_en": value_en}
    return Ruling(Outcome.NOT_APPLICABLE, "fact-decides", params, measured=plain(value))


def number(value: Number) -> int | float:
    """Make a figure JSON-ready: whole numbers stay whole, others keep two places, half-up.

    Examples
    --------
    >>> number(Fraction(2_000_000, 3)), number(Decimal("120.00")), number(Decimal("0.05"))
    (666666.67, 120, 0.05)
    """
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else float(units.round_half_up(exact, 2))


def _worded(name: str, value: Fraction, unit: str) -> dict[str, str]:
    if unit != "m2":
        return {name: f"{number(value):,}"}
    return {name: units.display_area(value, "m2"), f"{name}_mu": units.display_area(value, "mu")}

"""Amounts of several indices of the book at once, as table facts hold them.

A column is an index, in its whole unit; rows are summed; an empty cell is nought, while a table not given is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from liangtian.finding import Outcome, Step
from liangtian.ledger.indices import indices
from liangtian.policy.ruling import Ruling

Rows = tuple[Mapping[str, Any], ...]

BALANCE = ("quantity_m2", "capacity_kg", "paddy_m2")
COMPENSATION = (*BALANCE, "standard_first_m2", "standard_second_m2")


def amounts(rows: Iterable[Mapping[str, Any]], names: Iterable[str] = COMPENSATION) -> dict[str, int]:
    """Sum the rows of a table fact, index by index.

    Examples
    --------
    >>> amounts(({"quantity_m2": 100, "capacity_kg": 30}, {"quantity_m2": 5, "capacity_kg": None}), BALANCE)
    {'quantity_m2': 105, 'capacity_kg': 30, 'paddy_m2': 0}
    """
    listed = tuple(rows)
    return {name: sum(int(row.get(name) or 0) for row in listed) for name in names}


def compared_amounts(
    measured: int,
    relation: Literal["<=", "=", ">="],
    required: int,
    *,
    index: str,
    name: str,
    met: str,
    unmet: str,
    params: Mapping[str, object] | None = None,
) -> Ruling:
    """Compare two amounts of one index; the messages may use {index_zh}, {index_en}, {measured}, {required}, {unit}."""
    holds = {"=": measured == required, ">=": measured >= required, "<=": measured <= required}[relation]
    kind = indices()[index]
    words = {"index_zh": kind.zh, "index_en": kind.en, "unit": kind.unit.replace("m2", "m²")}
    words |= {"measured": f"{measured:,}", "required": f"{required:,}"}
    detail = {"measured": str(measured), "relation": relation, "required": str(required), "unit": kind.unit}
    return Ruling(
        Outcome.PASS if holds else Outcome.FAIL,
        met if holds else unmet,
        {**words, **(params or {})},
        measured=measured,
        required=required,
        steps=(Step("compare", name, holds, detail),),
    )

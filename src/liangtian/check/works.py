"""The works a design may use, with the unit costs in force on a day at a place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from liangtian.planning.works import Works
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS

CLAUSES = {
    "restore": "haining-2021一（三）",
    "reclaim": "wenzhou-2019（九）",
    "clear": "linkage-2008",
}


def works_on(on: date, place: str, values: Iterable[Parameter] = ()) -> tuple[Works, ...]:
    """Kinds of works in force: classes, cost and clause of each.

    Parameters
    ----------
    values : of places, beside the declared ones

    Raises
    ------
    ParameterMissing (parameter-missing): the date lies before the first of the values.
    """
    parameters = Parameters({"liangtian-2026": DOCUMENTS["liangtian-2026"]}).with_values(values)

    def resolve(name: str) -> Parameter:
        return parameters.resolve(f"liangtian-2026（设计）.{name}", on=on, place=place)

    ridge = resolve("new_field_ridge").number
    return tuple(
        Works(kind, resolve(f"{kind}_classes").names, resolve(f"{kind}_cost_yuan_per_mu").number, clause, ridge)
        for kind, clause in CLAUSES.items()
    )


def least_piece_dm2(on: date, place: str, values: Iterable[Parameter] = ()) -> int:
    """The smallest piece worth works, hundredths of m²."""
    parameters = Parameters({"liangtian-2026": DOCUMENTS["liangtian-2026"]}).with_values(values)
    return int(parameters.resolve("liangtian-2026（设计）.least_piece_m2", on=on, place=place).number * 100)

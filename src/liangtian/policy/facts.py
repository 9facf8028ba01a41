"""The facts dictionary (`facts.toml`): what each fact is called, means and is measured in, and who supplies it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

from liangtian import units
from liangtian.errors import LiangtianError

FactType = Literal["area", "integer", "boolean", "choice", "text", "codes", "parcels", "table"]
Supplier = Literal["measured", "declared"]

_UNIT = {"area": "m2"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the dictionary; `values` words a choice, `columns` types the columns of a table."""

    name: str
    type: FactType
    supplier: Supplier
    zh: str
    en: str
    unit: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[str, FactType] = field(default_factory=dict)


@cache
def dictionary() -> dict[str, Fact]:
    """Every fact by name, in the order of `facts.toml`."""
    raw = tomllib.loads(resources.files("liangtian.policy").joinpath("facts.toml").read_text("utf-8"))
    return {name: Fact(name=name, **{"unit": _UNIT.get(entry["type"], "")} | entry) for name, entry in raw.items()}


def read_facts(
    raw: Mapping[str, object], *, allowed: Iterable[Supplier] = ("measured", "declared")
) -> dict[str, object]:
    """Take facts from TOML or JSON: known names, right types, areas as exact decimals.

    Parameters
    ----------
    raw : fact name → number, boolean, text, list or list of rows; None stays None (not known)
    allowed : a user's own file may only declare: pass `("declared",)`

    Raises
    ------
    LiangtianError (fact-name-unknown, fact-not-yours, fact-type-wrong)

    Examples
    --------
    >>> read_facts({"kind": "batch", "boundary_m2": 120.5, "capacity_kg": None})
    {'kind': 'batch', 'boundary_m2': Decimal('120.5'), 'capacity_kg': None}
    """
    permitted = tuple(allowed)
    return {name: _read_fact(name, value, permitted) for name, value in raw.items()}


def plain_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Write facts as JSON has them; `read_facts` takes them back unchanged.

    Examples
    --------
    >>> plain_facts({"boundary_m2": Decimal("120.50"), "villages": ("339901001201",)})
    {'boundary_m2': 120.5, 'villages': ['339901001201']}
    """
    return {name: plain(value) for name, value in facts.items()}


def plain(value: object) -> object:
    """Make one value JSON-ready: decimals become numbers, tuples lists."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def say(name: str, value: object) -> tuple[str, str]:
    """Word a fact's value in Chinese and English.

    Examples
    --------
    >>> say("kind", "batch"), say("major_project", False), say("paddy_m2", Decimal("12.5"))
    (('城市分批次建设用地', 'batch land of a city'), ('否', 'no'), ('12.50 m²', '12.50 m²'))
    """
    fact = dictionary()[name]
    if fact.type == "choice":
        words = fact.values[str(value)]
        return words["zh"], words["en"]
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, Decimal):
        text = f"{units.display_area(value, 'm2')} m²"
        return text, text
    text = "、".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
    return text, text.replace("、", ", ")


def _read_fact(name: str, value: object, allowed: tuple[Supplier, ...]) -> object:
    fact = dictionary().get(name)
    if fact is None:
        raise LiangtianError("fact-name-unknown", fact=name)
    if fact.supplier not in allowed:
        raise LiangtianError("fact-not-yours", fact=name, fact_zh=fact.zh, fact_en=fact.en)
    if value is None:
        return None
    if fact.type == "table":
        return _read_table(fact, value)
    return _read_value(fact, fact.type, value)


def _read_table(fact: Fact, value: object) -> tuple[dict[str, object], ...]:
    if not isinstance(value, (list, tuple)) or any(
        not isinstance(row, Mapping) or set(row) - set(fact.columns) for row in value
    ):
        raise _wrong(fact, value)
    return tuple(
        {
            column: None if row.get(column) is None else _read_value(fact, kind, row[column])
            for column, kind in fact.columns.items()
        }
        for row in value
    )


def _read_value(fact: Fact, kind: FactType, value: object) -> object:
    read = _READ[kind](fact, value)
    if read is None:
        raise _wrong(fact, value)
    return read


def _area(fact: Fact, value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    area = Decimal(str(value))
    return area if area.is_finite() and area >= 0 else None


def _integer(fact: Fact, value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _boolean(fact: Fact, value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(fact: Fact, value: object) -> str | None:
    return value if isinstance(value, str) else None


def _choice(fact: Fact, value: object) -> str | None:
    return value if isinstance(value, str) and value in fact.values else None


def _codes(fact: Fact, value: object) -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(sorted(value))


_READ: dict[FactType, Callable[[Fact, object], object | None]] = {
    "area": _area,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "choice": _choice,
    "codes": _codes,
    "parcels": _codes,
}


def _wrong(fact: Fact, value: object) -> LiangtianError:
    return LiangtianError(
        "fact-type-wrong", fact=fact.name, fact_zh=fact.zh, fact_en=fact.en, type=fact.type, value=repr(value)
    )

"""The facts dictionary (`dictionary/*.toml`): what each fact is called, means and is measured in, who supplies it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Literal

from liangtian import units
from liangtian.errors import LiangtianError
from liangtian.messages import catalogue

FactType = Literal[
    "area",  # m², two places
    "length",  # m
    "volume",  # m³
    "money",  # yuan, to the fen
    "share",  # exact, 0.15
    "figure",  # exact, of either sign, in the unit the entry gives
    "integer",
    "boolean",
    "choice",
    "date",
    "text",
    "codes",
    "parcels",  # ids a finding names
    "table",
]
# measured by the check from published layers; registered in the book or a register; declared by the user
Supplier = Literal["measured", "registered", "declared"]

_UNIT = {"area": "m2", "length": "m", "volume": "m3", "money": "yuan"}


DIGITS = 30  # of a figure, before and after its point: no land, money or grain needs more

# What a user may state: registers that are not kept here are declared by those who keep them.
STATED: tuple[Supplier, ...] = ("registered", "declared")


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the dictionary; `values` words a choice or the codes in a table, `columns` types the columns of a table.

    `booked`: the book shows it because a rule entered it, by the values of its day; it says nothing of other values.
    """

    name: str
    type: FactType
    supplier: Supplier
    zh: str
    en: str
    unit: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[str, FactType] = field(default_factory=dict)
    booked: bool = False


@cache
def dictionary() -> dict[str, Fact]:
    """Every fact by name, file after file of `dictionary/`.

    Raises
    ------
    ValueError : a name stands twice (a programmer's error)
    """
    facts: dict[str, Fact] = {}
    for file in sorted(
        resources.files("liangtian.policy").joinpath("dictionary").iterdir(), key=lambda each: each.name
    ):
        for name, entry in tomllib.loads(file.read_text("utf-8")).items():
            if name in facts:
                raise ValueError(f"the fact {name} stands twice, second time in {file.name}")
            facts[name] = Fact(name=name, **{"unit": _UNIT.get(entry["type"], "")} | entry)
    return facts


def read_facts(
    raw: Mapping[str, object], *, allowed: Iterable[Supplier] = ("measured", "registered", "declared")
) -> dict[str, object]:
    """Take facts from TOML or JSON: known names, right types, areas as exact decimals.

    Parameters
    ----------
    raw : fact name → number, boolean, text, list or list of rows; None stays None (not known)
    allowed : what a user may state: pass `STATED`

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
    """Make one value JSON-ready: decimals become numbers, days ISO text, tuples lists."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
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
    >>> say("transfer_cost_yuan", Decimal("2000000.0"))
    ('2,000,000.00 元', '2,000,000.00 yuan')
    """
    fact = dictionary()[name]
    if fact.type == "choice":
        words = fact.values[str(value)]
        return words["zh"], words["en"]
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if isinstance(value, Decimal):
        if fact.type == "area":
            return (f"{units.display_area(value, 'm2')} m²",) * 2
        number = f"{value:,.2f}" if fact.unit == "yuan" else f"{value:,}"
        words = catalogue().get(f"unit-{fact.unit}", {"zh": fact.unit, "en": fact.unit})
        return f"{number} {words['zh']}".rstrip(), f"{number} {words['en']}".rstrip()
    if fact.type == "table" and isinstance(value, tuple):
        return f"{len(value)} 项", f"{len(value)} rows"
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


def _figure(fact: Fact, value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    figure = Decimal(str(value))
    return figure if figure.is_finite() and within_reach(figure) else None


def within_reach(figure: Decimal) -> bool:
    """Whether a finite figure has no more digits, before or after its point, than exact arithmetic takes at once.

    Examples
    --------
    >>> within_reach(Decimal("330.5")), within_reach(Decimal("1e999999999"))
    (True, False)
    """
    exponent = figure.as_tuple().exponent
    return figure.adjusted() < DIGITS and isinstance(exponent, int) and exponent > -DIGITS


def _area(fact: Fact, value: object) -> Decimal | None:
    area = _figure(fact, value)
    return area if area is not None and area >= 0 else None


def _money(fact: Fact, value: object) -> Decimal | None:
    amount = _area(fact, value)
    return amount if amount is not None and (Fraction(amount) * 100).denominator == 1 else None


def _date(fact: Fact, value: object) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


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


_READ: dict[str, Callable[[Fact, object], object | None]] = {
    "area": _area,
    **dict.fromkeys(("length", "volume", "share"), _area),
    "figure": _figure,
    "money": _money,
    "date": _date,
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

"""One dated, cited value of the law, in the unit of the text, exact: a figure, a day, a list, bands or a table."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from importlib import resources
from itertools import pairwise
from types import ModuleType
from typing import Literal, NamedTuple

from liangtian.finding import Step
from liangtian.policy.facts import within_reach

Status = Literal["text", "law", "ours", "unverified"]


class MonthDay(NamedTuple):
    """A day of every year."""

    month: int
    day: int

    def of(self, year: int) -> date:
        """The day in one year."""
        return date(year, self.month, self.day)

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


class Band(NamedTuple):
    """A value for a range whose both ends belong to it; `last` None: no upper end."""

    first: Fraction
    last: Fraction | None
    value: Fraction


Value = Fraction | Mapping[str, Fraction] | tuple[str, ...] | tuple[Band, ...] | MonthDay | date


@dataclass(frozen=True)
class Parameter:
    """One block of a file of values.

    Attributes
    ----------
    name : `wenzhou-2019（一）.village_land_low_m2_per_person`
    value : in the unit of the text
    since, until : first and last day in force; until None: still in force
    status : text (the clause says so), law (another law), ours (our choice), unverified
    place : None: wherever the document is adopted
    prevails : the value of a higher place stands above those of the places inside it
    replaces : the full name of the value it takes the place of, in its own place
    """

    name: str
    value: Value
    since: date
    unit: str
    status: Status
    source: str
    until: date | None = None
    place: str | None = None
    prevails: bool = False
    replaces: str | None = None

    def __hash__(self) -> int:
        """A table is not hashable; name, day and place tell values apart."""
        return hash((self.name, self.since, self.place))

    @property
    def number(self) -> Fraction:
        """The value where it is a single figure."""
        if isinstance(self.value, Fraction):
            return self.value
        raise TypeError(f"{self.name} is not a single figure")

    @property
    def table(self) -> Mapping[str, Fraction]:
        """The value where it is a table."""
        if isinstance(self.value, Mapping):
            return self.value
        raise TypeError(f"{self.name} is not a table")

    @property
    def names(self) -> tuple[str, ...]:
        """The value where it is a list of names."""
        if isinstance(self.value, tuple) and all(isinstance(each, str) for each in self.value):
            return self.value  # type: ignore[return-value]  # each was looked at
        raise TypeError(f"{self.name} is not a list of names")

    @property
    def bands(self) -> tuple[Band, ...]:
        """The value where it depends on a range."""
        if isinstance(self.value, tuple) and all(isinstance(each, Band) for each in self.value):
            return self.value  # type: ignore[return-value]  # each was looked at
        raise TypeError(f"{self.name} has no bands")

    def day_in(self, year: int) -> date:
        """The day the value names: of that year, or the one day it is."""
        if isinstance(self.value, MonthDay):
            return self.value.of(year)
        if isinstance(self.value, date):
            return self.value
        raise TypeError(f"{self.name} is not a day")

    @cached_property
    def plain(self) -> object:
        """The value as JSON has it."""
        return _plain(self.value)

    @cached_property
    def step(self) -> Step:
        """Trace the value with all that justifies it."""
        detail = {
            "unit": self.unit,
            "since": self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "place": self.place,
            "status": self.status,
            "source": self.source,
        }
        return Step("parameter", self.replaces or self.name, self.plain, detail)


def values_digest(values: Iterable[Parameter]) -> str:
    """Digest values of places, whatever their order; none at all has the empty digest, an empty text."""
    lines = sorted(json.dumps([each.name, each.replaces, *_words(each)], ensure_ascii=False) for each in values)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


@cache
def clause_parameters(module: ModuleType, clause: str) -> tuple[Parameter, ...]:
    """Read the TOML of a clause's stem; a clause without values has none.

    Raises
    ------
    ValueError : a block lacks a field, or has one that does not exist (a programmer's error)
    """
    package, _, file_stem = module.__name__.rpartition(".")
    file = resources.files(package).joinpath(f"{file_stem}.toml")
    if not file.is_file():
        return ()
    blocks = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    return tuple(parameter(f"{clause}.{name}", block) for name, entries in blocks.items() for block in entries)


def parameter(name: str, block: Mapping[str, object]) -> Parameter:
    """Read one block.

    Raises
    ------
    ValueError : a field is missing, unknown or of the wrong kind
    """
    try:
        unit = str(block["unit"])
        return Parameter(name=name, **{**block, "value": exact(block["value"], unit)})  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as cause:
        raise ValueError(f"{name}: {cause!r}") from cause


def exact(value: object, unit: str) -> Value:
    """Take a TOML value exactly, as its unit says: `month-day` and `date` are days, all else figures or names.

    Raises
    ------
    TypeError, ValueError : it is none of the kinds a value can be

    Examples
    --------
    >>> exact("11-30", "month-day"), exact(Decimal("0.20"), "share")
    (MonthDay(month=11, day=30), Fraction(1, 5))
    >>> exact([{"from": 0, "to": 999, "value": 2000000}], "yuan")[0].last
    Fraction(999, 1)
    """
    if unit == "month-day":
        return _month_day(value)
    if unit == "date":
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise TypeError(f"not a day: {value!r}")
    if isinstance(value, Mapping):
        return {key: _figure(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return _bands(value)
    return _figure(value)


def _words(parameter: Parameter) -> tuple[object, ...]:
    days = (parameter.since.isoformat(), parameter.until and parameter.until.isoformat())
    exactly = repr(parameter.value)  # a figure shown is rounded
    return (exactly, *days, parameter.unit, parameter.status, parameter.source, parameter.place, parameter.prevails)


def _month_day(value: object) -> MonthDay:
    day = date.fromisoformat(f"2023-{value}")  # not a leap year: 29 February is no day of every year
    return MonthDay(day.month, day.day)


def _figure(value: object) -> Fraction:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and within_reach(Decimal(value)):
        return Fraction(value)
    raise TypeError(f"not a figure: {value!r}")


def _bands(rows: list[Mapping[str, object]]) -> tuple[Band, ...]:
    bands = tuple(
        Band(_figure(row["from"]), None if row.get("to") is None else _figure(row["to"]), _figure(row["value"]))
        for row in rows
    )
    for below, above in pairwise(bands):
        if below.last is None or not below.first <= below.last < above.first:
            raise ValueError(f"bands out of order at {above.first}")
    return bands


def _plain(value: object) -> object:
    match value:
        case Fraction():
            return value.numerator if value.denominator == 1 else float(value)  # a figure of the law is not rounded
        case Band():
            last = None if value.last is None else _plain(value.last)
            return {"from": _plain(value.first), "to": last, "value": _plain(value.value)}
        case MonthDay():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case _:
            return value

"""Dated, cited values of the law, read from the TOML beside each clause and resolved by date, place and precedence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from types import ModuleType
from typing import Literal

from liangtian.errors import ParameterMissing
from liangtian.finding import Step
from liangtian.onemap.places import lies_in, stem
from liangtian.policy.document import Document
from liangtian.policy.ruling import number

Status = Literal["text", "law", "ours", "unverified"]
Value = Fraction | Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One block of a clause's TOML.

    Attributes
    ----------
    name : `wenzhou-2019（一）.village_land_low_m2_per_person`
    value : exact, in the unit of the text; a table for values that come together
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

    @property
    def number(self) -> Fraction:
        """The value where it is a single figure."""
        if isinstance(self.value, Fraction):
            return self.value
        raise TypeError(f"{self.name} is a table")

    @property
    def table(self) -> Mapping[str, Fraction]:
        """The value where it is a table."""
        if isinstance(self.value, Fraction):
            raise TypeError(f"{self.name} is a single figure")
        return self.value

    def step(self) -> Step:
        """Trace the value with all that justifies it."""
        figures = {"": self.value} if isinstance(self.value, Fraction) else self.value
        plain = {key: number(figure) for key, figure in figures.items()}
        detail = {
            "unit": self.unit,
            "since": self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "place": self.place,
            "status": self.status,
            "source": self.source,
        }
        return Step("parameter", self.name, plain.get("", plain), detail)


class Parameters:
    """Every value that a set of documents declares.

    Examples
    --------
    >>> from liangtian.rules.documents import DOCUMENTS
    >>> values = Parameters(DOCUMENTS)
    >>> values.resolve("haining-2021一（三）.contiguous_farmland_min_mu", on=date(2022, 3, 1), place="339901").number
    Fraction(1000, 1)
    """

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._by_name: dict[str, list[Parameter]] = {}
        for document in documents.values():
            for clause_number, module in document.clause_modules():
                for parameter in clause_parameters(module, f"{document.id}{clause_number}"):
                    self._by_name.setdefault(parameter.replaces or parameter.name, []).append(parameter)

    def __iter__(self) -> Iterator[Parameter]:
        return (parameter for parameters in self._by_name.values() for parameter in parameters)

    def resolve(self, name: str, *, on: date, place: str) -> Parameter:
        """Give the value in force: valid on the day, then the nearest place, unless a higher one prevails.

        Raises
        ------
        ParameterMissing (parameter-missing): no value is in force on that day at that place

        Source
        ------
        Precedence is ours: no text rules on it.
        """
        latest: dict[str, Parameter] = {}
        for parameter in self._by_name.get(name, []):
            if not _in_force(parameter, on, place):
                continue
            level = "" if parameter.place is None else stem(parameter.place)
            if level not in latest or latest[level].since < parameter.since:
                latest[level] = parameter
        if not latest:
            raise ParameterMissing("parameter-missing", name=name, on=on.isoformat(), place=place)
        prevailing = [level for level, parameter in latest.items() if parameter.prevails]
        return latest[min(prevailing, key=len) if prevailing else max(latest, key=len)]


class Params:
    """The values one obligation asks for, by their short names; each one asked for enters the trace.

    A clause's own values go by the name in its TOML; another clause's by the name `USES` gives it.
    """

    def __init__(self, parameters: Parameters, *, clause: str, uses: Mapping[str, str], on: date, place: str) -> None:
        self._parameters = parameters
        self._clause = clause
        self._uses = uses
        self._on = on
        self._place = place
        self.steps: list[Step] = []

    def __getattr__(self, name: str) -> Fraction:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._resolve(name).number

    def table(self, name: str) -> Mapping[str, Fraction]:
        """Give a value that is a table."""
        return self._resolve(name).table

    def _resolve(self, name: str) -> Parameter:
        full = self._uses.get(name, f"{self._clause}.{name}")
        parameter = self._parameters.resolve(full, on=self._on, place=self._place)
        step = parameter.step()
        if step not in self.steps:
            self.steps.append(step)
        return parameter


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
    return tuple(_parameter(f"{clause}.{name}", block) for name, entries in blocks.items() for block in entries)


def _parameter(name: str, block: Mapping[str, object]) -> Parameter:
    try:
        return Parameter(name=name, **{**block, "value": _exact(block["value"])})  # type: ignore[arg-type]
    except (KeyError, TypeError) as cause:
        raise ValueError(f"{name}: {cause}") from cause


def _exact(value: object) -> Value:
    if isinstance(value, Mapping):
        return {key: Fraction(item) for key, item in value.items()}
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Fraction(value)
    raise TypeError(f"not a figure: {value!r}")


def _in_force(parameter: Parameter, on: date, place: str) -> bool:
    return (
        parameter.since <= on
        and (parameter.until is None or on <= parameter.until)
        and (parameter.place is None or lies_in(place, parameter.place))
    )

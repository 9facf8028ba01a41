"""Every value that a set of documents declares, resolved by date, place and precedence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from liangtian.errors import ParameterMissing
from liangtian.finding import Step
from liangtian.onemap.places import lies_in, stem
from liangtian.policy.document import Document
from liangtian.policy.values import Band, Parameter, clause_parameters

FOUND_MAX = 20_000  # a rulebook stays as long as the process; its questions never end
Reason = Literal["only", "latest", "nearest", "prevails", "tried"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value in force and why it is the one.

    Attributes
    ----------
    reason : only (no other is in force), latest (newer than others of its place), nearest (its place is nearer than
        that of others), prevails (of a higher place that says so), tried (an overlay puts it on trial)
    passed_over : the other values in force on the day at the place, nearest and newest first
    """

    parameter: Parameter
    reason: Reason
    passed_over: tuple[Parameter, ...] = ()


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
        self._by_name: dict[str, tuple[Parameter, ...]] = {}
        self._tried: dict[str, tuple[Parameter, ...]] = {}
        self._found: dict[tuple[str, date, str, tuple[str, ...]], Resolved] = {}
        for document in documents.values():
            for clause_number, module in document.clause_modules():
                for each in clause_parameters(module, f"{document.id}{clause_number}"):
                    self._add(self._by_name, each)

    def __iter__(self) -> Iterator[Parameter]:
        return (parameter for parameters in self._by_name.values() for parameter in parameters)

    def with_values(self, values: Iterable[Parameter]) -> Parameters:
        """The same with values of a place added, which compete by date, place and precedence. Nothing is copied."""
        return self._changed("_by_name", values)

    def tried(self, values: Iterable[Parameter]) -> Parameters:
        """The same with values on trial, which stand above all others on their days and at their places."""
        return self._changed("_tried", values)

    def history(self, name: str) -> tuple[Parameter, ...]:
        """Every value ever declared under a name, oldest first, whatever its place."""
        return tuple(sorted(self._by_name.get(name, ()), key=lambda each: (each.since, each.place or "")))

    def resolve(self, name: str, *, on: date, place: str, within: tuple[str, ...] = ()) -> Parameter:
        """Give the value in force: valid on the day, then the nearest place, unless a higher one prevails.

        Parameters
        ----------
        within : for a place without a code, the places it lies in, nearest first

        Raises
        ------
        ParameterMissing (parameter-missing): no value is in force on that day at that place

        Source
        ------
        Precedence is ours: no text rules on it.
        """
        return self.reasoned(name, on=on, place=place, within=within).parameter

    def reasoned(self, name: str, *, on: date, place: str, within: tuple[str, ...] = ()) -> Resolved:
        """Give the value in force as `resolve` does, with the reason and the values it stands above.

        Raises
        ------
        ParameterMissing (parameter-missing)
        """
        asked = (name, on, place, within)
        found = self._found.get(asked)
        if found is None:
            if len(self._found) >= FOUND_MAX:
                self._found.clear()
            found = self._found[asked] = self._decide(name, on, (place, *within))
        return found

    def _decide(self, name: str, on: date, places: tuple[str, ...]) -> Resolved:
        ranked = sorted(
            (each for each in self._by_name.get(name, ()) if _in_force(each, on, places)),
            key=lambda each: (_nearness(each, places), each.since),
            reverse=True,
        )
        tried = [each for each in self._tried.get(name, ()) if _in_force(each, on, places)]
        if tried:
            foremost = max(tried, key=lambda each: (_nearness(each, places), each.since))
            return Resolved(foremost, "tried", tuple(ranked))
        if not ranked:
            raise ParameterMissing("parameter-missing", name=name, on=on.isoformat(), place=places[0])
        chosen = _foremost(ranked, places)
        others = tuple(each for each in ranked if each is not chosen)
        return Resolved(chosen, _reason(chosen, others, places), others)

    def _changed(self, which: Literal["_by_name", "_tried"], values: Iterable[Parameter]) -> Parameters:
        other = object.__new__(Parameters)
        other._by_name, other._tried, other._found = self._by_name, self._tried, {}
        setattr(other, which, dict(getattr(self, which)))
        for each in values:
            self._add(getattr(other, which), each)
        return other

    @staticmethod
    def _add(by_name: dict[str, tuple[Parameter, ...]], parameter: Parameter) -> None:
        name = parameter.replaces or parameter.name
        by_name[name] = (*by_name.get(name, ()), parameter)


class Params:
    """The values one obligation asks for, by their short names; each one asked for enters the trace.

    A clause's own values go by the name in its TOML; another clause's by the name `USES` gives it.
    """

    def __init__(
        self,
        parameters: Parameters,
        *,
        clause: str,
        uses: Mapping[str, str],
        on: date,
        place: str,
        within: tuple[str, ...] = (),
    ) -> None:
        self._parameters = parameters
        self._clause = clause
        self._uses = uses
        self._asked = (on, place, within)
        self._steps: dict[str, Step] = {}

    def __getattr__(self, name: str) -> Fraction:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.value(name).number

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was asked for so far, in the order of asking."""
        return tuple(self._steps.values())

    @property
    def on(self) -> date:
        """The business date of the case."""
        return self._asked[0]

    @property
    def place(self) -> str:
        """The place of the case."""
        return self._asked[1]

    def table(self, name: str) -> Mapping[str, Fraction]:
        """Give a value that is a table."""
        return self.value(name).table

    def names(self, name: str) -> tuple[str, ...]:
        """Give a value that is a list of names."""
        return self.value(name).names

    def bands(self, name: str) -> tuple[Band, ...]:
        """Give a value that depends on a range."""
        return self.value(name).bands

    def band(self, name: str, figure: int | Fraction) -> Band:
        """Give the band that a figure falls in, both of whose ends belong to it.

        Raises
        ------
        ParameterMissing (parameter-missing): no value is in force, or its bands leave the figure out
        """
        for each in self.bands(name):
            if each.first <= figure and (each.last is None or figure <= each.last):
                return each
        on, place, _ = self._asked
        raise ParameterMissing("parameter-missing", name=f"{name} ({figure})", on=on.isoformat(), place=place)

    def day(self, name: str, year: int) -> date:
        """Give a value that is a day: of that year, or the one day it is."""
        return self.value(name).day_in(year)

    def value(self, name: str) -> Parameter:
        """Give a value whatever its kind.

        Raises
        ------
        ParameterMissing (parameter-missing)
        """
        full = self._uses.get(name) or f"{self._clause}.{name}"
        on, place, within = self._asked
        found = self._parameters.reasoned(full, on=on, place=place, within=within)
        if full not in self._steps:
            self._steps[full] = _step(found)
        return found.parameter


def _step(found: Resolved) -> Step:
    step = found.parameter.step
    if found.reason == "only":
        return step
    others = [
        {"value": each.plain, "since": each.since.isoformat(), "place": each.place, "source": each.source}
        for each in found.passed_over
    ]
    return Step(step.kind, step.name, step.value, {**step.detail, "reason": found.reason, "passed_over": others})


def _foremost(ranked: list[Parameter], places: tuple[str, ...]) -> Parameter:
    """Ranked nearest and newest first; of those that prevail, the highest place's newest."""
    prevailing = [each for each in ranked if each.prevails]
    if not prevailing:
        return ranked[0]
    highest = min(_nearness(each, places) for each in prevailing)
    return next(each for each in prevailing if _nearness(each, places) == highest)


def _reason(chosen: Parameter, others: tuple[Parameter, ...], places: tuple[str, ...]) -> Reason:
    if not others:
        return "only"
    level = _nearness(chosen, places)
    if any(_nearness(each, places) > level for each in others):
        return "prevails"
    return "nearest" if any(_nearness(each, places) < level for each in others) else "latest"


def _nearness(parameter: Parameter, places: tuple[str, ...]) -> tuple[int, int]:
    """Higher is nearer: a value without a place is furthest, then the way up from the place itself."""
    if parameter.place is None:
        return (-len(places), 0)
    near = next(n for n, place in enumerate(places) if lies_in(place, parameter.place))
    return (-near, len(stem(parameter.place)))


def _in_force(parameter: Parameter, on: date, places: tuple[str, ...]) -> bool:
    return (
        parameter.since <= on
        and (parameter.until is None or on <= parameter.until)
        and (parameter.place is None or any(lies_in(place, parameter.place) for place in places))
    )

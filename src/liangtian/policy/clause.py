"""The form of a clause: its obligations, the case they are asked about, and the view of a clause module.

A clause module, or the folder it grows into, has a docstring that starts with its number, frozen dataclasses of the
facts its checks ask for, checks pure over facts and values, and `OBLIGATIONS` in the order of the text. Optional:
`USES` (short name → another clause's value, `document（clause）.name`) and `NOT_COMPUTED` (sentences of the clause
without a rule, and why). Layers are read before, by `check.gather`; a clause sees only the facts of a `Case`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar, get_args, get_type_hints

from liangtian.policy.document import Document, NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling

Force = Literal["must", "principle", "should", "may", "explore"]
Who = Literal["anyone", "county", "town", "planner", "construction-unit", "project-owner"]
Event = Literal["check", "approval", "plan", "acceptance"]
Post = Callable[..., Iterator[object]]

F = TypeVar("F")


class FactMissing(Exception):
    """A fact that decides is not known; the evaluator turns it into `unknown`."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.names = names


@dataclass(frozen=True, slots=True)
class Case:
    """What the clauses are asked about, gathered once.

    Attributes
    ----------
    on : business date
    place : code of the responsible place
    event : the step of procedure the question is asked at
    facts : names of `facts.toml`; absent and None both mean not known
    """

    on: date
    place: str
    event: str
    facts: Mapping[str, object]

    def fact(self, name: str) -> Any:
        """Give a fact that decides.

        Raises
        ------
        FactMissing : it is not known
        """
        value = self.facts.get(name)
        if value is None:
            raise FactMissing(name)
        return value


Applies = Callable[[Case], str | None]


@dataclass(frozen=True, slots=True)
class Obligation(Generic[F]):
    """One duty of a clause.

    Attributes
    ----------
    id : clause number and position in the text, `（五）.2`
    force : what the text says: must 必须/不得 and plain orders, principle 原则上, should 应, may 可/允许/鼓励,
        explore 探索; only `must` gates
    who : who has to meet it
    events : the steps of procedure at which it is asked
    applies : name of the fact that takes the case out of its reach, or None
    facts : frozen dataclass, field name = fact name; a field that admits None is optional, any other missing → unknown
    check : facts and values → at least one ruling
    post : what it enters in the book, if anything
    """

    id: str
    force: Force
    who: Who
    events: tuple[Event, ...]
    applies: Applies
    facts: type[F]
    check: Callable[[F, Params], Iterator[Ruling]]
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause module seen as law."""

    document: Document
    number: str
    module: ModuleType

    @property
    def citation(self) -> str:
        return f"{self.document.id}{self.number}"

    @property
    def obligations(self) -> tuple[Obligation[Any], ...]:
        return tuple(self.module.OBLIGATIONS)

    @property
    def uses(self) -> Mapping[str, str]:
        return getattr(self.module, "USES", {})

    @property
    def not_computed(self) -> Mapping[str, NotComputed]:
        return getattr(self.module, "NOT_COMPUTED", {})

    def rule(self, obligation: Obligation[Any]) -> str:
        """Cite an obligation as findings do: `wenzhou-2019（五）.2`."""
        return f"{self.document.id}{obligation.id}"


def clauses(documents: Mapping[str, Document]) -> Iterator[Clause]:
    """Every clause that has a module, by document and in the order of the text."""
    for document in documents.values():
        for number, module in document.clause_modules():
            yield Clause(document, number, module)


def obligations(documents: Mapping[str, Document]) -> dict[str, Obligation[Any]]:
    """Rule, as findings cite it → its obligation."""
    return {clause.rule(each): each for clause in clauses(documents) for each in clause.obligations}


def always(case: Case) -> str | None:
    """Let the obligation reach every case."""
    return None


def only_for(name: str, *values: object) -> Applies:
    """Let the obligation reach only cases whose fact has one of the values.

    Examples
    --------
    >>> only_for("kind", "batch")(Case(date(2020, 1, 1), "339901", "check", {"kind": "village"}))
    'kind'
    """

    def applies(case: Case) -> str | None:
        return None if case.fact(name) in values else name

    return applies


def select(cls: type[F], case: Case) -> F:
    """Take from a case the facts that a check asks for.

    Raises
    ------
    FactMissing : names every required fact that is not known
    """
    required = required_facts(cls)  # type: ignore[arg-type]  # a class is hashable
    values = {name: case.facts.get(name) for name in required}
    missing = [name for name, needed in required.items() if needed and values[name] is None]
    if missing:
        raise FactMissing(*missing)
    return cls(**values)


@cache
def required_facts(cls: type[Any]) -> dict[str, bool]:
    """Name of each fact a dataclass asks for → whether the check cannot do without it."""
    hints = get_type_hints(cls)
    return {name: type(None) not in get_args(hint) for name, hint in hints.items()}

"""The form of a clause: its obligations, the case they are asked about, and the view of a clause module.

A clause module, or the folder it grows into, has a docstring that starts with its number, frozen dataclasses of the
facts its checks ask for, checks pure over facts and values, and `OBLIGATIONS` in the order of the text: an
`Obligation` is computed from facts, a `Duty` is done and recorded by a day, an `Intent` states a direction and has
nothing to compute. Optional: `USES` (short name → another clause's value, `document（clause）.name`). Layers are read
before, by `check.gather`; a clause sees only the facts of a `Case`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar, get_args, get_type_hints

from liangtian.ledger.posting import Posting
from liangtian.policy.document import Document, NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling

Force = Literal["must", "principle", "should", "may", "explore"]
State = Literal["computed", "gate", "duty", "intent"]
Who = Literal[
    "anyone",
    "province",
    "city",
    "county",  # county government or functional-zone committee
    "town",
    "village",
    "planner",
    "construction-unit",
    "project-owner",
    "leading-group",
    "departments",
    "natural-resources",
    "agriculture",
    "finance",
]
# The steps of procedure at which obligations are asked → whether the step is a gate: it cannot pass while a `must`
# asked there fails or is not known.
EVENTS: Mapping[str, bool] = {
    "check": False,  # a boundary is checked against the layers
    "plan": True,  # a plan is approved
    "approval": True,  # construction land is approved, a project is set up
    "supply": True,  # land is supplied to a user
    "hold": True,  # indices are held for land that is applied for
    "release": True,  # what was held is given back: refused, withdrawn or lapsed
    "application": True,  # a town applies for the reserve library
    "library": True,  # joint review and entry into the reserve library
    "demonstration": True,  # joint demonstration of an implementation plan
    "works": True,  # works start
    "design-change": True,
    "acceptance": True,  # a project is accepted and its indices credited
    "staged-release": True,  # what was kept back of an acceptance is released
    "clawback": True,  # credit whose ground proves false or is lost is taken back
    "clawback-debt": True,  # what was used of it is replaced, or becomes arrears
    "pool-use": True,  # pooled indices are given out
    "transfer-out": True,  # indices or linkage surplus are offered to another place
    "transfer-in": True,
    "commitment": True,  # balance by commitment is asked for
    "commitment-due": False,  # a commitment's day has come
    "fulfilment": True,  # what was committed is supplied
    "payment": True,  # money is paid out
    "facility": True,  # facility agricultural land is filed
    "recognition": True,  # a plot is recognised as high-standard farmland
    "aftercare": False,  # what became of accepted ground
    "inspection": False,  # supervision and enforcement: a patch, a case, a patrol
    "assessment": False,  # a year of a place is assessed
    "duty": False,  # whether a duty was done by its day
}

F = TypeVar("F")
Post = Callable[[F, Params], Iterator[Posting]]


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
    place : code of the responsible place, or the id of a functional zone, which has no code
    event : the step of procedure the question is asked at, one of `EVENTS`
    facts : names of the facts dictionary; absent and None both mean not known
    within : for a place without a code, the places it lies in, nearest first
    """

    on: date
    place: str
    event: str
    facts: Mapping[str, object]
    within: tuple[str, ...] = ()

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
    """One sentence of a clause that facts decide.

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
    post : facts and values → what the event enters in the book, where nothing it asks for failed or is unknown
    """

    id: str
    force: Force
    who: Who
    events: tuple[str, ...]
    applies: Applies
    facts: type[F]
    check: Callable[[F, Params], Iterator[Ruling]]
    post: Post[F] | None = None

    @property
    def state(self) -> State:
        """A must asked at a step that it can stop is a gate."""
        return "gate" if self.force == "must" and any(EVENTS[event] for event in self.events) else "computed"


@dataclass(frozen=True, slots=True)
class Duty:
    """One sentence of a clause that somebody does and records: asked at `duty`, by its day of each year or once.

    Attributes
    ----------
    due : short name of the clause's value (or of one in `USES`), in `month-day` (every year) or `date` (once)
    """

    id: str
    force: Force
    who: Who
    due: str

    @property
    def state(self) -> State:
        """Always a duty."""
        return "duty"


@dataclass(frozen=True, slots=True)
class Intent:
    """One sentence of a clause that states a direction: nothing to compute, for the reason given."""

    id: str
    force: Force
    who: Who
    reason: NotComputed

    @property
    def state(self) -> State:
        """Always an intent."""
        return "intent"


Entry = Obligation[Any] | Duty | Intent


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause module seen as law."""

    document: Document
    number: str
    module: ModuleType

    @property
    def citation(self) -> str:
        """Document and clause, as the glossary cites them: `wenzhou-2019（六）`."""
        return f"{self.document.id}{self.number}"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every sentence of the clause, in the order of the text."""
        return tuple(self.module.OBLIGATIONS)

    @property
    def obligations(self) -> tuple[Obligation[Any] | Duty, ...]:
        """The sentences a case is asked about."""
        return tuple(each for each in self.entries if not isinstance(each, Intent))

    @property
    def uses(self) -> Mapping[str, str]:
        """Short name → full name of another clause's value."""
        return getattr(self.module, "USES", {})

    def rule(self, entry: Entry) -> str:
        """Cite an obligation as findings do: `wenzhou-2019（五）.2`."""
        return f"{self.document.id}{entry.id}"


def clauses(documents: Mapping[str, Document]) -> Iterator[Clause]:
    """Every clause that has a module, by document and in the order of the text."""
    for document in documents.values():
        for number, module in document.clause_modules():
            yield Clause(document, number, module)


def obligations(documents: Mapping[str, Document]) -> dict[str, Obligation[Any] | Duty]:
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


def only_if(name: str) -> Applies:
    """Let the obligation reach only cases whose yes-or-no fact is yes, or whose figure or list is not empty."""

    def applies(case: Case) -> str | None:
        return None if case.fact(name) else name

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

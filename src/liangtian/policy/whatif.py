"""What would change if values were different: cases decided twice, before and with values on trial."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TypeVar

from liangtian.policy.cases import Opening, outcomes, totals
from liangtian.policy.clause import Case, Duty, clauses
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Decision, Rulebook
from liangtian.policy.facts import dictionary
from liangtian.policy.values import Parameter

Key = tuple[str, str, str, str]  # place, party, pool, index
Account = TypeVar("Account", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tried:
    """A case that comes out differently with the values on trial.

    Attributes
    ----------
    name, case : as given
    outcomes : rule → outcome before and after, where they differ
    postings : `party:pool:index` → amount before and after, where they differ
    """

    name: str
    case: Case
    outcomes: Mapping[str, tuple[str | None, str | None]]
    postings: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Below:
    """A pool that goes below zero on a day under the values on trial, and did not before."""

    place: str
    party: str
    pool: str
    index: str
    on: date
    balance: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences over all cases.

    Attributes
    ----------
    asked : cases compared; touched : those asked about a rule that uses a value on trial
    changed : the cases that come out differently
    below : pools with an opening balance that would go below zero, earliest first
    """

    asked: int
    touched: int
    changed: tuple[Tried, ...]
    below: tuple[Below, ...]


def compare(
    cases: Iterable[tuple[str, Case]],
    rulebook_for: Callable[[Case], Rulebook],
    values: Iterable[Parameter],
    openings: Iterable[Opening] = (),
) -> Comparison:
    """Decide each case by its rulebook and again with values on trial, asking only the rules that use those values.

    Parameters
    ----------
    cases : name and case, in any order
    rulebook_for : the rulebook that binds a case; cases bound alike are to get the very same one
    values : their `since`, `until` and `place` say when and where the trial holds
    openings : pools to follow from day to day; without one a pool is not watched
    """
    trial = tuple(values)
    every = [(name, _unbooked(case), rulebook_for(case)) for name, case in cases]
    pairs: dict[int, tuple[Rulebook, Rulebook]] = {}
    touched, changed = 0, []
    for name, case, rulebook in every:
        old, new = pairs.get(id(rulebook)) or pairs.setdefault(id(rulebook), _pair(rulebook, trial))
        if old.asks(case.event):
            touched += 1
            if found := _difference(name, case, old.decide(case), new.decide(case)):
                changed.append(found)
    watched = {(o.place, o.party, o.pool, o.index): o.amount for o in openings}
    below = _below(every, changed, watched) if watched else ()
    return Comparison(len(every), touched, tuple(changed), tuple(below))


def _unbooked(case: Case) -> Case:
    """The case before anything was entered: what is in the book was reckoned by the old value and would only differ."""
    return replace(case, facts={name: fact for name, fact in case.facts.items() if not dictionary()[name].booked})


def _pair(rulebook: Rulebook, trial: tuple[Parameter, ...]) -> tuple[Rulebook, Rulebook]:
    rules = using(rulebook.documents, {each.replaces or each.name for each in trial})
    return rulebook.only(rules), rulebook.only(rules, rulebook.values.tried(trial))


def using(documents: Mapping[str, Document], names: set[str]) -> set[str]:
    """Rules of the clauses that declare or use any of the values named."""
    return {
        clause.rule(each)
        for clause in clauses(documents)
        if names & set(clause.uses.values()) or any(name.startswith(f"{clause.citation}.") for name in names)
        for each in clause.obligations
        if not isinstance(each, Duty) or clause.uses.get(each.due, f"{clause.citation}.{each.due}") in names
    }


def _difference(name: str, case: Case, one: Decision, other: Decision) -> Tried | None:
    said, says = outcomes(one), outcomes(other)
    gave, gives = totals(one), totals(other)
    outcome = {rule: (said.get(rule), says.get(rule)) for rule in said | says if said.get(rule) != says.get(rule)}
    posting = {key: (gave.get(key, 0), gives.get(key, 0)) for key in gave | gives if gave.get(key) != gives.get(key)}
    return Tried(name, case, outcome, posting) if outcome or posting else None


def _below(
    every: list[tuple[str, Case, Rulebook]], changed: list[Tried], watched: Mapping[Key, int]
) -> Iterator[Below]:
    """Follow the pools through all postings, with and without the trial; those only the trial takes below zero."""
    now = [
        (case.on, (case.place, each.posting.party, each.posting.pool, each.posting.index), each.posting.amount)
        for _name, case, rulebook in every
        for each in rulebook.decide(case).postings
    ]
    then = now + [
        (each.case.on, (each.case.place, *_split(name)), new - old)
        for each in changed
        for name, (old, new) in each.postings.items()
    ]
    already = _first_below(now, watched)
    found = {key: each for key, each in _first_below(then, watched).items() if key not in already}
    yield from sorted(found.values(), key=lambda each: (each.on, each.place, each.index))


def _split(name: str) -> tuple[str, str, str]:
    party, pool, index = name.split(":")
    return party, pool, index


def _first_below(moves: list[tuple[date, Key, int]], openings: Mapping[Key, int]) -> dict[Key, Below]:
    """Pool → the first day at whose end it is below zero."""
    held = dict(openings)
    found: dict[Key, Below] = {}
    for (on, key), same in groupby(sorted(moves), key=lambda move: move[:2]):
        if key in held:
            held[key] += sum(amount for _on, _key, amount in same)
            if held[key] < 0:
                place, party, pool, index = key
                found.setdefault(key, Below(place, party, pool, index, on, held[key]))
    return found


def below_zero(
    days: Mapping[Account, Mapping[date, int]], moves: Iterable[tuple[Account, date, int]]
) -> dict[Account, tuple[date, int]]:
    """Lay further moves over the balances of a book; what they take below zero on a day it is not below zero without.

    Parameters
    ----------
    days : account → balance at the end of each day with a movement; nothing before the first
    moves : account, day and the amount by which that day moves it more, or less

    Returns
    -------
    account → the first such day and the balance at its end

    Examples
    --------
    >>> june, july = date(2024, 6, 1), date(2024, 7, 1)
    >>> below_zero({"reserve": {june: 100, july: 20}}, [("reserve", june, -30)])
    {'reserve': (datetime.date(2024, 7, 1), -10)}
    """
    more: dict[Account, dict[date, int]] = {}
    for account, on, amount in moves:
        each = more.setdefault(account, {})
        each[on] = each.get(on, 0) + amount
    found = {account: _first_day(days.get(account, {}), moved) for account, moved in more.items()}
    return {account: first for account, first in found.items() if first}


def _first_day(balances: Mapping[date, int], moved: Mapping[date, int]) -> tuple[date, int] | None:
    held = differs = 0
    for on in sorted({*balances, *moved}):
        held, differs = balances.get(on, held), differs + moved.get(on, 0)
        if held + differs < 0 <= held:
            return on, held + differs
    return None

"""The coverage matrix: clause → obligation → state, module, values, cases, or the reason why nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from liangtian.policy.cases import WrittenCase, cases_of
from liangtian.policy.clause import Clause, Duty, Entry, Force, Intent, Obligation, State, Who, clauses
from liangtian.policy.document import Document, NotComputed
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Covered:
    """One obligation.

    Attributes
    ----------
    module : dotted name of the module its check stands in
    values : full names of the values its written cases made it ask for
    cases : names of the written cases that expect an outcome of it
    cases_zh : the same in Chinese, one for one; the English name stands in where a case was given none
    reason : why an intent has nothing to compute
    """

    id: str
    rule: str
    state: State
    force: Force
    who: Who
    events: tuple[str, ...]
    module: str
    values: tuple[str, ...]
    cases: tuple[str, ...]
    cases_zh: tuple[str, ...]
    reason: NotComputed | None = None


@dataclass(frozen=True, slots=True)
class CoveredClause:
    """One clause of a document, in the order of the text; without a module, the reason stands here."""

    document: str
    number: str
    obligations: tuple[Covered, ...]
    reason: NotComputed | None = None

    @property
    def citation(self) -> str:
        """Document and clause: `wenzhou-2019（六）`; also the id of the clause's title in the catalogue."""
        return f"{self.document}{self.number}"


def coverage(documents: Mapping[str, Document]) -> Iterator[CoveredClause]:
    """Account for every clause of the documents that places adopt; nothing is run that a case does not state."""
    values = Parameters(documents)  # a clause may use a value of another document
    rulebooks = {name: Rulebook({name: document}, values) for name, document in documents.items()}
    modules = {(clause.document.id, clause.number): clause for clause in clauses(documents)}
    for document in documents.values():
        if not document.needs_adoption:
            continue
        for number, entry in document.contents.items():
            if isinstance(entry, NotComputed):
                yield CoveredClause(document.id, number, (), entry)
            else:
                clause = modules[document.id, number]
                yield CoveredClause(document.id, number, cover(clause, rulebooks[document.id]))


def cover(clause: Clause, rulebook: Rulebook) -> tuple[Covered, ...]:
    """Account for the obligations of one clause."""
    return tuple(_covered(clause, rulebook))


def _covered(clause: Clause, rulebook: Rulebook) -> Iterator[Covered]:
    cases = cases_of(clause)
    asked = _values_asked(cases, rulebook)
    for entry in clause.entries:
        rule = clause.rule(entry)
        told = [case for case in cases if entry.id in case.expect or rule in case.expect]
        yield Covered(
            id=entry.id,
            rule=rule,
            state=entry.state,
            force=entry.force,
            who=entry.who,
            events=entry.events if isinstance(entry, Obligation) else ("duty",) if isinstance(entry, Duty) else (),
            module=_module(entry, clause),
            values=tuple(sorted(asked.get(rule, ()))),
            cases=tuple(case.name for case in told),
            cases_zh=tuple(case.zh or case.name for case in told),
            reason=entry.reason if isinstance(entry, Intent) else None,
        )


def _values_asked(cases: tuple[WrittenCase, ...], rulebook: Rulebook) -> dict[str, set[str]]:
    asked: dict[str, set[str]] = {}
    for case in cases:
        for finding in rulebook.evaluate(case.case):
            names = {step.name for step in finding.trace if step.kind == "parameter"}
            asked.setdefault(finding.rule, set()).update(names)
    return asked


def _module(entry: Entry, clause: Clause) -> str:
    """Where the check is written: a file of the clause's folder, or the clause's own."""
    if isinstance(entry, Obligation) and entry.check.__module__.startswith(clause.module.__name__):
        return entry.check.__module__
    return clause.module.__name__

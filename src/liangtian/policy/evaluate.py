"""Ask every obligation in force about a case: pure over facts, dated values and the clauses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import groupby
from typing import Any

from liangtian.errors import ParameterMissing
from liangtian.finding import Finding, Outcome, Step
from liangtian.ledger.posting import Posting
from liangtian.policy.audit import refuse_defective
from liangtian.policy.clause import EVENTS, Case, Clause, Duty, FactMissing, Obligation, clauses, required_facts, select
from liangtian.policy.document import Document
from liangtian.policy.duty import as_obligation
from liangtian.policy.facts import dictionary, plain
from liangtian.policy.parameters import Parameters, Params
from liangtian.policy.ruling import Ruling, not_applicable, unknown
from liangtian.policy.unmeasured import told

_SOURCES = (".py", ".toml")
_GRAVEST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
_UNDECIDED = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting and the rule that made it."""

    rule: str
    posting: Posting


@dataclass(frozen=True, slots=True)
class Decision:
    """What the clauses say about a case, and what the event enters in the book by them."""

    findings: tuple[Finding, ...]
    postings: tuple[Posted, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """An obligation as it is asked, worked out once for all cases."""

    clause: Clause
    rule: str
    obligation: Obligation[Any]
    fact_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    ruling: Ruling
    facts: Mapping[str, object]


class Rulebook:
    """The clauses of a set of documents with their values, ready to be asked about many cases.

    Parameters
    ----------
    documents : those adopted; one not yet in force on the date of a case says nothing
    values : the values to decide by; those the documents declare unless given
    only : rules to ask, all of them unless given

    Raises
    ------
    DocumentRefused : a document cannot be decided by
    """

    def __init__(
        self, documents: Mapping[str, Document], values: Parameters | None = None, only: Iterable[str] | None = None
    ) -> None:
        refuse_defective(documents)
        self.documents = documents
        self.values = Parameters(documents) if values is None else values
        self._chosen = chosen = None if only is None else frozenset(only)
        self._by_event: dict[str, list[_Asked]] = {event: [] for event in EVENTS}
        for asked in _asked(documents):
            if chosen is None or asked.rule in chosen:
                for event in asked.obligation.events:
                    self._by_event[event].append(asked)
        # Of several that replace a rule, the one with the latest day in force comes first.
        self._replaced: dict[str, list[tuple[Document, str]]] = {}
        for document in sorted(documents.values(), key=lambda each: each.since, reverse=True):
            for old, new in document.replaces.items():
                self._replaced.setdefault(old, []).append((document, f"{document.id}{new}"))

    def only(self, rules: Iterable[str], values: Parameters | None = None) -> Rulebook:
        """The same documents, asked only these of the rules it asks, by these values if given."""
        fewer = frozenset(rules) if self._chosen is None else self._chosen.intersection(rules)
        return Rulebook(self.documents, self.values if values is None else values, fewer)

    def asks(self, event: str) -> bool:
        """Whether any obligation is asked at a step of procedure."""
        return bool(self._by_event.get(event))

    def facts_asked(self, event: str) -> tuple[str, ...]:
        """Every fact the obligations of a step of procedure ask for, those that decide their reach not included."""
        return tuple(dict.fromkeys(name for asked in self._by_event[event] for name in asked.fact_names))

    def decide(self, case: Case) -> Decision:
        """Answer a case by every obligation asked at its event, in the order of documents, clauses and obligations.

        Those out of reach answer `not_applicable` with the deciding fact; a missing fact or value answers `unknown`;
        one that a later document replaces answers `not_applicable`, naming what stands in its place.

        Raises
        ------
        ValueError : no such event; or an obligation that applies gave no answer (a programmer's error)
        """
        if case.event not in EVENTS:
            raise ValueError(f"no clause is asked at {case.event!r}; the events are {tuple(EVENTS)}")
        findings: list[Finding] = []
        postings: list[Posted] = []
        for asked in self._by_event[case.event]:
            if asked.clause.document.since <= case.on:
                found, posted = self._ask(asked, case)
                findings += found
                postings += posted
        return Decision(tuple(findings), tuple(postings))

    def evaluate(self, case: Case) -> list[Finding]:
        """Only the findings of `decide`."""
        return list(self.decide(case).findings)

    def _ask(self, asked: _Asked, case: Case) -> tuple[list[Finding], list[Posted]]:
        for document, by in self._replaced.get(asked.rule, ()):
            if document.since <= _day(document, case):
                return [_replaced(asked.rule, document, by)], []
        params = Params(
            self.values,
            clause=asked.clause.citation,
            uses=asked.clause.uses,
            on=case.on,
            place=case.place,
            within=case.within,
        )
        findings = list(_findings(asked, case, params))
        if not findings:
            raise ValueError(f"{asked.rule} applies but gave no answer")
        post = asked.obligation.post
        if post is None or any(finding.outcome in _UNDECIDED for finding in findings):
            return findings, []
        return findings, [Posted(asked.rule, each) for each in post(select(asked.obligation.facts, case), params)]


def evaluate(case: Case, documents: Mapping[str, Document]) -> list[Finding]:
    """Answer one case; for many, keep a `Rulebook`."""
    return Rulebook(documents).evaluate(case)


def gate(findings: Iterable[Finding], force: Callable[[str], str]) -> tuple[Finding, ...]:
    """What stops a step of procedure: findings of `must` obligations that failed or are not known.

    Parameters
    ----------
    force : rule → its force
    """
    stops = (Outcome.FAIL, Outcome.UNKNOWN)
    return tuple(each for each in findings if each.outcome in stops and force(each.rule) == "must")


def gravest(findings: Iterable[Finding]) -> Outcome:
    """Sum up the findings of one obligation: fail before unknown before pass before not applicable."""
    met = {finding.outcome for finding in findings}
    return next((outcome for outcome in _GRAVEST if outcome in met), Outcome.NOT_APPLICABLE)


def rules_digest(documents: Mapping[str, Document]) -> str:
    """Digest the sources and values of the documents and of the mechanism: the version of the rules a run used.

    Returns
    -------
    SHA-256 in hexadecimal, over path and content of each `.py` and `.toml`, in order of path; the written cases, which
    decide nothing, are left out
    """
    digest = hashlib.sha256()
    for package in sorted({document.package for document in documents.values()} | {"liangtian.policy"}):
        sources = {path: file for path, file in _files(resources.files(package), package) if path.endswith(_SOURCES)}
        for path in sorted(sources):
            content = sources[path].read_bytes()
            digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "cases":
                yield from _files(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry


def _asked(documents: Mapping[str, Document]) -> Iterator[_Asked]:
    for clause in clauses(documents):
        for entry in clause.obligations:
            rule = clause.rule(entry)
            obligation = as_obligation(entry, rule) if isinstance(entry, Duty) else entry
            yield _Asked(clause, rule, obligation, tuple(required_facts(obligation.facts)))  # type: ignore[arg-type]


def _day(document: Document, case: Case) -> date:
    """The day that decides which of two documents a case falls under."""
    stated = case.facts.get(document.replaces_by) if document.replaces_by else None
    return min(stated, case.on) if isinstance(stated, date) else case.on


def _not_yet(asked: _Asked, case: Case) -> str | None:
    """The fact by which a case still falls under the rule that this one replaces."""
    document = asked.clause.document
    stands_in = asked.obligation.id in document.replaces.values()
    return document.replaces_by if stands_in and _day(document, case) < document.since else None


def _replaced(rule: str, document: Document, by: str) -> Finding:
    since = document.since.isoformat()
    step = Step("replaced", rule, by, {"since": since, "document": document.id})
    params = {"by": by, "since": since, "document_zh": document.title_zh, "document_en": document.title_en}
    return Finding(rule, Outcome.NOT_APPLICABLE, "rule-replaced", params, trace=(step,))


def _findings(asked: _Asked, case: Case, params: Params) -> Iterator[Finding]:
    facts: Mapping[str, object] = {}
    shown: tuple[Step, ...] = ()
    for answer in _answers(asked, case, params):
        ruling = answer.ruling
        if answer.facts is not facts:  # the same for every ruling of a check
            facts, shown = answer.facts, tuple(_fact_steps(answer.facts))
        yield Finding(
            rule=asked.rule,
            outcome=ruling.outcome,
            message_id=ruling.message_id,
            params=ruling.params,
            measured=ruling.measured,
            required=ruling.required,
            parcels=ruling.parcels,
            trace=(*shown, *params.steps, *ruling.steps),
        )


def _answers(asked: _Asked, case: Case, params: Params) -> Iterator[_Answer]:
    obligation = asked.obligation
    known: dict[str, object] = {name: case.facts.get(name) for name in asked.fact_names}
    try:
        deciding = _not_yet(asked, case) or obligation.applies(case)
        if deciding is not None:
            value = case.fact(deciding)
            yield _Answer(not_applicable(deciding, value), {deciding: value})
            return
        for ruling in obligation.check(select(obligation.facts, case), params):
            yield from (_Answer(one, known) for one in told(ruling, case.facts))
    except FactMissing as missing:
        for _, names in groupby(missing.names, key=lambda name: dictionary()[name].supplier):
            yield from (_Answer(one, known) for one in told(unknown(*names), case.facts))
    except ParameterMissing as missing:
        yield _Answer(Ruling(Outcome.UNKNOWN, missing.message_id, missing.params), known)


def _fact_steps(facts: Mapping[str, object]) -> Iterator[Step]:
    for name, value in facts.items():
        if value is not None and _traced(name):
            yield Step("fact", name, plain(value), _about(name))


@cache
def _traced(name: str) -> bool:
    """Parcels are named by the finding itself."""
    return dictionary()[name].type != "parcels"


@cache
def _about(name: str) -> Mapping[str, object]:
    entry = dictionary()[name]
    return {"unit": entry.unit, "supplier": entry.supplier}

"""Ask every obligation in force about a case: pure over facts, dated values and the clauses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import groupby
from typing import Any, get_args

from liangtian.errors import ParameterMissing
from liangtian.finding import Finding, Outcome, Step
from liangtian.policy.clause import Case, Clause, Event, FactMissing, Obligation, clauses, required_facts, select
from liangtian.policy.document import Document
from liangtian.policy.facts import dictionary, plain
from liangtian.policy.parameters import Parameters, Params
from liangtian.policy.ruling import Ruling, not_applicable, unknown

_SOURCES = (".py", ".toml")
_GRAVEST = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class _Answer:
    ruling: Ruling
    facts: Mapping[str, object]


def evaluate(case: Case, documents: Mapping[str, Document]) -> list[Finding]:
    """Answer a case by every clause of the documents, in the order of documents, clauses and obligations.

    Obligations asked at another event are left out; those out of reach answer `not_applicable` with the deciding
    fact; a missing fact or value answers `unknown`. Which documents a place adopted is `policy.adoption`'s business.

    Parameters
    ----------
    case : facts as `facts.toml` types them
    documents : those adopted; one not yet in force on the date says nothing

    Raises
    ------
    ValueError : no such event; or an obligation that applies gave no answer (a programmer's error)
    """
    if case.event not in get_args(Event):
        raise ValueError(f"no clause is asked at {case.event!r}; the events are {get_args(Event)}")
    parameters = Parameters(documents)
    return [
        finding
        for clause in clauses(documents)
        if clause.document.since <= case.on
        for obligation in clause.obligations
        if case.event in obligation.events
        for finding in _findings(clause, obligation, case, parameters)
    ]


def gravest(findings: Iterable[Finding]) -> Outcome:
    """Sum up the findings of one obligation: fail before unknown before pass before not applicable."""
    met = {finding.outcome for finding in findings}
    return next((outcome for outcome in _GRAVEST if outcome in met), Outcome.NOT_APPLICABLE)


def rules_digest(documents: Mapping[str, Document]) -> str:
    """Digest the sources and values of the documents and of the mechanism: the version of the rules a run used.

    Returns
    -------
    SHA-256 in hexadecimal, over path and content of each `.py` and `.toml`, in order of path
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
            yield from _files(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry


def _findings(clause: Clause, obligation: Obligation[Any], case: Case, parameters: Parameters) -> Iterator[Finding]:
    params = Params(parameters, clause=clause.citation, uses=clause.uses, on=case.on, place=case.place)
    answered = False
    for answer in _answers(obligation, case, params):
        answered = True
        ruling = answer.ruling
        yield Finding(
            rule=clause.rule(obligation),
            outcome=ruling.outcome,
            message_id=ruling.message_id,
            params=ruling.params,
            measured=ruling.measured,
            required=ruling.required,
            parcels=ruling.parcels,
            trace=(*_fact_steps(answer.facts), *params.steps, *ruling.steps),
        )
    if not answered:
        raise ValueError(f"{clause.rule(obligation)} applies but gave no answer")


def _answers(obligation: Obligation[Any], case: Case, params: Params) -> Iterator[_Answer]:
    known: dict[str, object] = {name: case.facts.get(name) for name in required_facts(obligation.facts)}  # type: ignore[arg-type]
    try:
        deciding = obligation.applies(case)
        if deciding is not None:
            value = case.fact(deciding)
            yield _Answer(not_applicable(deciding, value), {deciding: value})
            return
        for ruling in obligation.check(select(obligation.facts, case), params):
            yield _Answer(ruling, known)
    except FactMissing as missing:
        for _, names in groupby(missing.names, key=lambda name: dictionary()[name].supplier):
            yield _Answer(unknown(*names), known)
    except ParameterMissing as missing:
        yield _Answer(Ruling(Outcome.UNKNOWN, missing.message_id, missing.params), known)


def _fact_steps(facts: Mapping[str, object]) -> Iterator[Step]:
    for name, value in facts.items():
        entry = dictionary()[name]
        if value is not None and entry.type != "parcels":  # those are named by the finding
            yield Step("fact", name, plain(value), {"unit": entry.unit, "supplier": entry.supplier})

"""Whether documents can be decided by: every defect of their values, facts and references, before the first case."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.policy.clause import Clause, Duty, Obligation, clauses, required_facts
from liangtian.policy.document import Document
from liangtian.policy.facts import dictionary
from liangtian.policy.values import clause_parameters
from liangtian.policy.values_file import audit_values


def refuse_defective(documents: Mapping[str, Document]) -> None:
    """Let only sound documents be decided by.

    Raises
    ------
    DocumentRefused : with every defect, its file and line
    """
    defects = list(audit(documents))
    if defects:
        raise DocumentRefused("、".join(documents), defects)


def audit(documents: Mapping[str, Document]) -> Iterator[LiangtianError]:
    """Find what no case could be decided by.

    Values twice for a day and place, without source or of no kind; facts the dictionary does not know; values used
    that nobody declares, or in another unit than what they replace; documents that replace each other.
    """
    sound = True
    for clause in clauses(documents):
        file = _values_of(clause)
        for defect in audit_values(file.read_text("utf-8"), file.name) if file else ():
            sound = False
            yield defect
        yield from _unknown_facts(clause)
    if sound:
        yield from _references(documents)
    yield from _cycles(documents)


def _values_of(clause: Clause) -> Any:
    package, stem = clause.module.__name__.rsplit(".", 1)
    file = resources.files(package).joinpath(f"{stem}.toml")
    return file if file.is_file() else None


def _unknown_facts(clause: Clause) -> Iterator[LiangtianError]:
    for each in clause.obligations:
        if isinstance(each, Duty):
            continue
        for name in required_facts(each.facts):  # type: ignore[arg-type]  # a class is hashable
            if name not in dictionary():
                source, line = _written(each)
                yield _defect("document-fact-unknown", source, line, fact=name, rule=clause.rule(each))


def _references(documents: Mapping[str, Document]) -> Iterator[LiangtianError]:
    every = {
        each.name: each for clause in clauses(documents) for each in clause_parameters(clause.module, clause.citation)
    }
    for clause in clauses(documents):
        source = clause.module.__name__
        for short, full in clause.uses.items():
            if _document_of(full) in documents and full not in every:
                yield _defect("document-value-unknown", source, 1, name=full, short=short)
    for each in every.values():
        wanted = every.get(each.replaces or "")
        if wanted is not None and (wanted.unit != each.unit or type(wanted.value) is not type(each.value)):
            yield _defect("document-unit", each.name, 1, name=each.name, unit=each.unit, wanted=wanted.unit)
        if wanted is not None and wanted.replaces:
            yield _defect("document-cycle", each.name, 1, name=each.name, other=wanted.name)


def _document_of(name: str) -> str:
    """`haining-2021一（三）.name` → `haining-2021`: the id is what is written in Latin letters."""
    return re.match(r"[a-z0-9-]*", name)[0]  # type: ignore[index]  # matches even nothing


def _cycles(documents: Mapping[str, Document]) -> Iterator[LiangtianError]:
    replaced = {f"{each.id}{new}": old for each in documents.values() for old, new in each.replaces.items()}
    for new, old in replaced.items():
        met = {new}
        while old in replaced and old not in met:
            met.add(old)
            old = replaced[old]
        if old in met:
            yield _defect("document-cycle", new, 1, name=new, other=old)


def _written(obligation: Obligation[Any]) -> tuple[str, int]:
    """File and line of the facts an obligation asks for; a shape's are those of its check."""
    try:
        return Path(inspect.getfile(obligation.facts)).name, inspect.getsourcelines(obligation.facts)[1]
    except (OSError, TypeError):
        return Path(inspect.getfile(obligation.check)).name, obligation.check.__code__.co_firstlineno


def _defect(message_id: str, source: str, line: int, **params: object) -> LiangtianError:
    return LiangtianError(message_id, source=source, line=line, **params)

"""A clause laid open: obligations, values with source and history, facts with who supplies them, file, line, cases."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from typing import Any

from liangtian.errors import LiangtianError, ParameterMissing
from liangtian.messages import Language, render_text
from liangtian.policy.clause import Clause, Duty, Entry, Intent, Obligation, clauses, required_facts
from liangtian.policy.coverage import Covered, cover
from liangtian.policy.document import Document, NotComputed
from liangtian.policy.duty import Records
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.facts import dictionary
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter, clause_parameters

_DIGITS = dict(zip("0123456789", ["", *"一二三四五六七八九"], strict=True))


def find_clause(documents: Mapping[str, Document], document: str, number: str) -> str:
    """Find the number of a clause as the text writes it: `六`, `6`, `(六)` → `（六）`; `1.3`, `一三` → `一（三）`.

    Raises
    ------
    LiangtianError (explain-document-unknown, explain-clause-unknown)

    Examples
    --------
    >>> from liangtian.rules.documents import DOCUMENTS
    >>> find_clause(DOCUMENTS, "wenzhou-2019", "12"), find_clause(DOCUMENTS, "haining-2021", "1.3")
    ('（十二）', '一（三）')
    """
    if document not in documents:
        raise LiangtianError("explain-document-unknown", document=document, known="、".join(documents))
    contents = documents[document].contents
    wanted = _letters(re.sub(r"\d+", lambda digits: _numeral(int(digits[0])), number))
    for known in contents:
        if _letters(known) == wanted:
            return known
    raise LiangtianError("explain-clause-unknown", document=document, clause=number, known="、".join(contents))


def explain(
    documents: Mapping[str, Document],
    citation: tuple[str, str],
    *,
    on: date | None = None,
    place: str | None = None,
    lang: Language = "zh",
    values: Parameters | None = None,
) -> dict[str, Any]:
    """Lay a clause open, as JSON has it.

    Parameters
    ----------
    citation : document and clause number as the text writes it
    on, place : the day and place the values in force are asked for; without a day only their history is given
    values : with those of places, unless the documents' own are meant

    Returns
    -------
    document, clause, title, since, module, reason (why it has no module), obligations, values
    """
    document, number = documents[citation[0]], citation[1]
    clause = next((each for each in clauses({document.id: document}) if each.number == number), None)
    known = Parameters(documents) if values is None else values
    by_id = {each.id: each for each in cover(clause, Rulebook({document.id: document}, known))} if clause else {}
    return {
        "document": document.id,
        "document_title": document.title_zh if lang == "zh" else document.title_en,
        "since": document.since.isoformat(),
        "clause": number,
        "title": render_text(f"{document.id}{number}", {}, lang=lang) if document.needs_adoption else number,
        "module": clause.module.__name__ if clause else None,
        "reason": _reason(document.contents[number], lang),
        "obligations": [_entry(clause, each, by_id[each.id], lang) for each in clause.entries] if clause else [],
        "values": list(_values(clause, known, on, place or "")) if clause else [],
    }


def _entry(clause: Clause, entry: Entry, covered: Covered, lang: Language) -> dict[str, Any]:
    source, line = _written(clause, entry)
    return {
        "id": entry.id,
        "rule": covered.rule,
        "wording": render_text(covered.rule, {}, lang=lang),
        "state": entry.state,
        "force": entry.force,
        "who": entry.who,
        "events": list(covered.events),
        "file": source,
        "line": line,
        "facts": list(_facts(entry, lang)),
        "values": list(covered.values),
        "posts": isinstance(entry, Obligation) and entry.post is not None,
        "cases": list(covered.cases),
        "cases_zh": list(covered.cases_zh),
        "reason": _reason(entry.reason, lang) if isinstance(entry, Intent) else None,
    }


def _facts(entry: Entry, lang: Language) -> Iterator[dict[str, Any]]:
    asked = entry.facts if isinstance(entry, Obligation) else Records if isinstance(entry, Duty) else None
    for name, needed in (required_facts(asked) if asked else {}).items():  # type: ignore[arg-type]  # a class is hashable
        fact = dictionary()[name]
        word = fact.zh if lang == "zh" else fact.en
        about = {"type": fact.type, "unit": fact.unit, "supplier": fact.supplier, "needed": needed}
        yield {"name": name, "meaning": word, **about}


def _values(clause: Clause, known: Parameters, on: date | None, place: str) -> Iterator[dict[str, Any]]:
    own = [each.name for each in clause_parameters(clause.module, clause.citation)]
    for name in dict.fromkeys([*own, *clause.uses.values()]):
        history = known.history(name)
        yield {
            "name": name,
            "unit": history[-1].unit if history else "",
            "in_force": _in_force(known, name, on, place) if on else None,
            "history": [_value(each) for each in history],
        }


def _in_force(known: Parameters, name: str, on: date, place: str) -> dict[str, Any] | None:
    try:
        found = known.reasoned(name, on=on, place=place)
    except ParameterMissing:
        return None
    passed_over = [_value(each) for each in found.passed_over]
    return {**_value(found.parameter), "reason": found.reason, "passed_over": passed_over}


def _value(parameter: Parameter) -> dict[str, Any]:
    return {"value": parameter.plain, **parameter.step.detail}


def _written(clause: Clause, entry: Entry) -> tuple[str, int]:
    """File (from the package's root on) and line of the check; of the obligation's id where a shape gives the check."""
    if isinstance(entry, Obligation) and entry.check.__module__.startswith(clause.module.__name__):
        return f"{entry.check.__module__.replace('.', '/')}.py", entry.check.__code__.co_firstlineno
    for path, text in _sources(clause):
        for line, written in enumerate(text.splitlines(), start=1):
            if f'"{entry.id}"' in written:
                return path, line
    return next(path for path, _text in _sources(clause)), 1


def _sources(clause: Clause) -> Iterator[tuple[str, str]]:
    """The files a clause is written in, the contents of its folder first."""
    path = clause.module.__name__.replace(".", "/")
    if not hasattr(clause.module, "__path__"):
        yield f"{path}.py", inspect.getsource(clause.module)
        return
    for file in sorted(resources.files(clause.module.__name__).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py"):
            yield f"{path}/{file.name}", file.read_text("utf-8")


def _reason(entry: object, lang: Language) -> str | None:
    return None if not isinstance(entry, NotComputed) else entry.zh if lang == "zh" else entry.en


def _letters(number: str) -> str:
    return re.sub(r"[（）()\s.·\-]", "", number)


def _numeral(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{_DIGITS[str(tens)]}十"
    return f"{ten}{_DIGITS[str(ones)]}"

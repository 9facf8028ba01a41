"""Documents and clauses as pages and the API show them: our wording, the published text where imported, values, facts."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from liangtian.messages import Language, render_text
from liangtian.policy.cases import cases_of
from liangtian.policy.clause import Clause, Obligation, State, clauses
from liangtian.policy.coverage import Covered, CoveredClause, coverage
from liangtian.policy.document import NotComputed
from liangtian.policy.explain import explain
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place
from liangtian_web.rulebook.naming import short_name
from liangtian_web.rulebook.queries import texts_of
from liangtian_web.rulebook.values import held_row

STATES: tuple[State, ...] = ("computed", "gate", "duty", "intent")
FILTERS = ("force", "state", "who", "event")


@lru_cache(maxsize=1)
def covered() -> tuple[CoveredClause, ...]:
    """The coverage matrix; the documents of a running process do not change."""
    return tuple(coverage(DOCUMENTS))


def documents(lang: Language) -> Iterator[dict[str, Any]]:
    """Every document that places adopt, with how its obligations are accounted for."""
    for document in DOCUMENTS.values():
        if document.needs_adoption:
            rows = [row for row in covered() if row.document == document.id]
            states = Counter(each.state for row in rows for each in row.obligations)
            yield {
                "id": document.id,
                "short": short_name(document.id, lang),
                "title": document.title_zh if lang == "zh" else document.title_en,
                "since": document.since,
                "clauses": len(rows),
                "obligations": states.total(),
                "states": [(each, word("state", each, lang), states[each]) for each in STATES],
            }


def contents(document: str, lang: Language, asked: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """The clauses of a document with their obligations, those that meet every filter; a filter left empty lets all by."""
    wanted = {name: said for name, said in (asked or {}).items() if name in FILTERS and said}
    for row in covered():
        if row.document == document:
            found = [_line(each, lang) for each in row.obligations if _meets(each, wanted)]
            if found or not wanted:
                yield {
                    "number": row.number,
                    "citation": row.citation,
                    "title": render_text(row.citation, {}, lang=lang),
                    "reason": reason(row.reason, lang),
                    "obligations": found,
                }


def choices(document: str, lang: Language) -> list[dict[str, Any]]:
    """What the contents of a document can be narrowed by: the forces, states, parties and steps that occur in it."""
    entries = [each for row in covered() if row.document == document for each in row.obligations]
    found: dict[str, list[str]] = {
        "force": [each.force for each in entries],
        "state": [each.state for each in entries],
        "who": [each.who for each in entries],
        "event": [event for each in entries for event in each.events],
    }
    return [
        {"name": name, "choices": [(each, word(name, each, lang), n) for each, n in Counter(said).most_common()]}
        for name, said in found.items()
    ]


def clause(document: str, number: str, lang: Language, *, on: date, place: Place | None) -> dict[str, Any]:
    """A clause laid open, with the values in force at a place on a day and the imported text."""
    found = explain(DOCUMENTS, (document, number), lang=lang)
    view = clause_of(document, number)
    values = [held_row(each["name"], lang, on=on, place=place) for each in found["values"]]
    by_name = {each["name"]: each for each in values}
    entries = {each.id: each for each in view.entries} if view else {}
    for each in found["obligations"]:
        entry = entries[each["id"]]
        each["code"] = inspect.getsource(entry.check) if isinstance(entry, Obligation) else ""
        each["event_words"] = [word("event", event, lang) for event in each["events"]]
        each["asked"] = [by_name.get(name) or held_row(name, lang, on=on, place=place) for name in each["values"]]
        each |= {f"{key}_word": word(key, each[key], lang) for key in ("state", "force", "who")}
    published = texts_of(document).get(number)
    return found | {
        "short": short_name(document, lang),
        "published": published,
        "values": values,
        "cases": len(cases_of(view)) if view else 0,
    }


def neighbours(document: str, number: str) -> tuple[str, str]:
    """The clauses before and after, or empty."""
    numbers = ["", *(row.number for row in covered() if row.document == document), ""]
    at = numbers.index(number)
    return numbers[at - 1], numbers[at + 1]


def clause_of(document: str, number: str) -> Clause | None:
    """The clause with its rules; None where nothing of it is computed."""
    return next((each for each in clauses({document: DOCUMENTS[document]}) if each.number == number), None)


def is_clause(document: str, number: str) -> bool:
    """Whether there is such a clause among the documents that places adopt."""
    return any((row.document, row.number) == (document, number) for row in covered())


def is_obligation(rule: str) -> bool:
    """Whether there is such an obligation."""
    return any(each.rule == rule for row in covered() for each in row.obligations)


def values_asked(rules: Collection[str]) -> list[str]:
    """The values that obligations ask for in their written cases."""
    entries = (each for row in covered() for each in row.obligations if each.rule in rules)
    return list(dict.fromkeys(name for each in entries for name in each.values))


def word(kind: str, code: str, lang: Language) -> str:
    """A force, state, party or step of procedure in words."""
    return render_text(f"{kind}-{code}", {}, lang=lang)


def reason(why: NotComputed | None, lang: Language) -> str:
    """Why nothing is computed, in the reader's language."""
    return "" if why is None else why.zh if lang == "zh" else why.en


def _line(each: Covered, lang: Language) -> dict[str, Any]:
    return {
        "id": each.id,
        "rule": each.rule,
        "wording": render_text(each.rule, {}, lang=lang),
        "state": each.state,
        "state_word": word("state", each.state, lang),
        "force": each.force,
        "force_word": word("force", each.force, lang),
        "who": word("who", each.who, lang),
        "events": [word("event", event, lang) for event in each.events],
        "reason": reason(each.reason, lang),
        "cases": len(each.cases),
        "values": len(each.values),
    }


def _meets(each: Covered, wanted: Mapping[str, str]) -> bool:
    has = {"force": (each.force,), "state": (each.state,), "who": (each.who,), "event": each.events}
    return all(said in has[name] for name, said in wanted.items())

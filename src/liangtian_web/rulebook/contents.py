"""Documents and clauses as pages show them: our wording, the published text where imported, values, facts, cases."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.urls import reverse

from liangtian.errors import ParameterMissing
from liangtian.messages import Language, render_text
from liangtian.policy.cases import cases_of, outcomes, totals
from liangtian.policy.clause import Clause, Obligation, State, clauses
from liangtian.policy.coverage import CoveredClause, coverage
from liangtian.policy.document import NotComputed
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.explain import explain
from liangtian.policy.values import Parameter, clause_parameters
from liangtian.policy.values_file import write_value
from liangtian.policy.whatif_words import value_label, value_text
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import home_membership
from liangtian_web.rulebook.queries import approved_for, history, key_of, keys_of, texts_of, values_known

LANGUAGES: tuple[Language, ...] = ("zh", "en")
STATES: tuple[State, ...] = ("computed", "gate", "duty", "intent")


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
                "title": document.title_zh if lang == "zh" else document.title_en,
                "since": document.since,
                "clauses": len(rows),
                "states": [(render_text(f"state-{each}", {}, lang=lang), states[each]) for each in STATES],
            }


def contents(document: str, lang: Language) -> Iterator[dict[str, Any]]:
    """The clauses of a document with their obligations, for its page and for printing."""
    for row in covered():
        if row.document == document:
            yield {
                "number": row.number,
                "title": render_text(row.citation, {}, lang=lang),
                "reason": reason(row.reason, lang),
                "obligations": [
                    {
                        "id": each.id,
                        "wording": render_text(each.rule, {}, lang=lang),
                        "state": render_text(f"state-{each.state}", {}, lang=lang),
                        "force": render_text(f"force-{each.force}", {}, lang=lang),
                        "who": render_text(f"who-{each.who}", {}, lang=lang),
                        "reason": reason(each.reason, lang),
                        "cases": len(each.cases),
                        "values": len(each.values),
                    }
                    for each in row.obligations
                ],
            }


def clause(document: str, number: str, lang: Language, *, on: date, place: Place | None) -> dict[str, Any]:
    """A clause laid open, with the values in force at a place on a day and the imported text."""
    where = key_of(place) if place else ""
    found = explain(DOCUMENTS, (document, number), on=on, place=where, lang=lang, values=values_known())
    view = next((each for each in clauses({document: DOCUMENTS[document]}) if each.number == number), None)
    entries = {each.id: each for each in view.entries} if view else {}
    for each in found["obligations"]:
        entry = entries[each["id"]]
        each["code"] = inspect.getsource(entry.check) if isinstance(entry, Obligation) else ""
        each["events"] = [render_text(f"event-{event}", {}, lang=lang) for event in each["events"]]
        for key in ("state", "force", "who"):
            each[f"{key}_word"] = render_text(f"{key}-{each[key]}", {}, lang=lang)
    texts = texts_of(document)
    return found | {
        "text": texts[number].text if number in texts else "",
        "values": [shown(each, lang) for each in found["values"]],
        "cases": len(cases_of(view)) if view else 0,
    }


def shown(value: dict[str, Any], lang: Language) -> dict[str, Any]:
    """A value as `explain` gives it, in words."""
    label, unit = value_label(value["name"], lang), value["unit"]
    held = value["in_force"]
    return value | {
        "label": label,
        "text": value_text(held["value"], unit, lang) if held else "",
        "history": [each | {"text": value_text(each["value"], unit, lang)} for each in value["history"]],
        "url": reverse("rulebook:value", args=[value["name"]]),
    }


def value(name: str, lang: Language, user: User, on: date) -> dict[str, Any]:
    """One value: what is in force at the user's place and why, what the documents declare, what places approved."""
    membership = home_membership(user)
    place = membership.place if membership else None
    declared = history(name)
    return {
        "name": name,
        "label": value_label(name, lang),
        "unit": declared[-1].unit,
        "example": write_value(declared[-1]),
        "place": place,
        "on": on,
        "held": _held(name, place, on, lang) if place else None,
        "history": [_row(each, lang) for each in declared],
        "approved": [_row(each, lang) for each in approved_for(user) if each.name == name],
        "users": [view.citation for view in clauses(DOCUMENTS) if name in view.uses.values()],
        "clause": _home_of(name),
    }


def _held(name: str, place: Place, on: date, lang: Language) -> dict[str, Any] | None:
    key, *within = keys_of(place)
    try:
        found = values_known().reasoned(name, on=on, place=key, within=tuple(within))
    except ParameterMissing:
        return None
    return {
        "row": _row(found.parameter, lang),
        "reason": found.reason,
        "passed_over": [_row(e, lang) for e in found.passed_over],
    }


def _row(each: Parameter, lang: Language) -> dict[str, Any]:
    return {"text": value_text(each.plain, each.unit, lang), "each": each}


def _home_of(name: str) -> tuple[str, str] | None:
    """Document and clause that declare a value."""
    found = (view for view in clauses(DOCUMENTS) if name.startswith(f"{view.citation}."))
    view = next(found, None)
    return (view.document.id, view.number) if view and view.document.needs_adoption else None


def run_cases(document: str, number: str, lang: Language) -> list[dict[str, Any]]:
    """Run the written cases of a clause here and now, by the documents' own values."""
    view = _clause(document, number)
    if view is None:
        return []
    rulebook = Rulebook(DOCUMENTS)
    rows = []
    for case in cases_of(view):
        decision = rulebook.decide(case.case)
        found = outcomes(decision)
        expected = {each if each in found else f"{document}{each}": said for each, said in case.expect.items()}
        same = all(found.get(rule) == said for rule, said in expected.items()) and (
            not case.posts or totals(decision) == case.posts
        )
        rows.append(
            {
                "name": case.zh if lang == "zh" and case.zh else case.name,
                "on": case.case.on,
                "event": render_text(f"event-{case.case.event}", {}, lang=lang),
                "expected": [(rule.removeprefix(document), said) for rule, said in expected.items()],
                "posts": case.posts,
                "same": same,
            }
        )
    return rows


def search(words: str, lang: Language) -> Iterator[dict[str, str]]:
    """Clauses, obligations and values whose number, words or name hold every word asked for."""
    wanted = words.lower().split()
    for row in covered():
        url = reverse("rulebook:clause", args=[row.document, row.number])
        entries = [(row.citation, row.citation), *((each.rule, each.rule) for each in row.obligations)]
        for cited, message in entries:
            said = {each: render_text(message, {}, lang=each) for each in LANGUAGES}
            if all(word in f"{cited} {said['zh']} {said['en']}".lower() for word in wanted):
                yield {"cited": cited, "said": said[lang], "url": url}
    for view in clauses(DOCUMENTS):
        for each in clause_parameters(view.module, view.citation):
            label = value_label(each.name, lang)
            if all(word in f"{each.name} {label} {value_label(each.name, 'en')}".lower() for word in wanted):
                yield {"cited": each.name, "said": label, "url": reverse("rulebook:value", args=[each.name])}


def reason(why: NotComputed | None, lang: Language) -> str:
    """Why nothing is computed, in the reader's language."""
    return "" if why is None else why.zh if lang == "zh" else why.en


def _clause(document: str, number: str) -> Clause | None:
    return next((each for each in clauses({document: DOCUMENTS[document]}) if each.number == number), None)

"""Values as pages and the API show them: in force at a place on a day, why, and every value before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django.urls import reverse

from liangtian.errors import ParameterMissing
from liangtian.messages import Language, render_text
from liangtian.policy.clause import clauses
from liangtian.policy.parameters import Resolved
from liangtian.policy.values import Parameter
from liangtian.policy.whatif_words import value_label, value_text
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place, User
from liangtian_web.rulebook.naming import address_of, cited, short_name
from liangtian_web.rulebook.queries import approved_rows, as_parameter, history, keys_of, value_names, values_known


def held(name: str, *, on: date, place: Place | None) -> Resolved | None:
    """The value in force at a place on a day with the reason for it; without a place, that of the documents alone."""
    key, *within = keys_of(place) if place else ("",)
    try:
        return values_known().reasoned(name, on=on, place=key, within=tuple(within))
    except ParameterMissing:
        return None


def held_row(name: str, lang: Language, *, on: date, place: Place | None) -> dict[str, Any]:
    """One value in words: what it is called and what is in force."""
    found = held(name, on=on, place=place)
    return {
        "name": name,
        "label": value_label(name, lang),
        "url": reverse("rulebook:value", args=[name]),
        "text": text_of(found.parameter, lang) if found else "",
        "held": found.parameter if found else None,
        "status": (found.parameter if found else history(name)[-1]).status,
    }


def value_page(name: str, lang: Language, user: User, *, on: date, place: Place | None) -> dict[str, Any]:
    """One value: what is in force and why, and the whole history that the user may see, newest first."""
    declared, found = history(name), held(name, on=on, place=place)
    document, number = address_of(name)
    return {
        "name": name,
        "label": value_label(name, lang),
        "held": found,
        "text": text_of(found.parameter, lang) if found else "",
        "passed_over": [(text_of(each, lang), each) for each in found.passed_over] if found else [],
        "start": found.parameter if found else declared[-1],
        "timeline": timeline(name, lang, user, current=found.parameter if found else None),
        "clause": name if DOCUMENTS[document].needs_adoption else "",
        "users": [view.citation for view in clauses(DOCUMENTS) if name in view.uses.values()],
        "number": number,
    }


def timeline(name: str, lang: Language, user: User, *, current: Parameter | None) -> list[dict[str, Any]]:
    """Values the documents declare and those approved for the user's places, newest first."""
    own = [(as_parameter(row), row) for row in approved_rows(user).filter(name=name)]
    places = {each.place: row.place for each, row in own}
    rows = [(each, None) for each in history(name)] + own
    return [
        {
            "text": text_of(each, lang),
            "each": each,
            "place": places.get(each.place, each.place or ""),
            "proposal": row,
            "current": each == current,
        }
        for each, row in sorted(rows, key=lambda pair: pair[0].since, reverse=True)
    ]


def value_list(
    lang: Language,
    *,
    on: date,
    place: Place | None,
    document: str = "",
    status: str = "",
    only: Collection[str] = (),
) -> Iterator[dict[str, Any]]:
    """Values by clause, narrowed to a document, to a status of the value in force, to those named."""
    names = [name for name in value_names() if not document or address_of(name)[0] == document]
    names = [name for name in names if not only or name in only]
    rows = [held_row(name, lang, on=on, place=place) for name in names]
    wanted = [row for row in rows if not status or row["status"] == status]
    for citation, group in groupby(wanted, key=lambda row: "".join(address_of(row["name"]))):
        adopted = DOCUMENTS[address_of(citation)[0]].needs_adoption
        title = render_text(citation, {}, lang=lang) if adopted else ""
        yield {"citation": citation, "title": title, "linked": adopted, "values": list(group)}


def grouped_choices(lang: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every value that can be tried, under its clause, for a choice."""
    pairs = [("".join(address_of(name)), (name, value_label(name, lang))) for name in tryable_names()]
    groups = groupby(pairs, key=lambda pair: pair[0])
    return [(_heading(citation, lang), [choice for _, choice in group]) for citation, group in groups]


def tryable_names() -> list[str]:
    """Values that decide; technical ones act when ground is measured, which a trial does not do again."""
    return [name for name in value_names() if DOCUMENTS[address_of(name)[0]].needs_adoption]


def text_of(each: Parameter, lang: Language) -> str:
    """A value with its unit, in words."""
    return value_text(each.plain, each.unit, lang)


def documents_with_values(lang: Language) -> list[tuple[str, str]]:
    """Documents that declare values: id and short name."""
    ids = dict.fromkeys(address_of(name)[0] for name in value_names())
    return [(each, short_name(each, lang)) for each in ids]


def _heading(citation: str, lang: Language) -> str:
    return f"{cited(citation, lang)} {render_text(citation, {}, lang=lang)}"

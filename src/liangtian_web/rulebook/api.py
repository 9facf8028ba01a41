"""The rulebook for machines: documents, clauses and values as the pages show them, for the same people."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404
from django.utils import timezone
from ninja import Field, Router, Schema

from liangtian.policy.explain import explain
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import Request
from liangtian_web.rulebook import contents
from liangtian_web.rulebook.naming import address_of
from liangtian_web.rulebook.queries import approved_for, binding, history, home_place, key_of, value_names
from liangtian_web.rulebook.values import held, text_of

router = Router(tags=["rulebook"])
Lang = Literal["zh", "en"]


class DocumentOut(Schema):
    """A document and whether it binds the user's own place today."""

    id: str
    short: str
    title: str
    since: date
    clauses: int
    obligations: int
    binds: bool


class ObligationOut(Schema):
    """One obligation of a clause."""

    id: str
    rule: str
    wording: str
    force: str
    state: str
    who: str
    cases: int
    reason: str


class ClauseOut(Schema):
    """A clause with its obligations; `reason`: why nothing of it is computed."""

    number: str
    citation: str
    title: str
    reason: str
    obligations: list[ObligationOut]


class ValueOut(Schema):
    """A value: what it is, in words, since when, by which source; `status` unverified says that nobody has seen its text."""

    value: Any
    text: str
    unit: str
    since: date
    until: date | None
    place: str | None
    status: str
    source: str


class ValueName(Schema):
    """The name of a value and what is in force."""

    name: str
    in_force: ValueOut | None


class HeldOut(Schema):
    """A value in force at a place on a day, why it is the one, what it stands above, and all values before and after."""

    name: str
    on: date
    place: str | None
    in_force: ValueOut | None
    reason: str | None = Field(description="only, latest, nearest or prevails")
    passed_over: list[ValueOut]
    history: list[ValueOut]


@router.get("/documents", response=list[DocumentOut], summary="Documents that places adopt")
def documents(request: Request, lang: Lang = "zh") -> Any:
    """Every document."""
    bound = binding(request.user, timezone.localdate())
    return [each | {"binds": each["id"] in bound} for each in contents.documents(lang)]


@router.get("/documents/{document}/clauses", response=list[ClauseOut], summary="Clauses with their obligations")
def clauses(request: Request, document: str, lang: Lang = "zh") -> Any:
    """The contents page of a document."""
    if document not in DOCUMENTS or not DOCUMENTS[document].needs_adoption:
        raise Http404
    return list(contents.contents(document, lang))


@router.get("/documents/{document}/clauses/{number}", summary="A clause laid open, as `liangtian explain` gives it")
def clause(
    request: Request, document: str, number: str, *, on: date | None = None, place: str = "", lang: Lang = "zh"
) -> dict[str, Any]:
    """Obligations, facts, values in force at the place (the user's own by default) on the day (today by default)."""
    if not contents.is_clause(document, number):
        raise Http404
    where = _place(request.user, place)
    found = explain(DOCUMENTS, (document, number), lang=lang)
    day = on or timezone.localdate()
    return found | {"values": [_held(each["name"], request.user, day, where, lang) for each in found["values"]]}


@router.get("/values", response=list[ValueName], summary="Values in force at a place on a day")
def values(request: Request, *, on: date | None = None, place: str = "", document: str = "", lang: Lang = "zh") -> Any:
    """Every value, or those of a document."""
    where, day = _place(request.user, place), on or timezone.localdate()
    names = [name for name in value_names() if not document or address_of(name)[0] == document]
    found = {name: held(name, on=day, place=where) for name in names}
    return [{"name": name, "in_force": _out(each.parameter, lang) if each else None} for name, each in found.items()]


@router.get("/values/{name}", response=HeldOut, summary="One value: in force, why, and its history")
def value(request: Request, name: str, *, on: date | None = None, place: str = "", lang: Lang = "zh") -> Any:
    """One value by its full name, `wenzhou-2019（六）.city_pool_share`."""
    if name not in value_names():
        raise Http404
    return _held(name, request.user, on or timezone.localdate(), _place(request.user, place), lang)


def _place(user: User, code: str) -> Place | None:
    """The place of that code if it is the user's, else nothing is there; without a code the user's own."""
    if not code:
        return home_place(user)
    place = places_for(user).filter(code=code).first()
    if place is None:
        raise Http404
    return place


def _held(name: str, user: User, on: date, place: Place | None, lang: Lang) -> dict[str, Any]:
    found = held(name, on=on, place=place)
    known = [*history(name), *(each for each in approved_for(user) if each.name == name)]
    return {
        "name": name,
        "on": on,
        "place": key_of(place) if place else None,
        "in_force": _out(found.parameter, lang) if found else None,
        "reason": found.reason if found else None,
        "passed_over": [_out(each, lang) for each in found.passed_over] if found else [],
        "history": [_out(each, lang) for each in sorted(known, key=lambda each: each.since)],
    }


def _out(each: Parameter, lang: Lang) -> dict[str, Any]:
    words = {"value": each.plain, "text": text_of(each, lang)}
    return words | {name: getattr(each, name) for name in ("unit", "since", "until", "place", "status", "source")}

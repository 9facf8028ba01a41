"""A call of the interface taken as its page's form takes it: fields by name, places by code, its key the form's number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model, QuerySet
from django.forms import Form
from django.utils.translation import override
from ninja import Schema
from ninja.params.functions import Header, Query
from pydantic import AfterValidator

from liangtian.errors import LiangtianError
from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import state_of
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.texts import must_be_writable

Row = TypeVar("Row", bound=Model)
Filled = TypeVar("Filled", bound=Form)


Text = Annotated[str, AfterValidator(must_be_writable)]
Given = Text | int | float | bool | None
PAGE_MAX = 200
PLACES = ("place", "provider", "village")  # fields that name a place: by its code or number here
Key = Header(..., alias="Idempotency-Key", min_length=1, max_length=100, description="the same key is done once")
Limit = Query(50, ge=1, le=PAGE_MAX)


class Handed(Schema):
    """The fields of a form by their names; a key project as `place:number`."""

    fields: dict[str, Given] = {}


class FilingOut(Schema):
    """A filing and what became of it."""

    uuid: UUID
    event: str
    place: str
    project: str
    on: date
    document: str
    state: str
    facts: dict[str, Any]
    begun: UUID | None
    run: UUID | None
    filer: str
    filed_at: datetime
    entry: UUID | None
    reason: str
    grounds: str
    decided_by: str | None


def filing_out(row: Filing) -> dict[str, Any]:
    """A filing as it is answered."""
    decision = getattr(row, "decision", None)
    entry = decision.entry if decision else None
    return {
        "uuid": row.uuid, "event": row.event, "place": place_key(row.place), "project": row.project, "on": row.on,
        "document": row.document, "state": state_of(row)[1], "facts": row.facts,
        "begun": row.begun.uuid if row.begun else None, "run": row.run.uuid if row.run else None,
        "filer": row.filer.username, "filed_at": row.filed_at, "entry": entry.uuid if entry else None,
        "reason": decision.reason if decision else "", "grounds": decision.grounds if decision else "",
        "decided_by": decision.actor.username if decision else None,
    }  # fmt: skip


def form_number(request: Request, key: str) -> UUID:
    """The number of the form that a person's key stands for."""
    return uuid5(NAMESPACE_URL, f"{request.user.pk} {key}")


def form_data(fields: Mapping[str, Given], number: UUID) -> dict[str, Any]:
    """What the page would send: every place as the form chooses it; one nobody knows stays out of its choices."""
    data: dict[str, Any] = {name: value for name, value in fields.items() if value is not None} | {"key": str(number)}
    for name in PLACES:
        if name in data:
            data[name] = _chosen(str(data[name]))
    if "key_project" in data:
        owner, colon, project = str(data["key_project"]).partition(":")
        data["key_project"] = f"{_chosen(owner)}{colon}{project}"
    return data


def _chosen(key: str) -> int | str:
    place = places_by_key([key]).get(key)
    return place.pk if place else ""


def taken(request: Request, make: Callable[[], Form]) -> Any:
    """What a form hands in; `make`: the form filled in, in the language of the moment.

    Raises
    ------
    Problems : everything that is wrong with it, field by field, in both languages
    """
    form = make()
    if not form.is_valid():
        with override("zh-hans"):
            chinese = _problems(make())
        with override("en"):
            raise Problems(chinese, _problems(make()))
    try:
        return form.hand_in(request)  # type: ignore[attr-defined]
    except LiangtianError as error:
        chinese, english = ([Problem(0, "", sentence(error, language))] for language in ("zh-hans", "en"))
        raise Problems(chinese, english) from error


def form_problems(form: Filled) -> Filled:
    """The form, if it is valid.

    Raises
    ------
    Problems : everything that is wrong with it, field by field, in the language of the moment
    """
    if not form.is_valid():
        raise Problems(_problems(form))
    return form


def _problems(form: Form) -> list[Problem]:
    return [
        Problem(0, "" if name == NON_FIELD_ERRORS else name, str(text), _word(form, name))
        for name, texts in form.errors.items()
        for text in texts
    ]


def _word(form: Form, name: str) -> str:
    """A field as its page calls it: its label, or in a table what is read out."""
    if name not in form.fields:
        return ""
    return str(form.fields[name].label or form.fields[name].widget.attrs.get("aria-label", ""))


def page(rows: QuerySet[Row], before: int | None, limit: int) -> tuple[list[Row], int | None]:
    """A page of rows, newest first, and the key the next one goes on from."""
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None

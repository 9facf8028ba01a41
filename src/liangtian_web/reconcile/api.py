"""Reconciliation for machines: a statement handed in, held against the book, recorded, its differences explained."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status
from pydantic import field_validator

from liangtian_web.balance.calls import Handed, form_data, form_problems, page
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import place_key
from liangtian_web.people.requests import Request
from liangtian_web.reconcile import actions
from liangtian_web.reconcile.forms import ExplainForm, ImportForm
from liangtian_web.reconcile.models import Explanation, Import, Match
from liangtian_web.reconcile.queries import explanations_of, filings_seen, imports_for, matches_for
from liangtian_web.standing.api import Key, Limit, answers
from liangtian_web.standing.once import form_number, in_both, once
from liangtian_web.standing.schemas import Writable

router = Router(tags=["reconciliation"])


class StatementAsked(Handed):
    """The fields of the form by their names, and the workbook in base64."""

    name: Writable = Field(min_length=1, max_length=200)
    content: str

    @field_validator("content")
    @classmethod
    def decodes(cls, value: str) -> str:
        """What can be read back."""
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
        return value


class ImportOut(Schema):
    """A statement; `recorded` is null until its result is kept."""

    uuid: UUID
    place: str
    pool: str
    since: date
    on: date
    window: int
    source: str
    name: str
    digest: str
    actor: str
    recorded: datetime | None


class ImportPage(Schema):
    """Statements, newest first; `before` asks for the next page and is null on the last."""

    statements: list[ImportOut]
    before: int | None


class StatementLineOut(Schema):
    """A line of the statement, of the book and of the project's record, or of some of them; `n` names it in addresses.

    Lines of one `group` belong together, and `verdict` says which side disagrees; both are empty in results recorded before
    there was a third side. `filing` is null where the caller may not open it.
    """

    n: int
    group: int | None
    verdict: str
    kind: str
    by: str
    index: str
    row: int | None
    their_on: date | None
    document: str
    project: str
    theirs: int | None
    entry: UUID | None
    our_on: date | None
    ours: int | None
    filing: UUID | None
    filed_on: date | None
    filed: int | None
    filed_state: str
    ground_m2: str | None
    difference: int
    explained: str | None


class StatementBalanceOut(Schema):
    """A balance the statement gives, beside the book's."""

    index: str
    on: date
    stated: int
    held: int
    difference: int


class WholeImport(ImportOut):
    """A statement with what was recorded of it, or what would be found of it now."""

    lines: list[StatementLineOut]
    balances: list[StatementBalanceOut]
    said: list[str]


class Explained(Schema):
    """Why a difference stands."""

    reason: Writable = Field(max_length=12)
    text: Writable = Field(max_length=500)


@router.get("", response=answers(ImportPage), summary="Statements held against the book, newest first")
def statements(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """Of the user's places."""
    found, more = page(imports_for(request.user).select_related("place__book_key"), before, limit)
    return {"statements": [_out(each) for each in found], "before": more}


@router.get("/{uuid}", response=answers(WholeImport), summary="A statement with what was found")
def statement(request: Request, uuid: UUID) -> Any:
    """As recorded; else as it would be found now."""
    return _whole(request, _given(request, uuid))


@router.post("", response=answers(WholeImport, 201), summary="Hand a statement in")
def hand_in(request: Request, asked: StatementAsked, idempotency_key: str = Key) -> Any:
    """The same form as the page's: everything wrong with it at once; nothing is recorded of the book."""
    if not keeping_places(request.user).exists():
        raise PermissionDenied

    def read() -> Import:
        form = _form(request, asked, idempotency_key)
        content = form.cleaned_data["file"].read()
        return actions.receive(request, form.asked(), asked.name, content, form.cleaned_data["form"])

    return Status(*once(request, idempotency_key, asked.dict(), lambda: (201, _whole(request, in_both(read)))))


@router.post("/{uuid}/result", response=answers(WholeImport), summary="Record what was found, once")
def keep(request: Request, uuid: UUID, idempotency_key: str = Key) -> Any:
    """With the balances as assertions of the accounts."""
    given = _given(request, uuid)
    _kept(request, given)

    def work() -> tuple[int, dict[str, Any]]:
        actions.keep(request, given)
        return 200, _whole(request, _given(request, uuid))

    return Status(*once(request, idempotency_key, {}, work))


@router.post(
    "/{uuid}/lines/{n}/explanation", response=answers(StatementLineOut, 201), summary="Explain a difference, once"
)
def explain(request: Request, uuid: UUID, n: int, asked: Explained, idempotency_key: str = Key) -> Any:
    """`reason`: timing, their-error, scope, corrected or other."""
    given = _given(request, uuid)
    line = get_object_or_404(matches_for(request.user), result=given.pk, n=n)
    _kept(request, given)

    def work() -> tuple[int, dict[str, Any]]:
        form = in_both(lambda: form_problems(ExplainForm(asked.dict())))
        actions.explain(request, line, **form.cleaned_data)
        made = matches_for(request.user).get(pk=line.pk)
        return 201, _line(made, filings_seen(request.user, [made]), explanations_of(made.result_id))

    return Status(*once(request, idempotency_key, asked.dict(), work))


def _form(request: Request, asked: StatementAsked, key: str) -> ImportForm:
    number = form_number(request, key)
    data = form_data(asked.fields, number) | {"form": str(number)}
    file = SimpleUploadedFile(asked.name, base64.b64decode(asked.content))
    return form_problems(ImportForm(request.user, data, {"file": file}))


def _given(request: Request, uuid: UUID) -> Import:
    return get_object_or_404(imports_for(request.user), uuid=uuid)


def _kept(request: Request, given: Import) -> None:
    if not keeping_places(request.user).filter(pk=given.place_id).exists():
        raise PermissionDenied


def _out(given: Import) -> dict[str, Any]:
    result = getattr(given, "result", None)
    return {
        "uuid": given.uuid, "place": place_key(given.place), "pool": given.pool, "since": given.since, "on": given.on,
        "window": given.window, "source": given.source, "name": given.name, "digest": given.digest,
        "actor": given.actor.username, "recorded": result.recorded_at if result else None,
    }  # fmt: skip


def _whole(request: Request, given: Import) -> dict[str, Any]:
    result = getattr(given, "result", None)
    found = actions.found_of(result) if result else actions.hold_against(given)
    balances = [
        {"index": each.index, "on": each.on, "stated": each.stated, "held": each.held, "difference": each.difference}
        for each in found.balances
    ]
    seen, told = filings_seen(request.user, found.matches), explanations_of(result.pk) if result else {}
    return _out(given) | {
        "lines": [_line(each, seen, told) for each in found.matches], "balances": balances, "said": list(found.said)
    }  # fmt: skip


def _line(each: Match, seen: set[int], told: Mapping[int, Explanation]) -> dict[str, Any]:
    why = told.get(each.whole)
    return {
        "n": each.n, "group": each.group, "verdict": each.verdict, "kind": each.kind, "by": each.by, "index": each.index,
        "row": each.row, "their_on": each.their_on,
        "document": each.document, "project": each.project, "theirs": each.theirs,
        "entry": each.entry.uuid if each.entry else None, "our_on": each.our_on, "ours": each.ours,
        "filing": each.filing.uuid if each.filing and each.filing_id in seen else None, "filed_on": each.filed_on,
        "filed": each.filed, "filed_state": each.filed_state,
        "ground_m2": str(each.ground_m2) if each.ground_m2 is not None else None,
        "difference": each.difference, "explained": why.reason if why else None,
    }  # fmt: skip

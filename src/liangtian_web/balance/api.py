"""The balance for machines: the same forms, rules and two persons as its pages, each call done once for each key."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.datastructures import MultiValueDict
from ninja import Field, Router, Schema, Status
from ninja.params.functions import Header, Query

from liangtian_web.balance import actions, presentation
from liangtian_web.balance.answers import handed_in
from liangtian_web.balance.forms import AcceptanceForm, EndingForm, OccupationForm
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import filing_places, filings_for, quota_places
from liangtian_web.balance.ruling import findings_text, posting_rows, rule
from liangtian_web.balance.step_forms import BEGIN, NEXT
from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.people.requests import Request
from liangtian_web.standing.once import once

PAGE_MAX = 200
PLACES = ("place", "provider")  # fields that name a place: by its code or number here
ENDINGS = ("approval", "release")
router = Router(tags=["balance"])
Key = Header(..., alias="Idempotency-Key", min_length=1, max_length=100, description="the same key is done once")


class Asked(Schema):
    """What is handed in: a procedure, what it goes on with, and the fields of its form by their names."""

    event: str = Field(max_length=30)
    begun: UUID | None = None
    fields: dict[str, str | int | float | bool | None] = {}
    boundary: dict[str, Any] | None = Field(None, description="GeoJSON in degrees (EPSG:4490), of an acceptance")


class Decided(Schema):
    """Book it, or send it back with a reason; `grounds` where a clause asked for in principle is not met."""

    accept: bool
    reason: str = Field("", max_length=500)
    grounds: str = ""


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


class FilingPage(Schema):
    """Filings, newest first; `before` asks for the next page and is null on the last."""

    filings: list[FilingOut]
    before: int | None


class WholeFiling(FilingOut):
    """A filing with what the rulebook says of it: as decided, or as it stands today."""

    findings: list[dict[str, Any]]
    postings: list[list[str | int]]
    rules_digest: str


@router.get("/filings", response=FilingPage, summary="Filings, newest first, a page at a time by key")
def filings(request: Request, before: int | None = None, limit: int = Query(50, ge=1, le=PAGE_MAX)) -> Any:
    """The filings of the user's places."""
    rows = filings_for(request.user).select_related("run").prefetch_related("later__decision")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return {"filings": [_out(each) for each in found[:limit]], "before": more}


@router.get("/filings/{uuid}", response=WholeFiling, summary="A filing with its findings and postings")
def filing(request: Request, uuid: UUID, lang: str = "zh") -> Any:
    """One filing."""
    row = get_object_or_404(filings_for(request.user), uuid=uuid)
    decision = getattr(row, "decision", None)
    if decision is not None:
        text, rows, digest = decision.findings, decision.postings, decision.rules_digest
    else:
        ruled = rule(row)
        text, rows, digest = findings_text(ruled.findings), posting_rows(ruled.postings), ruled.digest
    findings = json.loads(text)["en" if lang == "en" else "zh"]
    return _out(row) | {"findings": findings, "postings": rows, "rules_digest": digest}


@router.post("/filings", response={201: FilingOut}, summary="Hand something in")
def hand_in(request: Request, asked: Asked, idempotency_key: str = Key) -> Any:
    """The same form as the page's: every error at once, in `problems`, by the name of its field."""
    key = uuid5(NAMESPACE_URL, f"{request.user.pk} {idempotency_key}")
    form = _form(request, asked, key)

    def work() -> tuple[int, dict[str, Any]]:
        made = handed_in(request, form)
        if made is None:
            found = [Problem(0, name, text) for name, texts in form.errors.items() for text in texts]
            raise Problems(found)
        return 201, _out(made)

    return Status(*once(request, idempotency_key, asked.dict(), work))


@router.post("/filings/{uuid}/decision", response=FilingOut, summary="Book a filing or send it back")
def decide(request: Request, uuid: UUID, asked: Decided, idempotency_key: str = Key) -> Any:
    """By another person than the one who handed it in."""
    row = get_object_or_404(filings_for(request.user), uuid=uuid)
    if not keeping_places(request.user).filter(pk=row.place_id).exists():
        raise PermissionDenied

    def work() -> tuple[int, dict[str, Any]]:
        actions.decide(request, row, accept=asked.accept, reason=asked.reason, grounds=asked.grounds)
        return 200, _out(filings_for(request.user).get(pk=row.pk))

    return Status(*once(request, idempotency_key, asked.dict(), work))


def _form(request: Request, asked: Asked, key: UUID) -> Any:
    """The page's form, filled in.

    Raises
    ------
    Http404 : no such procedure here, or nothing it could go on with
    """
    data = {name: value for name, value in asked.fields.items() if value is not None} | {"key": str(key)}
    for name in PLACES:
        if name in data:
            place = places_by_key([str(data[name])]).get(str(data[name]))
            data[name] = place.pk if place else ""
    if asked.event in BEGIN:
        _allowed(quota_places(request.user).exists())
        return BEGIN[asked.event](request.user, asked.event, None, data)
    if asked.begun is None:
        _allowed(filing_places(request.user).exists())
        if asked.event == "hold":
            return OccupationForm(request.user, data)
        if asked.event == "acceptance":
            return AcceptanceForm(request.user, data, _files(asked))
        raise Http404
    begun = get_object_or_404(filings_for(request.user), uuid=asked.begun)
    _allowed(quota_places(request.user).filter(pk=begun.place_id).exists())
    if asked.event in ENDINGS and begun.event == "hold":
        return EndingForm(begun, asked.event, data)
    if asked.event not in NEXT or not (actions.may_follow(begun, asked.event) or _sent_before(key)):
        raise Http404
    return NEXT[asked.event](request.user, asked.event, begun, data)


def _sent_before(key: UUID) -> bool:
    return Filing.objects.filter(uuid=key).exists()


def _allowed(may: bool) -> None:
    if not may:
        raise PermissionDenied


def _files(asked: Asked) -> MultiValueDict[str, Any]:
    if asked.boundary is None:
        return MultiValueDict()
    return MultiValueDict({"files": [SimpleUploadedFile("boundary.geojson", json.dumps(asked.boundary).encode())]})


def _out(row: Filing) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    entry = decision.entry if decision else None
    return {
        "uuid": row.uuid, "event": row.event, "place": place_key(row.place), "project": row.project, "on": row.on,
        "document": row.document, "state": presentation.state_of(row)[1], "facts": row.facts,
        "begun": row.begun.uuid if row.begun else None, "run": row.run.uuid if row.run else None,
        "filer": row.filer.username, "filed_at": row.filed_at, "entry": entry.uuid if entry else None,
        "reason": decision.reason if decision else "", "grounds": decision.grounds if decision else "",
        "decided_by": decision.actor.username if decision else None,
    }  # fmt: skip

"""The balance for machines: the same forms, rules and two persons as its pages, each call done once for each key."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from ninja import Field, Router, Schema, Status

from liangtian_web.balance import actions
from liangtian_web.balance.calls import (
    FilingOut,
    Given,
    Key,
    Limit,
    Text,
    filing_out,
    form_data,
    form_number,
    page,
    taken,
)
from liangtian_web.balance.forms import AcceptanceForm, EndingForm, OccupationForm
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import filing_places, filings_for, quota_places
from liangtian_web.balance.ruling import findings_text, posting_rows, rule
from liangtian_web.balance.steps import BEGIN, NEXT
from liangtian_web.people.requests import Request
from liangtian_web.standing.once import once

ENDINGS = ("approval", "release")
router = Router(tags=["balance"])


class HandedIn(Schema):
    """What is handed in: a procedure, what it goes on with, and the fields of its form by their names."""

    event: str = Field(max_length=30)
    begun: UUID | None = None
    fields: dict[str, Given] = {}
    boundary: dict[str, Any] | None = Field(None, description="GeoJSON in degrees (EPSG:4490), of an acceptance")


class FilingDecided(Schema):
    """Book it, or send it back with a reason; `grounds` where a clause asked for in principle is not met."""

    accept: bool
    reason: Text = Field("", max_length=500)
    grounds: Text = ""


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
def filings(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """The filings of the user's places."""
    rows = filings_for(request.user).select_related("run", "place__book_key")
    rows = rows.prefetch_related("later__decision__entry__reversed_by")
    found, more = page(rows, before, limit)
    return {"filings": [filing_out(each) for each in found], "before": more}


@router.get("/filings/{uuid}", response=WholeFiling, summary="A filing with its findings and postings")
def filing(request: Request, uuid: UUID, lang: str = "zh") -> Any:
    """One filing."""
    row = get_object_or_404(filings_for(request.user), uuid=uuid)
    decision = getattr(row, "decision", None)
    if decision is not None:
        text, rows, digest = decision.findings, decision.postings, decision.rules_digest
    else:
        ruled = rule(row, timezone.localdate())
        text, rows, digest = findings_text(ruled.findings), posting_rows(ruled.postings), ruled.digest
    findings = json.loads(text)["en" if lang == "en" else "zh"]
    return filing_out(row) | {"findings": findings, "postings": rows, "rules_digest": digest}


@router.post("/filings", response={201: FilingOut}, summary="Hand something in")
def hand_in(request: Request, asked: HandedIn, idempotency_key: str = Key) -> Any:
    """The same form as the page's: every error at once, in `problems`, by the name of its field."""
    number = form_number(request, idempotency_key)
    _form(request, asked, number)  # whether there is such a form here, before whether the key was used

    def work() -> tuple[int, dict[str, Any]]:
        return 201, filing_out(taken(request, lambda: _form(request, asked, number)))

    return Status(*once(request, idempotency_key, asked.dict(), work))


@router.post("/filings/{uuid}/decision", response=FilingOut, summary="Book a filing or send it back")
def decide(request: Request, uuid: UUID, asked: FilingDecided, idempotency_key: str = Key) -> Any:
    """By another person than the one who handed it in."""
    row = get_object_or_404(filings_for(request.user), uuid=uuid)

    def work() -> tuple[int, dict[str, Any]]:
        today = timezone.localdate()
        actions.decide(request, row, accept=asked.accept, reason=asked.reason, grounds=asked.grounds, today=today)
        return 200, filing_out(filings_for(request.user).get(pk=row.pk))

    return Status(*once(request, idempotency_key, asked.dict(), work))


def _form(request: Request, asked: HandedIn, key: UUID) -> Any:
    """The page's form, filled in.

    Raises
    ------
    Http404 : no such procedure here, or nothing it could go on with
    """
    data = form_data(asked.fields, key)
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
    if asked.event not in NEXT or not _may_follow(begun, asked.event, key):
        raise Http404
    return NEXT[asked.event](request.user, asked.event, begun, data)


def _may_follow(begun: Filing, event: str, key: UUID) -> bool:
    return actions.may_follow(begun, event, timezone.localdate()) or Filing.objects.filter(uuid=key).exists()


def _allowed(may: bool) -> None:
    if not may:
        raise PermissionDenied


def _files(asked: HandedIn) -> MultiValueDict[str, Any]:
    if asked.boundary is None:
        return MultiValueDict()
    return MultiValueDict({"files": [SimpleUploadedFile("boundary.geojson", json.dumps(asked.boundary).encode())]})

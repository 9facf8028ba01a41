"""Commitments for machines: the same forms, rules and two persons as their pages, each call done once for each key.

What is filed here is decided as every filing of the balance is, at `/balance/filings/{uuid}/decision`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from liangtian_web.balance.calls import FilingOut, Handed, Key, Limit, filing_out, form_data, form_number, taken
from liangtian_web.balance.calls import page as page_of
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import steps_of
from liangtian_web.balance.promises import FOLLOWING, standings
from liangtian_web.balance.queries import filing_places, filings_for
from liangtian_web.commitments.forms import PROMISES, DefaultForm, StepForm, SupplyForm
from liangtian_web.commitments.models import StepDone
from liangtian_web.commitments.presentation import asked as not_booked
from liangtian_web.commitments.queries import commitments_for, files_for, judges, recordable
from liangtian_web.commitments.register import line, milestones
from liangtian_web.ledger.records import place_key
from liangtian_web.people.requests import Request
from liangtian_web.standing.once import once

router = Router(tags=["commitments"])


class Promised(Handed):
    """A promise: which kind, and the fields of its form by their names."""

    kind: str = Field(max_length=30, description="infrastructure or supplement-improve")


class StepOut(Schema):
    """A step promised, and the day it was taken."""

    step: str
    due_on: date
    done_on: date | None


class MilestoneOut(Schema):
    """A day recorded of a commitment; of several of a step the last one holds."""

    uuid: UUID
    step: str
    on: date
    document: str
    actor: str


class CommitmentOut(Schema):
    """A commitment at the end of today, index by index in m² and kg.

    `state`: waiting, refused, arrears, overdue, step-late, soon, ahead, later or over.
    """

    uuid: UUID
    kind: str
    place: str
    project: str
    on: date
    document: str
    state: str
    last: date | None = Field(description="the last day to keep it in time")
    promised: dict[str, int]
    fulfilled: dict[str, int]
    deducted: dict[str, int]
    outstanding: dict[str, int]
    arrears: dict[str, int]
    steps: list[StepOut]


class CommitmentPage(Schema):
    """Commitments, newest first; `before` asks for the next page and is null on the last."""

    commitments: list[CommitmentOut]
    before: int | None


class WholeCommitment(CommitmentOut):
    """A commitment with what was filed of it and the days recorded."""

    filings: list[FilingOut]
    milestones: list[MilestoneOut]


@router.get("", response=CommitmentPage, summary="Commitments, newest first, a page at a time by key")
def commitments(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """The commitments of the user's places, whatever became of them."""
    found, more = page_of(
        commitments_for(request.user).select_related("place__book_key").prefetch_related("steps"), before, limit
    )
    return {"commitments": _out(found), "before": more}


@router.get("/{uuid}", response=WholeCommitment, summary="A commitment with everything filed of it")
def commitment(request: Request, uuid: UUID) -> Any:
    """One commitment."""
    row = _promise(request, uuid)
    later = filings_for(request.user).filter(begun=row, event__in=FOLLOWING).select_related("run").order_by("pk")
    days = [_milestone(each) for each in milestones(row)]
    return _out([row])[0] | {"filings": [filing_out(each) for each in later], "milestones": days}


@router.post("", response={201: FilingOut}, summary="Ask to enter a promise")
def promise(request: Request, asked: Promised, idempotency_key: str = Key) -> Any:
    """The same form as the page's: every error at once, in `problems`, by the name of its field."""
    if asked.kind not in PROMISES:
        raise Http404
    if not filing_places(request.user).exists():
        raise PermissionDenied
    return _handed_in(request, asked, idempotency_key, lambda data: PROMISES[asked.kind](request.user, data))


@router.post("/{uuid}/supplies", response={201: FilingOut}, summary="Ask to supply what is promised or in arrears")
def supply(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """Of the county's or zone's own people."""
    row = _promise(request, uuid)
    if not files_for(request.user, row):
        raise PermissionDenied
    return _handed_in(request, asked, idempotency_key, lambda data: SupplyForm(row, data))


@router.post("/{uuid}/default", response={201: FilingOut}, summary="Ask to deduct what was not supplied in time")
def default(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """Of the people of the place above."""
    row = _promise(request, uuid)
    if not judges(request.user, row):
        raise PermissionDenied
    return _handed_in(request, asked, idempotency_key, lambda data: DefaultForm(row, data))


@router.post("/{uuid}/steps", response={201: MilestoneOut}, summary="Record a step taken, or the day of completion")
def step(request: Request, uuid: UUID, asked: Handed, idempotency_key: str = Key) -> Any:
    """Its steps by its own people; the day of completion by those of the place above."""
    row = _promise(request, uuid)
    steps = recordable(request.user, row)
    if not steps:
        raise PermissionDenied
    form = partial(StepForm, row, steps, form_data(asked.fields, form_number(request, idempotency_key)))
    return Status(*once(request, idempotency_key, asked.dict(), lambda: (201, _milestone(taken(request, form)))))


def _promise(request: Request, uuid: UUID) -> Filing:
    return get_object_or_404(commitments_for(request.user), uuid=uuid)


def _handed_in(request: Request, asked: Handed, key: str, form_of: Any) -> Any:
    """File what a form says, once."""
    form = partial(form_of, form_data(asked.fields, form_number(request, key)))
    return Status(*once(request, key, asked.dict(), lambda: (201, filing_out(taken(request, form)))))


def _milestone(row: StepDone) -> dict[str, Any]:
    return {"uuid": row.uuid, "step": row.step, "on": row.on, "document": row.document, "actor": row.actor.username}


def _out(rows: Iterable[Filing]) -> list[dict[str, Any]]:
    """Commitments as they stand today, in a fixed number of questions."""
    found, today = list(rows), timezone.localdate()
    known = standings(found, today)
    return [_commitment(each, known[each.pk], today) for each in found]


def _commitment(row: Filing, known: Any, today: date) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    booked = decision is not None and decision.entry_id is not None
    stands = known if booked else not_booked(row)
    shown = line(row, stands, today)
    state = shown.urgency.name.lower().replace("_", "-") if booked else "refused" if decision else "waiting"
    amounts = ("promised", "fulfilled", "deducted", "outstanding", "arrears")
    return {
        "uuid": row.uuid, "kind": row.facts["commitment_kind"], "place": place_key(row.place), "project": row.project,
        "on": row.on, "document": row.document, "state": state, "last": shown.last,
        "steps": [{"step": each.name, "due_on": each.due_on, "done_on": each.done_on} for each in steps_of(row)],
        **{name: dict(getattr(stands, name)) for name in amounts},
    }  # fmt: skip

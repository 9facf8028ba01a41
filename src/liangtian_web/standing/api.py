"""The book for machines: what its pages show to the same people, and proposing and deciding, done once for each key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from ninja.params.functions import Header, Query

from liangtian_web.ledger import deciding, proposing
from liangtian_web.ledger.models import Account, Entry, Leg, Lot, Proposal
from liangtian_web.ledger.queries import (
    accounts_for,
    balances,
    entries_for,
    keeping_places,
    lots_for,
    proposals_for,
    statement,
    unsealed_for,
)
from liangtian_web.ledger.recording import with_outcome
from liangtian_web.ledger.records import places_by_key
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.standing import schemas
from liangtian_web.standing.once import once
from liangtian_web.standing.queries import standings

PAGE_MAX = 200
KEY_MAX = 100
REFUSED = frozenset({401, 403, 404, 409, 422})
router = Router(tags=["book"])
Key = Header(..., alias="Idempotency-Key", min_length=1, max_length=KEY_MAX, description="the same key is done once")
Limit = Query(50, ge=1, le=PAGE_MAX)
WITHIN, WHEN = Query(...), Query(...)


def answers(given: type[Schema], status: int = 200) -> dict[Any, type[Schema]]:
    """What a call answers: what was asked for, or a refusal, which has one shape."""
    return {status: given, REFUSED: schemas.Refusal}


@router.get("/accounts", response=answers(schemas.AccountPage), summary="Accounts, a page at a time by key")
def accounts(request: Request, narrow: schemas.Narrow = WITHIN, after: int | None = None, limit: int = Limit) -> Any:
    """The accounts of the user's places."""
    found, more = _page(narrow.of(accounts_for(request.user)).order_by("pk"), after, limit)
    return {"accounts": found, "after": more}


@router.get("/balances", response=answers(schemas.BalancePage), summary="Balances as of a day, as known at a moment")
def the_balances(
    request: Request, *, narrow: schemas.Narrow = WITHIN, moment: schemas.Moment = WHEN, after: int | None = None,
    limit: int = Limit,
) -> Any:  # fmt: skip
    """At the end of `on`, of everything recorded until `known_at`."""
    found, more = _page(narrow.of(accounts_for(request.user)).order_by("pk"), after, limit)
    on = moment.on or timezone.localdate()
    rows = balances(
        Account.objects.filter(pk__in=[each.pk for each in found]).select_related("place__book_key"),
        on,
        moment.known_at,
    )
    amounts = {each.account.pk: each.amount for each in rows}
    return {
        "on": on, "known_at": moment.known_at, "unsealed": unsealed_for(request.user), "after": more,
        "balances": [{"account": each, "amount": amounts[each.pk]} for each in found],
    }  # fmt: skip


@router.get("/accounts/{number}/statement", response=answers(schemas.StatementOut), summary="An account over some days")
def the_statement(request: Request, number: int, *, since: date, until: date, known_at: datetime | None = None) -> Any:
    """Opening, every line, closing."""
    return statement(get_object_or_404(accounts_for(request.user), pk=number), since, until, known_at)


@router.get("/entries", response=answers(schemas.EntryPage), summary="Entries, newest first, a page at a time by key")
def entries(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """The entries that touch the user's places."""
    rows = entries_for(request.user).select_related("reverses", "settles", "link")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return {"entries": found[:limit], "before": found[limit - 1].pk if len(found) > limit else None}


@router.get("/entries/{uuid}", response=answers(schemas.WholeEntry), summary="An entry with its legs")
def entry(request: Request, uuid: UUID) -> Any:
    """All legs, those of other places too: without them it does not balance."""
    row = get_object_or_404(entries_for(request.user).select_related("reverses", "settles", "link"), uuid=uuid)
    legs = Leg.objects.filter(entry=row, implied=False).select_related("account__place__book_key", "lot")
    row.shown = legs.order_by("n")  # type: ignore[attr-defined]
    return row


@router.get("/lots", response=answers(schemas.LotPage), summary="Lots, a page at a time by key")
def lots(request: Request, after: int | None = None, limit: int = Limit) -> Any:
    """The lots the user's places earned or hold."""
    found, more = _page(lots_for(request.user).select_related("place__book_key").order_by("pk"), after, limit)
    return {"lots": found, "after": more}


@router.get(
    "/lots/{serial}", response=answers(schemas.WholeLot), summary="A lot with its ground and where its credits stand"
)
def lot(request: Request, serial: str, on: date | None = None) -> Any:
    """The boundary as WKB in its own plane; credits in the accounts of the user's places."""
    row: Lot = get_object_or_404(lots_for(request.user), serial=serial)
    held = standings(request.user, [row], on or timezone.localdate()).get(row.pk, [])
    row.held = [{"account": account, "amount": amount} for account, amount in held]  # type: ignore[attr-defined]
    return row


@router.get(
    "/proposals", response=answers(schemas.ProposalPage), summary="Proposals, newest first, a page at a time by key"
)
def proposals(request: Request, before: int | None = None, limit: int = Limit) -> Any:
    """The proposals of the user's places."""
    rows = with_outcome(proposals_for(request.user)).select_related("place__book_key")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    return {"proposals": found[:limit], "before": found[limit - 1].pk if len(found) > limit else None}


@router.get("/proposals/{uuid}", response=answers(schemas.ProposalOut), summary="A proposal and what became of it")
def proposal(request: Request, uuid: UUID) -> Any:
    """One proposal."""
    return get_object_or_404(with_outcome(proposals_for(request.user)), uuid=uuid)


@router.post("/proposals", response=answers(schemas.ProposalOut, 201), summary="Propose an entry")
def propose(request: Request, asked: schemas.ProposalAsked, idempotency_key: str = Key) -> Any:
    """The same validator as the form and the workbook: every error at once, in `problems`."""
    place = kept_place(request, asked.place)

    def work() -> tuple[int, dict[str, Any]]:
        head = {"on": asked.on, "kind": asked.kind, "evidence": asked.evidence}
        made = proposing.propose(request, place, head, [row.texts() for row in asked.rows])
        return 201, _out(request, made)

    return answered(*once(request, idempotency_key, asked.dict(), work))


@router.post(
    "/entries/{uuid}/reversal", response=answers(schemas.ProposalOut, 201), summary="Propose to take an entry back"
)
def reverse(request: Request, uuid: UUID, asked: schemas.Reversal, idempotency_key: str = Key) -> Any:
    """What the book would refuse of it is said when it is posted."""
    row: Entry = get_object_or_404(entries_for(request.user), uuid=uuid)

    def work() -> tuple[int, dict[str, Any]]:
        return 201, _out(request, proposing.propose_reversal(request, row, asked.on, asked.evidence))

    return answered(*once(request, idempotency_key, asked.dict(), work))


@router.post(
    "/linked-proposals",
    response=answers(schemas.ProposalPage, 201),
    summary="Propose entries to be posted together or not at all",
)
def propose_linked(request: Request, asked: schemas.LinkedAsked, idempotency_key: str = Key) -> Any:
    """All are kept or none; whoever decides on one decides on all, in the order given."""
    parts = [_part(request, each) for each in asked.proposals]

    def work() -> tuple[int, dict[str, Any]]:
        made = proposing.propose_linked(parts)
        return 201, {"proposals": [_out(request, each) for each in made], "before": None}

    return answered(*once(request, idempotency_key, asked.dict(), work))


def _part(request: Request, asked: schemas.ProposalAsked | schemas.LinkedReversal) -> Callable[..., Proposal]:
    """How one entry of a linked set is proposed beside the first."""
    if isinstance(asked, schemas.LinkedReversal):
        row = get_object_or_404(entries_for(request.user), uuid=asked.reverses)
        return partial(proposing.propose_reversal, request, row, asked.on, asked.evidence)
    head = {"on": asked.on, "kind": asked.kind, "evidence": asked.evidence}
    rows = [each.texts() for each in asked.rows]
    return partial(proposing.propose, request, kept_place(request, asked.place), head, rows)


@router.post(
    "/proposals/{uuid}/decision", response=answers(schemas.ProposalOut), summary="Post a proposal or refuse it"
)
def decide(request: Request, uuid: UUID, asked: schemas.ProposalDecided, idempotency_key: str = Key) -> Any:
    """By another person than the one who made it; `linked` names the others of its set, which are decided with it."""
    row: Proposal = get_object_or_404(proposals_for(request.user), uuid=uuid)
    if not keeping_places(request.user).filter(pk=row.place_id).exists():
        raise PermissionDenied

    def work() -> tuple[int, dict[str, Any]]:
        deciding.decide(request, row, accept=asked.accept, reason=asked.reason, linked=asked.linked)
        return 200, _out(request, row)

    return answered(*once(request, idempotency_key, asked.dict(), work))


def answered(status: int, body: Any) -> JsonResponse:
    """The answer kept, as it was given the first time."""
    return JsonResponse(body, status=status)


def kept_place(request: Request, key: str) -> Place:
    """The place of that code or number, if the user keeps its book."""
    place = places_by_key([key]).get(key)
    if place is None or not keeping_places(request.user).filter(pk=place.pk).exists():
        raise PermissionDenied
    return place


def _out(request: Request, row: Proposal) -> dict[str, Any]:
    found = with_outcome(proposals_for(request.user)).get(pk=row.pk)
    return schemas.ProposalOut.from_orm(found).dict()


def _page(rows: Any, after: int | None, limit: int) -> tuple[list[Any], int | None]:
    """A page in the order of keys, and the key the next one goes on from."""
    found = list((rows.filter(pk__gt=after) if after else rows)[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None

"""Promise, keep, settle, declare a default, record a step: gather, decide, record."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from liangtian.finding import Outcome
from liangtian.policy.facts import plain_facts
from liangtian_web.balance.actions import Head, file, once
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import DEFAULT, check_promise, completion_of, due_of
from liangtian_web.balance.promises import DUE, KEEP, PROMISE, SETTLE, standing
from liangtian_web.balance.queries import decision_of
from liangtian_web.balance.ruling import rule
from liangtian_web.commitments.models import StepDone
from liangtian_web.commitments.queries import is_default_filed
from liangtian_web.errors import StageRefused
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note


def file_promise(request: Request, head: Head, **more: Any) -> Filing:
    """Ask to enter a promise; `more`: facts, run.

    Raises
    ------
    StageRefused : it names a key project without the land behind it, or is due too far off
    """
    facts = plain_facts(more.pop("facts"))
    check_promise(Filing(event=PROMISE, place=head.place, project=head.project, on=head.on, facts=facts, **more))
    return file(request, head, PROMISE, facts=facts, **more)


def file_supply(request: Request, uuid: UUID, promise: Filing, *, on: date, document: str, **more: Any) -> Filing:
    """Ask to supply what is promised, or after a default what is in arrears; `more`: facts, lots.

    Raises
    ------
    StageRefused : nothing of the promise is left to supply
    """
    earlier = Filing.objects.filter(uuid=uuid).first()
    known = standing(promise)
    if earlier is None and not known.is_open:
        raise StageRefused("commitment-kept")
    event = earlier.event if earlier else SETTLE if known.is_defaulted else KEEP

    head = Head(uuid, promise.place, promise.project, on, document)
    return file(request, head, event, begun=promise, facts=plain_facts(more.pop("facts")), **more)


def file_default(request: Request, uuid: UUID, promise: Filing, *, on: date, document: str) -> Filing:
    """Ask to deduct what was not supplied in time.

    Raises
    ------
    StageRefused : its day has not come, nothing is left of it, or a default waits for a decision or was booked
    """
    head = Head(uuid, promise.place, promise.project, on, document)
    if not Filing.objects.filter(uuid=uuid).exists():
        _check_default(uuid, promise, on)

    return file(request, head, DUE, begun=promise, facts={})


def _check_default(uuid: UUID, promise: Filing, on: date) -> None:
    known = standing(promise)
    if known.is_defaulted:
        raise StageRefused("commitment-defaulted")
    if not any(known.outstanding.values()):
        raise StageRefused("commitment-kept")
    if is_default_filed(promise, uuid):
        raise StageRefused("commitment-default-waits")
    ruled = rule(Filing(event=DUE, place=promise.place, project=promise.project, on=on, facts={}, begun=promise))
    found = [each for each in ruled.findings if each.rule in DEFAULT.gates]
    if any(each.outcome == Outcome.NOT_APPLICABLE for each in found):
        raise StageRefused("commitment-not-over", on=on, due=completion_of(promise) or due_of(promise))


def record_step(request: Request, promise: Filing, given: dict[str, Any]) -> StepDone:
    """Keep the day a step was taken, or the day the project is completed; `given`: uuid, step, on, document.

    Raises
    ------
    StageRefused : the promise is not in the book, or the form was sent before with other content or by somebody else
    """
    decision = decision_of(promise)
    if decision is None or decision.entry is None:
        raise StageRefused("commitment-not-booked")

    with transaction.atomic():
        made, new = once(StepDone, {"commitment": promise, "actor": request.user, **given})
        if new:
            note(request, "commitments.step", f"filing:{promise.uuid}", on=made.on, place=promise.place)
    return made

"""Records of the book that are no entries, proposed by one person and accepted by another: a boundary, a closed period.

They wait among the proposals of entries. What became of one is read from the book: the record under its key is there or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from liangtian.errors import BookRefused
from liangtian.ledger.lots import Ground
from liangtian.ledger.records import Attachment, Closing
from liangtian.units import m2_from_dm2
from liangtian_web.ledger import actions, models
from liangtian_web.ledger.models import Lot, Period, Proposal
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note

ATTACHMENT, CLOSING = "attachment", "closing"
KINDS = (ATTACHMENT, CLOSING)


def with_outcome(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Proposals that know whether they made a record (`recorded`)."""
    key = Concat(Value("proposal:"), Cast(OuterRef("uuid"), CharField()))
    made = Exists(models.Ground.objects.filter(key=key)) | Exists(Period.objects.filter(key=key))
    return rows.annotate(recorded=made)


def is_recorded(proposal: Proposal) -> bool:
    """Whether a proposal made a record."""
    key = key_of(proposal)
    return models.Ground.objects.filter(key=key).exists() or Period.objects.filter(key=key).exists()


def paper_of(proposal: Proposal) -> tuple[str, object] | None:
    """The paper a proposal goes to file by, as its address names it: that of what was recorded; None: there is none yet."""
    if proposal.kind not in KINDS:
        return "proposal", proposal.uuid
    if proposal.kind == CLOSING:
        period = Period.objects.filter(key=key_of(proposal)).first()
        return ("closing", period.pk) if period else None
    ground = models.Ground.objects.filter(key=key_of(proposal)).select_related("lot").first()
    return ("boundary", ground.lot.serial) if ground else None


def key_of(proposal: Proposal) -> str:
    """The key its record has in the book."""
    return f"proposal:{proposal.uuid}"


def propose_boundary(request: Request, lot: Lot, ground: Ground, about: Mapping[str, str], form: UUID) -> Proposal:
    """Propose the boundary of a lot whose ground is not known; `about`: evidence, and the source it was read from.

    Raises
    ------
    BookRefused (lot-has-ground, book-proposal-repeated)
    """
    if models.Ground.objects.filter(lot=lot).exists():
        raise BookRefused("lot-has-ground", serial=lot.serial, key=str(form))
    content = {
        "lot": lot.serial, "wkb": ground.wkb.hex(), "crs": ground.crs, "source": about["source"][:200],
        "area_m2": str(m2_from_dm2(ground.area_dm2)),
    }  # fmt: skip
    return _propose(request, lot.place, (ATTACHMENT, timezone.localdate()), about["evidence"], content, form=form)


def propose_closing(request: Request, place: Place, through: date, evidence: str, form: UUID) -> Proposal:
    """Propose to close a place's book up to a day that is over.

    Raises
    ------
    BookRefused (closing-not-over, closing-backwards, book-proposal-repeated)
    """
    if through >= timezone.localdate():
        raise BookRefused("closing-not-over", key=str(form), place=place.name, through=through)
    closed = closed_through(place)
    if closed is not None and through <= closed:
        raise BookRefused("closing-backwards", key=str(form), place=place.name, through=through, before=closed)
    return _propose(request, place, (CLOSING, through), evidence, {"through": through.isoformat()}, form=form)


def closed_through(place: Place) -> date | None:
    """Up to which day a place's book is closed; None: it is not."""
    last = Period.objects.filter(place=place, opens=False).order_by("-through").first()
    return last.through if last else None


def _propose(
    request: Request, place: Place, what: tuple[str, date], evidence: str, content: dict[str, Any], *, form: UUID
) -> Proposal:
    if not keeping_places(request.user).filter(pk=place.pk).exists():
        raise PermissionDenied
    kind, on = what
    with transaction.atomic():
        made, fresh = Proposal.objects.get_or_create(
            uuid=form,
            defaults={"place": place, "on": on, "kind": kind, "evidence": evidence, "content": content,
                      "proposer": request.user},
        )  # fmt: skip
        if fresh:
            note(request, "ledger.propose", f"proposal:{made.uuid}", on=on, place=place)
    if (made.content, made.place_id, made.proposer_id, made.evidence) != (content, place.pk, request.user.pk, evidence):
        raise BookRefused("book-proposal-repeated")
    return made


def accept(proposal: Proposal, approver: User) -> None:
    """Record it, in the transaction of its decision.

    Raises
    ------
    BookRefused : the book refuses it; nothing is recorded
    """
    signed: dict[str, Any] = {
        "key": key_of(proposal), "recorded_at": actions.now(), "actor": proposal.proposer.username,
        "approver": approver.username, "evidence": (proposal.evidence,),
    }  # fmt: skip
    if proposal.kind == CLOSING:
        actions.close_period(Closing(place=place_key(proposal.place), through=proposal.on, **signed))
    else:
        actions.attach_boundary(Attachment(lot=proposal.content["lot"], ground=ground_of(proposal), **signed))


def ground_of(proposal: Proposal) -> Ground:
    """The boundary a proposal brings."""
    return Ground(bytes.fromhex(proposal.content["wkb"]), proposal.content["crs"])


def periods_of(places: QuerySet[Place]) -> QuerySet[Period]:
    """Closings and openings of places, the last first."""
    found = Period.objects.filter(place__in=places).select_related("place", "actor", "approver")
    return found.order_by("-through", "place__path", "opens")

"""What becomes of a proposal: another person posts or refuses it, with those linked to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.module_loading import import_string

from liangtian.errors import BookRefused
from liangtian.ledger.entry import Entry
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions, models, recording
from liangtian_web.ledger.models import Decision, Lot, Proposal
from liangtian_web.ledger.proposing import check_direct, check_places, entry_of, lock_set, set_of
from liangtian_web.ledger.queries import keeping_places, lots_for
from liangtian_web.ledger.records import OUTSIDE, places_by_key
from liangtian_web.ledger.turns import in_turn
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note

ACTS = {recording.ATTACHMENT: "ledger.attach", recording.CLOSING: "ledger.close"}


def decide(
    request: Request, proposal: Proposal, *, accept: bool, reason: str = "", linked: Iterable[UUID] = ()
) -> Decision:
    """Post a proposal, or refuse it with a reason: always another person than the one who made it, and once.

    Those linked to it are posted with it, all or none, and refused with it.

    Parameters
    ----------
    linked : the others of its set, as who decides was shown them

    Raises
    ------
    BookRefused, StageRefused
    """
    if proposal.proposer_id == request.user.pk:
        raise StageRefused("book-own-proposal")
    if unwritable(reason):
        raise BookRefused("book-text", key=str(proposal.uuid))
    seen = set(linked)
    with told_to(request.user):
        return in_turn(lambda: _decide(request, proposal, accept=accept, reason=reason, seen=seen))


@contextmanager
def told_to(user: User) -> Iterator[None]:
    """Name to a user, of two lots on the same ground, no lot that is not theirs to see."""
    try:
        yield
    except BookRefused as error:
        other = Lot.objects.filter(serial=error.params.get("other", ""))
        if error.message_id != "lot-overlap" or not other.exclude(pk__in=lots_for(user).values("pk")).exists():
            raise
        told = {name: error.params[name] for name in ("serial", "project", "on", "overlap_m2")}
        raise BookRefused("lot-overlap-elsewhere", **told) from None


def _decide(request: Request, proposal: Proposal, *, accept: bool, reason: str, seen: set[UUID]) -> Decision:
    lock_set(proposal)
    together = set_of(proposal)
    if Decision.objects.filter(proposal__in=together).exists():
        raise StageRefused("book-proposal-decided")
    places = {each.place_id for each in together}
    if keeping_places(request.user).filter(pk__in=places).count() != len(places):
        raise PermissionDenied
    if seen != {each.uuid for each in together} - {proposal.uuid}:
        raise StageRefused("book-linked-unseen", many=len(together))
    is_entry = accept and proposal.kind not in recording.KINDS
    if accept and not is_entry:
        recording.accept(proposal, request.user)
    booked = actions.post(*(_accepted(request, each, together) for each in together)) if is_entry else []
    made = [
        _decided(request, each, entry, accept=accept, reason=reason) for each, entry in zip_longest(together, booked)
    ]
    return next(each for each in made if each.proposal_id == proposal.pk)


def _decided(
    request: Request, proposal: Proposal, booked: models.Entry | None, *, accept: bool, reason: str
) -> Decision:
    made = Decision.objects.create(proposal=proposal, entry=booked, reason=reason, actor=request.user)
    what = f"entry:{booked.uuid}" if booked else f"proposal:{proposal.uuid}"
    act = ACTS.get(proposal.kind, "ledger.post") if accept else "ledger.refuse"
    note(request, act, what, on=proposal.on, place=proposal.place)
    return made


def _accepted(request: Request, proposal: Proposal, together: Iterable[Proposal]) -> Entry:
    """The entry of a proposal, of places that who posts it keeps too."""
    entry = entry_of(
        proposal.content, recording.key_of(proposal), actor=proposal.proposer.username, approver=request.user.username,
        linked=tuple(recording.key_of(each) for each in together if each.pk != proposal.pk),
    )  # fmt: skip
    check_direct(entry)
    check_places(request.user, entry)
    check_granted(request.user, _given(entry))
    if entry.reverses:
        import_string(settings.BOOK_REVERSALS)(request.user, entry.reverses)
    return entry


def _given(entry: Entry) -> set[str]:
    """The places that something comes to from outside the book: an opening balance too, which nothing else in the book bears out."""
    if not any(leg.account.place == OUTSIDE and leg.amount < 0 for leg in entry.legs):
        return set()
    return {leg.account.place for leg in entry.legs if leg.amount > 0} - {OUTSIDE}


def check_granted(user: User, given: Iterable[str]) -> None:
    """What comes to a place from outside the book is posted from above: no place grants itself anything.

    Raises
    ------
    StageRefused : the user does not keep the book of the place above
    """
    mine = set(keeping_places(user).values_list("pk", flat=True))
    for place in filter(None, places_by_key(set(given)).values()):
        if place.parent_id and place.parent_id not in mine:
            raise StageRefused("book-granted-by-itself", place=place.name)

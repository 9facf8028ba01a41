"""Matches of the transfer platform step by step."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian_web.balance.answers import handed_in
from liangtian_web.balance.procedures.transfer import TRANSFER
from liangtian_web.balance.queries import deciding_places
from liangtian_web.onemap.map_views import day_of
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request
from liangtian_web.transfers import actions, presentation
from liangtian_web.transfers.forms import MatchForm
from liangtian_web.transfers.models import Side
from liangtian_web.transfers.queries import (
    acts_for_city,
    demands_for,
    is_own,
    listings_for,
    matches_for,
    sides_of,
)
from liangtian_web.transfers.stages import Stage, Standing, open_demands, open_listings, standing_of


@require_http_methods(["GET", "POST"])
def propose(request: Request, uuid: UUID, other: UUID) -> HttpResponse:
    """Match an offer, or part of it, with a request."""
    row = get_object_or_404(listings_for(request.user), filing__uuid=uuid)
    wanted = get_object_or_404(demands_for(request.user), uuid=other)
    if not acts_for_city(request.user, row.filing.place, wanted.place):
        raise PermissionDenied
    have, asks = open_listings([row])[0], open_demands([wanted])[0]
    on = day_of(request)
    form = MatchForm(have, asks, request.POST or None, initial={"on": on})
    if made := handed_in(request, form):
        return redirect("transfers:match", made.uuid)
    context = {
        "form": form, "listing": row, "demand": wanted, "asked": presentation.demand_lines(asks),
        "lines": presentation.listing_lines(have, on),
    }  # fmt: skip
    return render(request, "transfers/propose.html", context, status=400 if form.errors else 200)


def _match(request: Request, uuid: UUID) -> Standing:
    """A match of the user's places."""
    return standing_of(get_object_or_404(matches_for(request.user), uuid=uuid))


@require_GET
def match(request: Request, uuid: UUID) -> HttpResponse:
    """A match: amounts and price, how far it got, what the rulebook says, and the one step that is mine."""
    now = _match(request, uuid)
    context = {
        "now": now,
        "match": now.match,
        "lines": presentation.match_lines(now.match),
        "steps": presentation.steps_of(now),
        "sides": sides_of(request.user, now),
        "sells": is_own(request.user, now.match.listing.filing.place),
        "buys": is_own(request.user, now.match.demand.place),
        "own_proposal": now.stage == Stage.APPROVAL and now.match.proposer_id == request.user.pk,
        "may_approve": _may_approve(request.user, now),
        **presentation.reasons_of(now, request.language),
    }
    return render(request, "transfers/match.html", context)


def _may_approve(user: User, now: Standing) -> bool:
    """Whoever decides for both above them, but for the proposer."""
    both = {now.match.listing.filing.place_id, now.match.demand.place_id}
    keeps = deciding_places(user, TRANSFER.event).filter(pk__in=both).count() == len(both)
    return now.stage == Stage.APPROVAL and keeps and now.match.proposer_id != user.pk


@require_POST
def answer(request: Request, uuid: UUID) -> HttpResponse:
    """Agree for one's side, decline, or call the match off."""
    now = _match(request, uuid)
    side = request.POST.get("side", "")
    if side not in Side.values:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:500]
    actions.answer(request, now.match, side, agrees="agree" in request.POST, reason=reason)
    return redirect("transfers:match", now.match.uuid)


@require_POST
def approve(request: Request, uuid: UUID) -> HttpResponse:
    """Settle it, or send it back."""
    now = _match(request, uuid)
    if not acts_for_city(request.user, now.match.listing.filing.place, now.match.demand.place):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:500]
    actions.approve(request, now, accept="post" in request.POST, reason=reason, today=timezone.localdate())
    return redirect("transfers:match", now.match.uuid)

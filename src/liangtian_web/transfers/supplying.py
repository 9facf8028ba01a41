"""What is listed is set aside for a separate site of another place: agreed by its provider, priced as it was listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from liangtian.policy.facts import plain_facts
from liangtian_web.balance import actions as balance
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import supply_due
from liangtian_web.balance.procedures.transfer import standing
from liangtian_web.balance.queries import city_of, filings_for
from liangtian_web.errors import StageRefused
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request
from liangtian_web.review.models import Run
from liangtian_web.transfers.actions import Terms, check_price
from liangtian_web.transfers.models import Good, Listing
from liangtian_web.transfers.pricing import worth_fen
from liangtian_web.transfers.queries import lock
from liangtian_web.transfers.stages import open_listings, waiting_supplies


def supply(
    request: Request, listing: Listing, run: Run, head: balance.Head, *, reason: str = "", **facts: Any
) -> Filing:
    """Ask a provider to set aside, of what it listed, what the land of a separate site owes; its keeper consents.

    Parameters
    ----------
    reason : why the price listed is above the provincial one
    facts : further facts of the application, by name

    Raises
    ------
    StageRefused : nothing or not enough is listed, not on that day or for another city, or the price is above the
        provincial one without a reason
    """
    filing = Filing(run=run, place=run.place, on=head.on)
    due = supply_due(filing)
    terms = Terms(head.uuid, due, listing.prices, head.on, head.document, reason)
    with transaction.atomic():
        lock(listing)
        if not Filing.objects.filter(uuid=head.uuid).exists():
            _check_listed(request.user, listing, run, terms)
        priced = {index: amount for index, amount in due.items() if index in listing.prices}
        agreed = {
            "balance_path": "transfer",
            "supply_agreed_amounts": (due,),
            "supply_agreed_yuan": Decimal(worth_fen(priced, listing.prices)) / 100,
            "supply_price_reason": reason or None,
        }
        known = {name: each for name, each in (agreed | facts).items() if each not in (None, "")}
        return balance.file_hold(request, head, run, begun=listing.filing, facts=plain_facts(known))


def _check_listed(user: User, listing: Listing, run: Run, terms: Terms) -> None:
    filing = listing.filing
    if run.place_id == filing.place_id or city_of(run.place) != city_of(filing.place):
        raise StageRefused("supply-elsewhere", place=run.place.name, provider=filing.place.name)
    hold = standing([filing]).get(filing.pk)
    if hold is None or listing.good != Good.COMPENSATION:
        raise StageRefused("transfer-not-listed")
    until = filing.expires or date.max
    if not hold.on <= terms.on < until:
        words = {"on": terms.on.isoformat(), "since": hold.on.isoformat(), "until": until.isoformat()}
        raise StageRefused("transfer-not-open", **words)
    left = open_listings([listing])[0].left
    if not terms.amounts or any(amount > left.get(index, 0) for index, amount in terms.amounts.items()):
        raise _beyond(user, waiting_supplies([filing]))
    check_price(filing.place, terms)


def _beyond(user: User, waiting: Sequence[Filing]) -> StageRefused:
    """Why too little is left: what waits is named to who may see it."""
    if not waiting:
        return StageRefused("transfer-beyond-listing")
    seen = filings_for(user).filter(pk__in=[each.pk for each in waiting]).order_by("pk")
    names = "、".join(f"{each.project} ({each.on:%Y-%m-%d})" for each in seen)
    return StageRefused("supply-beyond-waiting", waiting=names) if names else StageRefused("supply-beyond-elsewhere")

"""List, ask, match, agree, approve, withdraw and pay: gather, decide, record. Each form counts once, by the number it came with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from liangtian.finding import Outcome
from liangtian.ledger.indices import index_words
from liangtian.messages import Language, render
from liangtian.policy.facts import plain_facts
from liangtian_web.balance import actions as balance
from liangtian_web.balance.earmarked import Source
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.paying import Spending
from liangtian_web.balance.paying import pay as pay_out
from liangtian_web.balance.procedures.transfer import LISTING, TRANSFER, WITHDRAWAL, standing
from liangtian_web.balance.queries import city_of, deciding_places
from liangtian_web.balance.ruling import Ruled, rule
from liangtian_web.errors import StageRefused
from liangtian_web.ledger.models import Lot
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note
from liangtian_web.transfers.models import Consent, Demand, Listing, Match, Side, Withdrawal
from liangtian_web.transfers.pricing import above, provincial_prices, worth_fen
from liangtian_web.transfers.queries import acts_for_city, lock, offer_behind, queue, sides_of
from liangtian_web.transfers.stages import Open, Stage, Standing, open_demands, open_listings, standing_of
from liangtian_web.transfers.villages import villages_of

APPLICANTS = {Place.Kind.COUNTY.value: "county", Place.Kind.ZONE.value: "functional-zone"}


def list_for_sale(request: Request, head: balance.Head, facts: Mapping[str, Any], *, prices: Mapping[str, str],
                  village: Place | None, **more: Any) -> Filing:  # fmt: skip
    """File an offer; it is held and shown once another keeper has posted it.

    Parameters
    ----------
    facts : transfer_good, transfer_amounts
    prices : index → yuan per mu or kg
    village : of the whole-area project the indices come from; None: they come from no such project
    more : lots, expires; without lots, those of the project named are offered where the book knows them

    Raises
    ------
    StageRefused : a lot named is of another project than the one the offer says, or the lots' ground lies in other
        villages than the one named
    """
    more["lots"] = _lots_of_project(head, more.get("lots") or [])
    if village is not None:
        _check_village(request.user, village, more["lots"], head.on)
    with transaction.atomic():
        filing = balance.file(request, head, LISTING.event, facts=plain_facts(facts), **more)
        balance.beside(Listing, filing, prices=dict(prices), whole_area=village is not None, village=village)
    return filing


def _check_village(user: User, village: Place, lots: list[str], on: date) -> None:
    """Where the ground of the lots can be measured, some of it lies in the village named."""
    measured = villages_of(user, lots, on)
    if measured and (village.code or "") not in measured:
        raise StageRefused("listing-village-elsewhere", village=village.name, codes="、".join(measured))


def _lots_of_project(head: balance.Head, named: list[str]) -> list[str]:
    """The lots an offer gives: those named, else those of its project, oldest first; of none, whichever are oldest."""
    if not named:
        if earlier := Filing.objects.filter(uuid=head.uuid).first():
            return list(earlier.lots)  # sent again: what its first sending chose
        known = Lot.objects.filter(place=head.place, project=head.project).order_by("on", "serial")
        return list(known.values_list("serial", flat=True))
    strange = Lot.objects.filter(serial__in=named).exclude(project__in=(head.project, "")).first()
    if strange is not None:
        raise StageRefused("transfer-other-project", lot=strange.serial, project=strange.project, named=head.project)
    return named


def ask(request: Request, **given: Any) -> Demand:
    """Put a request to buy into the queue; `given`: the columns of `Demand`, its `uuid` from the form."""
    with transaction.atomic():
        made, new = balance.once(Demand, given | {"filer": request.user})
        if new:
            note(request, "transfers.ask", f"demand:{made.uuid}", on=made.on, place=made.place)
    return made


def withdraw_demand(request: Request, demand: Demand, reason: str) -> Withdrawal:
    """Take a request back.

    Raises
    ------
    StageRefused : a match with it is under way
    """
    with transaction.atomic():
        lock(demand)
        if earlier := Withdrawal.objects.filter(demand=demand).first():
            return earlier
        if open_demands([demand])[0].matching:
            raise StageRefused("transfer-matching")
        made = Withdrawal.objects.create(demand=demand, reason=reason, actor=request.user)
        note(request, "transfers.withdraw", f"demand:{demand.uuid}", on=demand.on, place=demand.place)
    return made


def withdraw_listing(request: Request, listing: Listing, head: balance.Head) -> Filing:
    """Ask to give back what a listing still holds; another keeper decides.

    Raises
    ------
    StageRefused : nothing is held, a match is under way, or its withdrawal was asked for
    """
    filing = listing.filing
    with transaction.atomic():
        lock(listing)
        if not Filing.objects.filter(uuid=head.uuid).exists():
            if filing.pk not in standing([filing]):
                raise StageRefused("transfer-not-listed")
            if filing.later.filter(event=WITHDRAWAL.event, decision=None).exists():
                raise StageRefused("transfer-leaving")
            if open_listings([listing])[0].matching:
                raise StageRefused("transfer-matching")
        return balance.file(request, head, WITHDRAWAL.event, begun=filing, facts={})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a match is proposed on: the number of its form, amounts and prices by index, day and document."""

    uuid: UUID
    amounts: Mapping[str, int]
    prices: Mapping[str, str]
    on: date
    document: str
    reason: str = ""


def propose(request: Request, listing: Listing, demand: Demand, terms: Terms, lang: Language = "zh", *,
            today: date | None = None) -> Match:  # fmt: skip
    """Propose a listing, or part of it, to a request, if it is that request's turn; both sides then agree or not.

    `today`: the day on which the seller must be free to give too, beside the business date.

    Raises
    ------
    StageRefused : not of the city; more than is left; out of the days of either; priced above the provincial price without a
        reason; or the rulebook says no, with what it says
    """
    if not acts_for_city(request.user, listing.filing.place, demand.place):
        raise StageRefused("transfer-not-yours", who="市级经办人员", who_en="the officers of the city")

    with transaction.atomic():
        lock(listing, demand)
        if Match.objects.filter(uuid=terms.uuid).exists():
            return balance.once(Match, _columns(request, listing, demand, terms))[0]
        offer = open_listings([listing])[0]
        _check_open(offer, open_demands([demand])[0], terms)
        check_price(listing.filing.place, terms)
        requests = _requests(offer, demand, terms.on)
        made = Match(**_columns(request, listing, demand, terms), requests=requests)
        if refused := _refusals(rule(settlement(made), today), lang):
            raise StageRefused("transfer-stopped", reasons=refused)
        made.save()
        note(request, "transfers.propose", f"match:{made.uuid}", on=made.on, place=demand.place)
    return made


def _columns(request: Request, listing: Listing, demand: Demand, terms: Terms) -> dict[str, Any]:
    amounts = {index: amount for index, amount in terms.amounts.items() if amount}
    prices = {index: terms.prices[index] for index in amounts}
    return {
        "uuid": terms.uuid, "listing": listing, "demand": demand, "amounts": amounts, "prices": prices,
        "fen": worth_fen(amounts, prices), "on": terms.on, "document": terms.document, "reason": terms.reason,
        "proposer": request.user,
    }  # fmt: skip


def _check_open(offer: Open[Listing], wanted: Open[Demand], terms: Terms) -> None:
    """Both stand on the day, and have left what is matched."""
    filing, demand = offer.row.filing, wanted.row
    hold = standing([filing]).get(filing.pk)
    if hold is None or (not offer.left and not offer.matching) or hasattr(demand, "withdrawal"):
        raise StageRefused("transfer-leaving" if hold else "transfer-not-listed")
    since, until = max(hold.on, demand.on), demand.until
    if not since <= terms.on <= until or (filing.expires and terms.on >= filing.expires):
        ends = min(until, filing.expires or until)
        raise StageRefused(
            "transfer-not-open", on=terms.on.isoformat(), since=since.isoformat(), until=ends.isoformat()
        )
    for left, refusal in ((offer.left, "transfer-beyond-listing"), (wanted.left, "transfer-beyond-demand")):
        if any(amount > left.get(index, 0) for index, amount in terms.amounts.items()):
            raise StageRefused(refusal)


def check_price(place: Place, terms: Terms) -> None:
    """Above the provincial price of the day only with a reason."""
    prices = {index: terms.prices[index] for index, amount in terms.amounts.items() if amount}
    provincial = provincial_prices(place, terms.on)
    for index in above(prices, provincial):
        if not terms.reason:
            words = {"price": f"{Decimal(prices[index]):,.2f}", "provincial": provincial[index].text}
            raise StageRefused("transfer-price-reason", **index_words(index), **words)


def _requests(offer: Open[Listing], demand: Demand, on: date) -> list[dict[str, Any]]:
    """Who waits for what is offered, the one that is matched included, as the rule asks for them."""
    return [
        {"place": each.demand.row.place.name, "requested_on": each.demand.row.on.isoformat(),
         "advanced": each.advanced, "matched": each.demand.row.pk == demand.pk}
        for each in queue(offer, on)
    ]  # fmt: skip


def settlement(match: Match) -> Filing:
    """The filing that settles a match, not saved: its place buys, and the listing it goes on with sells."""
    seller, buyer = match.listing.filing.place, match.demand.place
    same_city = city_of(seller) == city_of(buyer)
    facts = {
        "transfer_good": match.listing.good,
        "transfer_applicant": APPLICANTS.get(buyer.kind, "other"),
        "other_party_in_city": same_city,
        "other_party_in_province": same_city,  # whose book is kept here lies in one city
        "transfer_amounts": [match.amounts],
        "transfer_proceeds_yuan": Decimal(match.fen) / 100,
        "transfer_requests": match.requests,
    }
    return Filing(
        uuid=match.uuid, event=TRANSFER.event, place=buyer, project=match.listing.filing.project, on=match.on,
        document=match.document, begun=match.listing.filing, facts=plain_facts(facts), filer=match.proposer,
    )  # fmt: skip


def _refusals(ruled: Ruled, lang: Language) -> str:
    """What keeps a match from being settled; nothing where it may be."""
    if ruled.may_post:
        return ""
    against = (Outcome.FAIL, Outcome.UNKNOWN)
    return " ".join(render(each, lang=lang) for each in ruled.findings
                    if each.outcome in against and each.rule in TRANSFER.gates) or "—"  # fmt: skip


def answer(request: Request, match: Match, side: str, *, agrees: bool, reason: str = "") -> Consent:
    """Speak for one side; once both agree, the settlement is filed for the city to approve.

    Raises
    ------
    StageRefused : not one's own side, answered otherwise, or moved on
    """
    with transaction.atomic():
        lock(match.listing, match.demand, match)
        if earlier := Consent.objects.filter(match=match, side=side).first():
            if earlier.actor_id != request.user.pk or earlier.agrees != agrees:
                raise StageRefused("transfer-answered")
            return earlier
        now = standing_of(match)
        if now.stage != Stage.CONSENT:
            raise StageRefused("transfer-answered")
        if side not in sides_of(request.user, now) or (side == Side.CITY and agrees):
            raise StageRefused("transfer-not-yours", who="本方经办人员", who_en="the people of that side")
        made = Consent.objects.create(match=match, side=side, agrees=agrees, reason=reason, actor=request.user)
        act = "transfers.agree" if agrees else "transfers.decline"
        note(request, act, f"match:{match.uuid}", on=match.on, place=_place_of(match, side))
        if agrees and len(now.consents) == 1:
            settlement(match).save()
    return made


def _place_of(match: Match, side: str) -> Place:
    return match.listing.filing.place if side == Side.SELLER else match.demand.place


def approve(request: Request, standing_: Standing, *, accept: bool, today: date, reason: str = "") -> Decision:
    """Settle a match both sides agreed to, or send it back: by another keeper of the city than the one who proposed it.

    Raises
    ------
    StageRefused : not agreed yet, one's own, of a city whose book the user does not keep, or stopped by a clause
    """
    if standing_.filing is None:
        raise StageRefused("transfer-not-yours", who="调出、调入双方先", who_en="the two sides first")
    if not deciding_places(request.user, TRANSFER.event).filter(pk=standing_.filing.place_id).exists():
        raise StageRefused("transfer-not-yours", who="市级台账管理人员", who_en="the keepers of the city's book")
    return balance.decide(request, standing_.filing, accept=accept, reason=reason, today=today)


def pay(
    request: Request, source: Source, spending: Spending, head: balance.Head, needs_open_yuan: Decimal | None = None
) -> Filing:
    """Ask to pay out earmarked money; of the price of a whole-area project it is said whether its village is served first.

    Parameters
    ----------
    needs_open_yuan : what the village of a whole-area project still lacks

    Raises
    ------
    StageRefused : what brought it does not stand, or more is asked than is left
    """
    offer = offer_behind(source)
    facts: dict[str, Any] = {"consolidation_payment": "other"}
    if offer is not None and offer.whole_area:
        facts = {
            "consolidation_payment": "transfer-proceeds",
            "proceeds_for_village": spending.village == offer.village,
        }
        if needs_open_yuan is not None:
            facts["village_needs_open_yuan"] = needs_open_yuan
    return pay_out(request, source, spending, head, facts)

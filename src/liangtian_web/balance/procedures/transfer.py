"""调剂: what a place lists to sell is held; a match moves it to the buyer against money in one entry; the price is earmarked.

A listing is one hold. Its settlement ends that hold wholly, as the book asks: what is sold goes to the buyer, and the rest
is held anew in an entry linked to it. Whoever reads a listing therefore asks for the hold that stands, `standing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.allocation import legs_from
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import COMPENSATION, amounts
from liangtian.policy.evaluate import Posted
from liangtian.policy.facts import read_facts
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import (
    REGISTERED,
    Next,
    Parties,
    Procedure,
    follow,
    from_reserve,
    goes_on_with,
    later,
    own_place,
    posted,
)
from liangtian_web.balance.queries import HOLD, LISTED, lock
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry, Leg
from liangtian_web.ledger.records import place_key
from liangtian_web.registers.queries import register_facts

LINKAGE = ("linkage_m2",)
TRADED = (*COMPENSATION, *LINKAGE)
RESERVE, HELD = Pocket("county", "reserve"), Pocket("county", "held")
REST = ":rest"  # ends the key of the entry that holds anew what a settlement left
FREED = ":freed"  # ends the key of the entry that ends a listing's hold for a separate site
PROVIDED, PROVIDED_HELD = Pocket("provider", "reserve"), Pocket("provider", "held")

ELIGIBILITY = "wenzhou-2019（七）.5"  # of who gives: asked when it lists, and again when it hands over

Lots = Mapping[str, list[tuple[str, int]]]


def _giver(filing: Filing, key: str) -> dict[str, object]:
    return read_facts(filing.facts) | register_facts(filing.place, filing.on)


def _giver_today(filing: Filing, today: date | None) -> Iterator[Filing]:
    """Whoever gives may give on the day it is decided too, whatever day is written on the form."""
    if today is not None and today != filing.on:
        yield _giving(filing, today)


def giver_again(filing: Filing, today: date | None) -> Iterator[Filing]:
    """The seller still may give when it hands over: on the business date and on the day it is decided."""
    for on in dict.fromkeys((filing.on, today or filing.on)):
        yield _giving(_listing_of(filing), on)


def _giving(listing: Filing, on: date) -> Filing:
    return Filing(event=LISTING.event, place=listing.place, project=listing.project, on=on, facts=listing.facts)


def offered(filing: Filing) -> dict[str, int]:
    """Index → what a listing or a settlement is about."""
    return {index: amount for index, amount in amounts(filing.facts["transfer_amounts"], TRADED).items() if amount}


def standing(listings: Iterable[Filing]) -> dict[int, Entry]:
    """Listing → the hold that stands for it: its own, or what the last settlement held anew; none once all has gone."""
    owner = {f"filing:{each.uuid}": each.pk for each in listings}
    parts = Filing.objects.filter(begun__in=owner.values(), event__in=(TRANSFER.event, HOLD))
    for uuid, listing in parts.values_list("uuid", "begun"):
        assert listing is not None
        owner[f"filing:{uuid}{REST}"] = listing
    ended = Entry.objects.filter(settles=OuterRef("pk"), reversed_by=None)
    held = Entry.objects.filter(~Exists(ended), key__in=owner, kind="hold", reversed_by=None)
    return {owner[each.key]: each for each in held}


def held_lots(hold: Entry) -> dict[str, list[tuple[str, int]]]:
    """Index → lots a hold holds, oldest first, and how much of each."""
    legs = Leg.objects.filter(entry=hold, account__pool="held", implied=False, amount__gt=0)
    found: dict[str, list[tuple[str, int]]] = {}
    for leg in legs.select_related("account", "lot").order_by("lot__on", "lot__serial"):
        assert leg.lot is not None
        found.setdefault(leg.account.index, []).append((leg.lot.serial, leg.amount))
    return found


def held_amounts(holds: Iterable[Entry]) -> dict[int, dict[str, int]]:
    """Hold → index → what it holds."""
    legs = Leg.objects.filter(entry__in=list(holds), account__pool="held", implied=False, amount__gt=0)
    found: dict[int, dict[str, int]] = {}
    for hold, index, amount in legs.values_list("entry", "account__index").annotate(total=Sum("amount")):
        found.setdefault(hold, {})[index] = amount
    return found


def _to_hold(filing: Filing) -> Iterator[Posted]:
    for index, amount in offered(filing).items():
        yield from posted(REGISTERED, index, amount, from_=RESERVE, to=HELD)


def _listing_of(filing: Filing) -> Filing:
    assert filing.begun is not None  # settled, taken back and paid from is only what was listed
    return filing.begun


def _hold_of(listing: Filing, filing: Filing) -> Entry:
    """The hold that stands for a listing, nobody else ending it until the transaction ends.

    Raises
    ------
    StageRefused : all of it has gone, or its day came while the filing waited
    """
    lock(listing)
    hold = standing([listing]).get(listing.pk)
    if hold is None:
        raise StageRefused("transfer-not-listed")
    if hold.expires and timezone.localdate(filing.filed_at) < hold.expires <= timezone.localdate():
        raise StageRefused("transfer-lapsed", expires=hold.expires.isoformat())
    return hold


def _between(filing: Filing) -> dict[str, str]:
    """Who takes is the place of the filing, who gives that of the listing."""
    return {"buyer": place_key(filing.place), "provider": place_key(_listing_of(filing).place)}


def settle(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Move what is sold to the buyer, its lots oldest first, and the money; hold the rest anew in a linked entry.

    The rule takes from the provider's reserve; the listing keeps that part in `held`, so the same entry releases it.
    """
    listing = _listing_of(filing)
    hold = _hold_of(listing, filing)
    lots = held_lots(hold)
    if any(amount > sum(part for _, part in lots.get(index, ())) for index, amount in offered(filing).items()):
        raise StageRefused("transfer-beyond-listing")

    provider = Pocket("provider", "held"), Pocket("provider", "reserve")
    whole = [each for index, amount in held_amounts([hold])[hold.pk].items()
             for each in move(index, amount, from_=provider[0], to=provider[1])]  # fmt: skip
    first = sorted(moved, key=lambda each: each.party != "buyer")  # the oldest lots go
    giver = parties["provider"]
    legs = legs_from([*first, *whole], parties, {(giver, "held", index): found for index, found in lots.items()})
    rest = _rest(legs, giver)
    entry = about.entry(legs, settles=hold.key)
    if not rest:
        return book.post(entry)[0]

    again = replace(about, key=f"{about.key}{REST}", kind="hold", rules=(), expires=hold.expires)
    kept = legs_from(_held_anew(rest), parties, {(giver, "reserve", index): found for index, found in rest.items()})
    return book.post(replace(entry, linked=(again.key,)), replace(again.entry(kept), linked=(entry.key,)))[0]


def set_aside(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Hold part of what is listed for a separate site, its lots oldest first; the rest is held for the listing anew.

    Three entries, all or none: the listing's hold ends, the site's begins, what is left is held again.
    """
    hold = _hold_of(_listing_of(filing), filing)
    lots, giver = held_lots(hold), parties["provider"]
    taken = {each.index: each.amount for each in moved if each.pool == "held"}
    if any(amount > sum(part for _, part in lots.get(index, ())) for index, amount in taken.items()):
        raise StageRefused("transfer-beyond-listing")

    free = {(giver, "reserve", index): found for index, found in lots.items()}
    first = replace(about, key=f"{about.key}{FREED}", kind="release", rules=(), expires=None)
    back = [each for index, found in lots.items()
            for each in move(index, sum(part for _, part in found), from_=PROVIDED_HELD, to=PROVIDED)]  # fmt: skip
    freed = first.entry(
        legs_from(back, parties, {(giver, "held", index): found for index, found in lots.items()}), settles=hold.key
    )
    held = about.entry(legs_from(moved, parties, free))
    entries = [freed, held]
    if rest := {index: left for index, found in lots.items() if (left := _after(found, taken.get(index, 0)))}:
        again = replace(first, key=f"{about.key}{REST}", kind="hold", expires=hold.expires)
        entries.append(again.entry(legs_from(_held_anew(rest), parties, {
            (giver, "reserve", index): found for index, found in rest.items()
        })))  # fmt: skip
    keys = [each.key for each in entries]
    linked = [replace(each, linked=tuple(key for key in keys if key != each.key)) for each in entries]
    return book.post(*linked)[1]


def _after(lots: list[tuple[str, int]], taken: int) -> list[tuple[str, int]]:
    """What is left of lots once the oldest have given an amount."""
    left = []
    for serial, amount in lots:
        given = min(amount, taken)
        taken -= given
        if amount > given:
            left.append((serial, amount - given))
    return left


def _rest(legs: Iterable[Any], giver: str) -> dict[str, list[tuple[str, int]]]:
    """Index → lots that come back to the giver's reserve."""
    found: dict[str, list[tuple[str, int]]] = {}
    for leg in legs:
        if (leg.account.place, leg.account.pool) == (giver, "reserve") and leg.amount > 0:
            found.setdefault(leg.account.index, []).append((leg.account.lot, leg.amount))
    return found


def _held_anew(rest: Lots) -> Iterator[Posting]:
    for index, lots in rest.items():
        amount = sum(part for _, part in lots)
        yield from move(index, amount, from_=Pocket("provider", "reserve"), to=Pocket("provider", "held"))


def _to_give_back(filing: Filing) -> Iterator[Posted]:
    hold = standing([_listing_of(filing)]).get(_listing_of(filing).pk)
    for index, amount in held_amounts([hold])[hold.pk].items() if hold else ():
        yield from posted(REGISTERED, index, amount, from_=HELD, to=RESERVE)


def _give_back(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """End the hold that stands, each lot where it came from."""
    hold = _hold_of(_listing_of(filing), filing)
    return book.settle(hold, moved, parties=parties, about=about)


def _page(filing: Filing) -> tuple[Next, ...]:
    return (follow(_("看挂牌"), "transfers:listing", filing.uuid),)


def state_of_listing(filing: Filing) -> tuple[str, Any]:
    """Listed, gone wholly, taken back, or lapsed."""
    followed = {each.event for each in later(filing)}
    if WITHDRAWAL.event in followed:
        return "none", _("已撤回")
    if filing.pk not in standing([filing]):
        return "pass", _("已成交")
    if filing.expires is not None and filing.expires <= timezone.localdate():
        return "none", _("已到期退回")
    return "running", LISTING.done


LISTING = Procedure(
    event=LISTED,
    word=_("指标挂牌"),
    done=_("挂牌中"),
    kind="hold",
    gates=(ELIGIBILITY,),
    facts=_giver,
    registered=_to_hold,
    book=from_reserve,
    besides=_giver_today,
    follows=_page,
    state=state_of_listing,
)
TRANSFER = Procedure(
    event="transfer-in",
    word=_("指标调剂"),
    done=_("已成交"),
    kind="transfer",
    gates=("wenzhou-2019（七）.1", "wenzhou-2019（七）.2", ELIGIBILITY),
    parties=_between,
    book=settle,
    besides=giver_again,
    evidence=goes_on_with,
)
WITHDRAWAL = Procedure(
    event="transfer-withdrawal",
    word=_("撤回挂牌"),
    done=_("已退回储备库"),
    kind="release",
    gates=(),
    registered=_to_give_back,
    parties=own_place,
    book=_give_back,
    evidence=goes_on_with,
)

"""How a match stands, and what of a listing and of a request is still open: read from the rows, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.transfer import TRANSFER, WITHDRAWAL, held_amounts, standing
from liangtian_web.balance.queries import SUPPLY
from liangtian_web.ledger.models import Entry
from liangtian_web.transfers.models import Consent, Demand, Listing, Match


class Stage(StrEnum):
    """Where a match is."""

    CONSENT = "consent"
    APPROVAL = "approval"
    SETTLED = "settled"
    DECLINED = "declined"
    REFUSED = "refused"
    LAPSED = "lapsed"
    REVERSED = "reversed"


WORDS = {
    Stage.CONSENT: ("unknown", _("待双方同意")),
    Stage.APPROVAL: ("unknown", _("待市级审批")),
    Stage.SETTLED: ("pass", _("已成交")),
    Stage.DECLINED: ("fail", _("未同意")),
    Stage.REFUSED: ("fail", _("审批退回")),
    Stage.LAPSED: ("none", _("挂牌到期失效")),
    Stage.REVERSED: ("none", _("已冲正")),
}
LIVE = (Stage.CONSENT, Stage.APPROVAL)


@dataclass(frozen=True, slots=True)
class Standing:
    """A match as it stands: its stage, what each side said, the filing that settles it once both agreed."""

    match: Match
    stage: Stage
    consents: dict[str, Consent]
    filing: Filing | None

    @property
    def tag(self) -> str:
        """The colour of its word."""
        return WORDS[self.stage][0]

    @property
    def word(self) -> str:
        """Its stage in words."""
        return str(WORDS[self.stage][1])

    @property
    def live(self) -> bool:
        """Whether it still takes from its listing and its request."""
        return self.stage in LIVE

    @property
    def entry(self) -> Entry | None:
        """What it booked."""
        decision = getattr(self.filing, "decision", None)
        return decision.entry if decision else None


def standings(matches: QuerySet[Match]) -> list[Standing]:
    """Matches with how they stand, in their order."""
    rows = list(
        matches.select_related(
            "listing__filing__place__book_key", "listing__village", "demand__place__book_key", "proposer"
        ).prefetch_related("consents__actor")
    )
    filings: dict[UUID, Filing] = {
        each.uuid: each
        for each in Filing.objects.filter(uuid__in=[row.uuid for row in rows], event=TRANSFER.event)
        .select_related("place", "begun__place", "decision__actor", "decision__entry__reversed_by")
        .defer("wkb")
    }
    return [_standing(row, filings.get(row.uuid)) for row in rows]


def standing_of(match: Match) -> Standing:
    """One of them."""
    return standings(Match.objects.filter(pk=match.pk))[0]


def _standing(match: Match, filing: Filing | None) -> Standing:
    consents = {each.side: each for each in match.consents.all()}
    return Standing(match, stage_of(match, consents, filing), consents, filing)


def stage_of(match: Match, consents: dict[str, Consent], filing: Filing | None) -> Stage:
    """Where a match is: its filing's decision first, then what the sides said, then the day its listing lapsed."""
    decision = getattr(filing, "decision", None)
    if decision is not None:
        if decision.entry is None:
            return Stage.REFUSED
        return Stage.REVERSED if hasattr(decision.entry, "reversed_by") else Stage.SETTLED
    if any(not each.agrees for each in consents.values()):
        return Stage.DECLINED
    expires = match.listing.filing.expires
    if expires and timezone.localdate(match.proposed_at) < expires <= timezone.localdate():
        return Stage.LAPSED
    return Stage.APPROVAL if filing else Stage.CONSENT


Row = TypeVar("Row", Listing, Demand)


@dataclass(frozen=True, slots=True)
class Open(Generic[Row]):
    """A listing or a request with what is still to be had of it, index by index, and what is being matched."""

    row: Row
    left: dict[str, int]
    matching: dict[str, int]

    @property
    def is_open(self) -> bool:
        """Whether anything is left to be matched."""
        return any(self.left.values())


def open_listings(listings: Iterable[Listing]) -> list[Open[Listing]]:
    """What each listing still holds, less what is being matched or waits for a separate site; nothing where it is withdrawn."""
    rows = list(listings)
    holds = standing(row.filing for row in rows)
    amounts = held_amounts(holds.values())
    taken = _live_by(Q(listing__in=rows), "listing_id")
    for each in waiting_supplies(row.filing for row in rows):
        assert each.begun_id is not None  # the listing it draws on
        taken.setdefault(each.begun_id, Counter()).update(each.facts["supply_agreed_amounts"][0])
    leaving = set(
        Filing.objects.filter(
            Q(decision=None) | Q(decision__entry__isnull=False),
            begun__in=[row.pk for row in rows], event=WITHDRAWAL.event,
        ).values_list("begun", flat=True)
    )  # fmt: skip
    found = []
    for row in rows:
        held = amounts[holds[row.pk].pk] if row.pk in holds and row.pk not in leaving else {}
        matching = taken.get(row.pk, Counter())
        found.append(Open(row, _less(held, matching), dict(matching)))
    return found


def waiting_supplies(listings: Iterable[Filing]) -> list[Filing]:
    """Applications of separate sites that their provider has not answered yet."""
    found = Filing.objects.filter(SUPPLY, begun__in=[each.pk for each in listings], decision=None)
    return list(found.defer("wkb").order_by("pk"))


def open_demands(demands: Iterable[Demand]) -> list[Open[Demand]]:
    """What each request still asks for, less what is being matched and what it got."""
    rows = list(demands)
    live = _live_by(Q(demand__in=rows), "demand_id")
    got = _live_by(Q(demand__in=rows), "demand_id", (Stage.SETTLED,))
    found = []
    for row in rows:
        matching = live.get(row.pk, Counter())
        withdrawn = hasattr(row, "withdrawal")
        left = {} if withdrawn else _less(row.amounts, matching + got.get(row.pk, Counter()))
        found.append(Open(row, left, dict(matching)))
    return found


def _live_by(which: Q, key: str, stages: tuple[Stage, ...] = LIVE) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    for each in standings(Match.objects.filter(which)):
        if each.stage in stages:
            found.setdefault(getattr(each.match, key), Counter()).update(each.match.amounts)
    return found


def _less(whole: dict[str, int], taken: Counter[str]) -> dict[str, int]:
    return {index: amount - taken[index] for index, amount in whole.items() if amount > taken[index]}

"""Listings, requests and matches as their pages say them: index by index, with prices beside the provincial price of the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from liangtian.ledger.indices import indices
from liangtian.policy.facts import say
from liangtian.units import round_half_up
from liangtian_web.balance.earmarked import Source
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.balance.presentation import findings_shown, postings_shown, state_of
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.procedures.transfer import TRANSFER, held_lots, offered, standing
from liangtian_web.balance.ruling import findings_text, posting_rows, rule
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.people.models import Place, User
from liangtian_web.trail.export import Table
from liangtian_web.transfers.actions import settlement
from liangtian_web.transfers.models import Demand, Good, Listing, Match, Side
from liangtian_web.transfers.pricing import Provincial, above, provincial_prices
from liangtian_web.transfers.queries import Waiting
from liangtian_web.transfers.stages import Open, Stage, Standing
from liangtian_web.transfers.villages import villages_of


@dataclass(frozen=True, slots=True)
class Line:
    """One index of an offer, a request or a match.

    Attributes
    ----------
    whole, left, matching : what it began with, what is open, what is being matched
    price : yuan per mu or kg; None: left open
    provincial : the price of the day it is compared with; `dear`: it is above that
    """

    index: str
    whole: int
    left: int
    matching: int
    price: Decimal | None
    provincial: Provincial | None = None
    dear: bool = False

    @property
    def price_text(self) -> str:
        """The price to the fen; nothing where it is left open."""
        return "" if self.price is None else f"{self.price:,.2f}"

    @property
    def by(self) -> str:
        """What the price is of."""
        return gettext("元/kg") if indices()[self.index].unit == "kg" else gettext("元/亩")

    @property
    def doubtful(self) -> bool:
        """Whether nobody has verified the provincial price."""
        return self.provincial is not None and self.provincial.value.status == "unverified"


def listing_lines(offer: Open[Listing], on: date | None = None) -> list[Line]:
    """What a listing offers; with `on`, beside the provincial price of that day."""
    filing = offer.row.filing
    return _lines(offered(filing), offer, offer.row.prices, filing.place, on)


def demand_lines(wanted: Open[Demand]) -> list[Line]:
    """What a request asks for."""
    return _lines(wanted.row.amounts, wanted, wanted.row.prices, wanted.row.place, None)


def match_lines(match: Match) -> list[Line]:
    """What a match is about."""
    place = match.listing.filing.place
    return _lines(match.amounts, Open(match.listing, {}, {}), match.prices, place, match.on)


def _lines(
    whole: Mapping[str, int], row: Open[Any], prices: Mapping[str, str], place: Place, on: date | None
) -> list[Line]:
    provincial = provincial_prices(place, on) if on else {}
    dear = above(prices, provincial)
    return [
        Line(index, whole[index], row.left.get(index, 0), row.matching.get(index, 0),
             Decimal(prices[index]) if index in prices else None, provincial.get(index), index in dear)
        for index in indices() if index in whole
    ]  # fmt: skip


def lots_of(filing: Filing) -> list[dict[str, Any]]:
    """The lots a listing holds now."""
    hold = standing([filing]).get(filing.pk)
    found = held_lots(hold) if hold else {}
    return [{"index": index, "serial": serial, "amount": amount}
            for index, lots in found.items() for serial, amount in lots]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a match: what, how it stands (done, now, open, stopped), by whom and when."""

    word: str
    state: str
    who: str = ""
    when: Any = None
    said: str = ""


def steps_of(standing_: Standing) -> list[Step]:
    """Proposed, agreed by both, approved and booked: as far as it got, where it stands, and what stopped it."""
    match, stage = standing_.match, standing_.stage
    steps = [Step(gettext("市级撮合"), "done", str(match.proposer), match.proposed_at)]
    for side, word in ((Side.SELLER, gettext("调出方同意")), (Side.BUYER, gettext("调入方同意"))):
        given = standing_.consents.get(side.value)
        if given is None:
            steps.append(Step(word, "now" if stage == Stage.CONSENT else "open"))
        else:
            state = "done" if given.agrees else "stopped"
            steps.append(Step(word, state, str(given.actor), given.given_at, given.reason))
    if off := standing_.consents.get(Side.CITY.value):
        steps.append(Step(gettext("市级撤销撮合"), "stopped", str(off.actor), off.given_at, off.reason))
    if stage == Stage.LAPSED:
        steps.append(Step(gettext("挂牌到期"), "stopped"))
    decision = getattr(standing_.filing, "decision", None)
    if decision is None:
        return [*steps, Step(gettext("市级审批入账"), "now" if stage == Stage.APPROVAL else "open")]
    state = "done" if decision.entry else "stopped"
    return [*steps, Step(gettext("市级审批入账"), state, str(decision.actor), decision.decided_at, decision.reason)]


def reasons_of(standing_: Standing, language: str) -> dict[str, Any]:
    """What the rulebook says of a match: as decided, or as it says today."""
    filing = standing_.filing or settlement(standing_.match)
    decision = getattr(filing, "decision", None)
    if decision is not None:
        text, rows, digest, stopped = decision.findings, decision.postings, decision.rules_digest, False
    else:
        ruled = rule(filing, timezone.localdate())
        text, rows, digest = findings_text(ruled.findings), posting_rows(ruled.postings), ruled.digest
        stopped = not ruled.may_post
    return {
        "found": findings_shown(text, language, TRANSFER.gates),
        "postings": postings_shown(rows, PROCEDURES[TRANSFER.event].parties(filing)),
        "rules_digest": digest,
        "stopped": stopped,
    }


def queue_shown(found: Iterable[Waiting]) -> list[dict[str, Any]]:
    """Requests in their turn, with what they still ask for."""
    return [
        {"demand": each.demand.row, "advanced": each.advanced, "lines": demand_lines(each.demand)} for each in found
    ]


def payments_shown(source: Source) -> list[dict[str, Any]]:
    """What earmarked money was paid for, newest first, with how each payment stands."""
    found = Payment.objects.filter(source=source.entry, filing__place=source.place).select_related(
        "filing__filer", "filing__decision__actor", "filing__decision__entry__reversed_by", "village"
    )
    return [
        {"payment": each, "filing": each.filing, "use": stated_use(each.filing), "state": state_of(each.filing)}
        for each in found.order_by("-pk")
    ]


def stated_use(filing: Filing) -> str:
    """What a payment is for, in words."""
    zh, en = say("paid_for", filing.facts["paid_for"])
    return en if get_language() == "en" else zh


def platform_table(listings: Iterable[Open[Listing]], demands: Iterable[Open[Demand]]) -> Table:
    """The platform as a table to take away: what everybody of the city sees, areas in m²."""
    heads = [gettext("类别"), gettext("责任单元"), gettext("调剂标的"), gettext("指标"), gettext("余量"), gettext("单位"),
             gettext("单价（元/亩、元/kg）"), gettext("日期"), gettext("到期日"), gettext("件号")]  # fmt: skip
    rows: list[list[object]] = []
    for offer in listings:
        filing = offer.row.filing
        for line in listing_lines(offer):
            rows.append(
                [gettext("挂牌"), str(filing.place), _good(offer.row.good), *_cells(line), filing.on, filing.expires,
                 str(filing.uuid)]
            )  # fmt: skip
    for wanted in demands:
        row = wanted.row
        for line in demand_lines(wanted):
            about = [gettext("调入申请"), str(row.place), _good(row.good), *_cells(line), row.on, row.until]
            rows.append([*about, str(row.uuid)])
    return Table(gettext("市级调剂平台"), heads, rows)


def _cells(line: Line) -> list[object]:
    unit = indices()[line.index].unit.replace("m2", "m²")
    return [index_word(line.index), line.left, unit, line.price]


def _good(good: str) -> str:
    return str(Good(good).label)


def payer_word(source: Source) -> str:
    """Who earmarked money came from."""
    return str(source.payer) if source.payer else gettext("账外")


def earmarked_table(found: Iterable[Source]) -> Table:
    """Earmarked money source by source, in yuan."""
    heads = [gettext("责任单元"), gettext("专款来源"), gettext("付款方"), gettext("来源项目"), gettext("文号"), gettext("到账日期"),
             gettext("收到（元）"), gettext("已收回（元）"), gettext("已支出（元）"), gettext("待审核（元）"),
             gettext("尚余（元）"), gettext("来源编号")]  # fmt: skip
    rows: list[list[object]] = []
    for each in found:
        money = [Decimal(fen) / 100 for fen in (each.received, each.returned, each.used, each.asked, each.left)]
        rows.append([str(each.place), each.word, payer_word(each), each.project, each.document, each.entry.on, *money,
                     str(each.entry.uuid)])  # fmt: skip
    return Table(gettext("专款收支"), heads, rows)


def village_measured(user: User, listing: Listing) -> str:
    """How much of the lots' ground lies in the village of a whole-area listing, or who stated the village."""
    assert listing.village is not None
    found = villages_of(user, listing.filing.lots, listing.filing.on)
    if not found:
        return gettext("%(who)s填报，没有量算") % {"who": listing.filing.filer}
    share = Fraction(found.get(listing.village.code or "", 0), sum(found.values()))
    return gettext("按指标块范围量得 %(share)s%%") % {"share": round_half_up(share * 100, 1)}

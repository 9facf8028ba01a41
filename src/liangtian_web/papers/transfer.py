"""Papers of the transfer platform: the offer's prices, the request to buy, and the agreement of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.reports.outline import Section
from liangtian_web.balance.models import Filing
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, in_book, in_mu
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.transfers.models import Demand, Good, Match, Side
from liangtian_web.transfers.queries import demands_for, matches_for
from liangtian_web.transfers.stages import Standing, standing_of


def _priced(title: str, amounts: Mapping[str, int], prices: Mapping[str, str]) -> Section:
    rows = [
        (index_word(index), figure(amounts[index], index), in_mu(amounts[index], index), _price(prices.get(index), index))
        for index in indices() if index in amounts
    ]  # fmt: skip
    columns: Any = [(gettext("指标"), "text"), (gettext("数量"), "number"), (gettext("折合亩"), "number"),
                    (gettext("单价"), "figure")]  # fmt: skip
    return table(title, columns, rows)


def _price(price: str | None, index: str) -> str:
    per = gettext("元/kg") if indices()[index].unit == "kg" else gettext("元/亩")
    return gettext("未限定") if price is None else f"{Decimal(price):,.2f} {per}"


def listed(filing: Filing) -> Section | None:
    """What an offer asks for each index."""
    offer = getattr(filing, "listing", None)
    if offer is None:
        return None
    rows = filing.facts["transfer_amounts"]
    amounts = {index: amount for row in rows for index, amount in row.items() if index in indices() and amount}
    return _priced(gettext("挂牌单价"), amounts, offer.prices)


def _uuid(ref: str) -> UUID:
    try:
        return UUID(ref)
    except ValueError:
        raise Http404 from None


def _request(user: User, ref: str, asked: Asked) -> Demand:
    """A request of the user's own places: to others its purpose and document are closed."""
    found = demands_for(user).filter(uuid=_uuid(ref), place__in=places_for(user)).first()
    if found is None:
        raise Http404
    return found


def _asked(demand: Demand) -> Section:
    rows = [
        (gettext("调剂标的"), str(Good(demand.good).label)), (gettext("用途"), demand.purpose),
        (gettext("有效期至"), f"{demand.until:%Y-%m-%d}"),
        (gettext("提出人"), f"{demand.filer} · {_moment(demand.filed_at)}"),
    ]  # fmt: skip
    return pairs(gettext("事项"), rows)


def _of_request(demand: Demand) -> Said:
    taken = getattr(demand, "withdrawal", None)
    if taken is not None:
        return Said("fail", gettext("已撤回：%(reason)s") % {"reason": taken.reason})
    return Said("", gettext("申请调入，按先后次序撮合。"))


REQUEST: Paper[Demand] = Paper(
    find=_request,
    title=lambda demand: gettext("指标调入申请表"),
    what=lambda demand: f"request:{demand.uuid}",
    on=lambda demand: demand.on,
    place=lambda demand: demand.place,
    head=lambda demand: _head(str(demand.place), demand.document, demand.on, demand.uuid),
    said=_of_request,
    parts=lambda demand: (_asked, lambda row: _priced(gettext("申请数量和最高单价"), row.amounts, row.prices)),
    seals=lambda demand: (_("调入方"), _("市自然资源主管部门")),
)


def _match(user: User, ref: str, asked: Asked) -> Standing:
    found = matches_for(user).filter(uuid=_uuid(ref)).first()
    if found is None:
        raise Http404
    return standing_of(found)


def _sides(now: Standing) -> Section:
    match: Match = now.match
    rows = [
        (gettext("调出方"), str(match.listing.filing.place)), (gettext("调入方"), str(match.demand.place)),
        (gettext("调剂标的"), match.listing.good_word), (gettext("价款"), figure(match.fen, "money_fen")),
    ]  # fmt: skip
    if match.reason:
        rows.append((gettext("价格说明"), match.reason))
    return pairs(gettext("双方与价款"), rows)


def _consents(now: Standing) -> Section:
    rows = [(gettext("市级撮合"), str(now.match.proposer), _moment(now.match.proposed_at), "—")]
    for given in now.consents.values():
        said = gettext("同意") if given.agrees else gettext("不同意")
        rows.append((f"{Side(given.side).label}{said}", str(given.actor), _moment(given.given_at), given.reason or "—"))
    columns: Any = [(gettext("事项"), "text"), (gettext("办理人"), "text"), (gettext("时间"), "cite"),
                    (gettext("理由"), "wording")]  # fmt: skip
    return table(gettext("双方意见"), columns, rows)


def _settled(now: Standing) -> Section | None:
    return pairs(gettext("审核与台账"), in_book(now.entry)) if now.entry else None


def _moment(when: Any) -> str:
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"


def _head(place: str, document: str, on: date, number: UUID) -> list[tuple[str, str]]:
    return [(gettext("责任单元"), place), (gettext("文号"), document), (gettext("业务日期"), f"{on:%Y-%m-%d}"),
            (gettext("件号"), str(number))]  # fmt: skip


AGREEMENT: Paper[Standing] = Paper(
    find=_match,
    title=lambda now: gettext("指标调剂协议"),
    what=lambda now: f"match:{now.match.uuid}",
    on=lambda now: now.match.on,
    place=lambda now: now.match.listing.filing.place,
    head=lambda now: _head(
        f"{now.match.listing.filing.place} → {now.match.demand.place}", now.match.document, now.match.on, now.match.uuid
    ),
    said=lambda now: Said(now.tag, now.word),
    parts=lambda now: (
        _sides,
        lambda each: _priced(gettext("调剂数量和单价"), each.match.amounts, each.match.prices),
        _consents,
        _settled,
    ),
    seals=lambda now: (_("调出方"), _("调入方"), _("市自然资源主管部门")),
)

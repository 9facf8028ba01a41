"""The lists of the book as tables to take away: whole units of the book, as they are booked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from liangtian.ledger.indices import indices
from liangtian_web.ledger.models import Entry, Leg, Lot, Period, Proposal
from liangtian_web.ledger.queries import Balance
from liangtian_web.ledger.records import OUTSIDE, place_key
from liangtian_web.ledger.templatetags.book import credit_word, index_word, kind_word, pool_word
from liangtian_web.people.models import Place
from liangtian_web.standing.charts import word_of
from liangtian_web.standing.queries import Flow, Headroom, Hold
from liangtian_web.trail.export import Table

M2_OF_HA = 10_000
CHUNK = 500


def balance_table(rows: Iterable[Balance], on: date, known_on: datetime | None) -> Table:
    """Balances as of a day."""
    known = timezone.localtime(known_on).date() if known_on else None
    heads = [gettext("责任单元"), gettext("区划代码"), gettext("库"), gettext("指标"), gettext("业务日期"),
             gettext("按当日所知"), gettext("余额"), gettext("单位"), gettext("公顷")]  # fmt: skip
    return Table(gettext("台账余额"), heads, (_balance(each, on, known) for each in rows))


def _balance(each: Balance, on: date, known: date | None) -> list[Any]:
    account, unit = each.account, indices()[each.account.index].unit
    words = [str(account.place), place_key(account.place), pool_word(account.pool), index_word(account.index)]
    return [*words, on, known, each.amount, unit, each.amount / M2_OF_HA if unit == "m2" else None]


def entry_table(rows: QuerySet[Entry]) -> Table:
    """Entries, a row for each leg."""
    heads = [gettext("业务日期"), gettext("记账时间"), gettext("类型"), gettext("编号"), gettext("责任单元"), gettext("库"),
             gettext("指标"), gettext("批次编号"), gettext("发生额"), gettext("单位"), gettext("依据"), gettext("规则"),
             gettext("提出人"), gettext("审核人")]  # fmt: skip
    return Table(gettext("台账分录"), heads, _entries(rows))


def _entries(rows: QuerySet[Entry]) -> Iterator[list[Any]]:
    found = rows.select_related("actor", "approver")
    page = list(found[:CHUNK])
    while page:
        legs: dict[int, list[Leg]] = {}
        every = Leg.objects.filter(entry__in=page, implied=False).select_related("account__place", "lot")
        for leg in every.order_by("n"):
            legs.setdefault(leg.entry_id, []).append(leg)
        for entry in page:
            yield from (_leg(entry, leg) for leg in legs[entry.pk])
        page = list(found.filter(pk__lt=page[-1].pk)[:CHUNK])


def _leg(entry: Entry, leg: Leg) -> list[Any]:
    account = leg.account
    return [
        entry.on, _moment(entry.recorded_at), kind_word(entry.kind), entry.key, str(account.place or pool_word(OUTSIDE)),
        pool_word(account.pool), index_word(account.index), leg.lot.serial if leg.lot else "", leg.amount,
        indices()[account.index].unit, "；".join(entry.evidence), "；".join(entry.rules), str(entry.actor),
        str(entry.approver or ""),
    ]  # fmt: skip


def lot_table(rows: QuerySet[Lot]) -> Table:
    """Lots with the area of their ground."""
    heads = [gettext("批次编号"), gettext("责任单元"), gettext("项目"), gettext("来源"), gettext("验收日期"), gettext("文件"),
             gettext("地块面积") + "(m²)", gettext("坐标系")]  # fmt: skip
    return Table(gettext("指标块"), heads, (_lot(each) for each in rows.iterator(chunk_size=CHUNK)))


def _lot(lot: Lot) -> list[Any]:
    ground = getattr(lot, "ground", None)
    about = [lot.serial, str(lot.place), lot.project, credit_word(lot.credit), lot.on, lot.document]
    return [*about, ground.area_m2 if ground else None, ground.crs if ground else gettext("无地块")]


def proposal_table(rows: QuerySet[Proposal]) -> Table:
    """Proposals and what became of them."""
    heads = [gettext("业务日期"), gettext("责任单元"), gettext("类型"), gettext("依据"), gettext("提出人"), gettext("提出时间"),
             gettext("结果"), gettext("审核人"), gettext("审核时间"), gettext("理由")]  # fmt: skip
    return Table(gettext("记账单"), heads, (_proposal(each) for each in rows.iterator(chunk_size=CHUNK)))


def _proposal(row: Proposal) -> list[Any]:
    decision = getattr(row, "decision", None)
    about = [row.on, str(row.place), kind_word(row.kind), row.evidence, str(row.proposer), _moment(row.proposed_at)]
    if decision is None:
        return [*about, gettext("待审核"), "", None, ""]
    posted = decision.entry_id is not None or row.recorded  # type: ignore[attr-defined]
    result = gettext("已入账") if posted else gettext("已退回")
    return [*about, result, str(decision.actor), _moment(decision.decided_at), decision.reason]


def _moment(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0)


def hold_table(holds: Iterable[Hold], words: dict[str, str]) -> Table:
    """Holds, a row for each index."""
    heads = [gettext("责任单元"), gettext("业务日期"), gettext("冻结到期日"), gettext("状态"), gettext("指标"),
             gettext("数量"), gettext("单位"), gettext("依据"), gettext("编号")]  # fmt: skip
    rows = (
        [str(each.place), each.entry.on, each.entry.expires, words[each.state], index_word(index), amount,
         indices()[index].unit, "；".join(each.entry.evidence), each.entry.key]
        for each in holds for index, amount in each.amounts
    )  # fmt: skip
    return Table(gettext("冻结"), heads, rows)


def period_table(rows: Iterable[Period]) -> Table:
    """Books opened and closed."""
    heads = [gettext("责任单元"), gettext("截止"), gettext("事项"), gettext("依据"), gettext("提出人"), gettext("审核人"),
             gettext("记账时间")]  # fmt: skip
    found = [
        [str(each.place), each.through, gettext("建账，此后才有账") if each.opens else gettext("关账"), "；".join(each.evidence),
         str(each.actor), str(each.approver or ""), _moment(each.recorded_at)]
        for each in rows
    ]  # fmt: skip
    return Table(gettext("关账"), heads, found)


def flow_table(found: Flow, *, place: Place, index: str, year: int) -> Table:
    """The year of an index of a place: each kind month by month, and what stood there at the end of each."""
    months = [gettext("%(n)s月") % {"n": n} for n in range(1, 13)]
    heads = [gettext("类型"), *months, gettext("全年"), gettext("单位")]
    unit = indices()[index].unit
    rows: list[list[object]] = [[word_of(kind), *moved, sum(moved), unit] for kind, moved in found.moved.items()]
    opening = [gettext("年初可用余额"), found.opening, *[None] * 12, unit]
    closing = [gettext("月末可用余额"), *found.closing, found.closing[-1], unit]
    return Table(f"{place} {year} {index_word(index)}", heads, [opening, *rows, closing])


def headroom_table(found: Iterable[Headroom], index: str, on: date) -> Table:
    """What each place can spend, what is held of it, what it owes."""
    heads = [gettext("责任单元"), gettext("区划代码"), gettext("业务日期"), gettext("可用"), gettext("冻结"),
             gettext("欠账和承诺"), gettext("单位")]  # fmt: skip
    unit = indices()[index].unit
    rows = ([str(each.place), place_key(each.place), on, each.available, each.held, each.owed, unit] for each in found)
    return Table(f"{gettext('各单元余量')} {index_word(index)}", heads, rows)

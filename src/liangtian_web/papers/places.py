"""Papers of a place on a day: the notice that its approvals are suspended or go on, and the statement of its book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.http import Http404
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.reports.outline import Section
from liangtian_web.ledger.models import Account, Leg
from liangtian_web.ledger.presentation import known_until
from liangtian_web.ledger.queries import accounts_for, balances, last_recorded
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_word, pool_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import clause_table, figure, in_mu
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import number_in
from liangtian_web.registers.presentation import breach_shown, standing_shown
from liangtian_web.registers.suspension import Breach, Standing, lifted, standing, suspendable

STANDARD = "standard_first_m2"


@dataclass(frozen=True, slots=True)
class Notice:
    """How a place stands on a day: suspended, or going on since a day, with the rows that had suspended it."""

    standing: Standing
    breaches: Sequence[Breach]
    since: date
    lifted_on: date | None

    @property
    def place(self) -> Place:
        """Whose approvals they are."""
        return self.standing.place


def _notice(user: User, ref: str, asked: Asked) -> Notice:
    """The notice of a day; a place that never was suspended has none."""
    place = suspendable(user).filter(pk=number).first() if (number := number_in(ref)) is not None else None
    if place is None:
        raise Http404
    on = asked.on
    now = standing(place, on)
    if now.is_suspended and now.since:
        return Notice(now, now.breaches, now.since, None)
    before = lifted(place, on)
    if before is None or before[1].since is None:
        raise Http404
    return Notice(now, before[1].breaches, before[1].since, before[0])


def _title(notice: Notice) -> str:
    return gettext("恢复建设用地报批通知书") if notice.lifted_on else gettext("暂停建设用地报批通知书")


def _said(notice: Notice) -> Said:
    since = {"since": f"{notice.since:%Y-%m-%d}", "place": notice.place}
    if notice.lifted_on:
        words = gettext("%(place)s自 %(since)s 起暂停的其他建设用地报批，自 %(lifted)s 起恢复。下列事项已经落实。")
        return Said("pass", words % {**since, "lifted": f"{notice.lifted_on:%Y-%m-%d}"})
    words = gettext("%(place)s自 %(since)s 起暂停其他建设用地报批。下列事项落实后自动恢复。")
    return Said("fail", words % since)


def _grounds(notice: Notice) -> Section:
    rows = []
    for each in notice.breaches:
        row, shown = each.ground.row, breach_shown(each)
        cures = "；".join(shown["cures"])
        rows.append((row.title, row.document, f"{each.since:%Y-%m-%d}", shown["who"], cures))
    columns: Any = [(gettext("事项"), "text"), (gettext("依据文件"), "text"), (gettext("未落实自"), "centre"),
                    (gettext("由谁办"), "text"), (gettext("怎么办"), "wording")]  # fmt: skip
    return table(gettext("事由"), columns, rows)


def _owed(notice: Notice) -> Section:
    rows = [
        (each.ground.row.title, _index(line), *(figure(int(line[name]), line["index"]) for name in ("owed", "done", "open")))
        for each in notice.breaches for line in breach_shown(each)["owed"]
    ]  # fmt: skip
    columns: Any = [(gettext("事项"), "text"), (gettext("指标"), "text"), (gettext("应落实"), "number"),
                    (gettext("已落实"), "number"), (gettext("尚缺"), "number")]  # fmt: skip
    title = gettext("暂停时的落实情况") if notice.lifted_on else gettext("落实情况")
    return table(title, columns, rows)


def _index(line: dict[str, Any]) -> str:
    return gettext("标准农田") if line["standard"] else index_word(line["index"])


def _ruling(notice: Notice) -> Section:
    return clause_table(standing_shown(notice.standing)["found"])


def _basis(notice: Notice) -> Section:
    return pairs(gettext("依据"), [(gettext("规则版本"), notice.standing.digest)])


NOTICE: Paper[Notice] = Paper(
    find=_notice,
    title=_title,
    what=lambda notice: f"suspension:{notice.place.pk}:{notice.standing.on}",
    on=lambda notice: notice.standing.on,
    place=lambda notice: notice.place,
    head=lambda notice: _head(notice.place, notice.standing.on),
    said=_said,
    parts=lambda notice: (_grounds, _owed, _ruling, _basis),
    seals=lambda notice: (_("市自然资源主管部门"),),
)


@dataclass(frozen=True, slots=True)
class Stand:
    """An account over the year until a day."""

    account: Account
    opening: int
    came: int
    went: int
    closing: int


@dataclass(frozen=True, slots=True)
class BookOf:
    """What a place's book says at the end of a day; `known`: as known at which moment."""

    place: Place
    on: date
    rows: Sequence[Stand]
    known: str


def _book(user: User, ref: str, asked: Asked) -> BookOf:
    place = places_for(user).filter(pk=number).first() if (number := number_in(ref)) is not None else None
    if place is None:
        raise Http404
    accounts = accounts_for(user).filter(place=place).order_by("pool", "index")
    on, known_on = asked.on, asked.known_on
    first = on.replace(month=1, day=1)
    before = {each.account.pk: each.amount for each in balances(accounts, first - timedelta(days=1), known_on)}
    legs = Leg.objects.filter(account__in=accounts, on__range=(first, on)).values("account")
    if known_on is not None:
        legs = legs.filter(entry__recorded_at__lte=known_on)
    moved = {row["account"]: (row["came"], row["went"]) for row in legs.annotate(
        came=Sum("amount", filter=Q(amount__gt=0), default=0), went=Sum("amount", filter=Q(amount__lt=0), default=0))
    }  # fmt: skip
    rows = [
        Stand(each.account, before[each.account.pk], came, went, each.amount)
        for each in balances(accounts, on, known_on)
        for came, went in (moved.get(each.account.pk, (0, 0)),)
    ]
    kept = [each for each in rows if each.opening or each.came or each.went or each.closing]
    if not rows:
        raise Http404
    return BookOf(place, on, kept, known_until(known_on, last_recorded(accounts, known_on)))


def _accounts(book: BookOf) -> Section:
    rows = [
        (pool_word(each.account.pool), index_word(each.account.index),
         *(figure(amount, each.account.index) for amount in (each.opening, each.came, each.went, each.closing)),
         in_mu(each.closing, each.account.index))
        for each in book.rows
    ]  # fmt: skip
    columns: Any = [(gettext("库"), "text"), (gettext("指标"), "text"), (gettext("年初"), "number"),
                    (gettext("增加"), "number"), (gettext("减少"), "number"), (gettext("期末"), "number"),
                    (gettext("期末折合亩"), "number")]  # fmt: skip
    return table(gettext("各库余额"), columns, rows)


def _head(place: Place, on: date) -> list[tuple[str, str]]:
    return [(gettext("责任单元"), f"{place} {place_key(place)}"), (gettext("截至"), f"{on:%Y-%m-%d}")]


def _of_book(book: BookOf) -> Said:
    english = get_language() == "en"
    years = f"{book.on.year}-01-01 {'to' if english else '至'} {book.on:%Y-%m-%d}"
    return Said("", gettext("%(days)s，按业务日期；%(known)s。") % {"days": years, "known": book.known})


STATEMENT: Paper[BookOf] = Paper(
    find=_book,
    title=lambda book: gettext("占补平衡台账结单"),
    what=lambda book: f"place:{book.place.pk}:{book.on}",
    on=lambda book: book.on,
    place=lambda book: book.place,
    head=lambda book: _head(book.place, book.on),
    said=_of_book,
    parts=lambda book: (_accounts,),
    seals=lambda book: (_("责任单元自然资源主管部门"),),
)

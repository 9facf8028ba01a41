"""The account of use of the city's pool as a paper and as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.reports.outline import Section
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import documents, index_word, kind_word
from liangtian_web.papers import pooled
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, in_mu
from liangtian_web.papers.pooled import ELSE, LISTED, MONEY, OTHER_USE, POOLED, Line, Use
from liangtian_web.people.models import User
from liangtian_web.people.requests import number_in
from liangtian_web.rulebook.naming import cited
from liangtian_web.trail.export import Table

CLAUSE = "wenzhou-2019（六）"


def _find(user: User, ref: str, asked: Asked) -> Use:
    """From the first of the year of the day, unless another first day is asked for."""
    city = pooled.cities_for(user).filter(pk=number).first() if (number := number_in(ref)) is not None else None
    since = asked.since or asked.on.replace(month=1, day=1)
    if city is None or since > asked.on:
        raise Http404
    return pooled.use_of(city, since, asked.on, asked.known_on)


def _sums(use: Use) -> Section:
    rows = [
        (index_word(each.index), figure(each.opening, each.index),
         *(figure(each.moved.get(sort, 0), each.index) for sort in pooled.SORTS),
         figure(each.closing, each.index), in_mu(each.closing, each.index))
        for each in use.sums
    ]  # fmt: skip
    columns: Any = [(gettext("指标"), "text"), (gettext("期初"), "number"),
                    *((word, "number") for word in pooled.sort_words().values()),
                    (gettext("期末"), "number"), (gettext("期末折合亩"), "number")]  # fmt: skip
    return table(gettext("收支"), columns, rows)


def _money(use: Use) -> Section:
    rows = [
        (gettext("统筹划入时付出"), figure(use.paid, MONEY)), (gettext("统筹使用时收到"), figure(use.received, MONEY)),
        (gettext("收付相抵"), figure(use.received - use.paid, MONEY, signed=True)),
    ]  # fmt: skip
    return table(gettext("价款"), [(gettext("项"), "text"), (gettext("金额"), "number")], rows)


def _came(use: Use) -> Section:
    columns: Any = [(gettext("划入单元"), "text"), (gettext("业务日期"), "centre"), (gettext("依据"), "text"),
                    (gettext("指标"), "text"), (gettext("数量"), "number"), (gettext("付出价款"), "number"),
                    (gettext("分录编号"), "cite")]  # fmt: skip
    rows = [
        (other(line) if first else "", f"{line.on}", document(line), index_word(index), figure(amount, index),
         figure(line.shown_fen, MONEY) if first else "", str(line.entry.uuid) if first else "")
        for line, index, amount, first in _cells(use, POOLED)
    ]  # fmt: skip
    return table(gettext("统筹划入"), columns, rows)


def _used(use: Use, sort: str) -> Section:
    why = gettext("用途") if sort == LISTED else gettext("用途和理由")
    columns: Any = [(gettext("使用单元"), "text"), (gettext("项目"), "text"), (why, "wording"),
                    (gettext("业务日期"), "centre"), (gettext("依据"), "text"), (gettext("指标"), "text"), (gettext("数量"), "number"),
                    (gettext("收到价款"), "number"), (gettext("分录编号"), "cite")]  # fmt: skip
    rows = [
        (other(line), line.project, "；".join(filter(None, [line.purpose, line.reason])) or "—", f"{line.on}",
         document(line), index_word(index), figure(-amount, index), figure(line.fen, MONEY) if first else "",
         str(line.entry.uuid) if first else "")
        for line, index, amount, first in _cells(use, sort)
    ]  # fmt: skip
    return table(pooled.sort_words()[sort], columns, rows)


def _else(use: Use) -> Section | None:
    columns: Any = [(gettext("类型"), "text"), (gettext("对方"), "text"), (gettext("业务日期"), "centre"), (gettext("依据"), "text"),
                    (gettext("指标"), "text"), (gettext("数量"), "number"), (gettext("分录编号"), "cite")]  # fmt: skip
    rows = [
        (kind(line), other(line), f"{line.on}", document(line), index_word(index), figure(amount, index, signed=True),
         str(line.entry.uuid) if first else "")
        for line, index, amount, first in _cells(use, ELSE)
    ]  # fmt: skip
    return table(gettext("其他增减"), columns, rows) if rows else None


def _cells(use: Use, sort: str) -> Iterator[tuple[Line, str, int, bool]]:
    """Line, index and amount; whether it is the first of its line, which also says the money."""
    for line in use.of(sort):
        for n, (index, amount) in enumerate(in_order(line)):
            yield line, index, amount, n == 0


def in_order(line: Line) -> list[tuple[str, int]]:
    """The amounts of a line in the order of the indices."""
    return [(index, line.amounts[index]) for index in indices() if index in line.amounts]


def other(line: Line) -> str:
    """The place on the other side."""
    return str(line.other) if line.other else "—"


def kind(line: Line) -> str:
    """What kind of movement it is."""
    return gettext("到期退回") if line.lapse else kind_word(line.entry.kind)


def document(line: Line) -> str:
    """The document it rests on; a reversal says that it is one."""
    said = line.filing.document if line.filing and not line.entry.reverses_id else documents(line.entry)
    return f"{kind_word('reversal')} {said}" if line.entry.reverses_id else said


def period(use: Use) -> str:
    """Which days it speaks of, and up to when records are counted."""
    days = gettext("%(since)s 至 %(until)s") % {"since": use.since, "until": use.until}
    return f"{days}，{gettext('按 %(known)s 当日所知') % {'known': _day(use.known_on)}}" if use.known_on else days


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def use_table(use: Use) -> Table:
    """A row for each index of each entry, after what stood there at the start; whole units of the book, money in yuan."""
    heads = [gettext("事项"), gettext("业务日期"), gettext("类型"), gettext("责任单元"), gettext("区划代码"), gettext("项目"),
             gettext("用途"), gettext("理由"), gettext("依据"), gettext("指标"), gettext("数量"), gettext("单位"),
             gettext("城市收付(元)"), gettext("分录编号")]  # fmt: skip
    rows: list[list[object]] = [_balance(gettext("期初"), each.index, each.opening) for each in use.sums]
    words = pooled.sort_words()
    for sort in pooled.SORTS:
        for line, index, amount, first in _cells(use, sort):
            place = [str(line.other), place_key(line.other)] if line.other else ["", ""]
            about = [words[sort], line.on, kind(line), *place, line.project, line.purpose, line.reason, document(line)]
            yuan = line.fen / 100 if first and line.fen else None
            rows.append([*about, index_word(index), amount, indices()[index].unit, yuan, str(line.entry.uuid)])
    rows += [_balance(gettext("期末"), each.index, each.closing) for each in use.sums]
    return Table(f"{use.city} {gettext('统筹指标使用账')}", heads, rows)


def _balance(word: str, index: str, amount: int) -> list[object]:
    return [word, *[""] * 8, index_word(index), amount, indices()[index].unit, None, ""]


POOL: Paper[Use] = Paper(
    find=_find,
    title=lambda use: gettext("市级统筹指标使用账"),
    what=lambda use: f"pool:{use.city.pk}:{use.since}:{use.until}",
    on=lambda use: use.until,
    place=lambda use: use.city,
    head=lambda use: [(gettext("统筹单位"), f"{use.city} {place_key(use.city)}"), (gettext("起止日期"), period(use))],
    said=lambda use: Said("", gettext("期初、划入、使用和其他增减相加等于期末；使用为负数。价款按划入、使用当时的省级调剂价。")),
    parts=lambda use: (
        _sums, _money, _came, lambda each: _used(each, LISTED), lambda each: _used(each, OTHER_USE), _else,
        lambda each: pairs(gettext("依据"), [(gettext("条款"), cited(CLAUSE, "en" if get_language() == "en" else "zh"))]),
    ),
    seals=lambda use: (_("市自然资源主管部门"), _("市财政部门")),
)  # fmt: skip

"""The reconciliation sheet: what holding a statement of the upper system against the book found, as it was recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.reports.outline import Section
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_word, pool_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure
from liangtian_web.people.models import User
from liangtian_web.reconcile.models import Explanation, Import, Match
from liangtian_web.reconcile.presentation import counts
from liangtian_web.reconcile.queries import explanations_of, imports_for


def _find(user: User, ref: str, asked: Asked) -> Import:
    """A statement whose result was recorded."""
    try:
        found = imports_for(user).filter(uuid=UUID(ref), result__isnull=False).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _differing(given: Import) -> list[Match]:
    return [each for each in given.result.matches.all() if not each.is_settled]


def _said(given: Import) -> Said:
    lines = len({each.whole for each in _differing(given)})
    balances = sum(bool(each.difference) for each in given.result.balances.all())
    if not lines and not balances:
        return Said("pass", gettext("对账相符。"))
    return Said(
        "fail", gettext("明细差异 %(lines)s 项，余额不符 %(balances)s 项。") % {"lines": lines, "balances": balances}
    )


def _about(given: Import) -> Section:
    known = timezone.localtime(given.result.known_on)
    rows = [
        (gettext("库"), pool_word(given.pool)), (gettext("起止日期"), f"{given.since} – {given.on}"),
        (gettext("对账单来源"), given.source), (gettext("文件名"), given.name), ("SHA-256", given.digest),
        (gettext("按此刻所知"), f"{known:%Y-%m-%d %H:%M}"), (gettext("经办"), str(given.result.actor)),
        *((word, str(number)) for _kind, word, number in counts(list(given.result.matches.all()))),
    ]  # fmt: skip
    return pairs(gettext("事项"), [*rows, *((gettext("说明"), each) for each in given.result.said)])


def _balances(given: Import) -> Section:
    rows = [
        (f"{each.on}", index_word(each.index), figure(each.stated, each.index), figure(each.held, each.index),
         figure(each.difference, each.index, signed=True))
        for each in given.result.balances.all()
    ]  # fmt: skip
    columns: Any = [(gettext("日终"), "centre"), (gettext("指标"), "text"), (gettext("对账单"), "number"),
                    (gettext("账面"), "number"), (gettext("差额"), "number")]  # fmt: skip
    return table(gettext("余额"), columns, rows)


def _lines(given: Import) -> Section:
    told = explanations_of(given.pk)
    rows = [
        (each.reference, each.word, f"{each.document or each.project} {index_word(each.index)}", _amount(each, each.theirs),
         _amount(each, each.ours), _amount(each, each.filed), _why(told.get(each.whole)))
        for each in _differing(given)
    ]  # fmt: skip
    columns: Any = [(gettext("编号"), "centre"), (gettext("三方结论"), "centre"), (gettext("文号或项目"), "text"),
                    (gettext("对账单"), "number"), (gettext("账面"), "number"), (gettext("项目记录"), "number"),
                    (gettext("说明"), "text")]  # fmt: skip
    return table(gettext("差异"), columns, rows)


def _amount(line: Match, amount: int | None) -> str:
    """What a side says; a dash where it has nothing of it."""
    return "—" if amount is None else figure(amount, line.index)


def _next(given: Import) -> Section | None:
    """What is to be done, by verdict; results of before there was a third side say nothing of it."""
    said = [each.said for each in _differing(given) if each.said]
    if not said:
        return None
    return pairs(gettext("下一步"), [(each.word, each.next) for each in dict.fromkeys(said)])


def _why(told: Explanation | None) -> str:
    return f"{told.get_reason_display()} {told.text} {told.actor}" if told else "—"


SHEET: Paper[Import] = Paper(
    find=_find,
    title=lambda given: gettext("占补平衡台账对账单"),
    what=lambda given: f"statement:{given.uuid}",
    on=lambda given: given.on,
    place=lambda given: given.place,
    head=lambda given: [
        (gettext("责任单元"), f"{given.place} {place_key(given.place)}"),
        (gettext("截至"), f"{given.on:%Y-%m-%d}"),
        (gettext("件号"), str(given.uuid)),
    ],
    said=_said,
    parts=lambda given: (_about, _balances, _lines, _next),
    seals=lambda given: (_("责任单元自然资源主管部门"), _("上级系统管理单位")),
)

"""Papers of earmarked money: a payment, and the account of use of one source."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.reports.outline import Section
from liangtian_web.balance.earmarked import Source, source_for, source_of
from liangtian_web.balance.models import Filing
from liangtian_web.ledger.records import place_key
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, in_book
from liangtian_web.people.models import User
from liangtian_web.transfers.presentation import payer_word, payments_shown


def paid(filing: Filing) -> Section | None:
    """Who was paid out of which earmarked money."""
    payment = getattr(filing, "payment", None)
    if payment is None:
        return None
    rows = [(gettext("收款单位"), payment.payee), (gettext("金额"), figure(payment.fen, "money_fen"))]
    if source := source_of(payment):
        rows.append((gettext("专款来源"), f"{source.word} · {source.document}"))
    if payment.village:
        rows.append((gettext("受益村"), str(payment.village)))
    return pairs(gettext("支出"), rows)


def _find(user: User, ref: str, asked: Asked) -> Source:
    try:
        found = source_for(user, UUID(ref))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _head(source: Source) -> list[tuple[str, str]]:
    return [
        (gettext("责任单元"), f"{source.place} {place_key(source.place)}"), (gettext("来源项目"), source.project),
        (gettext("专款来源"), source.word), (gettext("付款方"), payer_word(source)), (gettext("文号"), source.document),
        (gettext("到账日期"), f"{source.entry.on:%Y-%m-%d}"),
    ]  # fmt: skip


def _said(source: Source) -> Said:
    if not source.stands:
        return Said("fail", gettext("带来这笔专款的分录已冲正，没有可用的专款。"))
    return Said("", gettext("尚余 %(left)s。") % {"left": figure(source.left, "money_fen")})


def _sums(source: Source) -> Section:
    words = (gettext("收到"), gettext("已收回"), gettext("已支出"), gettext("待审核"), gettext("尚余"))
    money = (source.received, source.returned, source.used, source.asked, source.left)
    rows = [(word, figure(fen, "money_fen")) for word, fen in zip(words, money, strict=True)]
    return table(gettext("收支"), [(gettext("项"), "text"), (gettext("金额"), "number")], rows)


def _payments(source: Source) -> Section:
    columns: Any = [
        (gettext("支付日期"), "cite"), (gettext("文号"), "text"), (gettext("资金用途"), "wording"), (gettext("收款单位"), "text"),
        (gettext("金额"), "number"), (gettext("状态"), "text"),
    ]  # fmt: skip
    rows = [
        (f"{each['filing'].on:%Y-%m-%d}", each["filing"].document, each["use"], each["payment"].payee,
         figure(each["payment"].fen, "money_fen"), each["state"][1])
        for each in reversed(payments_shown(source))
    ]  # fmt: skip
    return table(gettext("使用登记"), columns, rows)


ACCOUNT: Paper[Source] = Paper(
    find=_find,
    title=lambda source: gettext("专款收支账"),
    what=lambda source: f"entry:{source.entry.uuid}",
    on=lambda source: source.entry.on,
    place=lambda source: source.place,
    head=_head,
    said=_said,
    parts=lambda source: (_sums, _payments, lambda each: pairs(gettext("到账分录"), in_book(each.entry))),
    seals=lambda source: (_("责任单元自然资源主管部门"), _("财政部门")),
)

"""The paper of a closed period (关账): what every account of the place was closed with, and by whom."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.reports.outline import Section
from liangtian_web.ledger.models import Link, Opening, Period
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_word, pool_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, in_mu, moment, sealed
from liangtian_web.people.models import User
from liangtian_web.people.queries import places_for
from liangtian_web.people.requests import number_in


def _find(user: User, ref: str, asked: Asked) -> Period:
    """A closing by its number; the beginning of a book goes to file with its opening balance."""
    found = Period.objects.filter(place__in=places_for(user), opens=False).select_related("place", "actor", "approver")
    period = found.filter(pk=number).first() if (number := number_in(ref)) is not None else None
    if period is None:
        raise Http404
    return period


def _about(period: Period) -> Section:
    earlier = (
        Period.objects.filter(place=period.place, through__lt=period.through).order_by("-through", "opens").first()
    )
    if earlier is None:
        before = "—"
    else:
        word = gettext("建账，此后才有账") if earlier.opens else gettext("关账")
        before = f"{word} · {earlier.through:%Y-%m-%d}"
    rows = [
        (gettext("关到哪一天"), f"{period.through:%Y-%m-%d}"), (gettext("上一次"), before),
        (gettext("依据"), "；".join(period.evidence)), (gettext("提出人"), str(period.actor)),
        (gettext("审核人"), str(period.approver or "—")),
    ]  # fmt: skip
    return pairs(gettext("事项"), rows)


def _closed(period: Period) -> Section:
    """Accounts in the order of the statement; those that hold nothing are left out."""
    found = Opening.objects.filter(account__place=period.place, through=period.through).exclude(balance=0)
    rows = [
        (pool_word(each.account.pool), index_word(each.account.index), figure(each.balance, each.account.index),
         in_mu(each.balance, each.account.index))
        for each in found.select_related("account").order_by("account__pool", "account__index")
    ]  # fmt: skip
    columns: Any = [(gettext("库"), "text"), (gettext("指标"), "text"), (gettext("关账余额"), "number"),
                    (gettext("折合亩"), "number")]  # fmt: skip
    return table(gettext("关账余额"), columns, rows)


def _in_book(period: Period) -> Section:
    rows = [(gettext("关账编号"), period.key), (gettext("关账时间"), moment(period.recorded_at))]
    return pairs(gettext("台账"), [*rows, sealed(Link.objects.filter(period=period))])


CLOSED: Paper[Period] = Paper(
    find=_find,
    title=lambda period: gettext("台账关账单"),
    what=lambda period: f"period:{period.pk}",
    on=lambda period: period.through,
    place=lambda period: period.place,
    head=lambda period: [
        (gettext("责任单元"), f"{period.place} {place_key(period.place)}"),
        (gettext("截至"), f"{period.through:%Y-%m-%d}"),
    ],
    said=lambda period: Said(
        "pass",
        gettext("业务日期在 %(through)s 及以前的账已关，不再补记，也不冲正到那些日子。") % {"through": period.through},
    ),
    parts=lambda period: (_about, _closed, _in_book),
    seals=lambda period: (_("提出人（台账管理）"), _("审核人（台账管理）"), _("责任单元自然资源主管部门")),
)

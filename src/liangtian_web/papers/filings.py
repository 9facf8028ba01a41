"""The papers of the balance procedures (decision 0022): the same tables for all of them, a line of `FORMS` for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import filings_for
from liangtian_web.papers import commitment, parts, transfer
from liangtian_web.papers.form import Paper, Part
from liangtian_web.people.models import User

OWN, ABOVE = _("责任单元自然资源主管部门"), _("市自然资源主管部门")
UNIT = _("建设单位")


@dataclass(frozen=True, slots=True)
class Form:
    """What the paper of a procedure has of its own: its title, who signs, and tables besides the common ones."""

    title: Any
    seals: tuple[Any, ...]
    also: tuple[Part, ...] = ()


FORMS: Mapping[str, Form] = {
    "acceptance": Form(_("补充耕地项目验收入库审核表"), (OWN, ABOVE)),
    "staged-release": Form(_("补充耕地指标分期释放审核表"), (OWN, ABOVE)),
    "clawback": Form(_("补充耕地指标追回审核表"), (OWN, ABOVE)),
    "pool-use": Form(_("市级统筹指标使用审批表"), (OWN, ABOVE)),
    "hold": Form(_("占补平衡挂钩冻结申请表"), (UNIT, OWN)),
    "approval": Form(_("占补平衡指标核销审核表"), (UNIT, OWN)),
    "release": Form(_("占补平衡指标解冻审核表"), (OWN,)),
    "commitment": Form(_("补充耕地承诺登记表"), (OWN, ABOVE), commitment.PARTS),
    "fulfilment": Form(_("补充耕地承诺兑现审核表"), (OWN,)),
    "arrears-settlement": Form(_("补充耕地欠账清偿审核表"), (OWN,)),
    "commitment-due": Form(_("补充耕地承诺到期核减决定"), (ABOVE,)),
    "transfer-out": Form(_("指标调剂挂牌申请表"), (OWN, ABOVE), (transfer.listed,)),
    "transfer-withdrawal": Form(_("指标调剂撤回挂牌审核表"), (OWN,)),
    "transfer-in": Form(_("指标调剂成交审批表"), (_("调出方"), _("调入方"), ABOVE)),
    "proceeds-use": Form(_("指标调剂收益支出审核表"), (OWN,), (transfer.paid,)),
    "quota-grant": Form(_("计划指标下达登记表"), (ABOVE, OWN)),
    "quota-advance": Form(_("计划指标预拨登记表"), (ABOVE, OWN)),
    "quota-use": Form(_("计划指标核销审核表"), (OWN,)),
    "quota-return": Form(_("计划指标归还审核表"), (OWN, ABOVE)),
    "quota-reclaimed": Form(_("周转指标复垦归还审核表"), (OWN, ABOVE)),
}


def _find(user: User, ref: str, on: date) -> Filing:
    try:
        found = filings_for(user).filter(uuid=UUID(ref)).select_related("run", "decision__entry__reversed_by").first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def form_of(event: str) -> Form:
    """The form of a procedure; one that has none of its own goes to file under its own name."""
    return FORMS[event] if event in FORMS else Form(parts.procedure_word(event), (OWN, ABOVE))


def _parts(filing: Filing) -> Sequence[Part]:
    also = form_of(filing.event).also
    return (parts.particulars, parts.handed_in, *also, parts.booked, parts.clauses, parts.decided)


FILING: Paper[Filing] = Paper(
    find=_find,
    title=lambda filing: str(form_of(filing.event).title),
    what=lambda filing: f"filing:{filing.uuid}",
    on=lambda filing: filing.on,
    place=lambda filing: filing.place,
    head=parts.heading,
    said=parts.said_of,
    parts=_parts,
    seals=lambda filing: form_of(filing.event).seals,
)

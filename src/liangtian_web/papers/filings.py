"""The papers of the balance procedures (decision 0022): the same tables for all of them, a line of `FORMS` for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import state_of
from liangtian_web.balance.queries import filings_for
from liangtian_web.papers import commitment, earmarked, parts, transfer
from liangtian_web.papers.form import Asked, Paper, Part
from liangtian_web.people.models import User
from liangtian_web.trail.export import Table

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
    "clawback-debt": Form(_("追回指标补缺审核表"), (OWN, ABOVE)),
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
    "proceeds-use": Form(_("专款支出审核表"), (OWN,), (earmarked.paid,)),
    "quota-grant": Form(_("计划指标下达登记表"), (ABOVE, OWN)),
    "quota-advance": Form(_("计划指标预拨登记表"), (ABOVE, OWN)),
    "quota-use": Form(_("计划指标核销审核表"), (OWN,)),
    "quota-return": Form(_("计划指标归还审核表"), (OWN, ABOVE)),
    "quota-reclaimed": Form(_("周转指标复垦归还审核表"), (OWN, ABOVE)),
    "promised-approval": Form(_("承诺项目用地批准登记表"), (OWN,)),
    "city-pooling": Form(_("指标划入市级统筹审核表"), (OWN, ABOVE)),
    "provincial-pooling": Form(_("指标划入省级统筹审核表"), (OWN, ABOVE)),
    "national-pooling": Form(_("指标用于国家统筹审核表"), (OWN, ABOVE)),
    "upper-pool-use": Form(_("上级统筹指标划入登记表"), (ABOVE, OWN)),
    "borrow": Form(_("补充耕地指标借用协议"), (_("借出方"), _("借入方"), ABOVE)),
    "borrow-return": Form(_("补充耕地指标归还审核表"), (_("借入方"), _("借出方"))),
    "freeze": Form(_("补充耕地指标冻结决定"), (ABOVE,)),
    "thaw": Form(_("补充耕地指标解除冻结决定"), (ABOVE,)),
    "unlinking": Form(_("占补平衡解除挂钩审核表"), (OWN, ABOVE)),
    "void": Form(_("补充耕地指标作废决定"), (ABOVE,)),
}


def _find(user: User, ref: str, asked: Asked) -> Filing:
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


def filing_table(rows: QuerySet[Filing]) -> Table:
    """Filings with how they stand and the title of their paper."""
    heads = [gettext("状态"), gettext("业务日期"), gettext("事项"), gettext("归档用表"), gettext("项目"), gettext("责任单元"),
             gettext("文号"), gettext("提出人"), gettext("审核人"), gettext("分录编号"), gettext("件号")]  # fmt: skip
    return Table(gettext("占补平衡事项"), heads, (_row(each) for each in rows))


def _row(filing: Filing) -> list[object]:
    decision = getattr(filing, "decision", None)
    entry = decision.entry if decision else None
    return [
        state_of(filing)[1], filing.on, parts.procedure_word(filing.event), str(form_of(filing.event).title), filing.project,
        str(filing.place), filing.document, str(filing.filer), str(decision.actor) if decision else "",
        str(entry.uuid) if entry else "", str(filing.uuid),
    ]  # fmt: skip

"""The paper of a row of a register: what a document says of a place, who entered and confirmed it, what it took the place of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.messages import Language
from liangtian.reports.outline import Section
from liangtian_web.ledger.records import place_key
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import moment
from liangtian_web.people.models import User
from liangtian_web.registers import presentation
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import history, rows_for
from liangtian_web.rulebook.naming import cited


def _find(user: User, ref: str, asked: Asked) -> Row:
    try:
        found = rows_for(user).filter(uuid=UUID(ref)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _order(row: Row) -> tuple[Any, int]:
    """A row of a later day takes the place of an earlier one; of one day, the one entered later."""
    return row.since, row.pk


def _confirmed(row: Row) -> bool:
    decision = getattr(row, "decision", None)
    return decision is not None and decision.confirmed


def _said(row: Row) -> Said:
    decision = getattr(row, "decision", None)
    if decision is None:
        return Said("unknown", gettext("尚未确认。"))
    if not decision.confirmed:
        return Said("fail", gettext("已退回：%(reason)s") % {"reason": decision.reason or "—"})
    later = [each for each in history(row) if _confirmed(each) and _order(each) > _order(row)]
    if later:
        by = min(later, key=_order)
        words = {"document": by.document, "since": f"{by.since:%Y-%m-%d}"}
        return Said("", gettext("已确认，自 %(since)s 起由“%(document)s”取代。") % words)
    return Said("pass", gettext("已确认，自 %(since)s 起有效。") % {"since": f"{row.since:%Y-%m-%d}"})


def _about(row: Row) -> Section:
    language: Language = "en" if get_language() == "en" else "zh"
    rows = [
        (gettext("登记簿"), str(row.kind.label)), *((str(word), text) for word, text in presentation.pairs(row, "m2")),
        (gettext("状态"), str(row.get_state_display())), (gettext("依据文件"), row.document),
        (gettext("生效日期"), f"{row.since:%Y-%m-%d}"), (gettext("条款"), cited(row.kind.rule, language)),
    ]  # fmt: skip
    return pairs(gettext("登记内容"), rows)


def _by(row: Row) -> Section:
    rows = [(gettext("登记人"), f"{row.user} · {moment(row.recorded_at)}")]
    if decision := getattr(row, "decision", None):
        rows.append((gettext("确认人"), f"{decision.user} · {moment(decision.decided_at)}"))
        if decision.reason:
            rows.append((gettext("理由"), decision.reason))
    return pairs(gettext("登记与确认"), rows)


def _others(row: Row) -> Section | None:
    """The other rows of the same place and key, the latest first: what it took the place of, and what took its place."""
    columns: Any = [(gettext("生效日期"), "centre"), (gettext("依据文件"), "text"), (gettext("内容"), "wording"),
                    (gettext("状态"), "text"), (gettext("先后"), "text"), (gettext("登记人"), "text")]  # fmt: skip
    rows = [
        (f"{each.since:%Y-%m-%d}", each.document, _content(each), presentation.state_of(each)[1], _relation(each, row), str(each.user))
        for each in history(row) if each.pk != row.pk
    ]  # fmt: skip
    return table(gettext("同一事项的其他登记"), columns, rows) if rows else None


def _content(row: Row) -> str:
    return "；".join(f"{word} {text}" for word, text in presentation.pairs(row, "m2")) or str(row.get_state_display())


def _relation(other: Row, row: Row) -> str:
    if not (_confirmed(other) and _confirmed(row)):
        return "—"
    return gettext("后来取代本行") if _order(other) > _order(row) else gettext("为本行所取代")


ROW: Paper[Row] = Paper(
    find=_find,
    title=lambda row: gettext("%(register)s登记表") % {"register": row.kind.label},
    what=lambda row: f"row:{row.uuid}",
    on=lambda row: row.since,
    place=lambda row: row.place,
    head=lambda row: [
        (gettext("责任单元"), f"{row.place} {place_key(row.place)}"),
        (gettext("事项"), row.title),
        (gettext("生效日期"), f"{row.since:%Y-%m-%d}"),
        (gettext("件号"), str(row.uuid)),
    ],
    said=_said,
    parts=lambda row: (_about, _by, _others),
    seals=lambda row: (_("责任单元自然资源主管部门"), _("上一级自然资源主管部门")),
)

"""What the paper of a commitment has of its own: its amounts as they stand, its steps, and what became of it.

It speaks of the last day something was booked for it, so that it changes with the record and not with the calendar.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext

from liangtian.reports.outline import Section
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import steps_of
from liangtian_web.balance.promises import standing
from liangtian_web.balance.queries import stands
from liangtian_web.commitments import presentation
from liangtian_web.ledger.templatetags.book import index_word, pool_word
from liangtian_web.papers.form import table
from liangtian_web.papers.parts import figure


def _until(promise: Filing) -> date:
    """The last business day of what was filed of it."""
    days = promise.later.filter(decision__entry__isnull=False).values_list("on", flat=True)
    return max([promise.on, *days])


def amounts(promise: Filing) -> Section:
    """Index by index: promised, supplied, deducted, outstanding, in arrears."""
    until = _until(promise)
    known = standing(promise, until) if stands(promise) else presentation.asked(promise)
    names = (known.promised, known.fulfilled, known.deducted, known.outstanding, known.arrears)
    words = (gettext("已承诺"), gettext("已兑现"), gettext("已核减"), gettext("未兑现"), gettext("欠账"))
    rows = [
        (index_word(index), *(figure(each[index], index) for each in names)) for index in presentation.columns(promise)
    ]
    title = gettext("承诺数量，截至 %(until)s") % {"until": until}
    return table(title, [(gettext("指标"), "text"), *((each, "number") for each in words)], rows)


def steps(promise: Filing) -> Section | None:
    """The steps promised, and the days they were taken."""
    found = steps_of(promise)
    if not found:
        return None
    columns: Any = [(gettext("步骤"), "text"), (gettext("期限"), "centre"), (gettext("完成日期"), "centre")]
    rows = [(each.word, f"{each.due_on}", f"{each.done_on or '—'}") for each in found]
    return table(gettext("步骤与期限"), columns, rows)


def history(promise: Filing) -> Section:
    """What was supplied and deducted."""
    rows = []
    for each in presentation.followed(promise):
        said = "；".join(f"{pool_word(pool)} {index_word(index)} {figure(amount, index)}" for pool, index, amount in each.amounts)  # fmt: skip
        decision = getattr(each.filing, "decision", None)
        event = presentation.event_words(each.filing)
        rows.append((f"{each.filing.on}", event, each.filing.document, each.word, said, f"{decision.actor if decision else '—'}"))  # fmt: skip
    columns: Any = [
        (gettext("业务日期"), "centre"), (gettext("事项"), "text"), (gettext("文号"), "text"), (gettext("状态"), "text"),
        (gettext("指标"), "wording"), (gettext("审核人"), "text"),
    ]  # fmt: skip
    return table(gettext("兑现与核减"), columns, rows)


PARTS = (amounts, steps, history)

"""承诺登记表: a commitment as a document for the file, with what became of it until a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext

from liangtian.messages import Language
from liangtian.reports import word
from liangtian.reports.outline import Column, Outline, Section, cleaned
from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import stated
from liangtian_web.commitments import presentation
from liangtian_web.ledger.templatetags.book import index_unit, index_word, pool_word

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def registration(promise: Filing, on: date, lang: Language) -> bytes:
    """The form as the bytes of a .docx.

    Parameters
    ----------
    on : the day it speaks of; what was booked for later days is left out
    """
    found = presentation.page(promise, on, lang)
    about = (
        (gettext("项目"), promise.project),
        (gettext("责任单元"), str(promise.place)),
        (gettext("承诺文号"), promise.document),
        (gettext("业务日期"), f"{promise.on:%Y-%m-%d}"),
        (gettext("截至"), f"{on:%Y-%m-%d}"),
    )
    tag, said = (found["line"].tag, found["line"].word) if found["booked"] else (found["tag"], found["word"])
    sections = (_particulars(promise), _amounts(found), _steps(found), _history(found))
    form = Outline(
        lang=lang, on=f"{on:%Y-%m-%d}", title=gettext("补充耕地承诺登记表"), outcome=tag,
        verdict=f"{found['kind']}：{said}", about=about, sections=tuple(each for each in sections if each),
    )  # fmt: skip
    return word.render(cleaned(form))


def _section(title: str, columns: list[Column], rows: list[tuple[Any, ...]]) -> Section:
    return Section(title, title, tuple(columns), tuple(rows), gettext("没有。"))


def _figure(amount: int, index: str) -> str:
    """An amount in the whole unit of the book."""
    return f"{amount:,} {index_unit(index, 'm2')}"


def _particulars(promise: Filing) -> Section:
    decision = getattr(promise, "decision", None)
    rows = [*stated(promise), (gettext("提出人"), f"{promise.filer}")]
    if decision:
        rows.append((gettext("审核人"), f"{decision.actor}"))
    if promise.run:
        rows.append((gettext("检查"), f"{promise.run.name} · {promise.run.on:%Y-%m-%d}"))
    return _section(gettext("承诺事项"), [Column(gettext("项")), Column(gettext("内容"), "wording")], rows)


def _amounts(found: dict[str, Any]) -> Section:
    names = ("promised", "fulfilled", "deducted", "outstanding", "arrears")
    words = (gettext("已承诺"), gettext("已兑现"), gettext("已核减"), gettext("未兑现"), gettext("欠账"))
    columns = [Column(gettext("指标")), *(Column(each, "number") for each in words)]
    rows = [
        (index_word(row["index"]), *(_figure(row[name].amount, row["index"]) for name in names))
        for row in found["rows"]
    ]
    return _section(gettext("承诺数量"), columns, rows)


def _steps(found: dict[str, Any]) -> Section | None:
    if not found["steps"]:
        return None
    columns = [Column(gettext("步骤")), Column(gettext("期限"), "centre"), Column(gettext("完成日期"), "centre")]
    rows = [(each.word, f"{each.due_on}", f"{each.done_on or '—'}") for each in found["steps"]]
    return _section(gettext("步骤与期限"), columns, rows)


def _history(found: dict[str, Any]) -> Section:
    columns = [
        Column(gettext("业务日期"), "centre"), Column(gettext("事项")), Column(gettext("文号")), Column(gettext("状态")),
        Column(gettext("指标"), "wording"), Column(gettext("审核人")),
    ]  # fmt: skip
    rows = []
    for each in found["history"]:
        said = "；".join(f"{pool_word(pool)} {index_word(index)} {_figure(amount, index)}" for pool, index, amount in each.amounts)  # fmt: skip
        decision = getattr(each.filing, "decision", None)
        event = presentation.event_words(each.filing)
        rows.append((f"{each.filing.on}", event, each.filing.document, each.word, said, f"{decision.actor if decision else '—'}"))  # fmt: skip
    return _section(gettext("兑现与核减"), columns, rows)

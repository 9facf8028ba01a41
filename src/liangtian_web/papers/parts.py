"""Tables that papers have in common: amounts in the whole units of the book with their areas in 亩, clauses, entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from liangtian.ledger.indices import indices
from liangtian.reports.outline import Section
from liangtian.units import display_area
from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import findings_shown, postings_shown, registered, stated
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.ledger.models import Entry, Link
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_unit, index_word, pool_word
from liangtian_web.papers.form import Said, pairs, table


def figure(amount: int, index: str, *, signed: bool = False) -> str:
    """An amount in the whole unit of the book; money in yuan."""
    is_money = indices()[index].unit == "fen"
    shown = f"{Decimal(amount) / 100:,.2f}" if is_money else f"{amount:,}"
    return f"{'+' if signed and amount > 0 else ''}{shown} {index_unit(index, 'm2')}"


def in_mu(amount: int, index: str) -> str:
    """An area in 亩 beside it; nothing where it is no area."""
    return f"{display_area(Fraction(amount), 'mu')} {gettext('亩')}" if indices()[index].unit == "m2" else "—"


def heading(filing: Filing) -> list[tuple[str, str]]:
    """What stands under the title of the paper of a filing."""
    return [
        (gettext("责任单元"), f"{filing.place} {place_key(filing.place)}"),
        (gettext("项目"), filing.project),
        (gettext("文号"), filing.document),
        (gettext("业务日期"), f"{filing.on:%Y-%m-%d}"),
        (gettext("件号"), str(filing.uuid)),
    ]


def said_of(filing: Filing) -> Said:
    """How a filing stands by its decision."""
    decision = getattr(filing, "decision", None)
    if decision is None:
        return Said("unknown", gettext("尚未审核。"))
    if decision.entry is None:
        return Said("fail", gettext("已退回：%(reason)s") % {"reason": decision.reason or "—"})
    undone = getattr(decision.entry, "reversed_by", None)
    if undone is not None:
        return Said("fail", gettext("已审核入账，后由分录 %(key)s 冲正。") % {"key": undone.key})
    return Said("pass", gettext("已审核入账，分录编号 %(number)s。") % {"number": decision.entry.uuid})


def particulars(filing: Filing) -> Section:
    """What was handed in besides amounts, and by whom."""
    rows = list(stated(filing))
    if filing.area_m2 is not None:
        area = f"{display_area(Fraction(filing.area_m2), 'm2')} m² · {display_area(Fraction(filing.area_m2), 'mu')} {gettext('亩')}"
        rows += [(gettext("地块面积"), f"{area} · {filing.crs}"), (gettext("范围来源"), filing.source)]
    if filing.run:
        rows.append((gettext("检查"), f"{filing.run.name} · {filing.run.on:%Y-%m-%d} · {filing.run.uuid}"))
    if filing.begun:
        word = str(PROCEDURES[filing.begun.event].word)
        rows.append((gettext("前一事项"), f"{word} · {filing.begun.document} · {filing.begun.uuid}"))
    if filing.lots:
        rows.append((gettext("指定指标块"), "、".join(filing.lots)))
    if filing.expires:
        rows.append((gettext("到期日"), f"{filing.expires:%Y-%m-%d}"))
    rows.append((gettext("提出人"), f"{filing.filer} · {moment(filing.filed_at)}"))
    return pairs(gettext("事项"), rows)


def handed_in(filing: Filing) -> Section | None:
    """Amounts that were handed in, index by index."""
    found = registered(filing)
    if not found:
        return None
    words: Any = [(word, "number") for word in found[0]["words"]]
    rows = [
        (index_word(row["index"]), *(_both(each, row["index"]) for each in row["amounts"])) for row in found[0]["rows"]
    ]
    return table(gettext("登记数量"), [(gettext("指标"), "text"), *words], rows)


def _both(amount: int, index: str) -> str:
    mu = in_mu(amount, index)
    return figure(amount, index) if mu == "—" else f"{figure(amount, index)}（{mu}）"


def booked(filing: Filing) -> Section | None:
    """What was booked where, each amount with the clause that says so."""
    decision = getattr(filing, "decision", None)
    if decision is None or decision.entry is None:
        return None
    shown = postings_shown(decision.postings, PROCEDURES[filing.event].parties(filing))
    return postings(gettext("已记分录"), shown)


def postings(title: str, shown: Iterable[Mapping[str, Any]]) -> Section:
    """Postings as a table."""
    rows = [
        (row["place"] + (f" {pool_word(row['pool'])}" if row["pool"] != "outside" else ""), index_word(row["index"]),
         figure(row["amount"], row["index"], signed=True), in_mu(row["amount"], row["index"]), row["cites"])
        for row in shown
    ]  # fmt: skip
    columns: Any = [(gettext("账户"), "text"), (gettext("指标"), "text"), (gettext("发生额"), "number"),
               (gettext("折合亩"), "number"), (gettext("依据"), "cite")]  # fmt: skip
    return table(title, columns, rows)


def clauses(filing: Filing) -> Section | None:
    """What the clauses it turns on answered when it was decided."""
    decision = getattr(filing, "decision", None)
    if decision is None or not decision.rules_digest:
        return None
    own = findings_shown(decision.findings, get_language() or "", PROCEDURES[filing.event].gates)["own"]
    return clause_table(own)


def clause_table(own: Iterable[Mapping[str, Any]]) -> Section:
    """Findings as a table."""
    rows = [("、".join(one["cites"] for one in each["cited"]), each["word"], each["message"]) for each in own]
    columns: Any = [(gettext("条款"), "cite"), (gettext("结论"), "centre"), (gettext("说明"), "wording")]
    return table(gettext("本事项须满足的条款"), columns, rows)


def decided(filing: Filing) -> Section | None:
    """Who decided it, by which rules, and where it stands in the book."""
    decision = getattr(filing, "decision", None)
    if decision is None:
        return None
    rows = [(gettext("审核人"), f"{decision.actor} · {moment(decision.decided_at)}")]
    if decision.grounds:
        rows.append((gettext("突破原则性要求的理由"), str(decision.get_grounds_display())))
    if decision.rules_digest:
        rows.append((gettext("规则版本"), decision.rules_digest))
    return pairs(gettext("审核与台账"), [*rows, *(in_book(decision.entry) if decision.entry else ())])


def in_book(entry: Entry) -> list[tuple[str, str]]:
    """The number of an entry, and its seal in the chain of the book."""
    rows = [
        (gettext("分录编号"), str(entry.uuid)),
        (gettext("记账时间"), moment(entry.recorded_at)),
    ]
    return [*rows, sealed(Link.objects.filter(entry=entry))]


def sealed(links: QuerySet[Link]) -> tuple[str, str]:
    """Where a record stands in the chain of the book."""
    link = links.first()
    return gettext("封存码"), gettext("尚未封存") if link is None else f"{link.position} · {link.digest}"


def moment(when: Any) -> str:
    """When something was done, to the minute."""
    return f"{timezone.localtime(when):%Y-%m-%d %H:%M}"


def procedure_word(event: str) -> str:
    """What a procedure is called."""
    return str(PROCEDURES[event].word)

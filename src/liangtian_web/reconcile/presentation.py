"""What was found as its page and its report show it: counts by verdict, three columns, and the way to settle each difference."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import openpyxl
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from openpyxl.styles import Font, PatternFill

from liangtian.ledger.indices import indices
from liangtian.policy.amounts import amounts
from liangtian_web.balance.procedures.acceptance import ACCEPTANCE
from liangtian_web.ledger.models import Entry, Leg, Proposal
from liangtian_web.ledger.records import OUTSIDE, place_key
from liangtian_web.ledger.templatetags.book import index_word, pool_word
from liangtian_web.people.models import User
from liangtian_web.reconcile.models import Explanation, Import, Match, Stated
from liangtian_web.reconcile.queries import (
    Ties,
    corrections_of,
    explanations_of,
    filings_seen,
    is_decided_since,
    ties_of,
)
from liangtian_web.reconcile.verdicts import verdicts
from liangtian_web.trail.export import Table, safe_cell

HEAD = PatternFill("solid", fgColor="E5F1EA")
SHOWN = 300
TAGS = {"matched": "pass", "date": "unknown", "duplicate": "fail", "amount": "fail", "theirs": "fail", "ours": "fail"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with its tag, how it is settled, what of ours bears its names, and whether its filing may be opened."""

    line: Match
    tag: str
    state: tuple[str, str]
    correction: Proposal | None
    why: Explanation | None
    ties: Ties | None
    propose: str
    opens: bool

    @property
    def accepted(self) -> int | None:
        """What was accepted before the pools took their shares, where the filing is an acceptance the user may open."""
        filing = self.line.filing
        if not self.opens or filing is None or filing.event != ACCEPTANCE.event:
            return None
        return amounts(filing.facts.get("accepted_amounts") or (), (self.line.index,))[self.line.index]

    @property
    def corrects(self) -> bool:
        """Whether a correction of the book is what is to be done."""
        return self.line.said is None or self.line.said.correct

    @property
    def reverses(self) -> bool:
        """Whether an entry may have to be taken back."""
        said = self.line.said
        return self.line.entry_id is not None and not self.propose and (said is None or said.reverse)


def counts(matches: Sequence[Match]) -> list[tuple[str, str, int]]:
    """Verdict, its word, and how many groups, in the order of the vocabulary; of older results, lines by kind."""
    found = Counter(name for name, _ in {(each.verdict or each.kind, each.whole) for each in matches})
    words = [(name, each.word) for name, each in verdicts().items()]
    words += [(kind.value, str(kind.label)) for kind in Match.Kind]
    return [(name, word, found[name]) for name, word in words if found[name]]


def shown_of(matches: Sequence[Match], asked: str) -> list[Match]:
    """The rows of a verdict; without one, all that leave something to do."""
    return [each for each in matches if (each.verdict or each.kind) == asked or (not asked and not each.is_settled)]


def show(user: User, given: Import, matches: Sequence[Match], *, kept: bool) -> list[Shown]:
    """The first of some rows, with the way to settle each."""
    rows = matches[:SHOWN]
    told = Told.of(user, given, rows) if kept else Told({}, {}, filings_seen(user, rows))
    lots = _single_lots(rows)
    return [_shown(user, given, each, told, lots.get((each.entry_id or 0, each.index), ""), kept=kept) for each in rows]


def _shown(user: User, given: Import, line: Match, told: Told, lot: str, *, kept: bool) -> Shown:
    ties = ties_of(user, line) if kept and line.kind == Match.Kind.THEIRS and not line.filing_id else None
    proposes = kept and line.kind in ("theirs", "amount") and line.filed_state in ("", Match.State.BOOKED)
    return Shown(
        line, line.said.tag if line.said else TAGS[line.kind], told.state(line), told.corrections.get(line.whole),
        told.explanations.get(line.whole), ties, _proposal(given, line, lot) if proposes else "", line.filing_id in told.seen,
    )  # fmt: skip


def sums(rows: Iterable[Match]) -> dict[str, int | None]:
    """What each side says of a group; None: it has nothing of it."""
    found: dict[str, int | None] = dict.fromkeys(("theirs", "ours", "filed"))
    for each in rows:
        for name in found:
            amount = getattr(each, name)
            if amount is not None:
                found[name] = (found[name] or 0) + amount
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the differences of a result, group by group, and which filings the user may open."""

    corrections: Mapping[int, Proposal]
    explanations: Mapping[int, Explanation]
    seen: set[int]

    @classmethod
    def of(cls, user: User, given: Import, rows: Sequence[Match]) -> Told:
        """Of what was recorded."""
        return cls(corrections_of(user, given.pk), explanations_of(given.pk), filings_seen(user, rows))

    def state(self, line: Match) -> tuple[str, str]:
        """How a difference stands: the colour of its tag, and the word."""
        if line.is_settled:
            return "none", gettext("按%(by)s对上") % {"by": line.get_by_display()} if line.by else "—"
        if line.whole in self.explanations:
            return "pass", gettext("已说明")
        correction = self.corrections.get(line.whole)
        if correction is None:
            return _undecided(line)
        decision = getattr(correction, "decision", None)
        if decision is None:
            return "unknown", gettext("更正待审核")
        return ("pass", gettext("已更正")) if decision.entry_id else ("fail", gettext("更正被退回"))


def _undecided(line: Match) -> tuple[str, str]:
    """A difference nobody spoke of: settled where what waited was decided since."""
    if line.filing is None or not is_decided_since(line):
        return "fail", gettext("未处理")
    return "pass", gettext("已入账") if line.filing.decision.entry_id else gettext("已退回")


def _single_lots(rows: Sequence[Match]) -> dict[tuple[int, str], str]:
    """Entry and index → the lot, where there is one only."""
    legs = Leg.objects.filter(entry__in={each.entry_id for each in rows if each.entry_id}, lot__isnull=False)
    found: dict[tuple[int, str], set[str]] = {}
    for entry, index, serial in legs.values_list("entry", "account__index", "lot__serial"):
        found.setdefault((entry, index), set()).add(serial)
    return {key: next(iter(serials)) for key, serials in found.items() if len(serials) == 1}


def _proposal(given: Import, line: Match, lot: str) -> str:
    """The form of an adjustment by the difference, filled in as far as the statement tells."""
    here = {"place": place_key(given.place), "pool": given.pool}
    outside = {"place": OUTSIDE, "pool": OUTSIDE}
    source, target = (outside, here) if line.difference > 0 else (here, outside)
    filled = {
        "place": given.place_id, "on": (line.their_on or given.on).isoformat(), "kind": "adjustment",
        "evidence": f"{line.reference}：{line.document or line.project or given.source}"[:200],
        "line0-index": line.index, "line0-amount": abs(line.difference), "line0-lot": lot,
        "line0-from_place": source["place"], "line0-from_pool": source["pool"],
        "line0-to_place": target["place"], "line0-to_pool": target["pool"], "line0-document": line.document,
    }  # fmt: skip
    return f"{reverse('ledger:propose')}?{urlencode(filled)}"


def list_table(rows: Iterable[Import]) -> Table:
    """Statements held against the book."""
    heads = [gettext("对账单来源"), gettext("责任单元"), gettext("库"), gettext("自"), gettext("至"), gettext("状态"),
             gettext("文件名"), "SHA-256", gettext("经办"), gettext("导入时间")]  # fmt: skip
    found = [
        [each.source, str(each.place), pool_word(each.pool), each.since, each.on,
         gettext("已记下") if hasattr(each, "result") else gettext("试对"), each.name, each.digest, str(each.actor),
         f"{timezone.localtime(each.recorded_at):%Y-%m-%d %H:%M}"]
        for each in rows
    ]  # fmt: skip
    return Table(gettext("对账"), heads, found)


def report(user: User, given: Import) -> bytes:
    """A workbook: what was compared, the balances, the differences with how they were settled, and what agrees."""
    book = openpyxl.Workbook()
    matches = list(given.result.matches.select_related("entry", "filing__decision"))
    _about(book.active, given, matches)
    _table(book.create_sheet(gettext("余额")), *_balances(list(given.result.balances.all())))
    told = Told.of(user, given, matches)
    for name, is_settled in ((gettext("差异"), False), (gettext("相符"), True)):
        rows = [each for each in matches if each.is_settled == is_settled]
        _table(book.create_sheet(name), *_lines(rows, told))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _about(sheet: Any, given: Import, matches: Sequence[Match]) -> None:
    sheet.title = gettext("对账结果")
    known = timezone.localtime(given.result.known_on)
    said = [
        (gettext("责任单元"), str(given.place)), (gettext("库"), pool_word(given.pool)),
        (gettext("自"), given.since), (gettext("至"), given.on), (gettext("对账单来源"), given.source),
        (gettext("文件名"), given.name), ("SHA-256", given.digest),
        (gettext("按此刻所知"), known.replace(tzinfo=None, microsecond=0)), (gettext("经办"), str(given.result.actor)),
        *((word, number) for _, word, number in counts(matches)), *((gettext("提示"), each) for each in given.result.said),
    ]  # fmt: skip
    for name, value in said:
        sheet.append([name, safe_cell(value) if isinstance(value, str) else value])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 60


def _balances(rows: Sequence[Stated]) -> tuple[list[str], list[list[Any]]]:
    heads = [gettext("指标"), gettext("单位"), gettext("日终"), gettext("对账单"), gettext("账面"), gettext("差额")]
    return heads, [
        [index_word(e.index), indices()[e.index].unit, e.on, e.stated, e.held, e.difference] for e in rows
    ]  # fmt: skip


def _lines(rows: Sequence[Match], told: Told) -> tuple[list[str], list[list[Any]]]:
    heads = [gettext("三方结论"), gettext("编号"), gettext("组号"), gettext("指标"), gettext("单位"), gettext("对账单行号"),
             gettext("对账单日期"), gettext("对账单类型"), gettext("文号"), gettext("项目"), gettext("对账单"),
             gettext("账面日期"), gettext("账面"), gettext("项目记录日期"), gettext("项目记录"), gettext("项目记录状态"),
             gettext("范围量算面积（m²）"), gettext("差额（对账单减账面）"), gettext("分录"), gettext("事项编号"),
             gettext("下一步"), gettext("处理"), gettext("说明"), gettext("经办")]  # fmt: skip
    return heads, [_cells(each, told) for each in rows]


def _cells(line: Match, told: Told) -> list[Any]:
    entry: Entry | None = line.entry
    opens, why = line.filing_id in told.seen, told.explanations.get(line.whole)
    return [
        line.word, line.reference, line.group, index_word(line.index), indices()[line.index].unit, line.row, line.their_on,
        line.their_kind, line.document, line.project, line.theirs, line.our_on, line.ours, line.filed_on, line.filed,
        line.get_filed_state_display(), line.ground_m2, line.difference, entry.key if entry else "",
        str(line.filing.uuid) if line.filing and opens else "", line.said.next if line.said else "",
        told.state(line)[1], f"{why.get_reason_display()} {why.text}" if why else "", str(why.actor) if why else "",
    ]  # fmt: skip


def _table(sheet: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    sheet.append(list(heads))
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
        sheet.column_dimensions[cell.column_letter].width = 16
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])

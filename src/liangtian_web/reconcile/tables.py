"""Where things stand in the sheet of a statement: a heading of one to four rows, merged or not, found by its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.translation import gettext
from openpyxl.utils.cell import range_boundaries

from liangtian_web.ledger.proposing import Problem, Problems
from liangtian_web.ledger.workbooks import CELLS_MAX, LINES_MAX
from liangtian_web.reconcile import words

HEAD_ROWS, HEAD_HEIGHT = 15, 4
Span: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of amounts: of which index (None: the row says it), which way, in which unit (None: the row says it)."""

    at: int
    index: str | None
    direction: str | None
    unit: words.Unit | None


@dataclass(slots=True)
class Table:
    """Where things stand in the sheet."""

    first: int  # row the movements begin in
    texts: dict[str, int] = field(default_factory=dict)
    amounts: list[Amounts] = field(default_factory=list)
    above: dict[str, words.Unit] = field(default_factory=dict)

    @property
    def score(self) -> int:
        said = sum((each.unit is not None) + (each.direction is not None) for each in self.amounts)
        return len(self.texts) + 2 * len(self.amounts) + said


def spans_of(merged: Sequence[str]) -> list[Span]:
    """Left, top, right and bottom of merged ranges, from 1, cut to what is read.

    Raises
    ------
    Problems : no ranges of cells, or ranges that overlap beyond all measure
    """
    try:
        bounds = [range_boundaries(each) for each in merged]
        spans = [(left, top, min(right, CELLS_MAX), min(bottom, LINES_MAX)) for left, top, right, bottom in bounds]
    except (ValueError, TypeError):
        spans = []
    area = sum(max(right - left + 1, 0) * max(bottom - top + 1, 0) for left, top, right, bottom in spans)
    if len(spans) != len(merged) or area > CELLS_MAX * LINES_MAX:
        raise Problems([Problem(0, "", gettext("合并单元格无法识别。请取消合并后重试。"))])
    return spans


def filled(rows: list[list[Any]], spans: Sequence[Span], until: int, only: set[int] | None = None) -> list[list[Any]]:
    """Rows in which every cell of a merged range says what its first one does; in the columns of `only`, or all."""
    found = [list(row) for row in rows]
    for left, top, right, bottom in spans:
        if top > until or top > len(found) or left > len(found[top - 1]):
            continue
        value = found[top - 1][left - 1]
        for row in found[top - 1 : min(bottom, until)]:
            for at in range(left - 1, min(right, len(row))):
                if only is None or at in only:
                    row[at] = value
    return found


def find_table(rows: Sequence[Sequence[Any]]) -> Table | None:
    """The heading that names most, of one to four rows among the first; None: no date or no amount is named."""
    above: dict[str, words.Unit] = {}
    for row in rows[:HEAD_ROWS]:
        for cell in row:
            above |= words.units_above(words.plain(cell))
    best: Table | None = None
    for top in range(min(HEAD_ROWS, len(rows))):
        for height in range(1, HEAD_HEIGHT + 1):
            found = _headed(rows[top : top + height], top + height, above)
            if found and (best is None or found.score > best.score):
                best = found
    return best


def _headed(rows: Sequence[Sequence[Any]], first: int, above: dict[str, words.Unit]) -> Table | None:
    table = Table(first, above=above)
    for at in range(max((len(row) for row in rows), default=0)):
        texts = list(dict.fromkeys(words.plain(row[at]) for row in rows if at < len(row) and row[at] is not None))
        column = next((name for text in texts if (name := words.column_of(text))), None)
        index = next((name for text in texts if (name := words.index_of(text))), None)
        direction = next((name for text in texts if (name := words.direction_of(text))), None)
        unit = next((each for text in reversed(texts) if (each := words.unit_of(text))), None)
        if index or column == "amount" or (direction and column is None):
            table.amounts.append(Amounts(at, index, direction, unit))
        elif column:
            table.texts.setdefault(column, at)
    if any(each.index is None for each in table.amounts) and "index" not in table.texts:
        table.amounts = [each for each in table.amounts if each.index]
    return table if table.amounts and "on" in table.texts else None


def merged_amounts(spans: Sequence[Span], table: Table) -> Iterator[Problem]:
    """One amount for several rows says nothing of each."""
    columns = {each.at + 1 for each in table.amounts}
    for left, top, right, bottom in spans:
        if bottom > top and bottom > table.first and columns & set(range(left, right + 1)):
            yield Problem(
                max(top, table.first + 1), "", gettext("数量列有合并单元格。请取消合并，把数量分到各行后重试。")
            )

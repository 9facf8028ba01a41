"""The upper system's statement as lines the book can be held against: columns by name, units by heading, all errors at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.indices import indices
from liangtian.units import round_half_up
from liangtian_web.ledger.proposing import ROWS_MAX, Problem, Problems
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.ledger.workbooks import LINES_MAX, open_sheet
from liangtian_web.reconcile import words
from liangtian_web.reconcile.tables import (
    HEAD_HEIGHT,
    HEAD_ROWS,
    Amounts,
    Table,
    filled,
    find_table,
    merged_amounts,
    spans_of,
)
from liangtian_web.texts import unwritable

TEXT_MAX = 200
PLACES_MAX = 6  # what more a cell has is how Excel keeps numbers
NOTHING = {"", "-", "—", "–", "/", "无"}
NUMBER = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,10})?")
DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
CLOCK = re.compile(r"T?[0-9]{2}:[0-9]{2}:[0-9]{2}$")
EXCEL_EPOCH = date(1899, 12, 30)
FIRST, LAST = date(1990, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of their statement in whole units of the book; `slack`: what their rounding leaves open."""

    row: int
    index: str
    on: date
    kind: str
    document: str
    project: str
    amount: int
    slack: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """A statement that could be read.

    Attributes
    ----------
    opening, closing : what their book held, by index, where the statement says it
    slack : what the rounding of their balances leaves open, by index
    said : what should be known of the reading though it stops nothing
    """

    lines: Sequence[Line]
    opening: Mapping[str, int]
    closing: Mapping[str, int]
    slack: Mapping[str, int]
    said: Sequence[str] = ()


def read_statement(content: bytes) -> Read:
    """Read the first sheet of a workbook.

    Raises
    ------
    Problems : everything that is wrong with it
    """
    sheet = open_sheet(content)
    rows = [list(row) for row in sheet.rows]
    if len(rows) > LINES_MAX:
        raise Problems([Problem(0, "", gettext("超过 %(most)s 行。请按月或按季分开对账。") % {"most": ROWS_MAX})])
    spans = spans_of(sheet.merged)
    table = find_table(filled(rows, spans, HEAD_ROWS + HEAD_HEIGHT))
    if table is None:
        said = gettext("找不到表头。表头里要有日期，以及指标名称和单位，如“耕地数量（公顷）”。")
        raise Problems([Problem(0, "", said)])
    problems = list(merged_amounts(spans, table))
    results, remarks = _results(content, rows, table)
    reader = _Reader(table, filled(results, spans, len(results), only=set(table.texts.values())))
    reader.read()
    problems += reader.problems
    if not problems and not reader.lines and not reader.closing:
        problems.append(Problem(0, "", gettext("表里没有一笔变动，也没有期末结余。")))
    if problems:
        raise Problems(problems)
    return Read(reader.lines, reader.opening, reader.closing, reader.slacks(), remarks + list(reader.said()))


def _results(content: bytes, rows: list[list[Any]], table: Table) -> tuple[list[list[Any]], list[str]]:
    """The rows, with what formulas came to when the workbook was last saved; and that this is so."""
    used = {*table.texts.values(), *(each.at for each in table.amounts)}
    formulas = sum(_is_formula(row[at]) for row in rows[table.first :] for at in used if at < len(row))
    if not formulas:
        return rows, []
    kept = [list(row) for row in open_sheet(content, results=True).rows]
    found = [
        [kept[n][at] if _is_formula(cell) and n < len(kept) and at < len(kept[n]) and kept[n][at] is not None else cell
         for at, cell in enumerate(row)]
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return found, [gettext("有 %(n)s 格是公式，取其上次保存时的结果。") % {"n": formulas}]


def _is_formula(cell: Any) -> bool:
    return (isinstance(cell, str) and cell.startswith("=")) or type(cell).__name__ in (
        "ArrayFormula",
        "DataTableFormula",
    )


class _Reader:
    """Goes down the rows under the heading and keeps everything it finds, wrong things too."""

    def __init__(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        self.table, self.rows = table, rows
        self.lines: list[Line] = []
        self.opening: dict[str, int] = {}
        self.closing: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.places: dict[int, int] = {}

    def read(self) -> None:
        """Every row; balances behind movements stand for a closing that is not given."""
        for number, row in enumerate(self.rows[self.table.first :], self.table.first + 1):
            if any(words.plain(cell) for cell in row):
                self._row(number, row)
        self.closing = self.last | self.closing
        if len(self.lines) > ROWS_MAX:
            self.problems = [Problem(0, "", gettext("超过 %(most)s 行。请按月或按季分开对账。") % {"most": ROWS_MAX})]
        slacks = self.slacks()
        self.lines = [
            Line(e.row, e.index, e.on, e.kind, e.document, e.project, e.amount, slacks.get(e.index, 0))
            for e in self.lines
        ]

    def _row(self, number: int, row: Sequence[Any]) -> None:
        texts = {name: words.plain(row[at]) if at < len(row) else "" for name, at in self.table.texts.items()}
        if words.column_of(texts["on"]) == "on":
            return  # the heading again, as on a new page
        said = next((found for cell in row if (found := words.row_of(words.plain(cell)))), None)
        if said == "total":
            return
        cells = [(each, row[each.at] if each.at < len(row) else None) for each in self.table.amounts]
        amounts = [(each, cell) for each, cell in cells if words.plain(cell) not in NOTHING]
        if said:
            self._balance(number, amounts, texts, self.opening if said == "opening" else self.closing)
        elif any(each.direction != "balance" for each, _ in amounts):
            self._movement(number, amounts, texts)

    def _balance(
        self, number: int, amounts: list[tuple[Amounts, Any]], texts: dict[str, str], into: dict[str, int]
    ) -> None:
        for column, cell in sorted(amounts, key=lambda each: each[0].direction == "balance"):
            found = self._amount(number, column, cell, texts)
            if found is not None:
                into[found[0]] = found[1]

    def _movement(self, number: int, amounts: list[tuple[Amounts, Any]], texts: dict[str, str]) -> None:
        on = self._day(number, texts["on"])
        for name in ("kind", "document", "project"):
            if len(texts.get(name, "")) > TEXT_MAX or unwritable(texts.get(name, "")):
                self.problems.append(Problem(number, "", gettext("文字过长，或含有不能保存的字符。")))
                return
        for column, cell in amounts:
            found = self._amount(number, column, cell, texts)
            if found is None or on is None:
                continue
            index, amount = found
            if column.direction == "balance":
                self.last[index] = amount
            elif (sign := self._sign(number, column, amount, texts.get("kind", ""))) and amount:
                document, project = texts.get("document", ""), texts.get("project", "")
                self.lines.append(Line(number, index, on, texts.get("kind", ""), document, project, sign * amount))

    def _sign(self, number: int, column: Amounts, amount: int, kind: str) -> int | None:
        if column.direction:
            return 1 if column.direction == "in" else -1
        if amount <= 0:
            return 1
        if not kind and "kind" not in self.table.texts:
            return 1
        sign = words.sign_of(kind)
        if sign is None:
            self.problems.append(
                Problem(number, "", gettext("类型“%(kind)s”不知是增是减。请在数量前写正负号。") % {"kind": kind})
            )
        return sign

    def _day(self, number: int, text: str) -> date | None:
        found = day_of(text)
        if found is None or not FIRST <= found <= LAST:
            self.problems.append(
                Problem(number, "", gettext("日期“%(text)s”不是日期，应如 2024-06-01。") % {"text": text[:20]})
            )
            return None
        return found

    def _amount(self, number: int, column: Amounts, cell: Any, texts: dict[str, str]) -> tuple[str, int] | None:
        """Index and whole units of the book; None: something is wrong, and said."""
        index = column.index or words.index_of(texts.get("index", "")) or ""
        unit = self._unit(index, column, texts) if index else None
        value = None if _is_formula(cell) else number_of(cell)
        if wrong := _wrong(index, unit, value, cell, texts.get("index", "")):
            self.problems.append(Problem(number, index_word(index) if index else "", wrong))
            return None
        assert unit is not None
        assert value is not None
        self.places[column.at] = max(self.places.get(column.at, 0), _places(value))
        return index, int(round_half_up(value * unit.of))

    def _unit(self, index: str, column: Amounts, texts: dict[str, str]) -> words.Unit | None:
        kind = indices()[index].unit
        unit = column.unit or words.unit_of(texts.get("unit", "")) or self.table.above.get(kind)
        return unit if unit is not None and unit.index == kind else None

    def slacks(self) -> dict[str, int]:
        """Half of the last place each index is written with, in whole units of the book."""
        found: dict[str, int] = {}
        for column in self.table.amounts:
            names = [column.index] if column.index else list(indices())
            for name in names:
                unit = column.unit or self.table.above.get(indices()[name].unit)
                if unit is not None and column.at in self.places:
                    places = max(unit.places, self.places[column.at])
                    found[name] = max(found.get(name, 0), int(unit.of / (2 * 10**places)))
        return found

    def said(self) -> Iterator[str]:
        """Where their own statement does not add up."""
        for index in self.opening.keys() & self.closing.keys():
            moved = sum(each.amount for each in self.lines if each.index == index)
            slack = self.slacks().get(index, 0) * (2 + len(self.lines))
            if abs(self.opening[index] + moved - self.closing[index]) > slack:
                yield gettext("%(index)s：对账单的期初加变动不等于期末，可能不全。") % {"index": index_word(index)}


def _wrong(index: str, unit: words.Unit | None, value: Fraction | None, cell: Any, said: str) -> str:
    """What is wrong with an amount, the first of it; empty: nothing."""
    shown = {"value": str(cell)[:20]}
    if not index:
        return gettext("指标“%(index)s”不认识。") % {"index": said[:20]}
    if _is_formula(cell):
        return gettext("是公式，且没有结果。请在 Excel 里打开、保存，或粘贴为数值。")
    if unit is None:
        return gettext("没有单位，或单位不合。请在表头写明，如（公顷）、（公斤）、（万元）。")
    if value is None:
        return gettext("“%(value)s”不是数。") % shown
    return gettext("“%(value)s”超出范围。") % shown if abs(value * unit.of) > AMOUNT_MAX else ""


def day_of(text: str) -> date | None:
    """A date as sheets write it: 2024-06-01, 2024/6/1, 2024年6月1日, 20240601, or Excel's number of days.

    Examples
    --------
    >>> [str(day_of(text)) for text in ("2024年6月1日", "20240601", "45444", "2024-06-01 00:00:00", "2024-13-01")]
    ['2024-06-01', '2024-06-01', '2024-06-01', '2024-06-01', 'None']
    """
    if re.fullmatch("[0-9]{5}", text):
        return EXCEL_EPOCH + timedelta(days=int(text))
    found = DAY.fullmatch(CLOCK.sub("", text.replace(" ", "")))
    try:
        return date(*(int(each) for each in found.groups())) if found else None
    except ValueError:
        return None


def number_of(cell: Any) -> Fraction | None:
    """The number of a cell, written as a number or as a text, with separators of thousands or not.

    Examples
    --------
    >>> number_of(" 1,234.50"), number_of(0.1 + 0.2), number_of("1e3")
    (Fraction(2469, 2), Fraction(3, 10), None)
    """
    if isinstance(cell, (bool, date)):
        return None
    if isinstance(cell, float):
        cell = f"{cell:.{PLACES_MAX}f}"
    text = re.sub("[,，]", "", words.plain(cell))
    return Fraction(text) if NUMBER.fullmatch(text) else None


def _places(value: Fraction) -> int:
    """Decimals a number needs."""
    return next((n for n in range(PLACES_MAX) if (value * 10**n).denominator == 1), PLACES_MAX)

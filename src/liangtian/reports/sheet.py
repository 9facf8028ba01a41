"""The report as a workbook: real numbers, frozen headers, one sheet a topic."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from liangtian.reports.cells import AREA_UNITS, headings
from liangtian.reports.outline import Column, Outline, Section
from liangtian.reports.package import settled
from liangtian.units import DISPLAY_PLACES, UNIT_M2, round_half_up

HEAD = PatternFill("solid", fgColor="E5F1EA")
WIDEST = 60


def render(report: Outline) -> bytes:
    """Render to the bytes of an .xlsx."""
    book = Workbook()
    book.remove(book.active)
    for name in dict.fromkeys(section.sheet for section in report.sections):
        page = book.create_sheet(name)
        if not page.parent.index(page):
            _opening(page, report)
        for section in report.sections:
            if section.sheet == name:
                _table(page, report, section)
        _widths(page)
    day = datetime.combine(date.fromisoformat(report.on), time())
    book.properties.title, book.properties.creator = report.title, "良田"
    book.properties.created = book.properties.modified = day
    out = io.BytesIO()
    book.save(out)
    return settled(_undated(out.getvalue(), day), report.on)


def _undated(content: bytes, day: datetime) -> bytes:
    """openpyxl stamps the time of saving into the core properties; put the business date there."""
    out = io.BytesIO()
    stamp = day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, body)
            target.writestr(name, body)
    return out.getvalue()


def _opening(page: Any, report: Outline) -> None:
    for text, bold in ((report.title, True), (report.verdict, True)):
        page.append([text])
        page.cell(page.max_row, 1).font = Font(bold=bold, size=13)
    for name, value in report.about:
        page.append([])
        row = page.max_row + 1
        _put(page.cell(row, 1), name)
        _put(page.cell(row, 2), value)


def _table(page: Any, report: Outline, section: Section) -> None:
    start = page.max_row + (2 if page.max_row > 1 or page.cell(1, 1).value else 0)
    title = page.cell(max(start, 1), 1)
    _put(title, section.title)
    title.font = Font(bold=True)
    top = title.row + 1
    for at, (label, _) in enumerate(headings(report, section), start=1):
        cell = page.cell(top, at)
        _put(cell, label)
        cell.font, cell.fill = Font(bold=True), HEAD
    if page.freeze_panes is None and title.row == 1:
        page.freeze_panes = page.cell(top + 1, 1)
    for offset, row in enumerate(section.rows, start=1):
        values = (v for column, value in zip(section.columns, row, strict=True) for v in _values(report, column, value))
        for at, (value, form) in enumerate(values, start=1):
            cell = page.cell(top + offset, at)
            _put(cell, value)
            if form:
                cell.number_format, cell.alignment = form, Alignment(horizontal="right")


def _values(report: Outline, column: Column, value: Any) -> Iterator[tuple[Any, str]]:
    """Values and number formats of the cells a column takes."""
    if column.kind == "area":
        for name, _ in AREA_UNITS:
            if value is None or value == "":
                yield report.word("unknown") if value is None else "", ""
            else:
                places = DISPLAY_PLACES[name]
                yield round_half_up(Fraction(value) / UNIT_M2[name], places), "#,##0." + "0" * places
    elif isinstance(value, Decimal):
        yield value, "#,##0.00"
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value, "#,##0"
    else:
        yield report.word("unknown") if value is None else value, ""


def _put(cell: Cell, value: Any) -> None:
    """Write a value; text stays text, even where it begins like a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=len(value) > WIDEST, vertical="top")


def _widths(page: Any) -> None:
    for at, column in enumerate(page.columns, start=1):
        longest = max((_width(cell.value) for cell in column), default=0)
        page.column_dimensions[get_column_letter(at)].width = min(max(longest + 2, 10), WIDEST)


def _width(value: Any) -> int:
    """Columns a text takes: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(value)) if value is not None else 0

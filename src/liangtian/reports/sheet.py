"""The report as a workbook: real numbers, frozen headers, one sheet a topic."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from liangtian.reports.cells import AREA_UNITS, headings
from liangtian.reports.outline import Column, Figure, Kind, Outline, Section
from liangtian.reports.package import settled
from liangtian.units import DISPLAY_PLACES, UNIT_M2, round_half_up

HEAD = PatternFill("solid", fgColor="E5F1EA")
NARROWEST = 10
LINE_POINTS = 15
WIDEST: dict[Kind, int] = {
    "text": 44,
    "wording": 60,
    "cite": 44,
    "area": 20,
    "number": 44,
    "figure": 44,
    "centre": 16,
    "digest": 68,
}


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
        _setup(page)
    day = datetime.combine(date.fromisoformat(report.on), time())
    book.properties.title, book.properties.creator = report.title, "良田"
    book.properties.created = book.properties.modified = day
    out = io.BytesIO()
    book.save(out)
    return settled(_undated(out.getvalue(), day), report.on)


def _setup(page: Any) -> None:
    """Print on A4 on its side, as wide as one page."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for row in page.iter_rows():
        lines = max(_lines(page, cell) for cell in row)
        if lines > 1:  # not every program makes room for wrapped text by itself
            page.row_dimensions[row[0].row].height = LINE_POINTS * lines


def _lines(page: Any, cell: Cell) -> int:
    """Lines a wrapped text takes in the width of its column."""
    if not cell.alignment.wrap_text:
        return 1
    return -(-_width(cell.value) // max(int(page.column_dimensions[cell.column_letter].width) - 2, 1))


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
    """Title, verdict and who and when, in the first column: short, since all of it stays in sight above the table."""
    *short, last = (f"{name}：{value}" for name, value in report.about)
    for at, text in enumerate((report.title, report.verdict, "    ".join(short), last), start=1):
        cell = page.cell(at, 1)
        cell.value, cell.data_type = text, "s"
        cell.font = Font(bold=at <= 2, size=13 if at == 1 else 11)


def _table(page: Any, report: Outline, section: Section) -> None:
    heads = list(headings(report, section))
    first = page.freeze_panes is None
    title = page.cell(page.max_row + 2 if page.cell(1, 1).value else 1, 1)
    _put(title, section.title)
    title.font, title.alignment = Font(bold=True), Alignment()
    top = title.row + 1
    for at, (label, kind) in enumerate(heads, start=1):
        cell = page.cell(top, at)
        _put(cell, label)
        cell.font, cell.fill = Font(bold=True), HEAD
        if kind in ("area", "number", "figure"):
            cell.alignment = Alignment(horizontal="right")
        _widen(page, at, label, WIDEST[kind])
    if first:
        page.freeze_panes = page.cell(top + 1, 1)
        page.print_title_rows = f"{top}:{top}"
    for offset, row in enumerate(section.rows or ((section.note,),), start=1):
        _row(page, top + offset, heads, _row_values(report, section, row))


def _row_values(report: Outline, section: Section, row: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
    # A note in place of rows fills the first cell only.
    for column, value in zip(section.columns, row, strict=bool(section.rows)):
        yield from _values(report, column, value)


def _row(page: Any, at_row: int, heads: Sequence[tuple[str, Kind]], values: Iterable[tuple[Any, str]]) -> None:
    for at, ((value, form), (_, kind)) in enumerate(zip(values, heads, strict=False), start=1):
        cell = page.cell(at_row, at)
        _put(cell, value)
        tail = form.partition('"')[2]
        _widen(page, at, f"{value:,}{tail}" if form else value, WIDEST[kind])
        if form:
            cell.number_format, cell.alignment = form, Alignment(horizontal="right", vertical="top")


def _values(report: Outline, column: Column, value: Any) -> Iterator[tuple[Any, str]]:
    """Values and number formats of the cells a column takes."""
    if column.kind == "area":
        for name, _ in AREA_UNITS:
            if value is None or value == "":
                yield report.word("unknown") if value is None else "", ""
            else:
                places = DISPLAY_PLACES[name]
                yield round_half_up(Fraction(value) / UNIT_M2[name], places), _form(places)
    elif isinstance(value, Figure):
        yield value.rounded, _form(value.places, f" {value.unit}".rstrip() + value.remark)
    elif isinstance(value, Decimal):
        yield value, _form(2)
    elif isinstance(value, int):
        yield value, _form(0)
    else:
        yield report.word("unknown") if value is None else value, ""


def _form(places: int, tail: str = "") -> str:
    """A number format with thousands separators; what follows the number is quoted."""
    quoted = tail.replace('"', "")
    return "#,##0" + ("." + "0" * places if places else "") + (f'"{quoted}"' if quoted else "")


def _put(cell: Cell, value: Any) -> None:
    """Write a value; text stays text, even where it begins like a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _widen(page: Any, at: int, value: Any, widest: int) -> None:
    letter = get_column_letter(at)
    wanted = min(_width(value) + 2, widest)
    dimension = page.column_dimensions[letter]
    dimension.width = max(wanted, dimension.width if dimension.customWidth else NARROWEST)


def _width(value: Any) -> int:
    """Columns a text takes: a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in str(value)) if value is not None else 0

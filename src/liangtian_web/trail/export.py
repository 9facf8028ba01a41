"""A list taken away as a table: a workbook or CSV, and the trail knows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from liangtian.reports.outline import printable
from liangtian_web.trail.actions import note

HEAD = PatternFill("solid", fgColor="E5F1EA")
WIDTHS = 10, 44  # narrowest and widest column, characters
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Table:
    """What is taken away: a title, headings, and rows of text, numbers and dates."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[object]]


def export(request: HttpRequest, action: str, what: str, table: Table) -> HttpResponse:
    """The table in the form the page asked for (`form`: csv, else xlsx). Taking it away is noted as `action`."""
    rows = [list(row) for row in table.rows]
    form = "csv" if request.POST.get("form") == "csv" else "xlsx"
    body = _csv(table.heads, rows) if form == "csv" else workbook_bytes(Table(table.title, table.heads, rows))
    note(request, action, f"{what} {form} {len(rows)}")
    kind = "text/csv; charset=utf-8" if form == "csv" else XLSX
    response = HttpResponse(body, content_type=kind)
    name = f"{table.title}-{timezone.localdate():%Y%m%d}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _csv(heads: Sequence[str], rows: list[list[object]]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(heads)
    table.writerows([[safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")  # the mark tells Excel that the text is UTF-8


def safe_cell(text: str) -> str:
    """The text as a cell no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def workbook_bytes(table: Table) -> bytes:
    """The table as a workbook."""
    book = Workbook()
    page = book.active
    page.title = re.sub(r"[\\/*?:\[\]]", " ", table.title)[:31]
    page.append(list(table.heads))
    for head in page[1]:
        head.font, head.fill = Font(bold=True), HEAD
    page.freeze_panes = "A2"
    for row in table.rows:
        page.append([printable(cell) if isinstance(cell, str) else cell for cell in row])
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula
            elif isinstance(cell.value, Decimal):
                cell.number_format = "#,##0.00"
    for number, cells in enumerate(page.columns, start=1):
        widest = max((len(str(cell.value or "").encode("gbk", "replace")) for cell in cells), default=0)
        page.column_dimensions[get_column_letter(number)].width = min(max(widest + 2, WIDTHS[0]), WIDTHS[1])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

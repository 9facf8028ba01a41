"""The report as a Word document for filing: A4, page numbers, repeated header rows, Chinese fonts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from liangtian.reports.cells import headings, row_texts
from liangtian.reports.outline import Kind, Outline, Section
from liangtian.reports.package import settled

COLOURS = {
    "fail": RGBColor(0xC6, 0x2F, 0x2F),
    "unknown": RGBColor(0x9A, 0x6B, 0x00),
    "pass": RGBColor(0x1A, 0x7F, 0x4B),
}

MARGIN_MM = 18
TEXT_WIDTH_MM = 297 - 2 * MARGIN_MM  # A4 on its side
UPRIGHT_WIDTH_MM = 210 - 2 * MARGIN_MM
FIXED_MM: dict[Kind, float] = {"cite": 36, "centre": 21, "area": 24, "number": 25, "figure": 56}
LEAST_MM = 15  # what a column of words is given at the least, by weight
WEIGHTS: dict[Kind, float] = {"text": 1, "wording": 2, "digest": 2}
ALIGNED: dict[Kind, Any] = {
    "area": WD_ALIGN_PARAGRAPH.RIGHT,
    "number": WD_ALIGN_PARAGRAPH.RIGHT,
    "figure": WD_ALIGN_PARAGRAPH.RIGHT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
}


def render(report: Outline) -> bytes:
    """Render to the bytes of a .docx."""
    document = Document()
    _page(document, upright=report.upright)
    _fonts(document)
    document.add_heading(report.title, level=1)
    document.add_paragraph("  ".join(f"{name}：{value}" for name, value in report.about))
    verdict = document.add_paragraph().add_run(report.verdict)
    verdict.bold, verdict.font.size = True, Pt(12)
    if report.outcome in COLOURS:
        verdict.font.color.rgb = COLOURS[report.outcome]
    for section in report.sections:
        _table(document, report, section)
    day = datetime.combine(date.fromisoformat(report.on), time())
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = report.title, "良田", "良田"
    properties.created = properties.modified = day
    out = io.BytesIO()
    document.save(out)
    return settled(out.getvalue(), report.on)


def _page(document: Any, *, upright: bool) -> None:
    """A4, on its side where the tables are wide."""
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(210), Mm(297)) if upright else (Mm(297), Mm(210))
    section.orientation = WD_ORIENT.PORTRAIT if upright else WD_ORIENT.LANDSCAPE
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(16)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = footer.add_run()._r
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run.append(mark)


def _fonts(document: Any) -> None:
    for name, size, font in (("Normal", 9, "宋体"), ("Heading 1", 16, "黑体"), ("Heading 2", 12, "黑体")):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Times New Roman", Pt(size), RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: Any, report: Outline, section: Section) -> None:
    document.add_heading(section.title, level=2)
    if not section.rows:
        document.add_paragraph(section.note)
        return
    heads = list(headings(report, section))
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    widths = column_widths([kind for _, kind in heads], UPRIGHT_WIDTH_MM if report.upright else TEXT_WIDTH_MM)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _mark(table.rows[0], "w:tblHeader")
    _fill(table.rows[0], [label for label, _ in heads], heads, widths)
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    for row in section.rows:
        added = table.add_row()
        if section.room_mm:
            added.height_rule, added.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(section.room_mm)
        _fill(added, row_texts(report, section, row), heads, widths)


def column_widths(kinds: Sequence[Kind], width_mm: float = TEXT_WIDTH_MM) -> list[Length]:
    """Share the text width of the page: fixed columns by kind, the rest by weight to those that hold words.

    Where the fixed ones would leave no room for words, all of them are narrower.

    Examples
    --------
    >>> [round(width.mm) for width in column_widths(["text", "area", "area"], 100)]
    [52, 24, 24]
    >>> [round(width.mm) for width in column_widths(["text", "area", "area", "area", "area"], 100)]
    [15, 21, 21, 21, 21]
    """
    fixed = sum(FIXED_MM.get(kind, 0) for kind in kinds)
    weights = sum(WEIGHTS.get(kind, 0) for kind in kinds)
    shrunk = min(1.0, (width_mm - LEAST_MM * weights) / fixed) if fixed else 1.0
    free = width_mm - fixed * shrunk
    return [Mm(FIXED_MM[kind] * shrunk) if kind in FIXED_MM else Mm(free * WEIGHTS[kind] / weights) for kind in kinds]


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _fill(row: Any, texts: list[str], heads: list[tuple[str, Kind]], widths: Sequence[Length]) -> None:
    _mark(row, "w:cantSplit")
    for cell, text, (_, kind), width in zip(row.cells, texts, heads, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.text = text
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        if kind in ALIGNED:
            paragraph.alignment = ALIGNED[kind]

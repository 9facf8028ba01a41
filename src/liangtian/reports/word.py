"""The report as a Word document for filing: A4, page numbers, repeated header rows, Chinese fonts."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from liangtian.reports.cells import headings, row_texts
from liangtian.reports.outline import Outline, Section
from liangtian.reports.package import settled

COLOURS = {
    "fail": RGBColor(0xC6, 0x2F, 0x2F),
    "unknown": RGBColor(0x9A, 0x6B, 0x00),
    "pass": RGBColor(0x1A, 0x7F, 0x4B),
}


def render(report: Outline) -> bytes:
    """Render to the bytes of a .docx."""
    document = Document()
    _page(document)
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


def _page(document: Any) -> None:
    """A4 on its side: the tables are wide."""
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(18)
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
    heads = list(headings(report, section))
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    _fill(table.rows[0].cells, [label for label, _ in heads], heads)
    for row in section.rows:
        _fill(table.add_row().cells, row_texts(report, section, row), heads)


def _fill(cells: Any, texts: list[str], heads: list[tuple[str, bool]]) -> None:
    for cell, text, (_, numeric) in zip(cells, texts, heads, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.text = text
        if numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

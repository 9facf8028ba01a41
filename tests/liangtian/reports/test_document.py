"""Reports: every figure of the result is in every format, the same input gives the same bytes, nothing is executable."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from liangtian.check.run import Question, check
from liangtian.errors import LiangtianError
from liangtian.onemap.catalogue import Catalogue
from liangtian.reports.document import render_report
from liangtian.units import display_area
from squares import VILLAGE_A, boundary, cell, home, put

__all__ = ["home"]
FORMATS = (".docx", ".xlsx", ".html")


@pytest.fixture
def data(home: Path) -> dict[str, Any]:
    return check(boundary(cell(0.5, 0, 2, 1.5)), Catalogue(home), Question(date(2024, 6, 1), "batch")).data()


def words(content: bytes, suffix: str) -> str:
    if suffix == ".html":
        return content.decode("utf-8")
    if suffix == ".docx":
        document = Document(io.BytesIO(content))
        cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
        return "\n".join([p.text for p in document.paragraphs] + cells)
    book = load_workbook(io.BytesIO(content))
    return "\n".join(str(c.value) for page in book for row in page.iter_rows() for c in row if c.value is not None)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_verdict_the_wording_and_the_basis_are_there(data: dict[str, Any], suffix: str) -> None:
    text = words(render_report(data, suffix), suffix)
    assert "3 条不符合" in text
    missing = [row["message"] for row in data["findings"] if row["message"] not in text]
    assert missing == []
    assert [each["digest"] for each in data["layers"] if each["digest"] not in text] == []
    assert data["rules_digest"] in text
    assert "P1" in text


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_every_area_is_printed_in_three_units(data: dict[str, Any], suffix: str) -> None:
    text = words(render_report(data, suffix), suffix)
    areas = [row["area_m2"] for row in data["classes"]] + [data["boundary"]["area_m2"], data["farmland"]["area_m2"]]
    missing = [area for area in areas for unit in ("m2", "mu", "ha") if display_area(area, unit) not in text]
    assert missing == []


def test_a_workbook_holds_numbers_not_texts(data: dict[str, Any]) -> None:
    book = load_workbook(io.BytesIO(render_report(data, ".xlsx")))
    assert book.sheetnames == ["概况", "条款结论", "地类", "权属与村", "图斑", "依据"]
    numbers = {
        Decimal(str(c.value)) for row in book["地类"].iter_rows() for c in row if isinstance(c.value, int | float)
    }
    assert {row["area_m2"] for row in data["classes"]} <= numbers
    assert book["条款结论"].freeze_panes is not None


def test_the_class_table_closes(data: dict[str, Any]) -> None:
    text = words(render_report(data, ".html"), ".html")
    total = sum(row["area_m2"] for row in data["classes"])
    assert display_area(total, "m2") in text
    assert abs(total + data["uncovered_m2"] - data["double_covered_m2"] - data["boundary"]["area_m2"]) <= Decimal(
        "0.06"
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_data_give_the_same_bytes(data: dict[str, Any], suffix: str) -> None:
    assert render_report(data, suffix) == render_report(data, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_unknown_is_said_never_zero(tmp_path: Path, suffix: str) -> None:
    put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["P1"], "DLBM": ["0101"], "ZLDWDM": [VILLAGE_A]})
    result = check(boundary(cell(0, 0)), Catalogue(tmp_path), Question(date(2024, 6, 1), "batch"))
    text = words(render_report(result.data(), suffix), suffix)
    assert "未知" in text


@pytest.mark.parametrize("suffix", FORMATS)
def test_english(home: Path, suffix: str) -> None:
    result = check(boundary(cell(0, 0)), Catalogue(home), Question(date(2024, 6, 1), "batch"))
    text = words(render_report(result.data(lang="en"), suffix, lang="en"), suffix)
    assert "Report of a land check" in text
    assert "Fails:" in text


def test_text_that_looks_like_a_formula_or_a_tag_stays_text(data: dict[str, Any]) -> None:
    evil = "=HYPERLINK(1)<script>"
    hostile = {**data, "classes": [{**data["classes"][0], "name": None, "code": evil}]}
    cells = [c for row in load_workbook(io.BytesIO(render_report(hostile, ".xlsx")))["地类"].iter_rows() for c in row]
    assert [c.data_type for c in cells if c.value == evil] == ["s"]
    assert "<script>" not in words(render_report(hostile, ".html"), ".html")


def test_another_suffix_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(LiangtianError) as error:
        render_report(data, ".pdf")
    assert error.value.message_id == "report-unknown-suffix"

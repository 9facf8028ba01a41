"""Reports: every figure of the result is in every format, the same input gives the same bytes, nothing is executable."""

from __future__ import annotations

import io
import json
import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from openpyxl import load_workbook

from liangtian.check.result import as_data
from liangtian.check.run import KINDS, Question, check
from liangtian.errors import LiangtianError
from liangtian.messages import Language
from liangtian.onemap.catalogue import Catalogue
from liangtian.policy.cases import cases_of
from liangtian.policy.clause import clauses
from liangtian.policy.evaluate import Rulebook
from liangtian.reports.document import render_report
from liangtian.rules.documents import DOCUMENTS
from liangtian.units import display_area
from squares import VILLAGE_A, boundary, cell, home, put

__all__ = ["home"]
GOLDEN = Path(__file__).parent / "golden"
FORMATS = (".docx", ".xlsx", ".html")
LANGUAGES: tuple[Language, ...] = ("zh", "en")


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
    assert book.sheetnames == ["概况", "条款结论", "地类", "县镇村", "图斑", "依据", "判断过程"]
    numbers = {
        Decimal(str(c.value)) for row in book["地类"].iter_rows() for c in row if isinstance(c.value, int | float)
    }
    assert {row["area_m2"] for row in data["classes"]} <= numbers
    assert book["条款结论"].freeze_panes is not None


def test_the_class_table_closes_to_the_last_hundredth(data: dict[str, Any]) -> None:
    off = {**data, "boundary": {"area_m2": data["boundary"]["area_m2"] + Decimal("0.03")}}
    for each in (data, off):
        page = load_workbook(io.BytesIO(render_report(each, ".xlsx")))["地类"]
        values = [row for row in page.iter_rows(values_only=True) if isinstance(row[1], float | int)]
        rows = {row[0].split()[-1]: Decimal(str(row[1])) for row in values}
        assert rows["地类合计"] == sum(row["area_m2"] for row in each["classes"])
        assert rows["范围面积"] == each["boundary"]["area_m2"]
        parts = [rows[name] for name in ("地类合计", "图层未覆盖", "图层重叠", "逐块取整差")]
        assert sum(parts) == rows["范围面积"]


def test_the_same_data_give_the_same_bytes_at_another_time(data: dict[str, Any]) -> None:
    first = {suffix: render_report(data, suffix) for suffix in FORMATS}
    time.sleep(2.1)  # an entry of a zip tells time by two seconds
    assert [suffix for suffix in FORMATS if render_report(data, suffix) != first[suffix]] == []


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


@pytest.mark.parametrize("suffix", FORMATS)
def test_control_characters_are_shown_by_their_code(data: dict[str, Any], suffix: str) -> None:
    dirty = "a\x01b\x0b\ud800\u202ec"
    finding = {**data["findings"][0], "message": dirty, "parcels": [dirty]}
    layer = {**data["layers"][0], "name": dirty, "version": dirty}
    hostile = {**data, "findings": [finding], "layers": [layer], "place": dirty}
    text = words(render_report(hostile, suffix, title=dirty), suffix)
    assert text.count(r"a\u0001b\u000b\ud800\u202ec") >= 5
    assert dirty not in text


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_an_unverified_capacity_says_so_beside_the_figure(data: dict[str, Any], suffix: str) -> None:
    text = words(render_report(data, suffix), suffix)
    assert "22,047 kg（按未核实的产能表）" in text
    assert "应补产能 kg（产能表未核实）" in text


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_a_verified_capacity_carries_no_mark(data: dict[str, Any], suffix: str) -> None:
    verified = {**data, "technical": [{**each, "status": "text"} for each in data["technical"]]}
    text = words(render_report(verified, suffix), suffix)
    assert "22,047 kg" in text
    assert "未核实" not in text


def test_the_capacity_of_a_workbook_is_a_number_with_its_mark(data: dict[str, Any]) -> None:
    page = load_workbook(io.BytesIO(render_report(data, ".xlsx")))["概况"]
    found = [cell for row in page.iter_rows() for cell in row if cell.value == data["required"]["capacity_kg"]]
    assert [cell.number_format for cell in found] == ['#,##0" kg（按未核实的产能表）"']


@pytest.mark.parametrize("suffix", FORMATS)
def test_our_own_parameters_are_listed_with_their_status(data: dict[str, Any], suffix: str) -> None:
    rows = [row for row in table_rows(render_report(data, suffix), suffix) if "capacity_by_grade" in row[0]]
    assert [(row[1].endswith("15 = 100 kg/亩"), row[2], row[3]) for row in rows] == [(True, "2019-01-01", "未核实")]
    tolerance = [row for row in table_rows(render_report(data, suffix), suffix) if "line_tolerance" in row[0]]
    assert [row[3] for row in tolerance] == ["本软件设定"]


def table_rows(content: bytes, suffix: str) -> list[list[str]]:
    """The rows of all tables, as texts."""
    if suffix == ".html":
        rows = re.findall(r"<tr>(.*?)</tr>", content.decode("utf-8"))
        return [re.findall(r"<td[^>]*>(.*?)</td>", row) or [""] for row in rows]
    if suffix == ".docx":
        return [[c.text for c in row.cells] for table in Document(io.BytesIO(content)).tables for row in table.rows]
    book = load_workbook(io.BytesIO(content))
    return [[str(value or "") for value in row] for page in book for row in page.iter_rows(values_only=True)]


@pytest.mark.parametrize("suffix", [".docx", ".html"])
def test_measured_and_required_carry_their_unit(data: dict[str, Any], suffix: str) -> None:
    rows = [row for row in table_rows(render_report(data, suffix), suffix) if row[0] == "wenzhou-2019（一）.1"]
    assert rows[0][3:5] == ["4,999.39 m²", "0.00 m²"]


def test_measured_is_a_number_in_a_workbook_with_the_unit_in_its_format(data: dict[str, Any]) -> None:
    page = load_workbook(io.BytesIO(render_report(data, ".xlsx")))["条款结论"]
    cells = next(row for row in page.iter_rows() if row[0].value == "wenzhou-2019（一）.1")
    assert (cells[3].value, cells[3].number_format) == (4999.39, '#,##0.00" m²"')


def test_kilograms_and_yes_or_no_are_not_areas(data: dict[str, Any]) -> None:
    comparison = {"kind": "compare", "name": "x", "value": True, "relation": ">=", "unit": "kg"}
    trace = [{**comparison, "measured": "5", "required": "7/3"}]
    kg = {**data["findings"][0], "rule": "R.1", "measured": 12345, "required": 3, "trace": trace}
    plain = {**kg, "rule": "R.2", "measured": True, "required": False, "trace": []}
    rows = table_rows(render_report({**data, "findings": [kg, plain]}, ".html"), ".html")
    told = {row[0]: row[3:5] for row in reversed(rows) if row[0] in ("R.1", "R.2")}
    assert told == {"R.1": ["12,345 kg", "3 kg"], "R.2": ["是", "否"]}
    assert [row[3] for row in rows if row[:2] == ["R.1", "比较"]] == ["5 kg ≥ 2.33 kg：成立"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_documents_layers_and_grades_go_by_their_names(data: dict[str, Any], suffix: str) -> None:
    text = words(render_report(data, suffix), suffix)
    assert "《中共温州市委 温州市人民政府关于进一步加强耕地保护和改进占补平衡的实施意见》、《海宁市" in text
    first = [row[0] for row in table_rows(render_report(data, suffix), suffix)]
    expected = ["地类图斑 DLTB", "1 ≤2°", "2 2°–6°", "6 等", "8 等"]
    assert [name for name in expected if name not in first] == []


def test_a_document_the_kernel_no_longer_has_goes_by_its_id(data: dict[str, Any]) -> None:
    assert "some-1999" in words(render_report({**data, "documents": ["some-1999"]}, ".html"), ".html")


def test_short_words_do_not_wrap_on_a_page(data: dict[str, Any]) -> None:
    html = render_report(data, ".html").decode("utf-8")
    assert '<td class="c">无法判断</td>' in html
    assert ".c { white-space: nowrap; }" in html


def test_no_sheet_is_without_a_frozen_and_repeated_header(data: dict[str, Any]) -> None:
    for each in (data, {**data, "findings": [{**row, "parcels": []} for row in data["findings"]]}):
        for page in load_workbook(io.BytesIO(render_report(each, ".xlsx"))):
            top = int(page.freeze_panes.removeprefix("A")) - 1
            assert page.cell(top, 1).fill.fgColor.rgb == "00E5F1EA", page.title
            assert page.print_title_rows == f"${top}:${top}"


def test_a_row_of_a_workbook_is_as_high_as_its_wording(data: dict[str, Any]) -> None:
    long = {**data["findings"][0], "message": "说" * 100}
    short = {**long, "message": "说" * 5}
    page = load_workbook(io.BytesIO(render_report({**data, "findings": [long, short]}, ".xlsx")))["条款结论"]
    assert [page.row_dimensions[row].height for row in (3, 4)] == [60, None]


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_is_said_where_no_parcel_is_concerned(data: dict[str, Any], suffix: str) -> None:
    none = {**data, "findings": [{**row, "parcels": []} for row in data["findings"]]}
    assert "没有涉及的图斑。" in words(render_report(none, suffix), suffix)


def test_the_tables_of_a_word_document_fill_the_page_by_kind_of_column(data: dict[str, Any]) -> None:
    document = Document(io.BytesIO(render_report(data, ".docx")))
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    for table in document.tables:
        widths = [column.width for column in table.columns]
        assert abs(sum(widths) - room) < Mm(0.5), table.rows[0].cells[0].text
        assert [cell.width for cell in table.rows[-1].cells] == widths
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    findings = next(table for table in document.tables if table.rows[0].cells[2].text == "说明")
    assert findings.columns[2].width == max(column.width for column in findings.columns) > Mm(120)


def test_the_page_is_as_it_was(request: pytest.FixtureRequest) -> None:
    """`pytest tests/liangtian/reports --update-golden` writes the page anew; read the difference before you keep it."""
    data = json.loads((GOLDEN / "check.json").read_text("utf-8"), parse_float=Decimal)
    page = render_report(data, ".html")
    if request.config.getoption("--update-golden", default=False):
        (GOLDEN / "check.html").write_bytes(page)
    assert page.decode("utf-8") == (GOLDEN / "check.html").read_text("utf-8")


def test_another_suffix_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(LiangtianError) as error:
        render_report(data, ".pdf")
    assert error.value.message_id == "report-unknown-suffix"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("on", [date(2019, 1, 1), date(2024, 12, 31), date(2025, 1, 1)])
@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".html"])
def test_a_report_is_written_whatever_documents_are_in_force(home: Path, on: date, suffix: str, lang: Language) -> None:
    for kind in KINDS:
        result = check(boundary(cell(0.5, 0, 2, 1.5)), Catalogue(home), Question(on, kind, place="339901"))
        assert render_report(result.data(lang=lang), suffix, lang=lang)


def test_every_finding_a_clause_can_give_can_be_printed(data: dict[str, Any]) -> None:
    book = Rulebook(DOCUMENTS)
    cases = [case.case for clause in clauses(DOCUMENTS) for case in cases_of(clause)]
    for lang in LANGUAGES:
        findings = [as_data(finding, lang=lang) for case in cases for finding in book.decide(case).findings]
        kinds = {step["kind"] for finding in findings for step in finding["trace"]}
        assert kinds == {"fact", "parameter", "compare", "replaced"}
        assert render_report({**data, "findings": findings}, ".html", lang=lang)

"""Statements read as they come: headings of several rows, merged cells, units, formulas, text numbers; or refused in words."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from tests.liangtian_web.reconcile.conftest import HEAD, workbook

from liangtian_web.ledger.proposing import Problems
from liangtian_web.reconcile.reading import read_statement


def lines(content: bytes) -> list[tuple[int, str, str, int]]:
    return [(each.row, str(each.on), each.index, each.amount) for each in read_statement(content).lines]


def problems(content: bytes) -> list[str]:
    with pytest.raises(Problems) as caught:
        read_statement(content)
    return [str(each) for each in caught.value.problems]


def test_a_plain_table_is_read_by_the_names_of_its_columns():
    read = read_statement(workbook(
        HEAD,
        (1, date(2024, 2, 1), "项目入库", "东畈垦造", "示土验〔2024〕1号", 0.9),
        (2, "2024年4月1日", "核销", "公路", "示政土〔2024〕7号", "0.1000"),
    ))  # fmt: skip
    assert [(e.row, str(e.on), e.kind, e.document, e.project, e.amount) for e in read.lines] == [
        (2, "2024-02-01", "项目入库", "示土验〔2024〕1号", "东畈垦造", 9_000),
        (3, "2024-04-01", "核销", "示政土〔2024〕7号", "公路", -1_000),
    ]
    assert (read.opening, read.closing, read.said) == ({}, {}, [])


def test_headings_of_three_rows_with_merged_cells_totals_and_blank_rows():
    content = workbook(
        ("示范县补充耕地指标对账单", *[None] * 6),
        ("单位：公顷、公斤", *[None] * 6),
        ("日期", "文号", "耕地数量", None, None, "粮食产能", None),
        (None, None, "增加", "减少", "结余", "增加", "减少"),
        ("期初结余", None, None, None, "1.0000", "500", None),
        ("2024/2/1", "甲1号", "0.9000", None, "1.9000", 1200, None),
        (None,) * 7,
        ("日期", "文号", None, None, None, None, None),
        ("2024-04-01", "乙7号", "—", " 0.1 ", "1.8", None, "1,000"),
        ("合计", None, 0.9, 0.1, None, 1200, 1000),
        ("期末结余", None, None, None, 1.8, 700, None),
        merge=("A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:E3", "F3:G3"),
    )
    read = read_statement(content)
    assert [(e.row, e.index, e.amount) for e in read.lines] == [
        (6, "quantity_m2", 9_000), (6, "capacity_kg", 1_200), (9, "quantity_m2", -1_000), (9, "capacity_kg", -1_000),
    ]  # fmt: skip
    assert read.opening == {"quantity_m2": 10_000, "capacity_kg": 500}
    assert read.closing == {"quantity_m2": 18_000, "capacity_kg": 700}
    assert read.said == []


def test_one_column_of_indices_and_one_of_units():
    found = lines(workbook(
        ("日期", "类型", "指标", "发生额", "单位", "文号"),
        ("20240201", "调入", "耕地数量", 15, "亩", "甲"),
        (45383, "调出", "粮食产能", 2, "吨", "乙"),
        (datetime(2024, 4, 1), "下达", "资金", 1.5, "万元", "丙"),
    ))  # fmt: skip
    assert found == [
        (2, "2024-02-01", "quantity_m2", 10_000), (3, "2024-04-01", "capacity_kg", -2_000),
        (4, "2024-04-01", "money_fen", 1_500_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "given", "expected"),
    [
        ("公顷", "1.0001", 10_001),
        ("亩", 15, 10_000),
        ("平方米", "\uff11\uff12，345", 12_345),
        ("㎡", 7, 7),
        ("万亩", 0.0015, 10_000),
    ],
)
def test_areas_are_read_in_the_unit_of_the_heading(unit, given, expected):
    content = workbook(("日期", "文号", f"耕地数量（{unit}）"), ("2024-02-01", "甲", given))
    assert [each.amount for each in read_statement(content).lines] == [expected]


def test_what_their_rounding_leaves_open_comes_with_the_line():
    content = workbook(("日期", "文号", "耕地数量（亩）"), ("2024-02-01", "甲", 15), ("2024-02-02", "乙", 1.125))
    assert [each.slack for each in read_statement(content).lines] == [0, 0]
    content = workbook(("日期", "文号", "耕地数量（亩）"), ("2024-02-01", "甲", 15))
    assert [each.slack for each in read_statement(content).lines] == [3]


def test_a_statement_that_does_not_add_up_says_so():
    rows = (
        HEAD,
        ("期初", None, None, None, None, 1),
        (1, "2024-02-01", "调入", "甲", "甲", 1),
        ("期末", *[None] * 4, 3),
    )
    assert read_statement(workbook(*rows)).said == ["耕地数量：对账单的期初加变动不等于期末，可能不全。"]


def test_every_error_is_said_at_once():
    content = workbook(
        ("日期", "类型", "文号", "耕地数量（公顷）", "粮食产能"),
        ("2024-13-01", "调入", "甲", 1, None),
        ("2024-02-01", "另册", "乙", 1, None),
        ("2024-02-01", "调入", "丙", "许多", 5),
        ("2024-02-01", "调入", "丁", "=1+1", None),
        ("2024-02-01", "调入", "戊", 1e14, None),
    )
    assert problems(content) == [
        "第 2 行 日期“2024-13-01”不是日期，应如 2024-06-01。",
        "第 3 行 类型“另册”不知是增是减。请在数量前写正负号。",
        "第 4 行 耕地数量 “许多”不是数。",
        "第 4 行 粮食产能 没有单位，或单位不合。请在表头写明，如（公顷）、（公斤）、（万元）。",
        "第 5 行 耕地数量 是公式，且没有结果。请在 Excel 里打开、保存，或粘贴为数值。",
        "第 6 行 耕地数量 “100000000000000”超出范围。",
    ]


def with_result(content: bytes, formula: str, result: str) -> bytes:
    """The workbook as Excel saves it: a formula beside what it came to."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = text.replace(f"<f>{formula}</f><v />".encode(), f"<f>{formula}</f><v>{result}</v>".encode())
                text = text.replace(f"<f>{formula}</f><v></v>".encode(), f"<f>{formula}</f><v>{result}</v>".encode())
            new.writestr(name, text)
    return out.getvalue()


def test_a_formula_counts_for_what_it_came_to_and_that_is_said():
    content = workbook(("日期", "文号", "耕地数量（公顷）"), ("2024-02-01", "甲", "=0.4+0.5"))
    read = read_statement(with_result(content, "0.4+0.5", "0.9"))
    assert [each.amount for each in read.lines] == [9_000]
    assert read.said == ["有 1 格是公式，取其上次保存时的结果。"]


def test_one_amount_merged_over_several_rows_is_refused():
    rows = (("日期", "文号", "耕地数量（公顷）"), ("2024-02-01", "甲", 1), ("2024-02-02", "乙", None))
    assert problems(workbook(*rows, merge=["C2:C3"])) == [
        "第 2 行 数量列有合并单元格。请取消合并，把数量分到各行后重试。"
    ]


def test_a_document_merged_over_several_rows_counts_for_each():
    rows = (("日期", "文号", "耕地数量（公顷）"), ("2024-02-01", "甲", 1), ("2024-02-02", None, 2))
    read = read_statement(workbook(*rows, merge=["B2:B3"]))
    assert [(each.document, each.amount) for each in read.lines] == [("甲", 10_000), ("甲", 20_000)]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (41 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no workbook", "文件不是可读的 xlsx。请另存为 Excel 工作簿（.xlsx）后重试。"),
        (bomb(), "明细表解开后过大。请只留明细，另存后重试。"),
        (workbook(("甲", "乙"), (1, 2)), "找不到表头。表头里要有日期，以及指标名称和单位，如“耕地数量（公顷）”。"),
        (workbook(HEAD), "表里没有一笔变动，也没有期末结余。"),
        (workbook(HEAD, *([(1, "2024-02-01", "调入", "甲", "甲", 1)] * 2_001)), "超过 2000 行。请按月或按季分开对账。"),
    ],
)
def test_what_is_no_statement_is_refused_in_one_sentence(content, said):
    assert problems(content) == [said]


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (["1A:B"], "文件不是可读的 xlsx。请另存为 Excel 工作簿（.xlsx）后重试。"),
        (["A1:CV10000"] * 3, "合并单元格无法识别。请取消合并后重试。"),
    ],
)
def test_merged_ranges_that_are_none_are_refused(ranges, said):
    content = workbook(("日期", "文号", "耕地数量（公顷）"), ("2024-02-01", "甲", 1), merge=["D1:E1"])
    merged = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"<mergeCell ref=\"D1:E1\" ?/>", merged.encode(), old.read(name)))
    assert problems(out.getvalue()) == [said]

"""One validator for form and workbook: every problem at once, the register unchanged; what is taken away can be handed in."""

from __future__ import annotations

import io
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.liangtian_web.registers.conftest import FORMS, confirm, confirmed, enter, form_of, nil

from liangtian_web.registers.kinds import REGISTERS
from liangtian_web.registers.models import Row

HEADS = ["责任单元", "状态", "年度", "任务面积", "面积单位", "生效日期", "依据文件"]
GOOD = ["示范县", "列入", 2024, "1,200.5", "亩", "2024年1月5日", "示市资〔2024〕5号"]


def workbook(rows, heads=HEADS, merge: str = "") -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in [heads, *rows]:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("任务.xlsx", out.getvalue())


def send(client, rows, register: str = "annual-task", **about):
    page = reverse("registers:workbook", args=[register])
    return client.post(page, {"form": str(uuid4()), "workbook": workbook(rows, **about)})


def test_a_workbook_enters_its_rows_and_blank_ones_are_left_out(clients, places):
    other = ["339901", "", "2025.0", 800, "m2", "2025-01-05", "文"]
    answer = send(clients["qian"], [GOOD, [None] * 7, other])
    assert answer.status_code == 302
    kept = Row.objects.order_by("key").values_list("place__name", "key", "content", "since", "state")
    assert [(place, key, content, f"{since}", state) for place, key, content, since, state in kept] == [
        ("示范县", "2024", {"year": "2024", "area": "1200.5", "unit": "mu"}, "2024-01-05", "listed"),
        ("示范县", "2025", {"year": "2025", "area": "800", "unit": "m2"}, "2025-01-05", "listed"),
    ]


def test_every_problem_of_every_row_is_said_at_once_and_nothing_is_kept(clients, places):
    rows = [
        ["示范三县", "列入", "今年", "多", "顷", "一月", ""],
        GOOD,
        ["示范县", "有", 2024, "=1+1", "亩", "2024-02-30", "文"],
        GOOD,
        ["示范县", "零报告", 2024, 5, "亩", "2024-01-05", "文" * 201],
        ["示范县", "列入", 2023, 0, "亩", "2024-01-05", "文"],
    ]
    answer = send(clients["qian"], rows)
    assert (answer.status_code, Row.objects.count()) == (400, 0)
    assert answer.context["problems"] == [
        "第 2 行 责任单元 “示范三县”不是您可以登记的责任单元。请填名称或区划代码。",
        "第 2 行 生效日期 “一月”不是日期。请写成 2024-01-31。",
        "第 2 行 依据文件 未填。",
        "第 2 行 年度 “今年”不是年份。",
        "第 2 行 任务面积 “多”不是数。",
        "第 2 行 面积单位 “顷”不在可选范围内。",
        "第 4 行 任务面积 是公式。请粘贴为数值后重试。",
        "第 4 行 状态 “有”不在可选范围内。",
        "第 4 行 生效日期 “2024-02-30”不是日期。请写成 2024-01-31。",
        "第 5 行 与第 3 行重复。",
        "第 6 行 依据文件 超过 200 字。请缩短。",
        "第 6 行 状态 “零报告”不在可选范围内。",
        "第 7 行 任务面积 须大于 0。",
    ]


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"heads": ["责任单元", "状态", "任务面积"]}, "第 1 行 缺少列：年度、生效日期、依据文件。请使用模板。"),
        ({"merge": "A2:B2"}, "有合并单元格（A2:B2）。请取消合并后重试。"),
    ],
)
def test_a_workbook_that_is_no_table_is_refused(clients, places, about, said):
    answer = send(clients["qian"], [GOOD], **about)
    assert (answer.status_code, answer.context["problems"]) == (400, [said])


def test_a_file_that_is_no_workbook_or_no_file_is_refused(clients, places):
    page = reverse("registers:workbook", args=["annual-task"])
    junk = SimpleUploadedFile("x.xlsx", b"PK nothing")
    answer = clients["qian"].post(page, {"form": str(uuid4()), "workbook": junk})
    assert answer.context["problems"] == ["文件不是可读的 xlsx。请另存为 Excel 工作簿（.xlsx）后重试。"]
    empty = clients["qian"].post(page, {"form": str(uuid4())})
    assert (empty.status_code, list(empty.context["workbook"].errors)) == (400, ["workbook"])


def test_an_empty_workbook_says_so(clients, places):
    assert send(clients["qian"], []).context["problems"] == ["没有内容。请至少填一行。"]


@pytest.mark.parametrize(
    ("register", "changes", "where", "said"),
    [
        (
            "key-project",
            {"quantity": "0", "paddy": "0", "capacity_kg": "0"},
            "quantity",
            "不能都是 0。没有的请用零报告。",
        ),
        ("key-project", {"capacity_kg": "1.5"}, "capacity_kg", "“1.5”不是整数。"),
        ("key-project", {"capacity_kg": "9" * 20}, "capacity_kg", "超出范围。"),
        ("key-project", {"quantity": "-3"}, "quantity", "“-3”不是数。"),
        ("key-project", {"quantity": "9" * 20}, "quantity", "超出范围。"),
        ("key-project", {"due_on": "2023-12-31"}, "due_on", "早于生效日期。"),
        ("key-project", {"number": "-"}, "number", "“-”不是编号。"),
        ("key-project", {"name": "桥\0"}, "name", "含有不能保存的字符。请重新填写。"),
        ("key-project", {"level": ""}, "level", "未填。"),
        ("annual-task", {"year": "1024"}, "year", "“1024”不是年份。"),
        ("annual-task", {"place": ""}, "place", "未填。"),
    ],
)
def test_a_form_says_its_problem_at_the_field(clients, places, register, changes, where, said):
    answer = clients["qian"].post(
        reverse("registers:new", args=[register]), form_of(register, places["county"]) | changes
    )
    assert (answer.status_code, Row.objects.count()) == (400, 0)
    assert said in answer.context["form"].errors[where]


def test_a_nil_report_leaves_the_rest_empty(clients, places):
    page = reverse("registers:new", args=["key-project"])
    answer = clients["qian"].post(page, nil("key-project", places["county"], number="KP-1"))
    assert answer.context["form"].errors["number"] == ["零报告的行这一列应留空。"]
    row = enter(clients["qian"], "key-project", nil("key-project", places["county"]))
    assert (row.key, row.content, row.title) == ("-", {}, "零报告")


def test_only_what_is_entered_can_be_struck_off(clients, places):
    ending = form_of("key-project", places["county"], state="ended", since="2024-05-01")
    answer = clients["qian"].post(reverse("registers:new", args=["key-project"]), ending)
    assert (answer.status_code, Row.objects.count()) == (409, 0)
    assert "KP-1" in answer.content.decode()
    confirmed(clients, "key-project", form_of("key-project", places["county"]))
    assert enter(clients["qian"], "key-project", ending).state == "ended"


def test_two_places_of_one_name_are_told_apart_by_code(clients, places):
    places["other"].name = "示范县"
    places["other"].save()
    assert send(clients["qian"], [GOOD]).context["problems"] == [
        "第 2 行 责任单元 不止一个责任单元叫“示范县”。请填区划代码。"
    ]
    assert send(clients["qian"], [["339901", *GOOD[1:]]]).status_code == 302


@pytest.mark.parametrize("register", list(FORMS))
def test_what_is_taken_away_can_be_handed_in_again(clients, places, register):
    first = confirmed(clients, register, form_of(register, places["county"]))
    taken = clients["wang"].post(reverse("registers:export", args=[register]), {"on": "2024-06-01", "form": "xlsx"})
    file = SimpleUploadedFile("x.xlsx", taken.content)
    answer = clients["qian"].post(
        reverse("registers:workbook", args=[register]), {"form": str(uuid4()), "workbook": file}
    )
    assert answer.status_code == 302
    again = Row.objects.exclude(pk=first.pk).get()
    same = ("register", "place", "key", "state", "content", "document", "since")
    assert [getattr(again, name) for name in same] == [getattr(first, name) for name in same]


def test_the_workbook_to_fill_in_has_the_columns(clients, places):
    for name, register in REGISTERS.items():
        answer = clients["wang"].get(reverse("registers:template", args=[name]))
        heads = [
            cell.value for cell in openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active[1]
        ]
        assert heads == ["责任单元", "状态", *(str(each.label) for each in register.columns), "生效日期", "依据文件"]


def test_many_rows_are_confirmed_at_once_or_none(clients, places):
    send(clients["wang"], [GOOD, ["示范县", "", 2025, 800, "m2", "2025-01-05", "文"]])
    rows = list(Row.objects.all())
    own = enter(clients["qian"], "annual-task", form_of("annual-task", places["county"], year="2026"))
    assert confirm(clients["qian"], *rows, own).status_code == 409
    assert confirm(clients["qian"], *rows).status_code == 302
    assert {row.decision.confirmed for row in Row.objects.filter(pk__in=[each.pk for each in rows])} == {True}
    nothing = clients["qian"].post(reverse("registers:decide", args=["annual-task"]), {"confirm": "1"})
    assert nothing.status_code == 409

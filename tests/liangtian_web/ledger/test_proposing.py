"""What a proposal takes for a number, a place and one and the same form."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from tests.liangtian_web.ledger.test_views import GOOD, proposal, workbook

from bookkeeping import acceptance, day, quota, refused, square
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Proposal
from liangtian_web.ledger.proposing import COLUMNS
from liangtian_web.people.models import Place

pytestmark = pytest.mark.usefixtures("keepers")


@pytest.mark.parametrize(
    "amount", ["1,5", "1_000", "1e3", "12,34", "1,2345", ",100", "\uff11\uff12", "0x10", "9" * 5000]
)
def test_only_whole_numbers_are_numbers(keeper_client, places, amount):
    page = keeper_client.post(reverse("ledger:propose"), proposal(places, line={"amount": amount}))
    assert page.context["problems"][-1] == f"第 1 行 数量 “{amount}”不是数。"
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("amount", ["12000", "12,000", "12，000", "12000.0", " 12,000.00 "])
def test_whole_numbers_are_read_as_they_are_written(keeper_client, places, amount):
    keeper_client.post(reverse("ledger:propose"), proposal(places, line={"amount": amount}))
    page = keeper_client.get(reverse("ledger:proposal", args=[Proposal.objects.get().uuid]))
    assert [row["units"] for row in page.context["rows"]] == [12_000]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"lot": "x" * 61}, "第 1 行 批次编号 超过 60 字。请缩短。"),
        ({"document": "x\0"}, "第 1 行 文件 含有不能保存的字符。请重新填写。"),
    ],
)
def test_what_the_book_cannot_hold_is_said_before(keeper_client, places, line, said):
    page = keeper_client.post(reverse("ledger:propose"), proposal(places, line=line))
    assert (page.status_code, page.context["problems"]) == (400, [said])


def test_a_name_of_two_places_is_ambiguous_and_the_code_is_not(keeper_client, places):
    Place.objects.filter(pk=places["other"].pk).update(name="示范县")
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    page = keeper_client.post(reverse("ledger:propose"), head | {"workbook": workbook(GOOD)})
    assert page.context["problems"] == ["第 2 行 转入单元 不止一个责任单元叫“示范县”。请填区划代码。"]
    keeper_client.post(reverse("ledger:propose"), head | {"workbook": workbook([*GOOD[:4], "339901", *GOOD[5:]])})
    assert [row["to_place"] for row in Proposal.objects.get().content["rows"]] == [f"p{places['county'].pk}"]


def test_a_form_handed_in_twice_asks_for_one_thing(keeper_client, places):
    form = str(keeper_client.get(reverse("ledger:propose")).context["form"]["form"].value())
    answers = [keeper_client.post(reverse("ledger:propose"), proposal(places, form=form)) for _ in range(2)]
    assert [each.url for each in answers] == [reverse("ledger:proposal", args=[Proposal.objects.get().uuid])] * 2
    other = keeper_client.post(reverse("ledger:propose"), proposal(places, form=form, line={"amount": "7"}))
    assert (other.status_code, Proposal.objects.count()) == (400, 1)
    assert other.context["problems"] == ["这张表单已提交过，内容与这次不同；请从“提出记账”重新填写。"]


def packed(sheet: bytes = b"", padding: int = 0) -> io.BytesIO:
    """A good workbook, with something put before the end of its sheet, and a member of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(workbook(GOOD)) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as altered:
        for name in whole.namelist():
            altered.writestr(name, whole.read(name).replace(b"</sheetData>", b"</sheetData>" + sheet))
        altered.writestr("padding", b"0" * padding)
    out.name = "lines.xlsx"
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"padding": 41 * 2**20}, "明细表解开后过大。请只留明细，另存后重试。"),
        (
            {"sheet": b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'},
            "有合并单元格（A1:XFD1048576）。请取消合并后重试。",
        ),
    ],
)
def test_a_small_file_that_unpacks_to_much_is_refused_at_once(keeper_client, places, given, said):
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    page = keeper_client.post(reverse("ledger:propose"), head | {"workbook": packed(**given)})
    assert (page.status_code, page.context["problems"]) == (400, [said])


def test_a_row_a_million_lines_down_is_not_walked_to(keeper_client, places):
    book = openpyxl.Workbook()
    book.active.append([str(word) for word in COLUMNS.values()])
    book.active.cell(1_048_576, 1, "x")
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "lines.xlsx"
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    page = keeper_client.post(reverse("ledger:propose"), head | {"workbook": out})
    assert page.context["problems"] == ["超过 2000 行。请分成几笔。"]


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("ledger:index", 409),
        ("ledger:entries", 200),
    ],
)
def test_days_and_numbers_beyond_all_bounds_are_no_server_errors(keeper_client, page, status):
    asked = {"known_on": "9999-12-31", "before": "9" * 5000}
    assert keeper_client.get(reverse(page), asked).status_code == status


def test_text_that_cannot_be_kept_is_refused_everywhere(keeper_client, second_client, places):
    assert keeper_client.get(reverse("ledger:lot", args=["a\0"])).status_code == 404
    keeper_client.post(reverse("ledger:propose"), proposal(places))
    page = reverse("ledger:decide", args=[Proposal.objects.get().uuid])
    assert second_client.post(page, {"refuse": "1", "reason": "a\0"}).status_code == 409
    texts = {"a\0": "book-text", "\ud800": "book-text", "k" * 201: "book-key-long"}
    for key, why in texts.items():
        assert refused(lambda key=key: actions.post(quota(key, day(1), 1))) == why
    assert refused(lambda: actions.post(quota("e", day(1), 1, evidence=("a\0",)))) == "book-text"
    assert refused(lambda: actions.post(acceptance("s" * 61, 1, square(0), key="s"))) == "book-serial-long"

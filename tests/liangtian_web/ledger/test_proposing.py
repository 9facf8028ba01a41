"""What a proposal takes for a number, a place and one and the same form."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from tests.liangtian_web.ledger.test_views import GOOD, proposal, workbook

from bookkeeping import acceptance, day, entry, move, moved, quota, refused, square
from liangtian.ledger.kinds import entry_kinds
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Entry, Proposal
from liangtian_web.ledger.proposing import COLUMNS, PROPOSED
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


def test_what_a_procedure_books_is_not_proposed(keeper_client, places):
    booked = {each.kind for each in PROCEDURES.values()} - {
        "payment"
    }  # only of earmarked money, which is kept apart below
    assert not booked & set(PROPOSED)
    offered = [name for name, _ in keeper_client.get(reverse("ledger:propose")).context["form"].fields["kind"].choices]
    assert offered == list(PROPOSED)
    for kind in entry_kinds().keys() - set(PROPOSED):
        answer = keeper_client.post(reverse("ledger:propose"), proposal(places, kind=kind))
        assert (kind, answer.status_code) == (kind, 400)
    assert not Proposal.objects.exists()


USED = {
    "from_place": "339901",
    "from_pool": "used",
    "to_place": "339901",
    "to_pool": "reserve",
    "lot": "A",
    "document": "",
}


def test_a_proposal_of_a_procedures_kind_kept_from_before_is_not_posted(keepers, second_client, places):
    actions.post(acceptance("A", 9_000, square(0)), move("u", day(2), "write-off", "A", 1_000, "reserve", "used"))
    row = USED | {"index": "quantity_m2", "amount": "1000"}
    content = {"kind": "unlinking", "evidence": "旧", "on": "2024-03-01", "rows": [row]}
    about = {"place": places["county"], "on": day(3), "kind": "unlinking", "evidence": "旧"}
    kept = Proposal.objects.create(**about, content=content, proposer=keepers["li"])
    answer = second_client.post(reverse("ledger:decide", args=[kept.uuid]), {"post": "1"})
    assert (answer.status_code, "解挂入库" in answer.content.decode()) == (409, True)
    assert not Entry.objects.filter(kind="unlinking").exists()


def test_earmarked_money_is_not_paid_by_a_proposal(keeper_client, places):
    for pool, status in (("earmarked", 400), ("fund", 302)):
        line = {"index": "money_fen", "amount": "5", "from_place": "339901", "from_pool": pool, "to_place": "outside",
                "to_pool": "outside", "lot": "", "document": ""}  # fmt: skip
        answer = keeper_client.post(reverse("ledger:propose"), proposal(places, kind="payment", line=line))
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "status"), [(None, 400), ({"amount": "299"}, 400), ({"index": "paddy_m2"}, 400), ({}, 302)]
)
def test_a_debt_falls_only_by_what_is_given_for_it(keeper_client, places, given, status):
    owed = moved(None, 300, ("outside", "outside"), ("339901", "arrears"), "quantity_m2")
    actions.post(acceptance("A", 9_000, square(0)), entry("owed", day(2), "adjustment", owed))
    fallen = {"index": "quantity_m2", "amount": "300", "from_place": "339901", "from_pool": "arrears",
              "to_place": "outside", "to_pool": "outside", "lot": "", "document": ""}  # fmt: skip
    asked = proposal(places, kind="adjustment", on="2024-05-01", line=fallen)
    if given is not None:
        line = fallen | {"from_pool": "reserve", "lot": "A"} | given
        asked |= {f"line1-{name}": value for name, value in line.items()}
    assert keeper_client.post(reverse("ledger:propose"), asked).status_code == status

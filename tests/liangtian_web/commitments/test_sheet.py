"""Promises from a workbook: a row is right or wrong as the form is; all are taken in or none, every mistake said at once."""

from __future__ import annotations

import io
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from tests.liangtian_web.commitments.conftest import DAYS

from liangtian_web.balance.models import Filing
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home", "opened")
PAGE = ("supplement-improve",)
ROW = {"责任单元": "示范县", "项目": "岭下村补改结合", "报批机关": "省级", "业务日期": "2024-06-02",
       "承诺文号": "示承诺〔2024〕2号", "项目调整期限": DAYS["adjustment"], "项目实施期限": DAYS["works"],
       "项目验收期限": DAYS["acceptance"], "报备期限": DAYS["filing"], "耕地数量 (m²)": 500, "水田规模 (m²)": "1,300"}  # fmt: skip


def heads(client) -> list[str]:
    """The columns of the empty table."""
    answer = client.get(reverse("commitments:template", args=PAGE))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    return [cell.value for cell in sheet[1]]


def upload(client, *rows, merge="", form=None):
    book, known = openpyxl.Workbook(), heads(client) if client else list(ROW)
    book.active.append(known)
    for row in rows:
        book.active.append([row.get(name) for name in known])
    if merge:
        book.active.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "承诺.xlsx"
    return client.post(reverse("commitments:workbook", args=PAGE), {"form": form or str(uuid4()), "workbook": file})


def test_every_row_is_filed_and_sent_again_is_none(clients, submitted):
    form = str(uuid4())
    for _ in range(2):
        answer = upload(clients["wang"], submitted, {}, submitted | {"项目": "岭上村补改结合"}, form=form)
        assert answer.status_code == 302, answer.context["problems"]
    found = Filing.objects.filter(event="commitment").order_by("pk")
    assert [(each.project, each.facts["promised_amounts"][0]["paddy_m2"]) for each in found] == [
        ("岭下村补改结合", 1_300), ("岭上村补改结合", 1_300),
    ]  # fmt: skip
    assert Event.objects.filter(action="balance.file").count() == 2


@pytest.fixture
def submitted(clients):
    """A row by the words of the form's own choices."""
    page = clients["wang"].get(reverse("commitments:new", args=PAGE))
    fields = page.context["form"].fields
    words = {str(fields["submitted_to"].label): str(dict(fields["submitted_to"].choices)["province"])}
    return {name: value for name, value in ROW.items() if name != "报批机关"} | words


def test_every_mistake_of_every_row_at_once_and_nothing_is_filed(clients, submitted):
    wrong = submitted | {"业务日期": "昨天", "耕地数量 (m²)": -1}
    formula = submitted | {"耕地数量 (m²)": "=1+1"}
    answer = upload(clients["wang"], submitted, wrong, {}, formula, submitted | {"责任单元": "示范二县"})
    said = answer.context["problems"]
    assert answer.status_code == 400
    assert [(text.split()[1], text.split()[3]) for text in said] == [
        ("3", "业务日期"), ("3", "耕地数量"), ("5", "耕地数量"), ("6", "责任单元"),
    ]  # fmt: skip
    assert Filing.objects.filter(event="commitment").count() == 0
    assert not Event.objects.filter(action="balance.file").exists()


@pytest.mark.parametrize(("rows", "merge", "said"), [
    ((), "", "没有内容"), ((ROW,), "A2:A3", "合并单元格"),
])  # fmt: skip
def test_a_sheet_with_one_fault_gets_one_message(clients, rows, merge, said):
    answer = upload(clients["wang"], *rows, merge=merge)
    assert [said in each for each in answer.context["problems"]] == [True]
    assert Filing.objects.count() == 0


def test_an_auditor_and_an_unknown_kind(clients, places):
    assert upload(clients["zhao"], ROW).status_code == 400  # nobody's place but their own
    assert clients["wang"].get(reverse("commitments:template", args=["nothing"])).status_code == 404
    assert Filing.objects.count() == 0

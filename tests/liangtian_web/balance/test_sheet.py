"""Steps of the balance from a workbook: all are filed or none, every mistake said at once."""

from __future__ import annotations

import io
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse

from liangtian_web.balance.models import Filing

pytestmark = pytest.mark.usefixtures("home", "opened")
ROW = {"责任单元": "示范县", "项目": "2024年度计划", "业务日期": "2024-06-02", "文号": "示资〔2024〕7号"}


def upload(client, event, *rows):
    """Rows whose last cell is the amount of the first index of quota."""
    answer = client.get(reverse("balance:template", args=[event]))
    known = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active[1]]
    book = openpyxl.Workbook()
    book.active.append(known)
    for row, amount in rows:
        book.active.append([row.get(name, amount if n == len(row) else None) for n, name in enumerate(known)])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "指标.xlsx"
    return client.post(reverse("balance:workbook", args=[event]), {"form": str(uuid4()), "workbook": file})


def test_quota_is_filed_row_by_row(clients):
    answer = upload(clients["li"], "quota-grant", (ROW, "1,500"), (ROW | {"文号": "示资〔2024〕8号"}, 500))
    assert answer.status_code == 302, answer.context["problems"]
    found = Filing.objects.filter(event="quota-grant").order_by("pk")
    assert [(each.document, max(each.facts["quota_amounts"][0].values())) for each in found] == [
        ("示资〔2024〕7号", 1500), ("示资〔2024〕8号", 500),
    ]  # fmt: skip


def test_every_mistake_of_quota_at_once_and_nothing_is_filed(clients):
    wrong = ROW | {"业务日期": "昨天"}
    answer = upload(clients["li"], "quota-advance", (ROW, 500), (wrong, -1), (ROW, "=1"), (ROW, None))
    rows = [text.split(" ", 2)[1] for text in answer.context["problems"]]
    assert (answer.status_code, rows) == (400, ["3", "3", "4", "5"])
    assert not Filing.objects.exists()


def test_who_files_nothing_gets_no_workbook_and_an_unknown_step_is_none(clients):
    assert clients["li"].get(reverse("balance:template", args=["nothing"])).status_code == 404
    refused = upload(clients["zhao"], "quota-grant", (ROW, 500))  # may file, but not for this county
    assert [text.split(" ", 3)[3][:4] for text in refused.context["problems"]] == ["责任单元"]
    assert not Filing.objects.exists()

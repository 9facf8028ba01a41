"""Offers and requests from a workbook: a row is right or wrong as the form is; all are handed in or none."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from tests.liangtian_web.transfers.conftest import PROJECT, today

from liangtian_web.balance.models import Filing
from liangtian_web.trail.models import Event
from liangtian_web.transfers.models import Demand

pytestmark = pytest.mark.usefixtures("opened")


def offer() -> dict[str, object]:
    return {"责任单元": "示范县", "调剂标的": "补充耕地指标", "来源项目": PROJECT, "挂牌日期": f"{today()}", "申请文号": "示县调〔2026〕1号",
              "挂牌到期日": f"{today() + timedelta(days=30)}", "全域整治项目产生": "否", "耕地数量数量 (m²)": "1,000", "耕地数量单价 (元/亩)": "180000"}  # fmt: skip


def wanted() -> dict[str, object]:
    return {"责任单元": "示范二县", "调剂标的": "补充耕地指标", "申请日期": f"{today()}", "申请文号": "示二县调〔2026〕2号",
               "有效期至": f"{today() + timedelta(days=60)}", "用途": "产业园一期", "耕地数量数量 (m²)": 6000}  # fmt: skip


def upload(client, page, *rows, form=None):
    answer = client.get(reverse(f"transfers:{page}_template"))
    known = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active[1]]
    assert set().union(*rows) <= set(known), known
    book = openpyxl.Workbook()
    book.active.append(known)
    for row in rows:
        book.active.append([row.get(name) for name in known])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "表.xlsx"
    return client.post(reverse(f"transfers:{page}_workbook"), {"form": form or str(uuid4()), "workbook": file})


def test_offers_are_filed_row_by_row_and_once(clients):
    form = str(uuid4())
    for _ in range(2):
        answer = upload(clients["wang"], "offer", offer(), offer() | {"申请文号": "示县调〔2026〕2号"}, form=form)
        assert answer.status_code == 302, answer.context["problems"]
    found = Filing.objects.filter(listing__isnull=False).order_by("pk")
    assert [(each.document, each.listing.prices) for each in found] == [
        ("示县调〔2026〕1号", {"quantity_m2": "180000.00"}), ("示县调〔2026〕2号", {"quantity_m2": "180000.00"}),
    ]  # fmt: skip


def test_requests_join_the_queue(clients):
    assert upload(clients["zhao"], "ask", wanted(), {}, wanted()).status_code == 302
    assert [each.amounts for each in Demand.objects.all()] == [{"quantity_m2": 6000}] * 2


def test_every_mistake_at_once_and_nothing_is_handed_in(clients):
    wrong = offer() | {"挂牌到期日": f"{today()}", "全域整治项目产生": "也许"}
    answer = upload(
        clients["wang"],
        "offer",
        offer(),
        wrong,
        offer() | {"耕地数量单价 (元/亩)": "=1+1"},
        offer() | {"耕地数量单价 (元/亩)": ""},
    )
    said = [text.split(" ", 2)[1] for text in answer.context["problems"]]
    assert (answer.status_code, said) == (400, ["3", "3", "4", "5"])
    assert "请填“是”或“否”" in answer.content.decode()
    assert not Filing.objects.exists()
    assert not Event.objects.filter(action="balance.file").exists()
    short = upload(clients["zhao"], "ask", wanted() | {"有效期至": "2020-01-01"}, wanted() | {"耕地数量数量 (m²)": ""})
    assert (short.status_code, len(short.context["problems"]), Demand.objects.count()) == (400, 2, 0)


def test_a_place_of_others_is_not_offered_for_and_an_auditor_hands_in_nothing(clients):
    answer = upload(clients["zhao"], "offer", offer())  # an officer of the county next door
    assert next(text.split(" ", 3)[3] for text in answer.context["problems"]).startswith("责任单元")
    addresses = [reverse(f"transfers:{page}_workbook") for page in ("offer", "ask")]
    assert [clients["shen"].post(address).status_code for address in addresses] == [403, 403]
    assert clients["shen"].get(reverse("transfers:offer_template")).status_code == 403
    assert not Filing.objects.exists()

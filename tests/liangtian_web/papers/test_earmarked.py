"""The account of use of earmarked money, and the paper of a payment: for its place and those above, nobody else."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse
from tests.liangtian_web.papers.conftest import taken
from tests.liangtian_web.transfers.conftest import (
    ask,
    clients,
    list_for_sale,
    opened,
    people,
    post,
    send,
    settle,
    today,
)

from liangtian_web.balance.models import Filing

__all__ = ["clients", "opened", "people"]


def test_the_account_of_use_names_every_payment(clients, places, opened, paper):
    sold = settle(clients, list_for_sale(clients, places), ask(clients["zhao"], places))
    given = {"key": str(uuid4()), "amount_yuan": "1000000.00", "paid_for": "agriculture", "payee": "城关镇人民政府",
             "village": "", "reason": "", "on": f"{today()}", "document": "示财付〔甲〕1号"}  # fmt: skip
    filing = Filing.objects.get(uuid=send(clients["wang"], reverse("transfers:spend", args=[sold.uuid]), given))
    assert post(clients["li"], filing).status_code == 302

    found = paper(clients["li"], "earmarked", sold.uuid)
    sums = {row[0]: row[1] for row in found.rows if len(row) == 2}
    assert [sums[word] for word in ("收到", "已支出", "待审核", "尚余")] == [
        "1,620,000.00 元", "1,000,000.00 元", "0.00 元", "620,000.00 元",
    ]  # fmt: skip
    assert [f"{today()}", "示财付〔甲〕1号", "农业生产", "城关镇人民政府", "1,000,000.00 元", "已支出"] in found.rows
    assert ["专款来源", f"指标调剂价款 · {sold.document}"] in paper(clients["li"], "filing", filing.uuid).rows
    assert [taken(clients[who], "earmarked", sold.uuid).status_code for who in ("qian", "zhao", "wai")] == [
        200,
        404,
        404,
    ]

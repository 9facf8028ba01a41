"""Payments of earmarked money and supplies to separate sites from one workbook, each row naming its source or offer."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.days import today
from tests.liangtian_web.transfers.conftest import list_for_sale, post
from tests.liangtian_web.transfers.test_proceeds import BROUGHT, sold, villages, whole_area
from tests.liangtian_web.workbooks import hand_in, problems, table

from liangtian_web.balance.models import Filing, Payment

__all__ = ["sold", "villages", "whole_area"]
pytestmark = pytest.mark.usefixtures("opened")
PAY, SUPPLY = "/transfers/earmarked/many/", "/transfers/listings/supply/many/"


def paid(number, amount, **more):
    return {"来源编号": number, "金额（元）": amount, "资金用途": "农业生产", "收款单位": "城关镇人民政府",
            "支付日期": f"{today()}", "支付文号": "示财付〔2026〕1号"} | more  # fmt: skip


def test_earmarked_money_is_paid_out_row_by_row(clients, whole_area):
    (source,) = table(clients["wang"].post(reverse("transfers:earmarked_export")))
    (todo,) = table(clients["wang"].get(PAY, {"take": "open"}))
    assert (todo["来源编号"], todo["尚余（元）"], todo["受益村"]) == (
        source["来源编号"],
        BROUGHT / 100,
        "城关镇 岭下村",
    )
    own = {"受益村": "城关镇 岭下村"}
    rows = [paid(source["来源编号"], "1,000.50", **own), paid(source["来源编号"], 2_000, **own)]
    answer = hand_in(clients["wang"], PAY, *rows)
    assert answer.status_code == 302, problems(answer)
    made = Payment.objects.order_by("pk")
    assert [(each.fen, str(each.village)) for each in made] == [(100_050, "岭下村"), (200_000, "岭下村")]
    assert post(clients["li"], made[0].filing).status_code == 302


def test_payments_beyond_what_is_left_leave_all_of_them_out(clients, sold):
    number = str(sold.uuid)
    rows = [paid(number, 1_000_000), paid(number, 1_000_000), paid(number, "零"), paid(str(uuid4()), 1)]
    rows.append(paid(number, 1, **{"整治村尚未落实的建设资金（元）": 0}))
    said = problems(hand_in(clients["wang"], PAY, *rows))
    assert [text.split(" ")[1] for text in said] == ["3", "4", "5", "6"]
    assert said[-1].endswith("整治村尚未落实的建设资金（元） 这一件不填这一栏。")
    assert not Payment.objects.exists()


def test_the_money_of_others_does_not_exist_and_an_auditor_pays_nothing(clients, sold):
    said = problems(hand_in(clients["wai"], PAY, paid(str(sold.uuid), 1), paid(str(uuid4()), 1)))
    assert len({text.split(" ", 2)[2] for text in said}) == 1
    assert clients["shen"].get(PAY).status_code == 403
    assert clients["shen"].get(SUPPLY).status_code == 403


def test_an_offer_of_ones_own_or_of_another_city_is_no_supply(clients, places):
    offer = list_for_sale(clients, places)
    (todo,) = table(clients["zhao"].get(SUPPLY, {"take": "open"}))
    (listed,) = table(clients["zhao"].post(reverse("transfers:export")))
    assert todo["件号"] == listed["件号"] == str(offer.uuid)
    row = {"件号": str(offer.uuid), "检查编号": str(uuid4()), "业务日期": f"{today()}", "申请文号": "申"}
    unknown = "第 2 行 检查编号 没有这一项，或现在不能选它。请填编号。"
    said = [problems(hand_in(clients[who], SUPPLY, row)) for who in ("wang", "wai")]
    assert said == [["第 2 行 件号 没有这笔挂牌，或它是本单元的。请填平台导出清单上的件号。", unknown]] * 2
    assert table(clients["wang"].get(SUPPLY, {"take": "open"})) == []
    assert problems(hand_in(clients["zhao"], SUPPLY, row)) == [
        "第 2 行 检查编号 没有这一项，或现在不能选它。请填编号。"
    ]
    assert not Filing.objects.filter(event="hold").exists()

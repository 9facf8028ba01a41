"""Supplies, defaults and steps of many commitments from one workbook, each row naming its commitment."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.commitments.conftest import booked, promise, supplement
from tests.liangtian_web.workbooks import hand_in, headings, problems, table

from liangtian_web.balance.models import Filing
from liangtian_web.commitments.models import StepDone

pytestmark = pytest.mark.usefixtures("home", "opened")


def page(kind):
    return reverse("commitments:many", args=[kind])


@pytest.fixture
def two(clients, places):
    """Two commitments in the book; the county has 1,000 m² to keep them with."""
    made = [promise(clients["wang"], supplement(places["county"], project=name, paddy_m2="0")) for name in ("甲", "乙")]
    return [booked(each, clients["qian"]) for each in made]


def test_commitments_are_supplied_row_by_row_from_the_exported_list(clients, two):
    exported = table(clients["wang"].post(reverse("commitments:export")))
    todo = table(clients["wang"].get(page("supply"), {"take": "open"}))
    assert {row["件号"] for row in todo} == {row["件号"] for row in exported} == {str(each.uuid) for each in two}
    amount = next(name for name in todo[0] if "耕地数量" in name)
    assert [row[amount] for row in todo] == [500, 500]
    rows = [
        {"件号": row["件号"], amount: row[amount], "业务日期": "2024-08-01", "文号": "示兑现〔2024〕1号"}
        for row in todo
    ]
    wrong = problems(
        hand_in(clients["wang"], page("supply"), rows[0], rows[1] | {amount: None}, rows[1] | {"件号": str(uuid4())})
    )
    assert [text.split(" ")[1] for text in wrong] == ["3", "4"]
    assert not Filing.objects.filter(event="fulfilment").exists()
    answer = hand_in(clients["wang"], page("supply"), *rows)
    assert answer.status_code == 302, problems(answer)
    for each in Filing.objects.filter(event="fulfilment"):
        booked(each, clients["li"])
    assert table(clients["wang"].get(page("supply"), {"take": "open"})) == []


def test_steps_taken_are_recorded_and_defaults_are_the_city_s_to_file(clients, two):
    words = headings(clients["wang"].get(page("step"), {"take": "blank"}))
    assert words == ["件号", "步骤", "日期", "文号"]
    row = {
        "件号": str(two[0].uuid),
        "步骤": str(StepDone.Step("works").label),
        "日期": "2024-07-20",
        "文号": "完工报告",
    }
    answer = hand_in(clients["wang"], page("step"), row, row | {"件号": str(two[1].uuid)})
    assert answer.status_code == 302, problems(answer)
    assert StepDone.objects.count() == 2

    due = [{"件号": str(each.uuid), "业务日期": "2024-10-08", "文号": "示核减〔2024〕1号"} for each in two]
    assert clients["wang"].get(page("default")).status_code == 403
    answer = hand_in(clients["qian"], page("default"), *due)
    assert answer.status_code == 302, problems(answer)
    assert Filing.objects.filter(event="commitment-due").count() == 2


def test_commitments_of_others_do_not_exist(clients, two):
    row = {"业务日期": "2024-08-01", "文号": "文"}
    said = problems(
        hand_in(clients["zhao"], page("supply"), *({"件号": n} | row for n in (str(two[0].uuid), str(uuid4()))))
    )
    assert [text.partition(" 行 ")[2] for text in said] == ["件号 没有这件承诺。请填导出清单上的件号。"] * 2
    assert clients["zhao"].get(page("nothing")).status_code == 404

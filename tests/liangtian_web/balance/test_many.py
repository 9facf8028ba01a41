"""Many filings from one workbook: each row names what it goes on with, all are filed or none, every mistake said at once."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, file_hold, post
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.workbooks import hand_in, headings, problems, table, workbook

from bookkeeping import day, entry, legs
from liangtian_web.balance.going_on import PLACES
from liangtian_web.balance.many import KINDS
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.steps import AFTER, NEXT
from liangtian_web.ledger import actions as book

pytestmark = pytest.mark.usefixtures("home", "opened")
HEAD = {"业务日期": "2024-09-01", "文号": "示办〔2024〕9号"}


def page(event):
    return reverse("balance:many", args=[event])


@pytest.fixture(autouse=True)
def quota(opened):
    """What the city may hand on."""
    book.post(entry("quota", day(1), "allocation", legs(("outside", "outside", "plan_quota_m2", None, -9_000),
              ("339900", "reserve", "plan_quota_m2", None, 9_000))))  # fmt: skip


def granted(clients, places, n=1, amount="500") -> Filing:
    """A grant of quota in the book."""
    given = {"key": str(uuid4()), "place": places["county"].pk, "project": f"第{n}批", "on": "2024-06-01",
             "document": f"示资〔2024〕{n}号", "quota_amounts__plan_quota_m2": amount}  # fmt: skip
    clients["li"].post(reverse("balance:begin", args=["quota-grant"]), given)
    made = Filing.objects.get(uuid=given["key"])
    assert post(clients["qian"], made).status_code == 302
    return made


def test_quota_of_several_grants_is_used_from_the_list_of_what_is_open(clients, places):
    granted(clients, places, 1)
    granted(clients, places, 2, "800")
    todo = clients["wang"].get(page("quota-use"), {"take": "open"})
    rows = table(todo)
    assert [(row["承接项目"], row["责任单元"], row["业务日期"]) for row in rows] == [
        ("第2批", "示范县", None),
        ("第1批", "示范县", None),
    ]
    amount = next(name for name in rows[0] if "新增建设用地计划" in name)
    filled = [row | HEAD | {"项目": f"{n}号地块", amount: 300} for n, row in enumerate(rows)]
    sent = {"form": str(uuid4()), "workbook": workbook(list(filled[0]), *filled)}
    answer = clients["wang"].post(page("quota-use"), sent)
    assert answer.status_code == 302, problems(answer)
    made = Filing.objects.filter(event="quota-use").order_by("pk")
    assert [(each.begun.project, each.project, each.facts["quota_amounts"][0]["plan_quota_m2"]) for each in made] == [
        ("第2批", "0号地块", 300), ("第1批", "1号地块", 300),
    ]  # fmt: skip

    filled[0]["文号"] = "改过的文号"
    again = sent | {"workbook": workbook(list(filled[0]), *filled)}
    assert (
        "第 2 行" in problems(clients["wang"].post(page("quota-use"), again))[0]
    )  # the number stands for other content
    filled[0]["文号"] = HEAD["文号"]
    again["workbook"] = workbook(list(filled[0]), *filled)
    answer = clients["wang"].post(page("quota-use"), again)
    assert answer.status_code == 302, problems(answer)
    assert made.count() == 2


def test_every_mistake_is_said_at_once_and_nothing_is_filed(clients, places):
    grant = granted(clients, places)
    row = HEAD | {"件号": str(grant.uuid), "项目": "地块"}
    amount = next(
        name for name in headings(clients["li"].get(page("quota-use"), {"take": "blank"})) if "新增建设用地计划" in name
    )
    answer = hand_in(
        clients["li"], page("quota-use"), row | {amount: "501"}, row | {amount: 10, "业务日期": "2024-05-31"}, {},
        row | {amount: "=1+1"}, row | {amount: 10, "件号": "第1批"}, row | {amount: 10, "件号": None}, row, row | {amount: 10},
    )  # fmt: skip
    said = [re.fullmatch(r"第 (\d) 行 (指标数量 \S+ \(m²\)|\S+).*", text).groups() for text in problems(answer)]
    assert said == [
        ("2", amount),
        ("3", "业务日期"),
        ("5", amount),
        ("6", "件号"),
        ("7", "件号"),
        ("8", "请至少填一项数量。"),
    ]
    assert not Filing.objects.filter(event="quota-use").exists()
    merged = problems(hand_in(clients["li"], page("quota-use"), row | {amount: 10}, merged="A2:A3"))
    assert merged == ["有合并单元格（A2:A3）。请取消合并后重试。"]


def test_a_number_of_another_county_is_answered_as_one_that_nobody_has(clients, places):
    grant = granted(clients, places)
    rows = [HEAD | {"件号": number, "项目": "地块"} for number in (str(grant.uuid), str(uuid4()))]
    first, second = problems(hand_in(clients["zhao"], page("quota-use"), *rows))
    assert (
        first.replace("第 2 行", "")
        == second.replace("第 3 行", "")
        == " 件号 没有这一件。请填事项页或导出清单上的件号。"
    )
    assert table(clients["zhao"].get(page("quota-use"), {"take": "open"})) == []


def test_who_sees_a_filing_but_files_nothing_there_is_refused(clients, places):
    grant = granted(clients, places)
    both = person("sun", "孙工", places["county"], "auditor")
    theirs = person("shi", "石工", places["other"], "officer").memberships.get()
    both.memberships.create(place=places["other"], role="officer", agency=theirs.agency)
    answer = hand_in(browser(both), page("quota-use"), HEAD | {"件号": str(grant.uuid), "项目": "地块"})
    assert problems(answer) == ["第 2 行 件号 您不办理示范县的事项。"]
    assert browser(person("jin", "金工", places["county"], "auditor")).get(page("quota-use")).status_code == 403
    assert clients["li"].get(page("nothing")).status_code == 404


def test_what_nothing_goes_on_with_is_refused(clients, places):
    grant = granted(clients, places)
    answer = hand_in(clients["li"], page("thaw"), HEAD | {"件号": str(grant.uuid)})
    assert problems(answer) == ["第 2 行 件号 “第1批”这一件现在不能办指标解冻。"]


def test_holds_are_written_off_and_released_row_by_row(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = [file_hold(clients["wang"], check(name, side=0.2, row=row)) for name, row in (("一号", 0.5), ("二号", 1.5))]
    for each in held:
        assert post(clients["li"], each).status_code == 302
    todo = table(clients["wang"].get(page("approval"), {"take": "open"}))
    assert [row["承接项目"] for row in todo] == ["二号", "一号"]

    on = {"业务日期": "2024-07-01"}
    surplus = next(name for name in todo[0] if "节余" in name)
    strange = todo[1] | on | {"文号": "批一", surplus: 5}
    rows = [{name: value for name, value in row.items() if not name.startswith("承接") and name != "责任单元"}
            for row in (todo[0] | on | {"文号": "批二"}, strange)]  # fmt: skip
    answer = hand_in(clients["wang"], page("approval"), *rows)
    assert [text.split(" ")[-1] for text in problems(answer)] == [
        "这一件不填这一栏。"
    ]  # village land is asked for none
    assert not Filing.objects.filter(event="approval").exists()
    answer = hand_in(clients["wang"], page("approval"), rows[0])
    assert answer.status_code == 302
    assert table(clients["wang"].get(page("approval"), {"take": "open"})) == [todo[1]]  # the other one waits

    outcome = next(
        name
        for name in headings(clients["wang"].get(page("release"), {"take": "blank"}))
        if name not in (*HEAD, "件号")
    )
    refused = [on | {"件号": str(each.uuid), "文号": f"退{each.project}", outcome: "不予批准"} for each in held]
    said = problems(hand_in(clients["wang"], page("release"), *refused))
    assert [text[:5] for text in said] == ["第 3 行"]  # its approval waits
    assert hand_in(clients["wang"], page("release"), refused[0]).status_code == 302
    made = Filing.objects.filter(begun__in=held).order_by("pk")
    assert [(each.event, each.begun.project) for each in made] == [("approval", "二号"), ("release", "一号")]


def test_every_step_has_what_it_goes_on_with_and_its_columns(clients):
    assert set(AFTER) == set(NEXT)
    assert {name for names in AFTER.values() for name in names} <= set(PROCEDURES)
    for event in KINDS:
        heads = headings(clients["li"].get(page(event), {"take": "blank"}))
        assert (heads[0] == "件号") == (event in PLACES)
        assert len(set(heads)) == len(heads), event


def test_an_exported_list_is_told_from_a_workbook_filled_in(clients, places):
    """Its dates and documents are those of the filings on it: numbers are copied from it, nothing else."""
    grant = granted(clients, places)
    exported = clients["wang"].post(reverse("papers:filings"))
    (row,) = table(exported)
    assert row["件号"] == str(grant.uuid)
    answer = clients["wang"].post(page("thaw"), {"form": str(uuid4()), "workbook": workbook(headings(exported), row)})
    assert [text[:7] for text in problems(answer)] == ["这是导出的清单"]


def test_a_column_that_stands_twice_is_not_chosen_between(clients, places):
    """Whichever was read, the other's amounts would be lost without a word."""
    grant = granted(clients, places)
    heads = headings(clients["wang"].get(page("quota-return"), {"take": "blank"}))
    amount = next(each for each in heads if "(m²)" in each)
    row = HEAD | {"件号": str(grant.uuid), amount: 100}
    for twice in (amount, "文号"):
        sent = {"form": str(uuid4()), "workbook": workbook([*heads, twice], row)}
        assert problems(clients["wang"].post(page("quota-return"), sent)) == [
            f"第 1 行 不止一列：{twice}。请只留一列。"
        ]
    assert not Filing.objects.filter(event="quota-return").exists()


def test_what_is_no_workbook_or_too_large_is_refused(clients):
    for content, said in ((b"PK nothing", "problems"), (b"0" * (5 * 2**20 + 1), "workbook")):
        file = SimpleUploadedFile("多件.xlsx", content)
        answer = clients["li"].post(page("approval"), {"form": str(uuid4()), "workbook": file})
        assert answer.status_code == 400
        assert [said] == (["problems"] if answer.context["problems"] else list(answer.context["workbook"].errors))

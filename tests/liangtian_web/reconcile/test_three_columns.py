"""Three columns on the page, in the report, on paper, through the interface; results kept before there were three stay readable."""

from __future__ import annotations

import io
from datetime import date
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import clients, file_acceptance, home, opened, people, post
from tests.liangtian_web.balance.test_ordered import WHY
from tests.liangtian_web.balance.test_steps import step
from tests.liangtian_web.calls import made, read
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.reconcile.conftest import HEAD, workbook

from bookkeeping import COUNTY, entry, legs
from liangtian_web.ledger import actions as book
from liangtian_web.reconcile.models import Explanation, Import, Match, Result
from liangtian_web.reconcile.queries import open_differences

__all__ = ["clients", "home", "opened", "people"]
pytestmark = pytest.mark.usefixtures("home", "opened")
ROW = (1, "2024-03-01", "项目入库", "城关镇垦造耕地", "示自然资验〔2024〕3号", 2.3206)


def tried(client, places, *rows) -> Import:
    """A statement of 示范县's reserve, handed in on the page."""
    form = str(uuid4())
    given = {"form": form, "place": places["county"].pk, "pool": "reserve", "since": "2024-01-02", "on": "2024-12-31",
             "window": 30, "source": "省系统 2024", "file": SimpleUploadedFile("省系统.xlsx", workbook(HEAD, *rows))}  # fmt: skip
    assert client.post(reverse("reconcile:new"), given).status_code == 302
    return Import.objects.get(uuid=form)


def kept(client, places, *rows) -> Import:
    given = tried(client, places, *rows)
    client.post(reverse("reconcile:keep", args=[given.uuid]))
    return Import.objects.get(pk=given.pk)


def difference(client, given: Import, n: int = 1):
    return client.get(reverse("reconcile:difference", args=[given.uuid, n]))


def test_what_waits_leads_to_its_filing_and_is_settled_when_it_is_booked(clients, people, places):
    filing = file_acceptance(clients["li"], places)
    given = kept(clients["li"], places, ROW)
    page = difference(clients["li"], given)
    text, address = page.content.decode(), reverse("balance:filing", args=[filing.uuid])
    assert page.context["sums"] == {"theirs": 23_206, "ours": None, "filed": 23_206}
    assert (text.count(f'href="{address}"'), page.context["each"].state[1]) == (3, "未处理")
    assert (page.context["each"].propose, page.context["form"].initial) == ("", {"reason": "timing"})
    assert [left for _, left in open_differences(people["li"])] == [1]
    post(clients["qian"], filing)
    assert difference(clients["li"], given).context["each"].state == ("pass", "已入账")
    assert list(open_differences(people["li"])) == []


def test_booking_what_waits_in_another_amount_settles_nothing(clients, people, places):
    filing = file_acceptance(clients["li"], places)
    given = kept(clients["li"], places, (*ROW[:5], 2.3))
    post(clients["qian"], filing)
    assert difference(clients["li"], given).context["each"].state == ("fail", "未处理")
    assert [left for _, left in open_differences(people["li"])] == [1]


def test_a_correction_sent_back_leaves_the_difference_open(clients, people, places):
    given = kept(clients["li"], places, (2, "2024-05-01", "调入", "跨县调剂", "示调〔2024〕3号", 0.2))
    row = {"index": "quantity_m2", "amount": 2_000, "from_place": "outside", "from_pool": "outside", "to_place": COUNTY,
           "to_pool": "reserve", "lot": "L-1", "document": "示调"}  # fmt: skip
    asked = {
        "place": COUNTY,
        "on": "2024-05-01",
        "kind": "opening",
        "evidence": f"DZ-{given.result.pk}-1：示调",
        "rows": [row],
    }
    correction = made(clients["li"], "book/proposals", asked)["uuid"]
    assert list(open_differences(people["li"])) == []
    made(clients["qian"], f"book/proposals/{correction}/decision", {"accept": False, "reason": "依据不足"})
    assert difference(clients["li"], given).context["each"].state == ("fail", "更正被退回")
    assert [left for _, left in open_differences(people["li"])] == [1]


def test_each_of_three_amounts_leads_to_its_own(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    given = kept(clients["li"], places, (*ROW[:5], 2.3))
    page = difference(clients["li"], given)
    text, entry = page.content.decode(), filing.decision.entry
    assert page.context["sums"] == {"theirs": 23_000, "ours": 23_206, "filed": 23_206}
    for address in (
        reverse("reconcile:original", args=[given.uuid]),
        f"{reverse('ledger:entry', args=[entry.uuid])}?evidence=DZ-{given.pk}-1",
        reverse("balance:filing", args=[filing.uuid]),
    ):
        assert text.count(f'<dd><a href="{address}">') == 1
    assert (page.context["each"].accepted, page.context["line"].ground_m2) == (30_013, filing.area_m2)
    assert page.context["form"].initial == {"reason": "their-error"}


def test_the_list_is_told_by_verdict_with_what_to_do_next(clients, places):
    post(clients["qian"], file_acceptance(clients["li"], places))
    given = tried(clients["li"], places, ROW, (2, "2024-05-01", "调入", "跨县调剂", "示调〔2024〕3号", 0.2))
    page = clients["li"].get(reverse("reconcile:statement", args=[given.uuid]))
    assert [(name, n) for name, _, n in page.context["counts"]] == [("agree", 1), ("statement-only", 1)]
    assert [each.line.word for each in page.context["shown"]] == ["仅对账单有"]
    agreed = clients["li"].get(page.wsgi_request.path, {"kind": "agree"})
    assert [each.line.verdict for each in agreed.context["shown"]] == ["agree"]
    assert "不需要处理。" in agreed.content.decode()


def test_lines_that_belong_together_are_counted_and_explained_as_one(clients, people, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    serial = filing.decision.entry.legs.exclude(lot=None).first().lot.serial
    back = legs((COUNTY, "reserve", "quantity_m2", serial, -206), ("outside", "outside", "quantity_m2", serial, 206))
    book.post(entry("adjusted", date(2024, 3, 2), "adjustment", back, evidence=(ROW[4],)))
    given = kept(clients["li"], places, (*ROW[:5], 2.3))
    page = clients["li"].get(reverse("reconcile:statement", args=[given.uuid]))
    assert [(name, n) for name, _, n in page.context["counts"]] == [("project-differs", 1)]
    assert [left for _, left in open_differences(people["li"])] == [1]
    shown = difference(clients["li"], given, 2)
    assert (len(shown.context["group"]), shown.context["sums"]) == (
        3,
        {"theirs": 23_000, "ours": 23_000, "filed": 23_206},
    )
    addresses = [reverse("reconcile:difference", args=[given.uuid, n]) for n in (1, 2)]
    why = {"reason": "scope", "text": "按省里复核数调整"}
    assert [clients["li"].post(address, why).status_code for address in addresses] == [302, 409]
    assert [difference(clients["li"], given, n).context["each"].state for n in (1, 2, 3)] == [("pass", "已说明")] * 3
    assert [each["explained"] for each in read(clients["li"], f"reconciliation/{given.uuid}")["lines"]] == ["scope"] * 3
    assert (list(open_differences(people["li"])), Explanation.objects.count()) == ([], 1)


def test_the_report_the_paper_and_the_interface_have_the_third_side(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    given = kept(clients["li"], places, (*ROW[:5], 2.3))
    book = openpyxl.load_workbook(
        io.BytesIO(clients["li"].get(reverse("reconcile:report", args=[given.uuid])).getvalue())
    )
    heads, row = ([cell.value for cell in line] for line in book["差异"].iter_rows(max_row=2))
    said = dict(zip(heads, row, strict=True))
    assert [said[name] for name in ("三方结论", "对账单", "账面", "项目记录", "项目记录状态", "事项编号")] == [
        "对账单不符", 23_000, 23_206, 23_206, "已入账", str(filing.uuid),
    ]  # fmt: skip
    paper = clients["li"].get(reverse("papers:paper", args=["reconciliation", given.uuid, "html"])).content.decode()
    assert all(each in paper for each in ("对账单不符", "项目记录", "下一步"))
    line = read(clients["li"], f"reconciliation/{given.uuid}")["lines"][0]
    assert {name: line[name] for name in ("verdict", "group", "theirs", "ours", "filed", "filed_state", "filing")} == {
        "verdict": "statement-differs", "group": 1, "theirs": 23_000, "ours": 23_206, "filed": 23_206,
        "filed_state": "booked", "filing": str(filing.uuid),
    }  # fmt: skip
    why = {"reason": "their-error", "text": "已函请更正"}
    explained = made(clients["li"], f"reconciliation/{given.uuid}/lines/1/explanation", why)
    assert (explained["explained"], explained["filing"]) == ("their-error", str(filing.uuid))


def test_a_result_kept_before_there_was_a_third_side_is_read_as_it_was(clients, people, places):
    given = tried(clients["li"], places, ROW)
    result = Result.objects.create(of=given, known_on=timezone.now(), actor=people["li"])
    common = {"result": result, "index": "quantity_m2", "document": "甲", "their_on": "2024-03-01", "row": 2}
    Match.objects.create(n=1, kind="matched", by="document", theirs=5, **common)
    Match.objects.create(n=2, kind="theirs", theirs=7, **common)
    page = clients["li"].get(reverse("reconcile:statement", args=[given.uuid]))
    assert [(name, n) for name, _, n in page.context["counts"]] == [("matched", 1), ("theirs", 1)]
    assert [each.line.word for each in page.context["shown"]] == ["我方没有"]
    shown = difference(clients["li"], given, 2)
    assert (shown.context["sums"], bool(shown.context["each"].propose)) == (
        {"theirs": 7, "ours": None, "filed": None},
        True,
    )
    assert [left for _, left in open_differences(people["li"])] == [1]
    for address in (
        reverse("reconcile:report", args=[given.uuid]),
        reverse("papers:paper", args=["reconciliation", given.uuid, "docx"]),
        f"/api/reconciliation/{given.uuid}",
    ):
        assert clients["li"].get(address).status_code == 200
    clients["li"].post(reverse("reconcile:difference", args=[given.uuid, 2]), {"reason": "timing", "text": "待记账"})
    assert Explanation.objects.get().match.n == 2


def test_who_may_not_open_a_filing_gets_its_amount_and_no_way_to_it(clients, people, places):
    """A county lends: its own reconciliation has the borrower's record of it, and not what it was borrowed for."""
    xu = browser(person("xu2", "徐处", places["city"], "keeper"))
    about = {"place": places["other"].pk, "project": "机场二期", **WHY}
    han = browser(person("han", "韩工", places["other"], "officer"))
    loan = step(han, "borrow", moved_amounts__quantity_m2="200", provider=places["county"].pk, lender_pool="reserve",
                return_due_on="2099-01-01", **about)  # fmt: skip
    assert post(xu, loan).status_code == 302
    given = kept(clients["li"], places, ROW)
    line = Match.objects.get(verdict="not-stated")
    assert (line.ours, line.filed) == (-200, -200)
    page = difference(clients["li"], given, line.n)
    assert (page.context["each"].opens, reverse("balance:filing", args=[loan.uuid]) in page.content.decode()) == (
        False,
        False,
    )
    assert read(clients["li"], f"reconciliation/{given.uuid}")["lines"][line.n - 1]["filing"] is None
    assert difference(xu, given, line.n).context["each"].opens
    assert "机场二期" not in page.content.decode()

"""What the book keeps besides filings goes to file too: a slip of an entry, a closing, an attached boundary, a row of a register."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.liangtian_web.calls import made, send
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.papers.conftest import Read, taken
from tests.liangtian_web.registers.conftest import TASK, confirm, enter, form_of

from bookkeeping import acceptance, attachment, closing, day, entry, legs, square
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry, Lot, Period
from liangtian_web.ledger.sealing import seal_all
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("opened")

MONEY = {"index": "money_fen", "amount": 500_00, "from_place": "outside", "from_pool": "outside", "to_place": "339901",
         "to_pool": "fund"}  # fmt: skip
SLIP = {"place": "339901", "on": f"{day(3)}", "kind": "appropriation", "evidence": "县财〔2024〕1号", "rows": [MONEY]}


@pytest.fixture
def slip(clients):
    """The slip of an appropriation that waits."""
    return made(clients["li"], "book/proposals", SLIP)["uuid"]


@pytest.fixture
def posted(slip, clients):
    """The same in the book."""
    made(clients["qian"], f"book/proposals/{slip}/decision", {"accept": True})
    return slip


def test_a_slip_says_who_asked_who_posted_and_every_leg(posted, clients, paper):
    found, booked = paper(clients["li"], "proposal", posted), Entry.objects.get(key=f"proposal:{posted}")
    assert found.lines[0] == "资金安排记账单"
    assert f"已审核入账，分录编号 {booked.uuid}。" in found.lines
    assert ["示范县 耕地保护资金", "资金", "—", "+500.00 元", "—"] in found.rows
    assert ["账外", "资金", "—", "-500.00 元", "—"] in found.rows
    pairs = {row[0]: row[1] for row in found.rows if len(row) == 2}
    assert pairs["依据"] == "县财〔2024〕1号"
    assert pairs["提出人"].startswith("李工 · ")
    assert pairs["审核人"].startswith("钱处 · ")
    assert pairs["规则"] == "手工记账，未按条款计算"
    assert pairs["封存码"] == "尚未封存"


def test_a_slip_that_waits_says_what_is_asked_for_and_no_entry(slip, clients, paper):
    found = paper(clients["li"], "proposal", slip)
    assert "尚未审核。" in found.lines
    assert "已记分录" not in found.lines
    assert ["示范县 耕地保护资金", "资金", "—", "+500.00 元", "—"] in found.rows


def test_a_slip_that_was_sent_back_says_why(slip, clients, paper):
    made(clients["qian"], f"book/proposals/{slip}/decision", {"accept": False, "reason": "缺批文"})
    assert "已退回：缺批文" in paper(clients["li"], "proposal", slip).lines


def test_the_slip_of_a_reversal_names_what_it_takes_back(posted, clients, paper):
    first = Entry.objects.get(key=f"proposal:{posted}")
    asked = {"on": f"{day(4)}", "evidence": "更正"}
    back = made(clients["li"], f"book/entries/{first.uuid}/reversal", asked)["uuid"]
    waiting = paper(clients["li"], "proposal", back)
    assert ["示范县 耕地保护资金", "资金", "—", "-500.00 元", "—"] in waiting.rows
    assert ["冲正分录", f"资金安排 {day(3)} 县财〔2024〕1号 · {first.uuid}"] in waiting.rows
    made(clients["qian"], f"book/proposals/{back}/decision", {"accept": True})
    found = paper(clients["li"], "proposal", back)
    assert found.lines[0] == "冲正记账单"
    assert ["示范县 耕地保护资金", "资金", "—", "-500.00 元", "—"] in found.rows
    undone = Entry.objects.get(key=f"proposal:{back}")
    assert f"已审核入账，后由分录 {undone.key} 冲正。" in paper(clients["li"], "proposal", posted).lines


def test_the_slip_of_an_opening_has_its_lots_with_their_documents(clients, paper):
    row = {"index": "quantity_m2", "amount": 2_000, "from_place": "outside", "from_pool": "outside", "to_place": "339902",
           "to_pool": "reserve", "lot": "2018-007", "project": "南山垦造", "credit": "reclamation", "document": "邻发〔2018〕7号"}  # fmt: skip
    asked = {"place": "339902", "on": f"{day(1)}", "kind": "opening", "evidence": "邻发〔2018〕7号", "rows": [row]}
    number = made(clients["zhao"], "book/proposals", asked)["uuid"]
    lots = ["2018-007", "示范二县", "南山垦造", "垦造耕地", "邻发〔2018〕7号"]
    assert lots in paper(clients["zhao"], "proposal", number).rows
    made(clients["qian"], f"book/proposals/{number}/decision", {"accept": True})
    found = paper(clients["zhao"], "proposal", number)
    assert lots in found.rows
    assert ["示范二县 储备库", "耕地数量", "2018-007", "+2,000 m²", "3.00 亩"] in found.rows


def test_a_sealed_slip_gives_the_same_bytes_again(posted, clients):
    seal_all()
    first, second = (taken(clients[name], "proposal", posted) for name in ("li", "qian"))
    assert first.content == second.content
    assert "尚未封存" not in Read(first).cells


def test_a_closing_says_what_every_account_was_closed_with(clients, paper):
    book.close_period(closing("z", day(5), evidence=("县结〔2024〕1号",), approver="qian"))
    period = Period.objects.get(key="z")
    found = paper(clients["li"], "closing", period.pk)
    assert found.lines[0] == "台账关账单"
    assert ["储备库", "耕地数量", "1,000 m²", "1.50 亩"] in found.rows
    pairs = {row[0]: row[1] for row in found.rows if len(row) == 2}
    assert (pairs["提出人"], pairs["审核人"], pairs["依据"]) == ("李工", "钱处", "县结〔2024〕1号")
    assert pairs["上一次"] == f"建账，此后才有账 · {day(1) - timedelta(days=1)}"
    book.post(entry("w", day(6), "write-off", legs(("339901", "reserve", "quantity_m2", "2019-001", -400),
              ("339901", "used", "quantity_m2", "2019-001", 400))))  # fmt: skip
    assert paper(clients["li"], "closing", period.pk).rows == found.rows
    assert taken(clients["li"], "closing", Period.objects.get(opens=True).pk).status_code == 404


def test_a_boundary_says_what_it_was_held_against(clients, places, paper):
    book.post(acceptance("2024-001", 9_000, square(1, shift=-0.005)))
    book.attach_boundary(
        attachment("g", "2019-001", square(0), evidence=("测字〔2024〕9号",), actor="li", approver="qian")
    )
    found = paper(clients["li"], "boundary", "2019-001")
    assert found.lines[0] == "指标块补录范围登记表"
    area = f"{Lot.objects.get(serial='2019-001').ground.area_m2:,}"
    assert ["耕地数量", "1,000 m²", f"{area} m²（15.00 亩）", "未超出"] in found.rows
    assert ["2024-001", "0.50 m²", "0.00 m²", "容差以内"] in found.rows
    pairs = {row[0]: row[1] for row in found.rows if len(row) == 2}
    assert (pairs["提出人"], pairs["审核人"], pairs["依据"], pairs["原以文件为凭"]) == (
        "李工", "钱处", "测字〔2024〕9号", "县发〔2019〕1号",
    )  # fmt: skip
    book.post(acceptance("2024-002", 9_000, square(0, 1)))  # touches it, and came later
    assert paper(clients["li"], "boundary", "2019-001").rows == found.rows
    assert taken(clients["li"], "boundary", "2024-001").status_code == 404  # came with its acceptance


def test_a_boundary_does_not_name_a_neighbour_of_another_place(clients, paper):
    book.post(acceptance("N-001", 9_000, square(1), place="339902"))
    book.attach_boundary(attachment("g", "2019-001", square(0), actor="li", approver="qian"))
    found = paper(clients["li"], "boundary", "2019-001")
    assert ["其他责任单元的指标块", "0.00 m²", "0.00 m²", "容差以内"] in found.rows
    assert "N-001" not in found.cells
    assert "N-001" in paper(clients["qian"], "boundary", "2019-001").cells


def test_a_row_says_who_entered_and_confirmed_it_and_what_it_took_the_place_of(people, clients, places, paper):
    first = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    assert "尚未确认。" in paper(clients["wang"], "row", first.uuid).lines
    confirm(clients["qian"], first)
    changed = form_of("annual-task", places["county"], area="45", document="示市资〔2024〕6号", since="2024-06-01")
    second = enter(clients["wang"], "annual-task", changed)
    confirm(clients["qian"], second)
    found = paper(clients["wang"], "row", second.uuid)
    assert found.lines[0] == "年度补充耕地任务登记表"
    assert "已确认，自 2024-06-01 起有效。" in found.lines
    assert ["任务面积", "30,000.00 m²（文件：45 亩）"] in found.rows
    pairs = {row[0]: row[1] for row in found.rows if len(row) == 2}
    assert pairs["登记人"].startswith("王工 · ")
    assert pairs["确认人"].startswith("钱处 · ")
    shown = "年度 2024；任务面积 20,000.00 m²（文件：30 亩）"
    assert ["2024-01-01", TASK["document"], shown, "已确认", "为本行所取代", "王工"] in found.rows
    before = paper(clients["wang"], "row", first.uuid)
    assert "已确认，自 2024-06-01 起由“示市资〔2024〕6号”取代。" in before.lines


def test_each_paper_is_offered_on_its_page_and_noted(posted, clients, places):
    book.close_period(closing("z", day(5), approver="qian"))
    book.attach_boundary(attachment("g", "2019-001", square(0), actor="li", approver="qian"))
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    period = Period.objects.get(key="z").pk
    pages = {
        ("proposal", posted): reverse("ledger:proposal", args=[posted]),
        ("closing", period): reverse("standing:periods"),
        ("boundary", "2019-001"): reverse("ledger:lot", args=["2019-001"]),
        ("row", row.uuid): reverse("registers:row", args=[row.uuid]),
    }
    for (kind, ref), page in pages.items():
        assert reverse("papers:paper", args=[kind, ref, "docx"]) in clients["li"].get(page).content.decode()
        assert taken(clients["li"], kind, ref).status_code == 200
    noted = Event.objects.filter(action="papers.take").order_by("pk").values_list("object", "on", "place__name")
    assert [each for each, _on, _place in noted] == [
        f"proposal:{posted} docx", f"period:{period} docx", "lot:2019-001 docx", f"row:{row.uuid} docx",
    ]  # fmt: skip
    assert {place for _each, _on, place in noted} == {"示范县"}


def test_the_outsider_gets_none_of_them(posted, clients, people, places):
    book.close_period(closing("z", day(5), approver="qian"))
    book.attach_boundary(attachment("g", "2019-001", square(0), actor="li", approver="qian"))
    row = enter(clients["wang"], "annual-task", form_of("annual-task", places["county"]))
    refs = {"proposal": posted, "closing": Period.objects.get(key="z").pk, "boundary": "2019-001", "row": row.uuid}
    away = browser(person("wai", "外工", places["town"], "keeper"))
    for client in (clients["zhao"], away):
        assert {taken(client, kind, ref).status_code for kind, ref in refs.items()} == {404}
    assert not Event.objects.filter(action="papers.take").exists()


@pytest.mark.parametrize("kind", ["proposal", "closing", "boundary", "row"])
@pytest.mark.parametrize("ref", ["nothing", "00000000-0000-0000-0000-000000000000", "999999", "%00"])
def test_what_does_not_exist_has_no_paper(clients, kind, ref):
    assert clients["li"].get(f"/papers/{kind}/{ref}.docx").status_code == 404


def test_the_paper_of_a_waiting_closing_is_not_there_yet(clients):
    waiting = made(clients["li"], "book/closings", {"place": "339901", "through": f"{day(5)}", "evidence": "文"})[
        "uuid"
    ]
    page = clients["li"].get(reverse("ledger:proposal", args=[waiting]))
    assert page.context["paper"] is None
    assert taken(clients["li"], "proposal", waiting).status_code == 404
    assert send(clients["qian"], f"book/proposals/{waiting}/decision", {"accept": True}).status_code == 200
    page = clients["li"].get(reverse("ledger:proposal", args=[waiting]))
    assert page.context["paper"] == ("closing", Period.objects.get(opens=False).pk)

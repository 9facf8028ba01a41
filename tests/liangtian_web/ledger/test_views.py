"""The book's pages: who sees what, proposals posted by a second person, statements, and bad input said all at once."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.conftest import browser, person

from bookkeeping import COUNTY, acceptance, day, hold, moved, quota, square
from bookkeeping import entry as make_entry
from liangtian_web.ledger import actions, proposing
from liangtian_web.ledger.models import Account, Entry, Lot, Proposal
from liangtian_web.ledger.templatetags.book import ENTRIES_MAX, entries_address
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("keepers")


@pytest.fixture
def booked(keepers):
    """A lot accepted, some of it held and used; plan quota."""
    actions.post(acceptance("A", 9_000, square(0)))
    actions.post(hold("h", day(2), "A", 3_000, day(6)))
    actions.post(
        make_entry("u", day(3), "write-off", moved("A", 1_000, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2"))
    )
    actions.post(quota("q", day(2), 500))


def account(pool: str, index: str = "quantity_m2") -> Account:
    return Account.objects.get(place__code=COUNTY, pool=pool, index=index)


def figures(page) -> dict[tuple[str, str, str], int]:
    return {
        (each["place"].name, cell.account.pool, row["index"]): cell.amount
        for each in page.context["places"] for row in each["rows"] for cell in row["cells"] if cell
    }  # fmt: skip


def test_balances_stand_by_place_and_index_on_any_day(keeper_client, booked):
    page = keeper_client.get(reverse("ledger:index"), {"on": "2024-04-01"})
    assert figures(page) == {
        ("示范县", "reserve", "quantity_m2"): 5_000,
        ("示范县", "held", "quantity_m2"): 3_000,
        ("示范县", "used", "quantity_m2"): 1_000,
        ("示范县", "reserve", "plan_quota_m2"): 500,
    }
    assert "7.50" in page.content.decode()  # 5,000 m² in 亩
    after = figures(keeper_client.get(reverse("ledger:index"), {"on": "2024-06-01"}))  # the hold has lapsed
    assert (after["示范县", "reserve", "quantity_m2"], after["示范县", "held", "quantity_m2"]) == (8_000, 0)


def test_what_was_known_before_is_shown_as_it_was(keeper_client, booked):
    page = keeper_client.get(reverse("ledger:index"), {"on": "2024-04-01", "known_on": "2020-01-01"})
    assert set(figures(page).values()) == {0}


def test_an_account_shows_its_statement_and_lots(keeper_client, booked):
    page = keeper_client.get(
        reverse("ledger:account", args=[account("reserve").pk]), {"since": "2024-02-01", "until": "2024-06-30"}
    )
    drawn = page.context["statement"]
    assert (drawn.opening, drawn.closing) == (9_000, 8_000)
    assert [(line.entry.key, line.amount, line.lapse) for line in drawn.lines] == [
        ("h", -3_000, False), ("u", -1_000, False), ("h", 3_000, True),
    ]  # fmt: skip
    assert page.context["lots"] == {"A": 8_000}


def test_a_statement_is_taken_home_as_a_workbook(keeper_client, booked):
    answer = keeper_client.get(
        reverse("ledger:account_workbook", args=[account("reserve").pk]), {"since": "2024-02-01", "until": "2024-06-30"}
    )
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    assert [row[6] for row in rows[4:]] == [9_000, 6_000, 5_000, 8_000, 8_000]
    assert rows[-1][7] == 0.8
    assert Event.objects.filter(action="ledger.download").count() == 1


def test_a_statement_as_known_before_anything_was_recorded_is_empty(keeper_client, booked):
    asked = {"since": "2024-02-01", "until": "2024-06-30", "known_on": "2024-06-30"}
    number = account("reserve").pk
    page = keeper_client.get(reverse("ledger:account", args=[number]), asked)
    assert (page.context["statement"].closing, page.context["balance"]) == (0, 0)
    known = "截至 2024-06-30 23:59:59 已知，最后记账时间 —"
    assert page.context["known"] == known
    assert page.context["form"]["known_on"].value() == "2024-06-30"
    answer = keeper_client.get(reverse("ledger:account_workbook", args=[number]), asked)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))
    assert rows[1][0] == f"2024-02-01 至 2024-06-30，{known}"
    now = keeper_client.get(reverse("ledger:account", args=[number]), asked | {"known_on": ""})
    last = timezone.localtime(Entry.objects.filter(legs__account=number).latest("recorded_at").recorded_at)
    assert now.context["known"] == f"含至今补记的全部分录，最后记账时间 {last:%Y-%m-%d %H:%M:%S}"


def test_an_entry_says_why_who_and_when(keeper_client, booked):
    text = keeper_client.get(reverse("ledger:entry", args=[Entry.objects.get(key="h").uuid])).content.decode()
    for said in ("冻结", "doc:1", "李工", "手工记账", "尚未封存", "2024-06-01"):
        assert said in text


def test_a_lot_is_on_the_map_with_its_credits(keeper_client, booked):
    page = keeper_client.get(reverse("ledger:lot", args=["A"]))
    stand = {each.pool: amount for each, amount in page.context["standings"]}
    assert stand == {"reserve": 8_000, "used": 1_000}
    shapes = json.loads(keeper_client.get(reverse("ledger:lot_shapes", args=["A"])).content)
    assert shapes["features"][0]["properties"] == {"role": "boundary", "serial": "A"}
    assert keeper_client.get(reverse("ledger:lots")).context["many"] == 1


GIVEN_BACK = {"index": "plan_quota_m2", "lot": "", "from_place": "339901", "from_pool": "reserve", "to_place": "outside",
              "to_pool": "outside"}  # fmt: skip


def proposal(places, **changes):
    lines = {"index": "quantity_m2", "amount": "12,000", "from_place": "outside", "from_pool": "outside",
             "to_place": "339901", "to_pool": "reserve", "lot": "2019-001", "document": "县发〔2019〕1号"}  # fmt: skip
    head = {"place": places["county"].pk, "on": "2024-01-01", "kind": "opening", "evidence": "县发〔2019〕1号"}
    return head | {f"line0-{name}": value for name, value in (lines | changes.pop("line", {})).items()} | changes


def test_an_opening_is_posted_by_a_second_person_from_above(keeper_client, second_client, places):
    keeper_client.post(reverse("ledger:propose"), proposal(places))
    made = Proposal.objects.get()
    assert not Entry.objects.exists()

    own = keeper_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert (own.status_code, Entry.objects.exists()) == (409, False)
    among_themselves = second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert (among_themselves.status_code, "上级" in among_themselves.content.decode(), Entry.objects.exists()) == (
        409,
        True,
        False,
    )
    above = browser(person("zhou", "周工", places["city"], "keeper"))
    above.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})

    booked = Entry.objects.get()
    assert (booked.actor.username, booked.approver.username, booked.decision.proposal) == ("li", "zhou", made)
    assert Lot.objects.get().document == "县发〔2019〕1号"
    again = above.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert (again.status_code, Entry.objects.count()) == (409, 1)
    assert list(Event.objects.values_list("action", flat=True).order_by("id")) == ["ledger.propose", "ledger.post"]


def test_money_from_outside_is_posted_from_above(keeper_client, second_client, places):
    given = {"index": "money_fen", "to_pool": "fund", "lot": "", "document": ""}
    keeper_client.post(reverse("ledger:propose"), proposal(places, kind="appropriation", line=given))
    address = reverse("ledger:decide", args=[Proposal.objects.get().uuid])
    own = second_client.post(address, {"post": "1"})
    assert (own.status_code, "上级" in own.content.decode(), Entry.objects.exists()) == (409, True, False)
    above = browser(person("zhou", "周工", places["city"], "keeper"))
    above.post(address, {"post": "1"})
    assert Entry.objects.get().approver.username == "zhou"


def test_a_proposal_is_refused_with_a_reason(keeper_client, second_client, places):
    keeper_client.post(reverse("ledger:propose"), proposal(places))
    made = Proposal.objects.get()
    second_client.post(reverse("ledger:decide", args=[made.uuid]), {"refuse": "1", "reason": "文号不符"})
    assert "文号不符" in keeper_client.get(reverse("ledger:proposal", args=[made.uuid])).content.decode()
    assert not Entry.objects.exists()


def test_what_the_book_refuses_when_posting_leaves_the_proposal_open(keeper_client, second_client, places):
    keeper_client.post(reverse("ledger:propose"), proposal(places, kind="adjustment", line=GIVEN_BACK))
    made = Proposal.objects.get()
    answer = second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert answer.status_code == 409
    assert "余额不足" in answer.content.decode()
    assert not hasattr(Proposal.objects.get(), "decision")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"amount": "-5"}, "第 1 行 数量 “-5”须大于 0 且不超出范围。"),
        ({"amount": "1.5"}, "第 1 行 数量 “1.5”不是整数。台账按整 m²、kg、分记。"),
        ({"amount": "许多"}, "第 1 行 数量 “许多”不是数。"),
        ({"amount": ""}, "第 1 行 数量 未填。"),
        ({"index": "gold"}, "第 1 行 指标 “gold”不在可选范围内。"),
        ({"to_place": "某县"}, "第 1 行 转入单元 没有责任单元“某县”。请填名称或区划代码。"),
        ({"to_place": "339902"}, "无权记 示范二县 的台账。"),
    ],
)
def test_bad_lines_are_said_in_one_sentence_each(keeper_client, places, line, said):
    page = keeper_client.post(reverse("ledger:propose"), proposal(places, line=line))
    assert (page.status_code, page.context["problems"]) == (400, [said])
    assert not Proposal.objects.exists()


def workbook(*rows, merge: str = "") -> io.BytesIO:
    book = openpyxl.Workbook()
    book.active.append([str(word) for word in proposing.COLUMNS.values()])
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    out.name = "lines.xlsx"
    out.seek(0)
    return out


GOOD = ["耕地数量", " 1,000 ", "账外", "账外", "示范县", "储备库", "2019-002", "", "来源不明", "县发〔2019〕2号"]


def test_a_workbook_is_read_with_text_numbers_and_blank_rows(keeper_client, places):
    blank = [None] * 10
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    answer = keeper_client.post(
        reverse("ledger:propose"), head | {"workbook": workbook(GOOD, blank, GOOD[:6] + ["2019-003", *GOOD[7:]], blank)}
    )
    assert answer.status_code == 302, answer.context["problems"]
    assert [row["lot"] for row in Proposal.objects.get().content["rows"]] == ["2019-002", "2019-003"]


def test_everything_wrong_with_a_workbook_is_said_at_once(keeper_client, places):
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    rows = [["耕地数量", "=1+1", *GOOD[2:]], ["金子", 5.5, *GOOD[2:]]]
    page = keeper_client.post(reverse("ledger:propose"), head | {"workbook": workbook(*rows)})
    assert page.context["problems"] == [
        "第 2 行 数量 是公式。请粘贴为数值后重试。",
        "第 3 行 指标 “金子”不在可选范围内。",
        "第 3 行 数量 “5.5”不是整数。台账按整 m²、kg、分记。",
    ]
    merged = keeper_client.post(reverse("ledger:propose"), head | {"workbook": workbook(GOOD, merge="A2:B2")})
    assert merged.context["problems"] == ["有合并单元格（A2:B2）。请取消合并后重试。"]
    broken = io.BytesIO(b"no workbook")
    broken.name = "x.xlsx"
    page = keeper_client.post(reverse("ledger:propose"), head | {"workbook": broken})
    assert page.context["problems"] == ["文件不是可读的 xlsx。请另存为 Excel 工作簿（.xlsx）后重试。"]


def test_a_keeper_next_door_gets_nothing_not_even_counts(next_door_client, keeper_client, booked, places):
    keeper_client.post(reverse("ledger:propose"), proposal(places, kind="adjustment", line=GIVEN_BACK))
    made, one = Proposal.objects.get(), Entry.objects.get(key="h")
    closed = [
        reverse("ledger:account", args=[account("reserve").pk]),
        reverse("ledger:account_workbook", args=[account("reserve").pk]),
        reverse("ledger:entry", args=[one.uuid]),
        reverse("ledger:lot", args=["A"]),
        reverse("ledger:lot_shapes", args=["A"]),
        reverse("ledger:proposal", args=[made.uuid]),
    ]
    assert [next_door_client.get(page).status_code for page in closed] == [404] * len(closed)
    assert next_door_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"}).status_code == 404
    index = next_door_client.get(reverse("ledger:index")).context
    assert (index["places"], index["waiting"]) == ([], 0)
    lots = next_door_client.get(reverse("ledger:lots")).context
    assert (list(lots["lots"]), lots["many"], lots["without_ground"]) == ([], 0, 0)
    entries = next_door_client.get(reverse("ledger:entries")).context
    assert (entries["entries"], entries["unsealed"]) == ([], 0)
    proposals = next_door_client.get(reverse("ledger:proposals")).context
    assert (list(proposals["open"]), list(proposals["decided"])) == ([], [])


def test_officers_and_auditors_read_and_do_not_write(booked, keeper_client, places):
    officer_client = browser(person("chen", "陈工", places["county"], "officer"))
    auditor_client = browser(person("sun", "孙审", places["city"], "auditor"))
    keeper_client.post(reverse("ledger:propose"), proposal(places, kind="adjustment", line=GIVEN_BACK))
    made = Proposal.objects.get()
    for client in (officer_client, auditor_client):
        assert len(figures(client.get(reverse("ledger:index"), {"on": "2024-04-01"}))) == 4
        assert client.get(reverse("ledger:propose")).status_code == 403
        assert client.post(reverse("ledger:propose"), proposal(places)).status_code == 403
        assert client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"}).status_code == 403


def test_an_entry_is_taken_back_by_two_people_and_once(keeper_client, second_client, next_door_client, booked):
    wrong = Entry.objects.get(key="q")
    given = {"on": "2024-02-01", "evidence": "县发〔2024〕9号"}
    assert next_door_client.post(reverse("ledger:reverse", args=[wrong.uuid]), given).status_code == 404
    assert keeper_client.post(reverse("ledger:reverse", args=[wrong.uuid]), given | {"evidence": ""}).status_code == 409
    for _ in range(2):
        assert keeper_client.post(reverse("ledger:reverse", args=[wrong.uuid]), given).status_code == 302

    first, second = Proposal.objects.order_by("id")
    assert second_client.get(reverse("ledger:proposal", args=[first.uuid])).context["reverses"] == wrong
    second_client.post(reverse("ledger:decide", args=[first.uuid]), {"post": "1"})
    again = second_client.post(reverse("ledger:decide", args=[second.uuid]), {"post": "1"})

    assert (again.status_code, Entry.objects.filter(reverses=wrong).count()) == (409, 1)
    assert "不能再次冲正" in again.content.decode()
    assert figures(keeper_client.get(reverse("ledger:index")))["示范县", "reserve", "plan_quota_m2"] == 0
    page = keeper_client.get(reverse("ledger:entry", args=[wrong.uuid]))
    assert (page.context["reversal"], "这笔已被冲正" in page.content.decode()) == (None, True)


def test_a_statement_of_the_upper_system_is_compared_and_kept(keeper_client, auditor, next_door_client, booked):
    page = reverse("ledger:compare", args=[account("reserve").pk])
    given = {"on": "2024-04-01", "stated": "5200", "source": "省系统 2024-04"}
    assert next_door_client.post(page, given).status_code == 404
    assert auditor.post(page, given).status_code == 403
    keeper_client.post(page, given)
    keeper_client.post(page, given | {"stated": "5000"})
    keeper_client.post(page, given | {"stated": "5000.5"})

    shown = keeper_client.get(reverse("ledger:account", args=[account("reserve").pk])).context["compared"]
    assert [(each.held, each.difference) for each in shown] == [(5_000, 0), (5_000, 200)]


@pytest.fixture
def auditor(places):
    """The city's auditor, in a browser."""
    return browser(person("sun", "孙审", places["city"], "auditor"))


def test_the_rows_of_a_proposal_are_taken_away_and_handed_in_again(keeper_client, next_door_client, places):
    keeper_client.post(reverse("ledger:propose"), proposal(places))
    made = Proposal.objects.get()
    page = reverse("ledger:proposal_rows", args=[made.uuid])
    assert next_door_client.get(page).status_code == 404
    file = io.BytesIO(keeper_client.get(page).getvalue())
    file.name = "rows.xlsx"
    head = {name: value for name, value in proposal(places).items() if not name.startswith("line")}
    answer = keeper_client.post(reverse("ledger:propose"), head | {"workbook": file})
    assert answer.status_code == 302, answer.context["problems"]
    again = Proposal.objects.exclude(pk=made.pk).get()
    assert proposing.legs_of(again.content["rows"])[0] == proposing.legs_of(made.content["rows"])[0]
    taken = keeper_client.post(reverse("standing:export_proposals"), {"form": "csv"}).content.decode("utf-8-sig")
    assert taken.count("待审核") == 2


def test_the_list_of_entries_says_what_moved_and_by_which_document(booked, keeper_client):
    rests = ["filing:0f0e0d0c-0b0a-4908-8706-050403020100", "示土验〔2024〕9号", "run:812"]
    actions.post(acceptance("B", 4_000, square(1), on=day(4), evidence=tuple(rests)))
    page = keeper_client.get(reverse("ledger:entries"))
    listed = [(moved.places, moved.amounts) for _, moved in page.context["entries"]]
    assert listed[:2] == [(("示范县",), (("quantity_m2", 4_000),)), (("示范县",), (("plan_quota_m2", 500),))]
    assert "filing:" not in page.content.decode()
    assert "<span>示土验〔2024〕9号</span>" in page.content.decode()


def test_an_address_of_as_many_entries_as_it_holds_says_there_may_be_more(booked, keeper_client):
    many = [SimpleNamespace(uuid=uuid4()) for _ in range(ENTRIES_MAX + 20)]
    full, fitting = (keeper_client.get(entries_address(some)) for some in (many, many[: ENTRIES_MAX - 1]))
    assert f"{ENTRIES_MAX} 条或更多分录" in full.content.decode()
    assert "只列出所看数量由其合计而来的分录" in fitting.content.decode()

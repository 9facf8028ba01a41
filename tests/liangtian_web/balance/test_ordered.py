"""What a document orders of credits in the book: pooled, borrowed and returned, frozen and freed, unlinked, void."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_steps import fund, holds, refused, step
from tests.liangtian_web.conftest import browser, person

from liangtian.ledger.kinds import entry_kinds
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.steps import BEGIN, NEXT, ORDERED
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.proposing import PROPOSED

pytestmark = pytest.mark.usefixtures("home", "opened")

WHY = {"ordered_because": "市府会议纪要〔2024〕12号"}


@pytest.fixture
def asks(places):
    """File an ordered step of 示范县 by 李工."""

    def file(clients, event, begun=None, by="li", **given):
        about = {} if begun else {"place": places["county"].pk, "project": "调度", **WHY}
        return step(clients[by], event, begun, **about | given)

    return file


def test_every_kind_of_entry_has_its_form():
    """`docs/howto/book.md` names the form of each kind; a reversal has a button of its own on every entry."""
    booked = {each.kind for each in PROCEDURES.values()}
    assert set(entry_kinds()) == booked | set(PROPOSED) | {"reversal"}


def test_every_step_can_be_begun_or_follows_something():
    paged = {
        "acceptance",
        "hold",
        "approval",
        "release",
        "transfer-out",
        "transfer-in",
        "transfer-withdrawal",
        "proceeds-use",
    }
    paged |= {"commitment", "fulfilment", "arrears-settlement", "commitment-due"}
    assert set(PROCEDURES) <= {*BEGIN, *NEXT} | paged | {each for each in PROCEDURES if each.startswith("commitment")}


def test_credits_in_the_book_go_into_the_citys_pool_for_the_price_of_the_document(clients, asks):
    before = holds("339900", "fund", "money_fen")
    asked = asks(
        clients, "city-pooling", moved_amounts__quantity_m2="400", pooling_price_yuan="1200.50", lots="2019-001"
    )
    assert post(clients["qian"], asked).status_code == 302
    assert (holds("339901", "reserve"), holds("339900", "municipal")) == (600, 400)
    assert before - holds("339900", "fund", "money_fen") == holds("339901", "earmarked", "money_fen") == 120_050
    entry = asked.decision.entry
    assert (entry.kind, entry.basis.line.count("1200.5")) == ("city-pooling", 1)


def test_a_county_does_not_decide_on_what_moves_the_citys_pool(clients, places, asks):
    asked = asks(clients, "city-pooling", moved_amounts__quantity_m2="400")
    second = browser(person("ma", "马工", places["county"], "keeper"))
    assert post(second, asked).status_code == 409
    assert post(clients["li"], asked).status_code == 409  # one's own
    assert post(clients["zhao"], asked).status_code == 404
    assert holds("339900", "municipal") == 0


def test_pools_above_take_and_give(clients, places, asks):
    xu = {**clients, "xu": browser(person("xu", "徐处", places["city"], "keeper"))}
    for event, amount in (("provincial-pooling", "300"), ("upper-pool-use", "50")):
        asked = asks(
            clients,
            event,
            moved_amounts__quantity_m2=amount,
            **({"pool_drawn_on": "provincial"} if event == "upper-pool-use" else {}),
        )
        assert post(clients["qian"], asked).status_code == 302
    nation = asks(clients, "national-pooling", by="qian", place=places["city"].pk, moved_amounts__quantity_m2="100")
    assert post(clients["qian"], nation).status_code == 409  # one's own
    assert post(xu["xu"], nation).status_code == 302
    assert (holds("339900", "provincial"), holds("339900", "national"), holds("339901", "reserve")) == (150, 100, 750)
    too_much = asks(clients, "upper-pool-use", moved_amounts__quantity_m2="101", pool_drawn_on="national")
    assert post(clients["qian"], too_much).status_code == 409
    assert holds("339900", "national") == 100


def test_a_city_gives_to_the_province_from_its_pool(clients, places, asks):
    post(clients["qian"], asks(clients, "city-pooling", moved_amounts__quantity_m2="400"))
    about = {"place": places["city"].pk, "project": "省统筹", **WHY, "moved_amounts__quantity_m2": "150"}
    assert "不能指定指标块" in refused(clients["qian"], "provincial-pooling", **about, lots="2019-001")
    asked = step(clients["qian"], "provincial-pooling", **about)
    assert post(browser(person("xu", "徐处", places["city"], "keeper")), asked).status_code == 302
    assert (holds("339900", "municipal"), holds("339900", "provincial")) == (250, 150)


def borrowed(clients, places, asks, **given):
    """200 m² borrowed from the city's pool."""
    post(clients["qian"], asks(clients, "city-pooling", moved_amounts__quantity_m2="400"))
    due = timezone.localdate() + timedelta(days=60)
    about = {"provider": places["city"].pk, "lender_pool": "municipal", "return_due_on": due.isoformat()}
    loan = asks(clients, "borrow", moved_amounts__quantity_m2="200", **about | given)
    assert post(clients["qian"], loan).status_code == 302
    return loan


def test_nothing_is_returned_before_it_was_borrowed_nor_ordered_before_there_were_registers(clients, places, asks):
    loan = borrowed(clients, places, asks, on="2024-10-02")
    said = refused(clients["li"], "borrow-return", loan, moved_amounts__quantity_m2="1", on="2024-10-01")
    assert "业务日期不能早于所承接事项的业务日期 2024-10-02。" in said
    about = {"place": places["county"].pk, "project": "调度", **WHY, "moved_amounts__quantity_m2": "1"}
    assert "不能早于 1990-01-01" in refused(clients["li"], "freeze", **about, on="1989-12-31")


def word(client, filing) -> str:
    return client.get(reverse("balance:filing", args=[filing.uuid])).context["word"]


def test_what_is_borrowed_is_owed_until_it_is_returned(clients, places, asks):
    loan = borrowed(clients, places, asks)
    assert (holds("339901", "reserve"), holds("339901", "borrowed"), holds("339900", "municipal")) == (800, 200, 200)
    assert word(clients["li"], loan) == "借用中"
    assert "只剩 200" in refused(clients["li"], "borrow-return", loan, moved_amounts__quantity_m2="201")

    part = asks(clients, "borrow-return", loan, moved_amounts__quantity_m2="150")
    rest = asks(clients, "borrow-return", loan, moved_amounts__quantity_m2="150")
    assert [post(clients["qian"], each).status_code for each in (part, rest)] == [302, 409]
    assert (holds("339901", "borrowed"), holds("339900", "municipal")) == (50, 350)
    last = asks(clients, "borrow-return", loan, moved_amounts__quantity_m2="50")
    assert post(clients["qian"], last).status_code == 302
    assert word(clients["li"], loan) == "已还清"
    assert (holds("339901", "borrowed"), holds("339901", "reserve")) == (0, 600)
    page = clients["li"].get(reverse("balance:next", args=[loan.uuid, "borrow-return"]))
    assert page.status_code == 404


def test_the_loans_are_taken_away_and_the_lender_reads_no_purpose(clients, places, asks):
    loan = borrowed(clients, places, asks)

    def rows(name):
        taken = clients[name].post(reverse("balance:export_loans"))
        return list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))[1:]

    (owed,) = rows("li")
    assert owed[2:] == ("调度", loan.document, "示范县", "示范市", "耕地数量", 200, "m2")
    assert [row[2:] for row in rows("qian")] == [owed[2:]]  # the county is a place of the city's
    assert rows("zhao") == []  # the county next door


@pytest.mark.parametrize(
    ("days", "says", "todo"), [(-1, "逾期未还", True), (30, "30 日内到期", True), (31, "借用中", False)]
)
def test_a_loan_says_when_it_is_due(clients, places, asks, days, says, todo):
    due = timezone.localdate() + timedelta(days=days)
    loan = borrowed(clients, places, asks, return_due_on=due.isoformat(), on="2024-09-01")
    assert word(clients["li"], loan) == says
    assert [(each.word, each.left) for each in clients["li"].get(reverse("balance:loans")).context["loans"]] == [
        (says, {"quantity_m2": 200})
    ]
    front = clients["li"].get(reverse("home:index")).context["todos"]
    assert [each.word for each in front if each.act == "去归还"] == ([says] if todo else [])


def test_a_county_lends_to_another_which_only_the_two_and_the_city_see(clients, places, asks):
    asked = asks(
        clients, "borrow", by="zhao", place=places["other"].pk, provider=places["county"].pk, lender_pool="reserve",
        return_due_on=(timezone.localdate() + timedelta(days=9)).isoformat(), moved_amounts__quantity_m2="70",
    )  # fmt: skip
    assert post(clients["qian"], asked).status_code == 302
    assert (holds("339901", "reserve"), holds("339902", "reserve"), holds("339902", "borrowed")) == (930, 70, 70)
    third = browser(person("he", "何工", type(places["city"]).objects.create(
        code="339903", name="示范三县", kind="county", parent=places["city"]), "keeper"))  # fmt: skip
    seen = {
        name: len(client.get(reverse("balance:loans")).context["loans"])
        for name, client in {**clients, "he": third}.items()
    }
    assert seen == {"li": 1, "wang": 1, "qian": 1, "zhao": 1, "he": 0}
    assert (
        clients["li"].get(reverse("balance:filing", args=[asked.uuid])).status_code == 404
    )  # the lender sees its entry
    assert third.get(reverse("ledger:entry", args=[asked.decision.entry.uuid])).status_code == 404


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"lender_pool": "reserve"}, "没有这个库"),
        ({"return_due_on": "2024-09-01"}, "须晚于业务日期"),
        ({"provider": "county"}, "不能是借用单元自己"),
        ({"moved_amounts__quantity_m2": ""}, "至少填一项"),
        ({"moved_amounts__quantity_m2": "1.5"}, "整数"),
        ({"ordered_because": ""}, "必填"),
        ({"document": ""}, "必填"),
    ],
)
def test_what_is_wrong_with_a_loan_is_said(clients, places, given, says):
    about = {
        "place": places["county"].pk, "project": "调度", **WHY, "provider": places["city"].pk, "lender_pool": "municipal",
        "return_due_on": "2026-01-01", "moved_amounts__quantity_m2": "5",
    }  # fmt: skip
    given = {name: places[value].pk if value in places else value for name, value in given.items()}
    assert says in refused(clients["li"], "borrow", **about | given)


def test_what_is_frozen_can_be_neither_spent_nor_frozen_twice_until_it_is_freed(clients, asks):
    frozen = asks(clients, "freeze", moved_amounts__quantity_m2="700")
    assert post(clients["qian"], frozen).status_code == 302
    assert (holds("339901", "reserve"), holds("339901", "held")) == (300, 700)
    assert post(clients["qian"], asks(clients, "freeze", moved_amounts__quantity_m2="301")).status_code == 409
    first, second = (asks(clients, "thaw", frozen) for _ in range(2))
    assert [post(clients["qian"], each).status_code for each in (first, second)] == [302, 409]
    assert (holds("339901", "reserve"), holds("339901", "held")) == (1_000, 0)
    assert word(clients["li"], frozen) == "已解冻"


def test_credit_written_off_for_land_that_is_not_built_on_comes_back(clients, places, check, asks):
    post(clients["qian"], file_acceptance(clients["li"], places))
    hold = file_hold(clients["wang"], check("一号", side=0.2))
    post(clients["li"], hold)
    approval = file_end(clients["wang"], hold, "approval")
    assert post(clients["li"], approval).status_code == 302
    used, before = holds("339901", "used"), holds("339901", "reserve")
    assert used > 10
    asked = asks(clients, "unlinking", approval, by="wang", moved_amounts__quantity_m2=f"{used - 10}")
    late = asks(clients, "unlinking", approval, by="wang", moved_amounts__quantity_m2="11")
    assert [post(clients["qian"], each).status_code for each in (asked, late)] == [302, 409]
    assert (holds("339901", "used"), holds("339901", "reserve")) == (10, before + used - 10)


def test_void_credit_leaves_the_book_lot_by_lot(clients, places, asks):
    event = "void"
    about = {"place": places["county"].pk, "project": "复核", **WHY, "moved_amounts__quantity_m2": "10"}
    assert "必填" in refused(clients["li"], event, **about)
    unknown = step(clients["li"], event, **about, lots="没有这块")
    assert post(clients["qian"], unknown).status_code == 409
    asked = asks(clients, event, moved_amounts__quantity_m2="10", lots="2019-001")
    assert post(clients["qian"], asked).status_code == 302
    assert holds("339901", "reserve") == 990
    assert asked.decision.entry.kind == event


@pytest.mark.parametrize("event", sorted(ORDERED))
def test_outsiders_and_auditors_begin_nothing(clients, places, event):
    page = reverse("balance:begin", args=[event])
    auditor = browser(person("shen", "沈审", places["city"], "auditor"))
    assert auditor.get(page).status_code == 403
    answer = clients["zhao"].get(page)
    offered = answer.context["form"].fields["place"].queryset if answer.status_code == 200 else []
    assert places["county"] not in offered
    given = {"key": str(uuid4()), "place": places["county"].pk, "project": "x", "on": "2024-09-01", "document": "x"}
    assert clients["zhao"].post(page, given).status_code in (400, 403)
    assert Entry.objects.filter(kind=PROCEDURES[event].kind).count() == 0


def test_outsiders_take_no_next_step_of_a_loan(clients, places, asks):
    loan = borrowed(clients, places, asks)
    frozen = asks(clients, "freeze", moved_amounts__quantity_m2="1")
    post(clients["qian"], frozen)
    for filing, event in ((loan, "borrow-return"), (frozen, "thaw")):
        page = reverse("balance:next", args=[filing.uuid, event])
        assert [clients[name].get(page).status_code for name in ("li", "zhao")] == [200, 404]


def test_the_interface_takes_them_as_the_pages_do(clients, places):
    fund(1)
    given = {"place": "339901", "provider": "339900", "lender_pool": "municipal", "return_due_on": "2026-01-01",
             "project": "调度", "on": "2024-09-01", "document": "文", "moved_amounts__quantity_m2": 5, **WHY}  # fmt: skip
    answer = clients["li"].post(
        "/api/balance/filings", {"event": "borrow", "fields": given}, content_type="application/json",
        headers={"Idempotency-Key": "b-1"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["facts"]["lender"]) == (201, "339900")

"""What filings say without the book's legs is what the book moved, procedure by procedure and pool by pool; and when not, it is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_ordered import WHY
from tests.liangtian_web.balance.test_steps import fund, step
from tests.liangtian_web.balance.test_taken_back import take_back
from tests.liangtian_web.commitments import conftest as commitments
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.reconcile.conftest import HEAD, workbook
from tests.liangtian_web.reconcile.sides import DAYS, differing, everywhere, rows, verdicts

from bookkeeping import COUNTY, entry, legs
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import actions as book
from liangtian_web.reconcile import actions
from liangtian_web.reconcile.projects import Scope, on_file

pytestmark = pytest.mark.usefixtures("home", "opened")
home, people, clients, check = commitments.home, commitments.people, commitments._clients, commitments.check
opened, city = commitments.opened, commitments.city


def test_an_acceptance_says_what_was_accepted_less_what_the_pools_take(clients, places):
    filing = file_acceptance(clients["li"], places)
    waiting = {
        (each.record.index, each.record.amount, each.verdict)
        for each in rows(places["county"], "reserve")
        if each.record
    }
    assert waiting == {("quantity_m2", 30_013 - 1_005 - 5_802, "waiting-only"), ("paddy_m2", 16_000, "waiting-only"),
                       ("capacity_kg", 24_000, "waiting-only")}  # fmt: skip
    post(clients["qian"], filing)
    assert verdicts(places["county"], "reserve") == {
        index: ["not-stated"] for index in ("quantity_m2", "paddy_m2", "capacity_kg")
    }
    assert differing(everywhere()) == {}
    found = on_file(Scope(places["county"], "reserve", ("quantity_m2",), DAYS, timezone.now()), ())
    assert found.ground_m2 == {filing.pk: Filing.objects.get(pk=filing.pk).area_m2}


def test_an_occupation_says_what_its_check_owes(clients, places, check, django_assert_max_num_queries):
    post(clients["qian"], file_acceptance(clients["li"], places))
    one, two, three = (
        check("一号", side=0.5),
        check("二号", side=0.3, row=1.0, column=1.0),
        check("三号", side=0.2, row=2.0),
    )
    held = file_hold(clients["wang"], one)
    post(clients["li"], held)
    post(clients["li"], file_end(clients["wang"], held, "approval"))
    back = file_hold(clients["wang"], two)
    post(clients["li"], back)
    post(clients["li"], file_end(clients["wang"], back, "release"))
    lapsing = file_hold(clients["wang"], three, expires=f"{timezone.localdate() + timedelta(days=90)}")
    post(clients["li"], lapsing)
    assert differing(everywhere()) == {}
    assert len(verdicts(places["county"], "used")["quantity_m2"]) == 1
    lapses = [each for each in rows(places["county"], "reserve") if each.record and each.record.key.endswith(":lapse")]
    assert {each.verdict for each in lapses} == {"not-stated"}
    with django_assert_max_num_queries(12):  # however many filings there are
        assert len(on_file(Scope(places["county"], "reserve", ("quantity_m2",), DAYS, timezone.now()), ()).records) == 6


def test_promises_kept_broken_and_settled_say_the_same(clients, places, check, city):
    made = commitments.booked(
        commitments.promise(clients["wang"], commitments.supplement(places["county"])), clients["qian"]
    )
    commitments.booked(commitments.supply(clients["wang"], made, quantity_m2="100"), clients["li"])
    commitments.booked(commitments.default(clients["qian"], made), city)
    found = verdicts(places["county"], "committed")
    assert found["quantity_m2"] == ["not-stated"] * 3
    assert differing(everywhere()) == {}


def test_what_documents_order_says_the_same(clients, places):
    xu = browser(person("xu2", "徐处", places["city"], "keeper"))
    about = {"place": places["county"].pk, "project": "调度", **WHY}
    fund(10_000_000_00)
    pooled = step(
        clients["li"], "city-pooling", moved_amounts__quantity_m2="400", pooling_price_yuan="1200.50", **about
    )
    upward = step(clients["li"], "provincial-pooling", moved_amounts__quantity_m2="60", **about)
    lent = step(clients["li"], "borrow", moved_amounts__quantity_m2="200", provider=places["city"].pk,
                lender_pool="municipal", return_due_on="2099-01-01", **about)  # fmt: skip
    frozen = step(clients["li"], "freeze", moved_amounts__quantity_m2="50", **about)
    for each in (pooled, upward, lent, frozen):
        assert post(xu, each).status_code == 302
    returned = step(clients["li"], "borrow-return", Filing.objects.get(pk=lent.pk), moved_amounts__quantity_m2="70")
    thawed = step(clients["li"], "thaw", Filing.objects.get(pk=frozen.pk))
    assert [post(xu, each).status_code for each in (returned, thawed)] == [302, 302]
    assert differing(everywhere()) == {}
    assert len(verdicts(places["city"], "municipal")["quantity_m2"]) == 3
    assert len(verdicts(places["county"], "borrowed")["quantity_m2"]) == 2


def test_what_was_sent_back_or_taken_back_is_not_asked_for(clients, places):
    refused = file_acceptance(clients["li"], places)
    clients["qian"].post(reverse("balance:decide", args=[refused.uuid]), {"refuse": "1", "reason": "材料不全"})
    made = file_acceptance(clients["li"], places, column=41, document="示自然资验〔2024〕9号")
    post(clients["qian"], made)
    zhou = browser(person("zhou2", "周处", places["city"], "keeper"))
    assert take_back(clients["qian"], zhou, made).status_code == 302
    found = verdicts(places["county"], "reserve")["quantity_m2"]
    assert sorted(found) == ["agree", "agree", "refused-only"]


STATED = (HEAD, (1, "2024-03-01", "项目入库", "城关镇垦造耕地", "示自然资验〔2024〕3号", 2.3206))


def compared(places, *rows, pool="reserve"):
    asked = actions.Asked(places["county"], pool, date(2024, 1, 2), date(2024, 12, 31), 30, "省系统")
    return actions.compare_with(asked, workbook(HEAD, *rows))


def test_a_statement_a_filing_and_no_entry_yet_are_told_who_must_act(clients, places):
    filing = file_acceptance(clients["li"], places)
    line = compared(places, STATED[1]).matches[0]
    assert (line.verdict, line.theirs, line.ours, line.filed, line.filing_id) == (
        "waiting",
        23_206,
        None,
        23_206,
        filing.pk,
    )
    short = compared(places, (*STATED[1][:5], 2.3))
    assert [each.verdict for each in short.matches] == ["waiting-differs"]
    clients["qian"].post(reverse("balance:decide", args=[filing.uuid]), {"refuse": "1", "reason": "材料不全"})
    assert [each.verdict for each in compared(places, STATED[1]).matches] == ["refused"]


def test_a_filing_booked_is_told_from_a_statement_that_differs(clients, places):
    post(clients["qian"], file_acceptance(clients["li"], places))
    found = compared(places, STATED[1])
    assert ([each.verdict for each in found.matches], found.is_clean) == (["agree"], True)
    short = compared(places, (*STATED[1][:5], 2.3)).matches
    assert [(each.verdict, each.theirs, each.ours, each.filed) for each in short] == [
        ("statement-differs", 23_000, 23_206, 23_206)
    ]


def test_a_book_corrected_to_the_statement_is_told_from_what_was_accepted(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    serial = filing.decision.entry.legs.exclude(lot=None).first().lot.serial
    back = legs((COUNTY, "reserve", "quantity_m2", serial, -206), ("outside", "outside", "quantity_m2", serial, 206))
    book.post(entry("adjusted", date(2024, 3, 2), "adjustment", back, evidence=("示自然资验〔2024〕3号",)))
    found = compared(places, (*STATED[1][:5], 2.3)).matches
    assert {each.verdict for each in found} == {"project-differs"}
    assert [(each.theirs, each.ours, each.filed) for each in found] == [
        (23_000, None, None), (None, 23_206, 23_206), (None, -206, None),
    ]  # fmt: skip


def test_others_filings_that_wait_are_not_shown(clients, places):
    """A loan asked for by 示范县 of the neighbour waits: the neighbour's reconciliation shows nothing of it until it is booked."""
    about = {"place": places["county"].pk, "project": "调度", **WHY}
    step(clients["li"], "borrow", moved_amounts__quantity_m2="200", provider=places["other"].pk, lender_pool="reserve",
         return_due_on="2099-01-01", **about)  # fmt: skip
    assert rows(places["other"], "reserve") == []
    assert [each.verdict for each in rows(places["county"], "borrowed")] == ["waiting-only"]

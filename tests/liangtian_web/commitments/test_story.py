"""Commitments through their pages: promised, counted in the occupation, kept, broken, deducted, settled."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_story import holds
from tests.liangtian_web.commitments.conftest import (
    DAYS,
    LATE,
    booked,
    default,
    due,
    infrastructure,
    promise,
    supplement,
    supplied,
    supply,
)  # fmt: skip

from liangtian_web.balance.models import Filing
from liangtian_web.balance.promises import standing
from liangtian_web.commitments.register import lines
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.trail.models import Event

LATER = dict.fromkeys(DAYS, "2024-12-31")
pytestmark = pytest.mark.usefixtures("home", "opened")


def said(client, filing, outcome):
    """What the clauses that stop a filing answer with an outcome."""
    page = client.get(reverse("balance:filing", args=[filing.uuid]))
    return [each["message"] for each in page.context["found"]["own"] if each["outcome"] == outcome]


def test_promised_then_needed_less_kept_in_part_defaulted_and_settled(clients, places, check, city):
    wang, li, qian = clients["wang"], clients["li"], clients["qian"]
    booked(file_acceptance(li, places, accepted_paddy_m2="250", accepted_quantity_m2="39000"), qian)
    run = check("环城路")
    short = file_hold(wang, run)
    assert ["水田规模" in each for each in said(li, short, "fail")] == [True, True]
    li.post(reverse("balance:decide", args=[short.uuid]), {"refuse": "1", "reason": "水田不足"})

    # What is promised counts in the occupation of the same check.
    owed_m2 = round(run.facts["paddy_m2"])
    made = booked(promise(wang, supplement(places["county"], run=str(run.uuid), quantity_m2="",
                                           paddy_m2=str(owed_m2))), qian)  # fmt: skip
    assert holds("339901", "committed", "paddy_m2") == owed_m2
    held = booked(file_hold(wang, run), li)
    assert (holds("339901", "held", "paddy_m2"), holds("339901", "held") > 9_000) == (0, True)
    booked(file_end(wang, held, "approval"), li)

    # Kept in part; then its day has come.
    booked(supply(wang, made, paddy_m2="120"), li)
    assert holds("339901", "committed", "paddy_m2") == owed_m2 - 120
    early = qian.post(reverse("commitments:default", args=[made.uuid]), due(on="2024-09-30"))
    assert "还没有到期" in early.context["form"].non_field_errors()[0]
    booked(default(qian, made), city)
    entry = Entry.objects.get(kind="deduction")
    arrears = owed_m2 - 200
    assert (holds("339901", "reserve", "paddy_m2"), holds("339901", "committed", "paddy_m2")) == (0, 0)
    assert holds("339901", "arrears", "paddy_m2") == arrears
    assert entry.legs.filter(implied=False).count() >= 4  # reserve, used, committed, outside and arrears in one

    # Arrears stop commitments and nothing else.
    again = promise(wang, supplement(places["county"], on="2024-10-10", quantity_m2="10", paddy_m2="", **LATER))
    assert ["暂停以承诺方式" in each for each in said(li, again, "fail")] == [True]
    refused = post(qian, again)
    assert (refused.status_code, "（八）.7" in refused.content.decode()) == (409, True)
    booked(file_acceptance(li, places, column=50, on="2024-10-10", accepted_quantity_m2="39000",
                           accepted_paddy_m2="39000"), qian)  # fmt: skip
    other = booked(file_hold(wang, check("小路", side=0.2, row=2.0), on="2024-10-11"), li)
    booked(file_end(wang, other, "approval", on="2024-10-12"), li)

    # Settled, commitments are open again: what was stopped can be posted from the day it is settled.
    booked(supply(wang, made, on="2024-10-20", paddy_m2=str(arrears)), li)
    assert holds("339901", "arrears", "paddy_m2") == 0
    assert Entry.objects.filter(kind="arrears-settlement").count() == 1
    booked(promise(wang, supplement(places["county"], on="2024-10-21", quantity_m2="10", paddy_m2="",
                                    project="另一件", **LATER)), qian)  # fmt: skip


def test_a_provincial_railway_promises_what_its_check_owes(clients, places, check):
    run = check("铁路", kind="single-site")
    made = promise(clients["wang"], infrastructure(run), "infrastructure")
    row = made.facts["promised_amounts"][0]
    assert row == {
        "quantity_m2": round(run.facts["farmland_quantity_m2"]),
        "capacity_kg": run.facts["capacity_kg"],
        "paddy_m2": round(run.facts["paddy_m2"]),
    }
    booked(made, clients["qian"])
    known = standing(made)
    assert (known.promised, known.outstanding) == (row, row)
    assert holds("339901", "committed") == row["quantity_m2"]
    page = clients["wang"].get(reverse("commitments:page", args=[made.uuid]))
    assert page.context["rows"][0]["promised"].url == reverse("ledger:entry", args=[Entry.objects.get(kind="commitment").uuid])  # fmt: skip

    # All of it is promised, so nothing is left to hold.
    hold = file_hold(clients["wang"], run, balance_path="entrust")
    assert clients["li"].get(reverse("balance:filing", args=[hold.uuid])).context["postings"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"project_level": "city"}, "市级"),
        ({"infrastructure_type": "other"}, "其他"),
        ({"quantity_m2": "1"}, "耕地数量"),
    ],
)
def test_what_is_not_listed_or_too_little_is_not_promised(clients, check, changes, words):
    made = promise(clients["wang"], infrastructure(check("公路", kind="single-site"), **changes), "infrastructure")
    assert [words in each for each in said(clients["li"], made, "fail")] == [True]
    assert post(clients["qian"], made).status_code == 409
    assert holds("339901", "committed") == 0


def test_every_step_needs_a_day_and_state_or_province(clients, places):
    undated = promise(clients["wang"], supplement(places["county"], works=""))
    below = promise(clients["wang"], supplement(places["county"], submitted_to="city"))
    assert "项目实施" in said(clients["li"], undated, "fail")[0]
    assert said(clients["li"], below, "fail") != []
    assert [post(clients["qian"], each).status_code for each in (undated, below)] == [409, 409]


def test_a_check_is_promised_for_once(clients, places, check):
    run, given = check("铁路", kind="single-site"), {"key": "11111111-2222-4333-8444-555555555555"}
    first = promise(clients["wang"], infrastructure(run, **given), "infrastructure")
    assert promise(clients["wang"], infrastructure(run, **given), "infrastructure") == first
    changed = clients["wang"].post(
        reverse("commitments:new", args=["infrastructure"]), infrastructure(run, document="别的", **given)
    )
    assert "已经提交过" in changed.context["form"].non_field_errors()[0]
    form = clients["wang"].get(reverse("commitments:new", args=["infrastructure"])).context["form"]
    assert list(form.fields["run"].queryset) == []

    other = Filing.objects.create(event="commitment", place=first.place, project="铁路", on=first.on, document="另一件",
                                  facts=first.facts, run=run, filer=first.filer)  # fmt: skip  # as two officers at once
    booked(first, clients["qian"])
    answer = post(clients["qian"], other)
    assert (answer.status_code, "不能重复承诺" in answer.content.decode()) == (409, True)


def test_supplies_come_from_the_lots_named_and_never_beyond_the_promise(clients, places):
    booked(file_acceptance(clients["li"], places), clients["qian"])
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    serial = Filing.objects.get(event="acceptance").decision.entry.legs.exclude(lot=None).first().lot.serial
    one = booked(supply(clients["wang"], made, quantity_m2="200", lots=serial), clients["li"])
    assert set(one.decision.entry.legs.exclude(lot=None).values_list("lot__serial", flat=True)) == {serial}
    two = booked(supply(clients["wang"], made, quantity_m2="100", paddy_m2="300"), clients["li"])
    quantity = two.decision.entry.legs.filter(account__index="quantity_m2").exclude(lot=None)
    assert set(quantity.values_list("lot__serial", flat=True)) == {"2019-001"}  # the oldest

    beyond = supply(clients["wang"], made, quantity_m2="201")
    assert "只有 200 m²" in said(clients["li"], beyond, "fail")[0]
    assert post(clients["li"], beyond).status_code == 409
    booked(supply(clients["wang"], made, quantity_m2="200", on="2024-09-01"), clients["li"])
    known = standing(made)
    assert (any(known.outstanding.values()), str(known.kept_on)) == (False, "2024-09-01")
    nothing = clients["wang"].post(reverse("commitments:supply", args=[made.uuid]), supplied(quantity_m2="1"))
    assert "没有未兑现的指标" in nothing.context["form"].non_field_errors()[0]
    over = clients["qian"].post(reverse("commitments:default", args=[made.uuid]), due())
    assert "没有未兑现的指标" in over.context["form"].non_field_errors()[0]


def test_a_supply_sent_twice_is_filed_once_even_when_nothing_is_left(clients, places):
    made = booked(promise(clients["wang"], supplement(places["county"], paddy_m2="")), clients["qian"])
    given = {"key": "11111111-2222-4333-8444-555555555555", "quantity_m2": "500"}
    first = supply(clients["wang"], made, **given)
    booked(first, clients["li"])
    assert supply(clients["wang"], made, **given) == first
    url = reverse("commitments:supply", args=[made.uuid])
    changed = clients["wang"].post(url, supplied(**given | {"quantity_m2": "499"}))
    assert "已经提交过" in changed.context["form"].non_field_errors()[0]
    assert [post(clients["li"], first).status_code for _ in range(2)] == [302, 302]
    assert holds("339901", "reserve") == 500


def test_a_backdated_supply_is_refused_with_its_reason(clients, places, city):
    booked(
        file_acceptance(clients["li"], places, accepted_paddy_m2="100", accepted_quantity_m2="30000"), clients["qian"]
    )
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    before = supply(clients["wang"], made, quantity_m2="10", on="2024-05-31")
    assert "只有 0 m²" in said(clients["li"], before, "fail")[0]  # nothing was promised yet

    late = supply(clients["wang"], made, quantity_m2="10", on="2024-08-01")
    booked(default(clients["qian"], made), city)
    answer = post(clients["li"], late)
    assert (answer.status_code, "欠账清偿" in answer.content.decode()) == (409, True)
    soon = supply(clients["wang"], made, paddy_m2="1", on="2024-10-07")  # a day before the arrears arose
    assert soon.event == "arrears-settlement"
    assert "只有 0 m²" in said(clients["li"], soon, "fail")[0]


def test_a_supply_before_its_credit_is_refused_by_the_book(clients, places):
    booked(file_acceptance(clients["li"], places, on="2024-07-15"), clients["qian"])
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    early = supply(clients["wang"], made, paddy_m2="300", on="2024-07-01")
    answer = post(clients["li"], early)
    assert (answer.status_code, "水田规模" in answer.content.decode()) == (409, True)
    assert holds("339901", "committed", "paddy_m2") == 300


def test_the_day_of_completion_moves_the_term_and_only_the_city_records_it(clients, places, check):
    made = booked(
        promise(clients["wang"], infrastructure(check("铁路", kind="single-site")), "infrastructure"), clients["qian"]
    )
    url = reverse("commitments:step", args=[made.uuid])
    given = {
        "key": "11111111-2222-4333-8444-555555555555",
        "step": "completion",
        "on": "2024-12-01",
        "document": "延期函",
    }
    assert clients["wang"].post(url, given).status_code == 403
    assert [clients["qian"].post(url, given).status_code for _ in range(2)] == [302, 302]
    assert made.steps.count() == 1
    changed = clients["qian"].post(url, given | {"on": "2024-11-01"})
    assert "已经提交过" in changed.context["form"].non_field_errors()[0]

    early = clients["qian"].post(reverse("commitments:default", args=[made.uuid]), due())
    assert "2024-12-01" in early.context["form"].non_field_errors()[0]
    page = clients["qian"].get(reverse("commitments:page", args=[made.uuid]))
    assert str(page.context["line"].last) == "2024-11-30"
    assert Event.objects.filter(action="commitments.step").count() == 1


def test_steps_taken_are_recorded_and_asked_of_the_clause(clients, places):
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    url = reverse("commitments:step", args=[made.uuid])
    given = {"step": "adjustment", "on": "2024-07-05", "document": "调整批复"}
    ahead = clients["wang"].post(url, given | {"key": "11111111-2222-4333-8444-555555555551", "on": "2099-01-01"})
    assert "不能晚于今天" in ahead.context["form"].errors["on"][0]
    assert clients["wang"].post(url, given | {"key": "11111111-2222-4333-8444-555555555552"}).status_code == 302
    page = clients["wang"].get(reverse("commitments:page", args=[made.uuid]))
    messages = " ".join(each["message"] for each in page.context["today_says"])
    assert "2024-07-05 才完成" in messages  # five days late
    assert lines([made], date(2024, 7, 10))[0].step.name == "works"


def test_what_is_reversed_is_as_if_it_had_not_been(clients, places, people, city):
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    broken = booked(default(clients["qian"], made), city)
    assert standing(made).is_defaulted
    book.reverse(broken.decision.entry, key="undo", actor=people["qian"], evidence=["更正"])
    known = standing(made)
    assert (known.is_defaulted, known.outstanding) == (False, {"quantity_m2": 500, "capacity_kg": 0, "paddy_m2": 300})
    booked(supply(clients["wang"], made, quantity_m2="500"), clients["li"])
    assert holds("339901", "reserve") == 500


def test_a_default_is_filed_once(clients, places, city):
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    given = {"key": "11111111-2222-4333-8444-555555555555"}
    first = default(clients["qian"], made, **given)
    assert default(clients["qian"], made, **given) == first
    url = reverse("commitments:default", args=[made.uuid])
    assert "等审核" in clients["qian"].post(url, due()).context["form"].non_field_errors()[0]
    booked(first, city)
    assert "已经到期核减" in clients["qian"].post(url, due()).context["form"].non_field_errors()[0]
    ahead = clients["qian"].post(url, due(on="2099-01-01"))
    assert "不能晚于今天" in ahead.context["form"].errors["on"][0]
    assert str(first.on) == LATE

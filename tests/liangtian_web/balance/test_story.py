"""A year of the balance through its pages: what is booked, what is refused and why, and that the bundle verifies."""

from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import accepted, file, file_acceptance, file_end, file_hold, post, registered
from tests.liangtian_web.conftest import browser, person

from liangtian.cli.main import cli
from liangtian.units import round_share
from liangtian_web.balance.basis import decisions
from liangtian_web.balance.models import Filing
from liangtian_web.ledger import sealing
from liangtian_web.ledger.models import Account, Entry
from liangtian_web.ledger.queries import balance
from liangtian_web.people.models import Place
from liangtian_web.registers.models import Row
from liangtian_web.registers.queries import register_facts
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home", "opened")


def holds(place: str, pool: str, index: str = "quantity_m2") -> int:
    account = Account.objects.filter(place__code=place, pool=pool, index=index).first()
    return balance(account, timezone.localdate()) if account else 0


def test_acceptance_is_pooled_to_the_square_metre_and_paid(clients, places):
    filing = file_acceptance(clients["li"], places)
    assert post(clients["qian"], filing).status_code == 302

    share = round_share(Fraction(1, 5), 30_013 - 1_005)
    assert share == 5_802  # 5,801.6 half-up
    assert holds("339900", "municipal") == share
    assert holds("339900", "provincial") == 1_005
    assert holds("339901", "reserve") == 1_000 + 30_013 - 1_005 - share
    assert holds("339900", "municipal", "paddy_m2") == 4_000
    assert holds("339900", "municipal", "capacity_kg") == 6_000
    paid = holds("339901", "earmarked", "money_fen")
    assert paid == price_fen(share, 4_000)
    entry = Entry.objects.get(kind="acceptance")
    assert (entry.actor.username, entry.approver.username) == ("li", "qian")
    assert entry.rules[:2] == ["wenzhou-2019（六）.2", "wenzhou-2019（六）.4"]
    assert entry.evidence == [f"filing:{filing.uuid}", "示自然资验〔2024〕3号"]


def price_fen(quantity_m2: int, paddy_m2: int) -> int:
    """The provincial price of the shares by the mu of 2,000/3 m², half-up once."""
    return int(Fraction(quantity_m2 * 200_000 + paddy_m2 * 150_000) * 3 / 2_000 * 100 + Fraction(1, 2))


def test_a_year_of_occupations(clients, places, check, tmp_path):
    post(clients["qian"], file_acceptance(clients["li"], places))
    before = holds("339901", "reserve")
    one, two = check("一号", side=0.5), check("二号", side=0.5, row=1.0, column=1.0)

    held = file_hold(clients["wang"], one)
    post(clients["li"], held)
    owed = Filing.objects.get(pk=held.pk).decision.postings
    quantity = next(amount for party, pool, index, amount, _ in owed if (pool, index) == ("held", "quantity_m2"))
    assert holds("339901", "held") == quantity
    assert holds("339901", "reserve") == before - quantity

    post(clients["li"], file_end(clients["wang"], held, "approval"))
    assert (holds("339901", "held"), holds("339901", "used")) == (0, quantity)

    refused = file_hold(clients["wang"], two)
    post(clients["li"], refused)
    assert holds("339901", "held") > 0
    post(clients["li"], file_end(clients["wang"], refused, "release"))
    assert (holds("339901", "held"), holds("339901", "reserve")) == (0, before - quantity)

    again = file_acceptance(clients["li"], places, column=41, on="2024-08-01")  # half of it on the same ground
    answer = post(clients["qian"], again)
    assert answer.status_code == 409
    assert "重叠" in answer.content.decode()
    assert Entry.objects.filter(kind="acceptance").count() == 1

    sealing.seal_all()
    with (tmp_path / "book.zip").open("wb") as target:
        head = sealing.export(target, book="示范", decisions=decisions).head
    verified = CliRunner().invoke(cli, ["verify", str(tmp_path / "book.zip"), "--head", head])
    assert verified.exit_code == 0, verified.output


def test_a_project_short_in_paddy_is_refused_with_the_reason(clients, places, check):
    amounts = {"accepted_paddy_m2": "100", "accepted_quantity_m2": "39000"}
    post(clients["qian"], file_acceptance(clients["li"], places, **amounts))
    filing = file_hold(clients["wang"], check("水田路"))

    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    said = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert [("水田规模" in each) for each in said] == [True, True]  # the hold, and the duty to balance
    assert page.context["stopped"]
    answer = post(clients["li"], filing)
    assert (answer.status_code, holds("339901", "held")) == (409, 0)
    assert "（五）.1" in answer.content.decode()


def test_the_first_accepted_is_spent_first_unless_lots_are_named(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    run = check("小路", side=0.2)
    filing = file_hold(clients["wang"], run)
    post(clients["li"], filing)
    used = set(Entry.objects.get(kind="hold").legs.filter(account__index="quantity_m2").values_list("lot__serial", flat=True))  # fmt: skip
    assert used == {"2019-001"}

    post(clients["li"], file_end(clients["wang"], filing, "release"))
    serial = Filing.objects.get(event="acceptance").decision.entry.legs.exclude(lot=None).first().lot.serial
    named = file_hold(clients["wang"], check("小路二", side=0.2), lots=serial)
    post(clients["li"], named)
    entry = Filing.objects.get(pk=named.pk).decision.entry
    assert set(entry.legs.exclude(lot=None).values_list("lot__serial", flat=True)) == {serial}


def test_a_place_in_default_has_its_other_approvals_suspended(clients, places, check, key_project):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    other = file_end(clients["wang"], held, "approval")
    page = clients["li"].get(reverse("balance:filing", args=[other.uuid]))
    said = [each["message"] for each in page.context["found"]["own"] if each["outcome"] == "fail"]
    assert ["KP-1 跨江大桥" in each for each in said] == [True]
    assert reverse("registers:row", args=[key_project.uuid]) in page.content.decode()
    answer = post(clients["li"], other)
    assert (answer.status_code, holds("339901", "used")) == (409, 0)
    assert "（五）.9" in answer.content.decode()


def test_the_approval_of_the_key_project_itself_passes_and_opens_the_others(clients, places, check, key_project):
    post(clients["qian"], file_acceptance(clients["li"], places))
    named = f"{places['county'].pk}:KP-1"
    bridge = file_hold(clients["wang"], check("跨江大桥", side=0.5), key_project=named)
    other = file_hold(clients["wang"], check("二号", side=0.5, row=1.0, column=1.0))
    for each in (bridge, other):
        post(clients["li"], each)
    stopped = file_end(clients["wang"], other, "approval")
    assert post(clients["li"], stopped).status_code == 409

    curing = file_end(clients["wang"], bridge, "approval")
    assert post(clients["li"], curing).status_code == 302
    assert register_facts(places["county"], curing.on)["key_project_unbalanced"] is False
    assert post(clients["li"], stopped).status_code == 302


def test_where_no_register_speaks_an_approval_is_not_booked_whatever_is_typed(clients, people, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    nil = Row.objects.get(register="key-project")
    registered(people, "key-project", places["county"], state="ended", key=nil.key, content={})
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    typed = {"key_project_unbalanced": "no", "standard_farmland_upgrade_overdue": "no"}
    filing = file_end(clients["wang"], held, "approval", **typed)
    assert (filing.facts, post(clients["li"], filing).status_code) == ({}, 409)


def test_a_key_project_of_another_place_is_not_chosen(clients, people, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    run = check("一号")
    given = {"key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": "申请"}
    for chosen in (f"{places['other'].pk}:KP-1", f"{places['county'].pk}:KP-9"):
        answer = clients["wang"].post(reverse("balance:occupy"), given | {"key_project": chosen})
        assert list(answer.context["form"].errors) == ["key_project"]


def test_from_2025_on_nothing_is_held_for_a_project(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    filing = file_hold(clients["wang"], check("一号"), on="2025-03-01")
    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    assert page.context["postings"] == []
    assert "national-balance-2024" in page.content.decode()
    assert post(clients["li"], filing).status_code == 409


def test_what_is_sent_twice_is_booked_once(clients, places):
    given = {"key": "11111111-2222-4333-8444-555555555555"}
    first, second = (file_acceptance(clients["li"], places, **given) for _ in range(2))
    assert first == second
    changed = clients["li"].post(reverse("balance:accept"), accepted(places, project="别的", **given))
    assert "已经提交过" in changed.context["form"].non_field_errors()[0]
    assert [post(clients["qian"], first).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(kind="acceptance").count() == 1
    acts = Event.objects.filter(action__startswith="balance").order_by("pk")
    assert list(acts.values_list("action", flat=True)) == ["balance.file", "balance.post"]


@pytest.mark.parametrize("kind", ["batch", "single-site"])
def test_land_of_every_kind_is_held_and_written_off_from_the_county(clients, places, check, kind):
    post(clients["qian"], file_acceptance(clients["li"], places))
    earmarked = holds("339901", "earmarked", "money_fen")
    path = {"balance_path": "entrust"} if kind == "single-site" else {}
    held = file_hold(clients["wang"], check("地块", kind=kind), **path)
    post(clients["li"], held)
    quantity = holds("339901", "held")
    assert quantity > 9_000

    paid = {"self_supply_impossible": "yes", "transfer_or_pooling_sought": "yes",
            "transfer_cost_paid_to_provider": "yes", "transfer_cost_yuan": "12345.67"}  # fmt: skip
    ending = file_end(clients["wang"], held, "approval", **paid if path else {})
    assert post(clients["li"], ending).status_code == 302
    assert (holds("339901", "held"), holds("339901", "used")) == (0, quantity)
    assert holds("339901", "earmarked", "money_fen") - earmarked == (1_234_567 if path else 0)


def test_a_separate_site_supplied_by_its_unit_is_not_taken(clients, places, check):
    run = check("管廊", kind="single-site")
    given = {"key": "11111111-2222-4333-8444-555555555555", "run": str(run.uuid), "on": "2024-06-03", "document": "甲"}
    answer = clients["wang"].post(reverse("balance:occupy"), given | {"balance_path": "own"})
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["balance_path"]
    answer = clients["wang"].post(reverse("balance:occupy"), given)
    assert "市级调剂平台" in answer.context["form"].non_field_errors()[0]
    assert not Filing.objects.exists()


def test_a_functional_zone_keeps_a_reserve_of_its_own(clients, places):
    zone = Place.objects.create(name="示范新区", kind="zone", parent=places["city"])
    filing = file_acceptance(clients["qian"], places, place=zone.pk)
    keeper = browser(person("xu", "徐处", places["city"], "keeper"))
    assert post(keeper, filing).status_code == 302
    account = Account.objects.get(place=zone, pool="reserve", index="quantity_m2")
    assert balance(account, timezone.localdate()) == 30_013 - 1_005 - 5_802


def test_a_lapsed_hold_is_not_written_off(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"), expires="2024-06-20")
    post(clients["li"], held)
    page = reverse("balance:end", args=[held.uuid, "approval"])
    given = {"key": str(uuid4()), "on": "2024-06-10", "document": "迟来的批复"}
    answer = clients["wang"].post(page, given)
    assert "没有正在冻结" in answer.context["form"].non_field_errors()[0]
    assert holds("339901", "used") == 0


def test_a_hold_sent_twice_is_filed_once_and_its_check_begins_no_other(clients, places, check):
    run, given = check("一号"), {"key": "11111111-2222-4333-8444-555555555555"}
    assert file_hold(clients["wang"], run, **given) == file_hold(clients["wang"], run, **given)
    form = clients["wang"].get(reverse("balance:occupy")).context["form"]
    assert list(form.fields["run"].queryset) == []


def test_what_a_check_owes_is_not_held_twice(clients, places, check, people):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    other = Filing.objects.create(
        event="hold", place=held.place, project="一号", on=held.on, document="另一件", facts={}, run=held.run,
        filer=people["wang"],
    )  # fmt: skip  # as two officers file at the same moment
    post(clients["li"], held)
    once = holds("339901", "held")
    answer = post(clients["li"], other)
    assert (answer.status_code, holds("339901", "held")) == (409, once)
    assert "已经冻结过" in answer.content.decode()


def test_a_hold_ends_once(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    url = reverse("balance:end", args=[held.uuid, "release"])
    given = {"on": "2024-07-01", "document": "不予批准", "application_outcome": "refused"}
    first = {"key": "11111111-2222-4333-8444-555555555551"} | given
    assert "没有正在冻结" in clients["wang"].post(url, first).context["form"].non_field_errors()[0]

    post(clients["li"], held)
    ending = file_end(clients["wang"], held, "release")
    waits = clients["wang"].post(url, first)
    assert "等审核" in waits.context["form"].non_field_errors()[0]
    post(clients["li"], ending)
    assert "没有正在冻结" in clients["wang"].post(url, first).context["form"].non_field_errors()[0]


def test_a_promise_that_names_the_key_project_balances_it(clients, places, check, key_project):
    run = check("跨江大桥")
    given = {
        "key": str(uuid4()), "run": str(run.uuid), "key_project": f"{places['county'].pk}:KP-1", "on": "2024-06-03",
        "document": "示承诺〔2024〕1号", "infrastructure_type": "expressway", "project_level": "province",
        "project_completion_on": "2026-12-31",
    }  # fmt: skip
    filing = file(clients["wang"], reverse("commitments:new", args=["infrastructure"]), given)
    assert register_facts(places["county"], filing.on)["key_project_unbalanced"] is True
    assert post(clients["li"], filing).status_code == 403  # the place itself does not say that it has balanced
    assert post(clients["qian"], filing).status_code == 302
    assert register_facts(places["county"], filing.on)["key_project_unbalanced"] is False

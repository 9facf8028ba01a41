"""Credit taken back after it was used: replaced from lots named, the rest arrears; and the province's share of an acceptance."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import accepted, file, file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_steps import holds, step

from liangtian.units import round_share
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.promises import arrears_on
from liangtian_web.ledger.models import Entry
from liangtian_web.people.models import User
from liangtian_web.rulebook.models import Decision as ValueDecision
from liangtian_web.rulebook.models import Proposal

pytestmark = pytest.mark.usefixtures("home", "opened")
SHARE = "wenzhou-2019（六）.provincial_pool_share"


@pytest.fixture
def used(clients, places, check):
    """An accepted project of which 400 m² were written off for a road, and which was then taken back."""
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    serial = filing.decision.entry.legs.exclude(lot=None).first().lot.serial
    held = file_hold(clients["wang"], check("一号", side=0.2), lots=serial)
    post(clients["li"], held)
    post(clients["li"], file_end(clients["wang"], held, "approval"))
    assert holds("339901", "used") == 400
    taken = step(clients["li"], "clawback", filing, clawback_reason="false-acceptance")
    assert post(clients["qian"], taken).status_code == 302
    return filing


def test_what_was_used_is_replaced_from_lots_named_and_the_rest_becomes_arrears(clients, places, used):
    page = reverse("balance:next", args=[used.uuid, "clawback-debt"])
    assert page in clients["li"].get(reverse("balance:filing", args=[used.uuid])).content.decode()
    unnamed = {"key": str(uuid4()), "on": "2024-10-01", "document": "补", "clawback_reason": "false-acceptance",
               "replacement_amounts__quantity_m2": "300"}  # fmt: skip
    assert list(clients["li"].post(page, unnamed).context["form"].errors) == ["lots"]

    given = {"clawback_reason": "false-acceptance", "replacement_amounts__quantity_m2": "300", "lots": "2019-001"}
    asked = step(clients["li"], "clawback-debt", used, on="2024-10-01", **given)
    assert post(clients["li"], asked).status_code == 403  # nobody decides on their own debt
    assert post(clients["qian"], asked).status_code == 302
    assert (holds("339901", "used"), holds("339901", "reserve")) == (300, 700)
    debts = {"quantity_m2": 100, "capacity_kg": 540, "paddy_m2": 400}
    assert arrears_on(places["county"], timezone.localdate()) == debts

    entry = Decision.objects.get(filing=asked).entry
    serial = used.decision.entry.legs.exclude(lot=None).first().lot.serial
    moved = {(leg.account.pool, leg.lot.serial if leg.lot else None): leg.amount
             for leg in entry.legs.filter(account__index="quantity_m2")}  # fmt: skip
    assert moved == {
        ("used", serial): -400, ("outside", serial): 400, ("reserve", "2019-001"): -300, ("used", "2019-001"): 300,
        ("outside", None): -100, ("arrears", None): 100,
    }  # fmt: skip
    lot = clients["li"].get(reverse("ledger:lot", args=[serial]))
    assert reverse("ledger:entry", args=[entry.uuid]) in lot.content.decode()
    assert clients["li"].get(page).status_code == 404  # nothing of it is in the book any more


def test_it_is_made_good_once_and_never_beyond_what_is_missing(clients, places, used):
    given = {"clawback_reason": "false-acceptance", "replacement_amounts__quantity_m2": "401", "lots": "2019-001"}
    beyond = step(clients["li"], "clawback-debt", used, on="2024-10-01", **given)
    assert post(clients["qian"], beyond).status_code == 409
    twice = [step(clients["li"], "clawback-debt", used, on="2024-10-01", clawback_reason="lost") for _ in range(2)]
    assert [post(clients["qian"], each).status_code for each in twice] == [302, 409]
    assert arrears_on(places["county"], timezone.localdate())["quantity_m2"] == 400


def test_it_is_not_dated_before_the_use_it_makes_good(clients, places, used):
    """Earlier, the false lot would leave `used` before it came there, and stand in it ever after."""
    page = reverse("balance:next", args=[used.uuid, "clawback-debt"])
    use = Entry.objects.get(kind="write-off")
    early = {"key": str(uuid4()), "on": f"{use.on - timedelta(days=1)}", "document": "补", "clawback_reason": "lost"}
    assert list(clients["li"].post(page, early).context["form"].errors) == ["on"]

    about = {
        "begun": used,
        "place": used.place,
        "project": used.project,
        "on": use.on - timedelta(days=1),
        "document": "补",
    }
    facts = {"clawback_reason": "lost", "replacement_amounts": [{}]}
    asked = Filing.objects.create(event="clawback-debt", facts=facts, filer=User.objects.get(username="li"), **about)
    refused = post(clients["qian"], asked)
    assert (refused.status_code, "先用后补" in refused.content.decode()) == (409, True)


def test_a_lot_of_which_something_is_left_is_taken_back_first(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    page = reverse("balance:next", args=[filing.uuid, "clawback-debt"])
    assert clients["li"].get(page).status_code == 404
    assert clients["zhao"].get(page).status_code == 404  # an outsider does not see the filing


def share_of(place, value: str) -> None:
    """A value of a place, proposed by one and approved by another."""
    fields = {"place": place, "since": date(2024, 1, 1), "source": "浙自然资发〔2024〕1号", "name": SHARE, "value": value,
              "unit": "share", "status": "law", "kind": Proposal.Kind.VALUE, "user": User.objects.get(username="wang")}  # fmt: skip
    made = Proposal.objects.create(**fields)
    ValueDecision.objects.create(proposal=made, approved=True, user=User.objects.get(username="li"))


def test_the_province_takes_its_share_by_parameter_before_the_city(clients, places):
    share_of(places["county"], "0.10")
    filing = file_acceptance(clients["li"], places, provincial_quantity_m2="", provincial_document="",
                             provincial_reason="")  # fmt: skip
    assert "provincial_amounts" not in filing.facts
    assert post(clients["qian"], filing).status_code == 302
    province = round_share(Fraction(1, 10), 30_013)
    city = round_share(Fraction(1, 5), 30_013 - province)
    assert (province, city) == (3_001, 5_402)
    assert (holds("339900", "provincial"), holds("339900", "municipal")) == (province, city)
    assert holds("339901", "reserve") == 1_000 + 30_013 - province - city
    assert "wenzhou-2019（六）.6" in Entry.objects.get(kind="acceptance").rules


def test_a_figure_against_the_share_needs_its_document_and_stands_beside_it(clients, places):
    share_of(places["county"], "0.10")
    bare = accepted(places, provincial_document="", provincial_reason="")
    errors = clients["li"].post(reverse("balance:accept"), bare).context["form"].errors
    assert list(errors) == ["provincial_document", "provincial_reason"]
    filing = file(clients["li"], reverse("balance:accept"), accepted(places))
    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    said = [each["message"] for each in page.context["found"]["own"] if each["rule"] == "wenzhou-2019（六）.6"]
    assert "耕地数量：按浙自然资函〔2024〕6号省级统筹 1,005 m²，按比例应为 3,001 m²；理由：省级文件另有规定。" in said
    assert post(clients["qian"], filing).status_code == 302
    assert holds("339900", "provincial") == 1_005

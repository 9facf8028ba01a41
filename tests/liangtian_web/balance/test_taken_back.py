"""What a procedure booked is taken back by who may decide it, and not under what went on with it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_steps import holds, step
from tests.liangtian_web.commitments.conftest import promise, supplement
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance.models import Filing
from liangtian_web.ledger.models import Proposal
from liangtian_web.registers.queries import ground_of

pytestmark = pytest.mark.usefixtures("home", "opened")
WHY = {"ordered_because": "市府会议纪要〔2024〕12号"}


@pytest.fixture
def pairs(clients, places):
    """Two keepers of each place."""
    for name, place in (("ma", "county"), ("zhou", "city"), ("xu", "other")):
        clients[name] = browser(person(name, name, places[place], "keeper"))
    return clients


def take_back(proposer, poster, filing: Filing, on: str = "2024-10-01"):
    """The answer to the second of two who reverse the entry of a filing."""
    entry = Filing.objects.get(pk=filing.pk).decision.entry
    asked = {"on": on, "evidence": "误记", "form": str(uuid4())}
    assert proposer.post(reverse("ledger:reverse", args=[entry.uuid]), asked).status_code == 302
    made = Proposal.objects.get(content__reverses=entry.key, decision=None)
    return poster.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})


def ordered(clients, places, event, begun=None, by="li", **given) -> Filing:
    about = {} if begun else {"place": places["county"].pk, "project": "调度", **WHY}
    return step(clients[by], event, begun, **about | given)


def written_off(clients, run, **changes) -> Filing:
    """The approval of a check's land, booked."""
    held = file_hold(clients["wang"], run, **changes)
    assert post(clients["li"], held).status_code == 302
    approval = file_end(clients["wang"], held, "approval")
    assert post(clients["li"], approval).status_code == 302
    return approval


def test_a_key_project_whose_credit_was_freed_is_not_balanced_any_more(pairs, places, check, key_project):
    post(pairs["qian"], file_acceptance(pairs["li"], places))
    today = timezone.localdate()
    approval = written_off(pairs, check("跨江大桥", side=0.5), key_project=f"{places['county'].pk}:KP-1")
    balanced = ground_of(key_project, today)
    assert (balanced.since, balanced.done["quantity_m2"]) == (None, 2_500)
    freed = ordered(pairs, places, "unlinking", approval, by="wang", moved_amounts__quantity_m2="2500")
    assert post(pairs["qian"], freed).status_code == 302
    owing = ground_of(key_project, today)
    assert (owing.since, owing.done["quantity_m2"]) == (freed.on, 0)


def test_a_write_off_is_not_taken_back_under_what_was_freed_of_it(pairs, places, check):
    post(pairs["qian"], file_acceptance(pairs["li"], places))
    first = written_off(pairs, check("一号", side=0.2))
    written_off(pairs, check("二号", side=0.2, column=0.8))
    freed = ordered(pairs, places, "unlinking", first, by="wang", moved_amounts__quantity_m2="400")
    assert post(pairs["qian"], freed).status_code == 302
    before = holds("339901", "reserve")
    answer = take_back(pairs["qian"], pairs["zhou"], first)
    assert (answer.status_code, holds("339901", "held"), holds("339901", "used")) == (409, 0, 400)
    assert "unlinking文" in answer.content.decode()

    assert take_back(pairs["qian"], pairs["zhou"], freed).status_code == 302
    waiting = Proposal.objects.get(content__reverses=first.decision.entry.key)
    assert pairs["zhou"].post(reverse("ledger:decide", args=[waiting.uuid]), {"post": "1"}).status_code == 302
    assert (holds("339901", "reserve"), holds("339901", "held")) == (before - 400, 400)


def test_a_loan_is_not_taken_back_under_what_was_returned_of_it(pairs, places):
    post(pairs["qian"], ordered(pairs, places, "city-pooling", moved_amounts__quantity_m2="400"))
    due = (timezone.localdate() + timedelta(days=60)).isoformat()
    about = {"provider": places["city"].pk, "lender_pool": "municipal", "return_due_on": due}
    loans = [ordered(pairs, places, "borrow", moved_amounts__quantity_m2="100", **about) for _ in range(2)]
    assert [post(pairs["qian"], each).status_code for each in loans] == [302, 302]
    assert post(pairs["qian"], ordered(pairs, places, "borrow-return", loans[0], moved_amounts__quantity_m2="100")).status_code == 302  # fmt: skip
    assert take_back(pairs["qian"], pairs["zhou"], loans[0]).status_code == 409
    assert (holds("339901", "borrowed"), holds("339900", "municipal")) == (100, 300)
    assert post(pairs["qian"], ordered(pairs, places, "borrow-return", loans[1], moved_amounts__quantity_m2="100")).status_code == 302  # fmt: skip


def test_a_county_does_not_take_back_what_is_judged_above(pairs, places):
    made = promise(pairs["wang"], supplement(places["county"]))
    assert post(pairs["qian"], made).status_code == 302
    assert take_back(pairs["li"], pairs["ma"], made).status_code == 409
    assert holds("339901", "committed") == 500


@pytest.mark.parametrize("event", ["freeze", "void"])
def test_a_county_does_not_order_by_itself(pairs, places, event):
    asked = ordered(pairs, places, event, moved_amounts__quantity_m2="10", lots="2019-001")
    assert post(pairs["ma"], asked).status_code == 403
    assert asked not in pairs["ma"].get(reverse("balance:index")).context["waiting"]
    assert post(pairs["qian"], asked).status_code == 302


def test_a_county_does_not_free_by_itself(pairs, places, check):
    frozen = ordered(pairs, places, "freeze", moved_amounts__quantity_m2="10")
    assert post(pairs["qian"], frozen).status_code == 302
    thaw = ordered(pairs, places, "thaw", frozen)
    assert [post(pairs[name], thaw).status_code for name in ("ma", "qian")] == [403, 302]
    post(pairs["qian"], file_acceptance(pairs["li"], places))
    approval = written_off(pairs, check("一号", side=0.2))
    freed = ordered(pairs, places, "unlinking", approval, by="wang", moved_amounts__quantity_m2="1")
    assert [post(pairs[name], freed).status_code for name in ("ma", "qian")] == [403, 302]

"""What was reversed or has lapsed counts as not booked: its page says so, and what it took is free again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post
from tests.liangtian_web.balance.test_steps import holds, step
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance import queries
from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import state_of
from liangtian_web.balance.procedures.quota import left_of
from liangtian_web.ledger.models import Proposal

pytestmark = pytest.mark.usefixtures("home", "opened")


@pytest.fixture
def second(places):
    """Another keeper of the city, who posts what the first proposes."""
    return browser(person("zhou", "周处", places["city"], "keeper"))


def take_back(clients, second, filing: Filing, on: str = "2024-10-01") -> None:
    """Reverse the entry of a filing by two people of the city."""
    entry = Filing.objects.get(pk=filing.pk).decision.entry
    clients["qian"].post(
        reverse("ledger:reverse", args=[entry.uuid]), {"on": on, "evidence": "误记", "form": str(uuid4())}
    )
    made = Proposal.objects.get(content__reverses=entry.key, decision=None)
    answer = second.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert answer.status_code == 302, answer.content.decode()


def word(filing: Filing) -> str:
    return state_of(Filing.objects.get(pk=filing.pk))[1]


def steps(client, filing: Filing) -> list[str]:
    return [each.word for each in client.get(reverse("balance:filing", args=[filing.uuid])).context["follows"]]


def runs(client) -> list[object]:
    return list(client.get(reverse("balance:occupy")).context["form"].fields["run"].queryset)


def test_a_reversed_approval_leaves_its_hold_open(clients, places, check, second, people):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    ending = file_end(clients["wang"], held, "approval")
    post(clients["li"], ending)
    assert (word(held), steps(clients["wang"], held)) == ("已核销", [])
    used = holds("339901", "used")

    take_back(clients, second, ending)
    assert (word(ending), word(held)) == ("已冲正", "已冻结")
    assert steps(clients["wang"], held) == ["批准核销", "解冻退回"]
    assert list(queries.standing_holds(people["li"], timezone.localdate())) == [held]
    again = file_end(clients["wang"], held, "approval", on="2024-10-02")
    assert post(clients["li"], again).status_code == 302
    assert (word(held), holds("339901", "used"), holds("339901", "held")) == ("已核销", used, 0)


def test_a_reversed_hold_frees_its_check(clients, places, check, second, people):
    post(clients["qian"], file_acceptance(clients["li"], places))
    run = check("一号")
    held = file_hold(clients["wang"], run)
    post(clients["li"], held)
    assert runs(clients["wang"]) == []

    take_back(clients, second, held)
    assert (word(held), steps(clients["wang"], held)) == ("已冲正", [])
    assert list(queries.standing_holds(people["li"], timezone.localdate())) == []
    assert runs(clients["wang"]) == [run]
    given = {"key": str(uuid4()), "on": "2024-10-02", "document": "批复"}
    answer = clients["wang"].post(reverse("balance:end", args=[held.uuid, "approval"]), given)
    assert "没有正在冻结" in answer.context["form"].non_field_errors()[0]
    again = file_hold(clients["wang"], run, on="2024-10-02")
    assert post(clients["li"], again).status_code == 302
    assert word(again) == "已冻结"


def test_an_ending_that_waited_while_its_hold_was_reversed_is_not_booked(clients, places, check, second):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    waiting = file_end(clients["wang"], held, "approval")
    take_back(clients, second, held)
    answer = post(clients["li"], waiting)
    assert (answer.status_code, "没有正在冻结" in answer.content.decode()) == (409, True)
    assert holds("339901", "used") == 0


@pytest.mark.parametrize(("days", "state"), [(0, "已到期退回"), (1, "已冻结")])
def test_a_hold_lapses_on_its_day_and_frees_its_check(clients, places, check, people, days, state):
    post(clients["qian"], file_acceptance(clients["li"], places))
    run = check("一号")
    expires = timezone.localdate() + timedelta(days=days)
    held = file_hold(clients["wang"], run, expires=expires.isoformat())
    post(clients["li"], held)
    lapsed = state == "已到期退回"
    assert word(held) == state
    assert steps(clients["wang"], held) == ([] if lapsed else ["批准核销", "解冻退回"])
    assert runs(clients["wang"]) == ([run] if lapsed else [])
    assert list(queries.standing_holds(people["li"], timezone.localdate())) == ([] if lapsed else [held])
    given = {"key": str(uuid4()), "on": "2024-07-01", "document": "批复"}
    answer = clients["wang"].post(reverse("balance:end", args=[held.uuid, "approval"]), given)
    assert answer.status_code == (400 if lapsed else 302)


def test_a_hold_ended_before_its_day_does_not_lapse(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    held = file_hold(clients["wang"], check("一号"), expires=(timezone.localdate() + timedelta(days=1)).isoformat())
    post(clients["li"], held)
    post(clients["li"], file_end(clients["wang"], held, "approval"))
    assert not queries.open_holds(timezone.localdate()).exists()
    assert list(queries.taking_holds(timezone.localdate())) == [held]


def test_reversed_use_of_quota_gives_the_grant_back_and_a_reversed_grant_gives_nothing(clients, places, second):
    top = step(clients["qian"], "quota-advance", place=places["city"].pk, project="周转指标",
               quota_amounts__turnover_quota_m2="9000")  # fmt: skip
    post(second, top)
    grant = step(clients["li"], "quota-advance", place=places["county"].pk, project="岭下村",
                 quota_amounts__turnover_quota_m2="5000")  # fmt: skip
    post(clients["qian"], grant)
    used = step(clients["li"], "quota-use", grant, project="安置小区", quota_amounts__turnover_quota_m2="3000")
    post(clients["qian"], used)

    def left() -> int:
        return left_of(Filing.objects.get(pk=grant.pk))[0]["turnover_quota_m2"]

    assert left() == 2_000
    take_back(clients, second, used)
    assert (word(used), left()) == ("已冲正", 5_000)
    waiting = step(clients["li"], "quota-use", grant, project="又一处", quota_amounts__turnover_quota_m2="1000")
    take_back(clients, second, grant)
    assert (word(grant), left(), steps(clients["li"], grant)) == ("已冲正", 0, [])
    post(clients["qian"], step(clients["li"], "quota-advance", place=places["county"].pk, project="另一村",
                               quota_amounts__turnover_quota_m2="5000"))  # fmt: skip
    assert post(clients["qian"], waiting).status_code == 409  # what another document granted is not spent for it

"""What a statement brings forward, whatever its first day."""

from __future__ import annotations

from datetime import date

import pytest

from bookkeeping import acceptance, day, quota
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import statement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keepers")]


@pytest.fixture
def account(places) -> Account:
    actions.post(acceptance("old", 500, None, kind="opening", document="doc:2019", on=day(1), approver="wang"))
    actions.post(*(quota(f"q{n}", day(n), 100, approver="wang") for n in range(2, 6)))
    return Account.objects.get(place=places["county"], pool="reserve", index="plan_quota_m2")


@pytest.mark.parametrize(("since", "opening"), [(day(4), 200), (day(2), 0), (date.min, 0)])
def test_it_opens_with_what_the_days_before_left(account, since, opening):
    drawn = statement(account, since, day(9))
    assert (drawn.opening, drawn.closing) == (opening, 400)


def test_the_days_before_are_not_read_leg_by_leg(account, django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        statement(account, day(5), day(9))
    assert "book_balance" in asked.captured_queries[0]["sql"]

"""Whatever is supplied, deducted and settled on whichever days: what is owed is what was promised less what was supplied."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import RequestFactory
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.liangtian_web.commitments.conftest import DAYS

from bookkeeping import day, entry, legs, lot
from liangtian.errors import LiangtianError
from liangtian.policy.amounts import BALANCE
from liangtian_web.balance.actions import Head, decide
from liangtian_web.balance.promises import standings
from liangtian_web.commitments import actions
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import balance

DATES = [date(2024, month, 28) for month in range(6, 13)] + [date(2024, 12, 31)]
RESERVE = 1_000
PROMISED = {"quantity_m2": 700, "capacity_kg": 0, "paddy_m2": 900}

amounts = st.fixed_dictionaries({name: st.integers(0, 600) for name in ("quantity_m2", "paddy_m2")})
days = st.dates(date(2024, 6, 2), date(2024, 12, 20))
acts = st.lists(
    st.tuples(st.sampled_from(("supply", "supply", "default")), st.integers(0, 1), days, amounts),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def stocked(home, people):
    """A reserve that can keep one of two promises in each index."""
    old = lot("2019-001", None, document="县发〔2019〕1号")
    moves = [
        move
        for name in BALANCE
        for move in (
            ("outside", "outside", name, "2019-001", -RESERVE),
            ("339901", "reserve", name, "2019-001", RESERVE),
        )
    ]
    book.post(entry("open", day(1), "opening", legs(*moves), lots=(old,)))


def by(user):
    """A request of a user."""
    request = RequestFactory().post("/")
    request.user = user
    return request


BROKEN_AND_SETTLED = [
    ("supply", 0, date(2024, 7, 1), {"quantity_m2": 300, "paddy_m2": 0}),
    ("default", 0, date(2024, 10, 8), {}),
    ("default", 1, date(2024, 10, 9), {}),
    ("supply", 1, date(2024, 11, 1), {"quantity_m2": 0, "paddy_m2": 1}),
]


@example(done=BROKEN_AND_SETTLED)
@given(done=acts)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_owed_is_what_was_promised_less_what_was_supplied(done, stocked, people, places):
    with transaction.atomic():
        promises = [made(people, places["county"], f"第{n}件") for n in (1, 2)]
        for act, which, on, supplied in done:
            try:
                with transaction.atomic():
                    take(act, promises[which], on, supplied, people)
            except LiangtianError:
                pass  # refused: the book is as it was
            agrees(promises, places["county"], people)
        transaction.set_rollback(True)


def made(people, place, project):
    steps = [{"step": name, "due_on": due} for name, due in DAYS.items()]
    facts = {"commitment_kind": "supplement-improve", "submitted_to": "province", "promised_steps": steps,
             "promised_amounts": [PROMISED]}  # fmt: skip
    head = Head(uuid4(), place, project, date(2024, 6, 2), project)
    filing = actions.file_promise(by(people["wang"]), head, facts=facts)
    decide(by(people["qian"]), filing, accept=True, today=filing.on)
    return filing


def take(act, promise, on, supplied, people):
    if act == "default":
        filing = actions.file_default(by(people["wang"]), uuid4(), promise, on=on, document="核减")
        decide(by(people["qian"]), filing, accept=True, today=filing.on)
    else:
        facts = {"supplied_amounts": ({"capacity_kg": 0, **supplied},)}
        filing = actions.file_supply(by(people["wang"]), uuid4(), promise, on=on, document="兑现", facts=facts, lots=[])
        decide(by(people["li"]), filing, accept=True, today=filing.on)


def agrees(promises, place, people):
    """At the end of every month, and for good."""
    for on in DATES:
        known = standings(promises, on).values()
        for index in BALANCE:
            for each in known:
                supplied = each.fulfilled[index] + each.deducted[index] + each.settled[index]
                owed = each.outstanding[index] + each.arrears[index]
                assert owed == each.promised[index] - supplied
                assert min(each.outstanding[index], each.arrears[index], each.deducted[index]) >= 0
            assert sum(each.outstanding[index] for each in known) == held(place, "committed", index, on)
            assert sum(each.arrears[index] for each in known) == held(place, "arrears", index, on)
            paid = sum(each.fulfilled[index] + each.deducted[index] + each.settled[index] for each in known)
            assert held(place, "reserve", index, on) == RESERVE - paid


def held(place, pool, index, on):
    account = Account.objects.filter(place=place, pool=pool, index=index).first()
    return balance(account, on) if account else 0

"""The SQL book under hypothesis: any order within a day, a reversal is an undo, and what was known stays known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.liangtian_web.ledger.test_side_by_side import sql_balances

from bookkeeping import COUNTY, OTHER, acceptance, day, entry, hold, moved, quota, square
from liangtian.errors import BookRefused
from liangtian.ledger.entry import Entry
from liangtian_web.ledger import actions, sealing
from liangtian_web.ledger.models import Entry as Row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keepers")]

given_work = settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
DAYS = st.integers(0, 40).map(lambda n: day(1, 10) + timedelta(days=n))
AMOUNTS = st.integers(1, 40)
POOLS = st.sampled_from([(COUNTY, "reserve"), (OTHER, "reserve"), (COUNTY, "used")])
ASKED = [day(1, 10) + timedelta(days=10 * n) for n in range(8)]


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def use(key: str, on: date, amount: int, to: tuple[str, str] = (COUNTY, "used")) -> Entry:
    kind = "transfer" if to[1] == "reserve" else "write-off"
    source = (OTHER, "reserve") if to == (COUNTY, "reserve") else (COUNTY, "reserve")
    return entry(key, on, kind, moved(None, amount, source, to, "plan_quota_m2"))


def everything() -> list[dict[object, int]]:
    return [sql_balances(on) for on in ASKED]


@given_work
@given(st.permutations(range(6)), st.lists(AMOUNTS, min_size=3, max_size=3), st.booleans())
def test_entries_of_one_day_come_in_any_order(order, amounts, earlier):
    """As long as each is booked, what the day ends with is the same; some were booked for the day before."""
    grants = [quota(f"g{n}", day(2) - timedelta(days=earlier and n), 200) for n in range(3)]
    uses = [
        use(f"u{n}", day(2), amount, (OTHER, "reserve") if n else (COUNTY, "used")) for n, amount in enumerate(amounts)
    ]
    ends = []
    for arranged in ([*grants, *uses], [grants[0], *(([*grants[1:], *uses, quota("x", day(3), 1)])[n] for n in order)]):
        with undone():
            actions.post(*arranged)
            if "x" not in {one.key for one in arranged}:
                actions.post(quota("x", day(3), 1))
            ends.append(everything())
    assert ends[0] == ends[1]


@given_work
@given(
    st.lists(st.tuples(DAYS, AMOUNTS, POOLS), max_size=6), DAYS, AMOUNTS, st.none() | st.integers(1, 30), st.booleans()
)
def test_a_reversal_on_its_own_date_is_an_undo(work, on, amount, days, seals):
    with undone():
        actions.post(quota("much", day(1, 5), 300), acceptance("A", 9_000, square(0), on=day(1, 5)))
        for n, (when, much, to) in enumerate(work):
            with suppress(BookRefused):
                actions.post(use(f"w{n}", when, much, to))
        before, free = everything(), sql_balances(on)
        expires = None if days is None else on + timedelta(days=days)
        made = actions.post(hold("h", on, "A", amount, expires))[0]
        assert sql_balances(on) != free
        if seals:
            sealing.seal_all()
        actions.reverse(made, key="undo", actor=made.actor, evidence=["doc:2"])
        assert everything() == before


@given_work
@given(st.lists(st.tuples(DAYS, AMOUNTS, POOLS, st.booleans()), min_size=2, max_size=8))
def test_what_was_known_stays_known(work):
    """Backdated or reversed since, folded into day sums or not: asked as known then, the book answers as it did."""
    with undone():
        actions.post(quota("much", day(1, 5), 100))
        known = []
        for n, (when, much, to, back) in enumerate(work):
            with suppress(BookRefused):
                made = actions.post(use(f"w{n}", when, much, to))[0]
                if back:
                    actions.reverse(made, key=f"b{n}", actor=made.actor, evidence=["doc:2"])
            if n % 3 == 1:
                sealing.seal_all()
            known.append((actions.now(), everything()))
        for moment, answers in known:
            assert [sql_balances(on, moment) for on in ASKED] == answers


def test_an_entry_and_what_undoes_it_are_both_kept(keepers):
    made = actions.post(quota("q", day(2), 5))[0]
    actions.reverse(made, key="undo", actor=keepers["wang"], evidence=["doc:2"])
    assert list(Row.objects.order_by("pk").values_list("key", "reverses__key")) == [("q", None), ("undo", "q")]

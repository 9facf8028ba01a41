"""Whatever is listed, sold in part, withdrawn and paid: no square metre, kilogram or fen appears or is lost."""

from __future__ import annotations

from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.liangtian_web.transfers.conftest import FUND_FEN, ask, holds, list_for_sale, post, send, settle, today

from liangtian_web.balance.models import Filing
from liangtian_web.ledger.models import Leg
from liangtian_web.transfers.pricing import worth_fen
from liangtian_web.transfers.stages import open_listings

pytestmark = pytest.mark.usefixtures("opened")
SELLER, BUYER = "339901", "339902"
INDICES = {"quantity_m2": 10_000, "paddy_m2": 5_000, "capacity_kg": 9_000}


@given(
    st.dictionaries(st.sampled_from(sorted(INDICES)), st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))),
)
def test_worth_is_exact_and_rounded_once(rows):
    amounts = {index: amount for index, (amount, _) in rows.items()}
    prices = {index: f"{cents // 100}.{cents % 100:02}" for index, (_, cents) in rows.items()}
    exact = sum(
        (Fraction(amount * cents) * (1 if index == "capacity_kg" else Fraction(3, 2_000)) for index, (amount, cents) in rows.items()),
        Fraction(0),
    )  # fmt: skip
    assert worth_fen(amounts, prices) == int(exact + Fraction(1, 2))


def parts(listed):
    """Up to three sales within what is listed, index by index."""
    return st.lists(
        st.fixed_dictionaries({index: st.integers(0, most // 3) for index, most in listed.items()}), max_size=3
    )


@given(st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_indices_and_money_are_conserved(clients, places, data):
    listed = data.draw(st.fixed_dictionaries({index: st.integers(1, most) for index, most in INDICES.items()}))
    sold = [each for each in data.draw(parts(listed)) if any(each.values())]
    sid = transaction.savepoint()
    try:
        _trade(clients, places, listed, sold, withdraw=data.draw(st.booleans()))
    finally:
        transaction.savepoint_rollback(sid)


def _trade(clients, places, listed, sold, *, withdraw):
    prices = {f"price_{index}": "123456.78" if index != "capacity_kg" else "1.23" for index in listed}
    filing = list_for_sale(clients, places, **{f"amount_{index}": f"{n}" for index, n in listed.items()}, **prices)
    fen = 0
    for each in sold:
        amounts = {f"amount_{index}": f"{n}" for index, n in each.items()}
        one = settle(clients, filing, ask(clients["zhao"], places, **amounts), **amounts, **prices, reason="含管护")
        fen += one.fen
    left = {index: n - sum(each[index] for each in sold) for index, n in listed.items()}
    assert {index: holds(SELLER, "held", index) for index in listed} == left
    offer = open_listings([filing.listing])[0]
    assert offer.left == {index: n for index, n in left.items() if n}
    if withdraw and any(left.values()):
        page = reverse("transfers:withdraw_listing", args=[filing.uuid])
        given_ = {"key": str(uuid4()), "on": f"{today()}", "document": "撤"}
        post(clients["li"], Filing.objects.get(uuid=send(clients["wang"], page, given_)))
        assert {holds(SELLER, "held", index) for index in listed} == {0}
    for index, whole in INDICES.items():
        stands = [holds(place, pool, index) for place in (SELLER, BUYER) for pool in ("reserve", "held")]
        assert sum(stands) == whole
    assert (holds(BUYER, "fund", "money_fen"), holds(SELLER, "earmarked", "money_fen")) == (FUND_FEN - fen, fen)
    sums = Leg.objects.values("account__index", "lot").annotate(total=Sum("amount"))
    assert {row["total"] for row in sums} == {0}

"""A book with lots on the ground and without, holds, and its keepers."""

from __future__ import annotations

import pytest
from tests.liangtian_web.ledger.conftest import keeper_client, keepers, next_door_client, second_client

from bookkeeping import COUNTY, acceptance, day, entry, hold, moved, square
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Account

__all__ = ["keeper_client", "keepers", "next_door_client", "second_client"]


def account(pool: str, index: str = "quantity_m2") -> Account:
    return Account.objects.get(place__code=COUNTY, pool=pool, index=index)


@pytest.fixture
def booked(keepers):
    """An opening lot without ground, two lots with; of these one wholly used, one partly held."""
    actions.post(acceptance("O", 5_000, None, kind="opening", document="县发〔2019〕1号"))
    actions.post(acceptance("A", 9_000, square(0)))
    actions.post(acceptance("B", 4_000, square(1), on=day(2)))
    actions.post(hold("h", day(3), "A", 3_000, day(6)))
    actions.post(hold("h2", day(3), "A", 2_000))
    legs = moved("B", 4_000, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2")
    actions.post(entry("u", day(4), "write-off", legs))

"""The village of a whole-area listing: measured by the ground of its lots, or plainly as stated."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web import land
from tests.liangtian_web.balance.conftest import home
from tests.liangtian_web.days import begun
from tests.liangtian_web.transfers.conftest import NEW, PROJECT, file_listing, list_for_sale, moves, offered
from tests.liangtian_web.transfers.test_proceeds import villages

from bookkeeping import entry, legs, lot
from liangtian.ledger.lots import Ground
from liangtian_web.ledger import actions as book
from liangtian_web.onemap.actions import adopt
from liangtian_web.transfers.villages import villages_of

__all__ = ["home", "villages"]
pytestmark = pytest.mark.usefixtures("home", "opened")


@pytest.fixture
def grounded(places):
    """A lot on the first field of 示范村, and the land layer of the county."""
    for each in land.publish_all():
        adopt(each, places["county"])
    made = lot("2026-G", Ground.of(land.field(0, 0), "EPSG:4549"), on=begun(), project=PROJECT, document="验收")
    given = [("quantity_m2", "2026-G", 9_000)]
    book.post(entry("accept-g", begun(), "acceptance", legs(*moves(given)), lots=(made,), recorded_at=book.now()))


def test_the_village_of_a_lot_is_measured_on_the_land_layer(people, grounded):
    assert list(villages_of(people["wang"], ["2026-G"], timezone.localdate())) == ["339901100201"]
    assert villages_of(people["wang"], [NEW], timezone.localdate()) == {}  # its ground lies beyond the layer
    assert villages_of(people["wai"], ["2026-G"], timezone.localdate()) == {}  # an outsider's layers do not reach it


def test_a_listing_names_the_village_its_lots_lie_in(clients, places, villages, grounded):
    given = {"whole_area": "on", "lots": "2026-G"}
    wrong = offered(places, village=villages["next"].pk, **given)
    assert "339901100201" in clients["wang"].post(reverse("transfers:offer"), wrong).context["form"].non_field_errors()[0]  # fmt: skip
    filing = file_listing(clients["wang"], places, village=villages["own"].pk, **given)
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid])).content.decode()
    assert "按指标块范围量得 100.0%" in page


def test_a_village_that_cannot_be_measured_is_said_to_be_stated(clients, places, villages):
    filing = list_for_sale(clients, places, whole_area="on", village=villages["own"].pk)
    page = clients["wang"].get(reverse("transfers:listing", args=[filing.uuid])).content.decode()
    assert "王工填报，没有量算" in page

"""How a match stands when its listing lapses under it, and when what it booked is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.transfers.conftest import FUND_FEN, ask, holds, list_for_sale, settle, today

from liangtian_web.balance.earmarked import sources_for
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import transfer
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.transfers.models import Listing, Match
from liangtian_web.transfers.stages import Stage, open_demands, open_listings, stage_of, standing_of


@pytest.mark.parametrize(("days", "stage"), [(0, Stage.LAPSED), (-1, Stage.LAPSED), (1, Stage.CONSENT)])
def test_a_match_proposed_in_time_lapses_with_its_listing(days, stage):
    listing = Listing(filing=Filing(expires=today() + timedelta(days=days)))
    match = Match(listing=listing, proposed_at=timezone.now() - timedelta(days=9))
    assert stage_of(match, {}, None) == stage


def test_what_is_entered_afterwards_goes_by_its_business_date():
    listing = Listing(filing=Filing(expires=today() - timedelta(days=9)))
    assert stage_of(Match(listing=listing, proposed_at=timezone.now()), {}, None) == Stage.CONSENT


@pytest.mark.usefixtures("opened")
def test_a_settlement_that_waited_past_the_day_of_its_listing_is_refused(clients, places):
    listing = list_for_sale(clients, places, on=f"{today() - timedelta(days=40)}", expires=f"{today()}")
    late = Filing(begun=listing, on=today() - timedelta(days=5), filed_at=timezone.now() - timedelta(days=5), facts={})
    with pytest.raises(StageRefused) as caught:
        transfer.settle(late, (), {}, None)
    assert caught.value.message_id == "transfer-lapsed"


@pytest.mark.usefixtures("opened")
def test_a_transfer_taken_back_stands_on_the_platform_again(clients, places, people):
    filing, demand = list_for_sale(clients, places), ask(clients["zhao"], places)
    one = settle(clients, filing, demand, amount_quantity_m2="4501")
    entry = Filing.objects.get(uuid=one.uuid).decision.entry
    for each in (Entry.objects.get(key=f"{entry.key}:rest"), entry):
        book.reverse(each, key=f"back {each.key}", actor=people["qian"], evidence=["doc:1"], approver=people["zhou"])

    assert standing_of(one).stage == Stage.REVERSED
    assert (holds("339901", "held"), holds("339902", "reserve")) == (6_000, 0)
    assert holds("339902", "fund", "money_fen") == FUND_FEN
    assert sources_for(people["wang"]) == []
    assert open_listings([filing.listing])[0].left == {"quantity_m2": 6_000}
    assert open_demands([demand])[0].left == {"quantity_m2": 6_000}
    page = clients["wang"].get(reverse("transfers:spend", args=[one.uuid]))
    assert (page.status_code, page.context["form"]) == (200, None)
    assert settle(clients, filing, demand, document="示市调〔2026〕9号").fen == 162_000_000

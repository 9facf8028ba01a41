"""The platform asks the city to match what waits, and a statement tried asks its keeper to record it."""

from __future__ import annotations

from tests.liangtian_web.transfers.conftest import ask, clients, list_for_sale, match, opened, people

__all__ = ["clients", "opened", "people"]


def told(client, word):
    return [(each.what, each.url) for each in client.get("/").context["todos"] if each.word == word]


def test_an_offer_with_a_request_waits_for_the_city(clients, places, opened):
    offer = list_for_sale(clients, places)
    assert told(clients["qian"], "待撮合") == []  # nobody asks yet
    wanted = ask(clients["zhao"], places)
    assert told(clients["qian"], "待撮合") == [("示范县的挂牌有 1 件申请在排队", f"/transfers/listings/{offer.uuid}/")]
    assert [told(clients[name], "待撮合") for name in ("li", "xu", "shen", "wai")] == [[], [], [], []]
    match(clients["qian"], offer, wanted)
    assert told(clients["qian"], "待撮合") == []  # all of it is being matched

"""The request, the offer and the agreement of a transfer: each side gets its own, nobody else anything."""

from __future__ import annotations

from tests.liangtian_web.papers.conftest import taken
from tests.liangtian_web.transfers.conftest import ask, clients, list_for_sale, opened, people, settle

__all__ = ["clients", "opened", "people"]


def test_request_offer_and_agreement(clients, places, opened, paper):
    offer = list_for_sale(clients, places)
    wanted = ask(clients["zhao"], places)
    asked = paper(clients["zhao"], "request", wanted.uuid)
    assert asked.lines[0] == "指标调入申请表"
    assert ["耕地数量", "6,000 m²", "9.00 亩", "未限定"] in asked.rows
    assert "产业园一期" in asked.cells
    listed = paper(clients["wang"], "filing", offer.uuid)
    assert listed.lines[0] == "指标调剂挂牌申请表"
    assert ["耕地数量", "6,000 m²", "9.00 亩", "180,000.00 元/亩"] in listed.rows

    one = settle(clients, offer, wanted)
    agreed = paper(clients["zhao"], "match", one.uuid)
    assert agreed.lines[0] == "指标调剂协议"
    assert ["价款", "1,620,000.00 元"] in agreed.rows
    assert {"调出方同意", "调入方同意", "示范二县", "180,000.00 元/亩"} <= agreed.cells
    assert "城关镇垦造耕地" not in agreed.cells  # the seller's project is not the buyer's to read
    first, second = (taken(clients[name], "match", one.uuid).content for name in ("wang", "zhao"))
    assert first == second


def test_others_get_none_of_them(clients, places, opened):
    offer = list_for_sale(clients, places)
    wanted = ask(clients["zhao"], places)
    one = settle(clients, offer, wanted)
    for kind, ref in (("request", wanted.uuid), ("filing", offer.uuid), ("match", one.uuid)):
        assert taken(clients["wai"], kind, ref).status_code == 404
    assert taken(clients["wang"], "request", wanted.uuid).status_code == 404  # its purpose is the buyer's own
    assert taken(clients["zhao"], "filing", offer.uuid).status_code == 404

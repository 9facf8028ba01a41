"""Entries proposed together are posted together or not at all, and decided by another person who read each of them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.liangtian_web.calls import made, read, send
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.papers.conftest import Read, taken

from bookkeeping import COUNTY, OTHER, acceptance, day, square
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Decision, Entry, Proposal
from liangtian_web.ledger.sealing import seal_all
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("keepers", "booked")


def asked(amount=100, *, lot="A", place=COUNTY, **changes):
    """An adjustment that takes something of a lot out of the book."""
    row = {"index": "quantity_m2", "amount": amount, "from_place": place, "from_pool": "reserve", "to_place": "outside",
           "to_pool": "outside", "lot": lot}  # fmt: skip
    return {
        "place": place,
        "on": f"{day(10)}",
        "kind": "adjustment",
        "evidence": "复核〔2024〕1号",
        "rows": [row],
        **changes,
    }


def linked(client, *parts):
    return made(client, "book/linked-proposals", {"proposals": list(parts)})["proposals"]


def decide(client, one, accept=True, **said):
    return send(client, f"book/proposals/{one['uuid']}/decision", {"accept": accept, "linked": one["linked"], **said})


def entries():
    return Entry.objects.filter(key__startswith="proposal:").order_by("pk")


def test_a_linked_set_is_posted_as_one(keeper_client, second_client):
    first, second = linked(keeper_client, asked(), asked(50, lot="O", evidence="复核〔2024〕2号"))
    assert (first["linked"], second["linked"]) == ([second["uuid"]], [first["uuid"]])
    answer = decide(second_client, second)
    assert (answer.status_code, answer.json()["state"]) == (200, "posted")
    one, two = entries()
    assert (one.linked, two.linked) == ([two.key], [one.key])
    assert [one.key, two.key] == [f"proposal:{first['uuid']}", f"proposal:{second['uuid']}"]
    assert {read(second_client, f"book/proposals/{each['uuid']}")["state"] for each in (first, second)} == {"posted"}
    assert seal_all() > 0
    noted = Event.objects.filter(action="ledger.post").values_list("object", flat=True)
    assert set(noted) == {f"entry:{one.uuid}", f"entry:{two.uuid}"}


def test_one_bad_entry_refuses_all(keeper_client, second_client):
    first, second = linked(keeper_client, asked(), asked(50_000, lot="O"))
    answer = decide(second_client, first)
    assert (answer.status_code, answer.json()["id"]) == (409, "balance-below-zero")
    assert (entries().count(), Decision.objects.count()) == (0, 0)
    assert read(second_client, f"book/proposals/{second['uuid']}")["state"] == "waiting"


def test_a_linked_set_is_sent_back_as_one(keeper_client, second_client):
    first, second = linked(keeper_client, asked(), asked(50, lot="O"))
    assert decide(second_client, first, accept=False, reason="依据不清").status_code == 200
    told = [read(keeper_client, f"book/proposals/{each['uuid']}") for each in (first, second)]
    assert [(each["state"], each["reason"]) for each in told] == [("refused", "依据不清")] * 2


def test_a_reversal_and_what_takes_its_place_are_one_set(keeper_client, second_client, places):
    above = browser(
        person("qian", "钱处", places["city"], "keeper")
    )  # what comes back from outside is posted from above
    wrong = made(keeper_client, "book/proposals", asked(300))
    made(second_client, f"book/proposals/{wrong['uuid']}/decision", {"accept": True})
    entry = entries().get()
    back = {"reverses": str(entry.uuid), "on": f"{day(10)}", "evidence": "更正"}
    first, _second = linked(keeper_client, back, asked(30))
    assert decide(second_client, first).json()["id"] == "book-granted-by-itself"
    assert decide(above, first).status_code == 200
    entry.refresh_from_db()
    assert entry.reversed_by.linked == [entries().last().key]
    assert entries().last().linked == [entry.reversed_by.key]


def test_nobody_decides_on_a_set_of_their_own(keeper_client):
    first, second = linked(keeper_client, asked(), asked(50, lot="O"))
    for one in (first, second):
        answer = decide(keeper_client, one)
        assert (answer.status_code, answer.json()["id"]) == (409, "book-own-proposal")


def test_who_decides_has_read_every_entry(keeper_client, second_client):
    first, second = linked(keeper_client, asked(), asked(50, lot="O"))
    for seen in ([], [first["uuid"]], [second["uuid"], first["uuid"]]):
        answer = send(second_client, f"book/proposals/{first['uuid']}/decision", {"accept": True, "linked": seen})
        assert (answer.status_code, answer.json()["id"]) == (409, "book-linked-unseen")
    assert entries().count() == 0


def test_every_problem_of_every_entry_is_said_and_none_is_kept(keeper_client):
    bad = [asked(), asked(50, lot="O"), asked(50)]
    bad[1]["rows"][0]["index"] = "nothing"
    bad[2]["rows"][0]["from_pool"] = "nowhere"
    answer = send(keeper_client, "book/linked-proposals", {"proposals": bad})
    assert answer.status_code == 422
    assert [each["text"] for each in answer.json()["problems"]] == [
        "第 2 笔 第 1 行 指标 “nothing”不在可选范围内。", "第 3 笔 第 1 行 转出库 “nowhere”不在可选范围内。",
    ]  # fmt: skip
    assert Proposal.objects.count() == 0


def test_the_place_of_another_in_one_refuses_all(keeper_client):
    assert send(keeper_client, "book/linked-proposals", {"proposals": [asked(), asked(place=OTHER)]}).status_code == 403
    theirs = asked(50)
    theirs["rows"][0]["from_place"] = OTHER
    answer = send(keeper_client, "book/linked-proposals", {"proposals": [asked(), theirs]})
    assert answer.json()["zh"] == "第 2 笔 无权记 示范二县 的台账。"
    assert Proposal.objects.count() == 0


def test_the_outsider_neither_sees_nor_decides_a_set(keeper_client, next_door_client):
    first, second = linked(keeper_client, asked(), asked(50, lot="O"))
    for one in (first, second):
        assert next_door_client.get(f"/api/book/proposals/{one['uuid']}").status_code == 404
        assert decide(next_door_client, one).status_code == 404
    entry = Entry.objects.get(key="u")
    back = {"reverses": str(entry.uuid), "on": f"{day(10)}", "evidence": "更正"}
    theirs = [asked(place=OTHER), back]
    assert send(next_door_client, "book/linked-proposals", {"proposals": theirs}).status_code == 404


def test_who_keeps_only_one_of_the_places_decides_nothing_and_sees_only_that(places, next_door_client):
    above = browser(person("qian", "钱处", places["city"], "keeper"))
    first, second = linked(above, asked(), asked(place=OTHER, lot="B"))
    told = read(next_door_client, f"book/proposals/{second['uuid']}")
    assert told["linked"] == []
    page = next_door_client.get(reverse("ledger:proposal", args=[second["uuid"]]))
    assert (page.context["linked"], page.context["may_decide"]) == ([], False)
    assert first["uuid"] not in page.content.decode()
    answer = decide(next_door_client, {**second, "linked": [first["uuid"]]}, accept=False)
    assert answer.status_code == 403
    assert decide(next_door_client, told).status_code == 403  # nor is he told how many there are
    assert Decision.objects.count() == 0


def test_the_paper_of_one_names_no_entry_of_another_place(places, next_door_client):
    actions.post(acceptance("T", 1_000, square(9), place=OTHER))
    above, second = (browser(person(name, name, places["city"], "keeper")) for name in ("qian", "zhou"))
    first, theirs = linked(above, asked(), asked(place=OTHER, lot="T"))
    assert decide(second, first).status_code == 200
    number = str(entries().get(key=f"proposal:{first['uuid']}").uuid)
    papers = [Read(taken(each, "proposal", theirs["uuid"])).cells for each in (second, next_door_client)]
    assert [any(number in cell for cell in cells) for cells in papers] == [True, False]


@pytest.mark.parametrize("many", [0, 1, 21])
def test_a_set_is_of_two_to_twenty(keeper_client, many):
    assert send(keeper_client, "book/linked-proposals", {"proposals": [asked()] * many}).status_code == 422


def test_the_same_call_again_proposes_nothing_more(keeper_client):
    body = {"proposals": [asked(), asked(50, lot="O")]}
    first = made(keeper_client, "book/linked-proposals", body, key="k")
    assert made(keeper_client, "book/linked-proposals", body, key="k") == first
    assert Proposal.objects.count() == 2


def form(places, beside, amount, **changes):
    """The form of the page as it is sent beside a proposal."""
    line = {"index": "quantity_m2", "amount": str(amount), "from_place": COUNTY, "from_pool": "reserve",
            "to_place": "outside", "to_pool": "outside", "lot": "O"}  # fmt: skip
    head = {"place": places["county"].pk, "on": f"{day(10)}", "kind": "adjustment", "evidence": "复核", "with": beside}
    return head | {f"line0-{name}": value for name, value in line.items()} | changes


def test_the_page_links_another_to_ones_own_and_posts_both(keeper_client, second_client, places):
    first = made(keeper_client, "book/proposals", asked())["uuid"]
    page = keeper_client.get(reverse("ledger:proposal", args=[first])).content.decode()
    assert f"{reverse('ledger:propose')}?with={first}" in page
    assert first in keeper_client.get(reverse("ledger:propose"), {"with": first}).content.decode()
    before = second_client.get(reverse("ledger:proposal", args=[first]))
    assert keeper_client.post(reverse("ledger:propose"), form(places, first, 50)).status_code == 302
    second = f"{Proposal.objects.latest('pk').uuid}"
    decided = reverse("ledger:decide", args=[first])
    assert before.context["linked"] == []
    assert second_client.post(decided, {"post": "1"}).status_code == 409  # the page was read before the second came
    now = second_client.get(reverse("ledger:proposal", args=[first])).content.decode()
    assert f'name="linked" value="{second}"' in now
    assert second_client.post(decided, {"post": "1", "linked": second}).status_code == 302
    assert [each.linked for each in entries()] == [[f"proposal:{second}"], [f"proposal:{first}"]]


def test_a_third_joins_the_same_set(keeper_client, places):
    first = made(keeper_client, "book/proposals", asked())["uuid"]
    keeper_client.post(reverse("ledger:propose"), form(places, first, 50))
    second = Proposal.objects.latest("pk")
    keeper_client.post(reverse("ledger:propose"), form(places, f"{second.uuid}", 60))
    assert Proposal.objects.latest("pk").head == second.head == Proposal.objects.get(uuid=first)


def test_only_ones_own_that_waits_is_linked_to(keeper_client, second_client, places):
    first = made(keeper_client, "book/proposals", asked())["uuid"]
    answer = second_client.post(reverse("ledger:propose"), form(places, first, 50))
    assert "只能在自己提出的记账单上加一笔" in answer.content.decode()
    made(second_client, f"book/proposals/{first}/decision", {"accept": False})
    answer = keeper_client.post(reverse("ledger:propose"), form(places, first, 50))
    assert "已经办结，不能再加一笔" in answer.content.decode()
    assert Proposal.objects.count() == 1
    closing = {"place": COUNTY, "through": f"{day(5)}", "evidence": "文"}
    waits = made(keeper_client, "book/closings", closing)["uuid"]
    answer = keeper_client.post(reverse("ledger:propose"), form(places, waits, 50))
    assert "关账和补上范围不能" in answer.content.decode()
    assert keeper_client.get(reverse("ledger:propose"), {"with": "nothing"}).status_code == 404

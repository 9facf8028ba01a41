"""Every amount that is booked opens the entry that booked it, or the list of exactly those it is the sum of."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.liangtian_web.days import today
from tests.liangtian_web.papers.test_permissions import cast, clients, home, opened, people, world
from tests.liangtian_web.transfers.conftest import NEW

from liangtian_web.ledger.models import Account, Entry

__all__ = ["cast", "clients", "home", "opened", "people", "world"]

CELL = re.compile(r'<td[^>]*class="num"[^>]*>(.*?)</td>', re.S)
TAGS = re.compile(r"<[^>]+>")


def unlinked(page):
    """The cells of a page that say an amount and lead nowhere; nothing, and no amount at all, lead nowhere."""
    found = []
    for cell in CELL.findall(page):
        said = TAGS.sub("", cell).split("(")[0]
        if re.search(r"[1-9]", said) and "<a " not in cell:
            found.append(said.strip())
    return found


@pytest.mark.parametrize(
    "name",
    ["ledger:index", "ledger:entries", "ledger:lots", "ledger:account", "ledger:lot", "standing:holds", "standing:origin",
     "standing:flow", "papers:pool"],
)  # fmt: skip
def test_every_amount_of_the_book_opens_its_entries(world, name):
    kwargs = {"ledger:account": {"number": world.account.pk}, "ledger:lot": {"serial": NEW},
              "standing:origin": {"number": world.account.pk, "serial": NEW},
              "papers:pool": {"number": world.county.parent_id}}.get(name, {})  # fmt: skip
    asked = {"place": world.county.pk, "year": today().year} if name == "standing:flow" else {}
    page = world.clients["zhou"].get(reverse(name, kwargs=kwargs), asked).content.decode()
    totals = 1 if name == "papers:pool" else 0  # the sum of a county stands right under its lines
    assert len(unlinked(page)) == totals
    assert "<a " in page


def test_amounts_of_filings_transfers_and_commitments_open_their_entries(world):
    pages = {
        reverse("commitments:ahead"), reverse("commitments:index"), reverse("transfers:earmarked"),
        reverse("transfers:spend", args=[world.sold.uuid]), reverse("balance:filing", args=[world.offer.uuid]),
    }  # fmt: skip
    for page in pages:
        assert unlinked_money_and_land(world.clients["zhou"].get(page).content.decode()) == [], page


def unlinked_money_and_land(page):
    """Of a page with sums over several promises in its first table, whose lines follow, only the lines count."""
    body = page.split('class="list-foot"')[-1] if "ahead-chart" in page else page
    return unlinked(body)


def test_an_amount_of_several_entries_leads_to_exactly_these(world):
    offered = world.clients["wang"].get(reverse("balance:booked", args=[world.offer.uuid]), follow=True)
    assert [each.kind for each, _moved in offered.context["entries"]] == ["transfer", "hold"]
    paid_from = Entry.objects.get(kind="transfer")  # nothing was paid out of what it brought
    only = world.clients["wang"].get(reverse("balance:booked", args=[paid_from.uuid]))
    assert only.url == reverse("ledger:entry", args=[paid_from.uuid])
    both = [Entry.objects.get(key="open"), world.entry]
    asked = {"entries": ",".join(f"{each.uuid}" for each in both)}
    page = world.clients["wang"].get(reverse("ledger:entries"), asked)
    assert {each.pk for each, _moved in page.context["entries"]} == {each.pk for each in both}
    assert page.context["asked"] == asked
    none = world.clients["wang"].get(reverse("ledger:entries"), {"entries": "nothing"})
    assert none.context["entries"] == []


def test_a_balance_of_a_month_leads_to_the_statement_that_comes_to_it(world):
    asked = {"place": world.county.pk, "index": "quantity_m2", "year": today().year}
    page = world.clients["wang"].get(reverse("standing:flow"), asked)
    account = Account.objects.get(place=world.county, pool="reserve", index="quantity_m2")
    for amount, url in page.context["closing"]:
        statement = world.clients["wang"].get(url).context["statement"]
        assert (statement.account, statement.closing) == (account, amount)
    assert (
        world.clients["wang"].get(page.context["before"]).context["statement"].closing == page.context["flow"].opening
    )
    for row, ways in page.context["rows"]:
        for way, amount in (("available", row.available), ("held", row.held)):
            if amount:
                assert world.clients["wang"].get(ways[way]).context["statement"].closing == amount


def test_the_outsider_is_led_nowhere(world):
    for client in (world.clients["xu"], world.clients["wai"]):
        for uuid in (world.offer.uuid, world.entry.uuid):
            assert client.get(reverse("balance:booked", args=[uuid])).status_code == 404

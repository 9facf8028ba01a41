"""What a transfer brought is spent by its clauses and never beyond what it brought."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.transfers.conftest import ask, holds, list_for_sale, post, send, settle, today

from liangtian_web.balance.earmarked import Source, source_for
from liangtian_web.balance.models import Filing, Payment
from liangtian_web.ledger.models import Entry
from liangtian_web.people.models import Place

pytestmark = pytest.mark.usefixtures("opened")
BROUGHT = 162_000_000  # 6,000 m² at 180,000 yuan a mu, in fen


@pytest.fixture
def villages(places):
    """Two villages of the town that sells, and one of the county next door."""
    make = Place.objects.create
    other = make(code="339902100", name="邻镇", kind="town", parent=places["other"])
    return {
        "own": make(code="339901100201", name="岭下村", kind="village", parent=places["town"]),
        "next": make(code="339901100202", name="岭上村", kind="village", parent=places["town"]),
        "away": make(code="339902100201", name="邻村", kind="village", parent=other),
    }


@pytest.fixture
def sold(clients, places):
    """A transfer of indices that come from no whole-area project."""
    return settle(clients, list_for_sale(clients, places), ask(clients["zhao"], places))


@pytest.fixture
def whole_area(clients, places, villages):
    """A transfer of indices of a whole-area project in 岭下村."""
    filing = list_for_sale(clients, places, whole_area="on", village=villages["own"].pk)
    return settle(clients, filing, ask(clients["zhao"], places))


def paid(**changes):
    given = {"key": str(uuid4()), "amount_yuan": "1000000.00", "paid_for": "agriculture", "payee": "城关镇人民政府",
             "village": "", "reason": "", "on": f"{today()}", "document": "示财付〔2026〕1号"}  # fmt: skip
    return given | changes


def pay(client, one, **changes) -> Filing:
    return Filing.objects.get(uuid=send(client, reverse("transfers:spend", args=[one.uuid]), paid(**changes)))


def money(people, one) -> Source:
    return source_for(people["wang"], one.uuid)


def errors(client, one, **changes) -> dict[str, list[str]]:
    page = client.post(reverse("transfers:spend", args=[one.uuid]), paid(**changes))
    assert page.status_code == 400
    return dict(page.context["form"].errors)


def test_proceeds_are_paid_out_by_two_and_counted(clients, people, sold):
    filing = pay(clients["wang"], sold)
    sums = money(people, sold)
    assert (sums.received, sums.used, sums.asked, sums.left) == (BROUGHT, 0, 100_000_000, 62_000_000)
    assert post(clients["wang"], filing).status_code == 403
    assert post(clients["li"], filing).status_code == 302
    sums = money(people, sold)
    assert (sums.received, sums.used, sums.asked, sums.left) == (BROUGHT, 100_000_000, 0, 62_000_000)
    assert holds("339901", "earmarked", "money_fen") == 62_000_000
    entry = Entry.objects.get(kind="payment")
    assert entry.evidence == [f"filing:{filing.uuid}", "示财付〔2026〕1号", f"filing:{sold.uuid}"]
    found = clients["li"].get(reverse("balance:filing", args=[filing.uuid])).context["found"]["own"]
    assert {each["rule"]: each["outcome"] for each in found} == {
        "wenzhou-2019（七）.4": "pass", "wenzhou-2019（十六）.2": "not_applicable"}  # fmt: skip


def test_nothing_is_overspent(clients, sold):
    pay(clients["wang"], sold)
    said = errors(clients["wang"], sold, amount_yuan="620000.01")["__all__"][0]
    assert "620,000.00" in said
    assert post(clients["li"], pay(clients["wang"], sold, amount_yuan="620000.00")).status_code == 302
    assert Payment.objects.count() == 2


def test_what_was_sent_back_or_reversed_may_be_spent_again(clients, people, sold):
    from liangtian_web.ledger import actions as book

    first = pay(clients["wang"], sold, amount_yuan="1620000.00")
    clients["li"].post(reverse("balance:decide", args=[first.uuid]), {"refuse": "1", "reason": "重报"})
    second = pay(clients["wang"], sold, amount_yuan="1620000.00")
    post(clients["li"], second)
    entry = Filing.objects.get(pk=second.pk).decision.entry
    book.reverse(entry, key="back", actor=people["li"], evidence=["doc:1"], approver=people["qian"])
    assert money(people, sold).left == BROUGHT


def test_another_use_says_why(clients, sold):
    assert list(errors(clients["wang"], sold, paid_for="other")) == ["reason"]
    filing = pay(clients["wang"], sold, paid_for="other", reason="归还整治贷款")
    assert post(clients["li"], filing).status_code == 302


def test_the_village_of_a_whole_area_project_comes_first(clients, villages, whole_area):
    elsewhere = pay(clients["wang"], whole_area, village=villages["next"].pk, needs_open_yuan="0.01")
    assert "（十六）.2" in post(clients["li"], elsewhere).content.decode()
    unknown = pay(clients["wang"], whole_area, amount_yuan="1", needs_open_yuan="")
    assert "（十六）.2" in post(clients["li"], unknown).content.decode()
    own = pay(clients["wang"], whole_area, amount_yuan="2", village=villages["own"].pk)
    assert post(clients["li"], own).status_code == 302
    served = pay(clients["wang"], whole_area, amount_yuan="3", village=villages["next"].pk, needs_open_yuan="0")
    assert post(clients["li"], served).status_code == 302


def test_a_village_is_one_of_the_place(clients, places, villages, whole_area):
    form = clients["wang"].get(reverse("transfers:spend", args=[whole_area.uuid])).context["form"]
    assert set(form.fields["village"].queryset) == {villages["own"], villages["next"]}
    assert list(errors(clients["wang"], whole_area, village=villages["away"].pk)) == ["village"]


def test_a_payment_sent_twice_is_made_once(clients, sold):
    key = "11111111-2222-4333-8444-555555555555"
    assert pay(clients["wang"], sold, key=key, amount_yuan="1620000") == pay(clients["wang"], sold, key=key, amount_yuan="1620000")  # fmt: skip
    assert "已经提交过" in errors(clients["wang"], sold, key=key, amount_yuan="5")["__all__"][0]


def test_only_the_seller_and_the_city_see_what_became_of_it(clients, sold):
    page, all_ = reverse("transfers:spend", args=[sold.uuid]), reverse("transfers:earmarked")
    seen = {who: clients[who].get(page).status_code for who in ("wang", "li", "qian", "shen", "zhao", "xu", "wai")}
    assert seen == {"wang": 200, "li": 200, "qian": 200, "shen": 200, "zhao": 404, "xu": 404, "wai": 404}
    counts = {who: len(clients[who].get(all_).context["sources"]) for who in ("wang", "shen", "zhao", "wai")}
    assert counts == {"wang": 1, "shen": 1, "zhao": 0, "wai": 0}
    assert clients["shen"].post(page, paid()).status_code == 403


def test_nothing_is_spent_of_what_was_not_settled(clients, places):
    from tests.liangtian_web.transfers.conftest import match

    one = match(clients["qian"], list_for_sale(clients, places), ask(clients["zhao"], places))
    assert clients["wang"].post(reverse("transfers:spend", args=[one.uuid]), paid()).status_code == 404

"""A separate site of 示范县 balanced by the lawful ways in order: what 示范二县 listed, what the province pooled, entrusted."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import (
    check,
    clients,
    file,
    file_acceptance,
    file_end,
    home,
    opened,
    people,
    post,
    registered,
)  # fmt: skip
from tests.liangtian_web.calls import send as call
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.days import today
from tests.liangtian_web.workbooks import hand_in, problems

from bookkeeping import day, entry, legs, lot
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry, Proposal
from liangtian_web.ledger.queries import balance
from liangtian_web.people.models import Place
from liangtian_web.review.models import Run
from liangtian_web.transfers.pricing import worth_fen

__all__ = ["check", "clients", "home", "opened", "people"]
pytestmark = pytest.mark.usefixtures("home", "opened")

OFFERED = {"quantity_m2": 20_000, "paddy_m2": 15_000, "capacity_kg": 30_000}
PRICES = {"quantity_m2": "190000.00", "paddy_m2": "150000.00", "capacity_kg": "0.00"}
OWED = {"quantity_m2": 10_000, "paddy_m2": 10_000, "capacity_kg": 13_500}  # what the land of a check of side 1 takes


def holds(place: str, pool: str, index: str = "quantity_m2") -> int:
    account = Account.objects.filter(place__code=place, pool=pool, index=index).first()
    return balance(account, today()) if account else 0


@pytest.fixture
def provider(people, clients, places):
    """示范二县 with lots, free to give in 2024 and now, and an officer beside its keeper."""
    clients["han"] = browser(person("han", "韩工", places["other"], "officer"))
    clients["zhou"] = browser(person("zhou", "周处", places["city"], "keeper"))
    for year in ("2024", f"{today().year}"):
        content = {"year": year, "area": "0", "unit": "m2"}
        registered(people, "annual-task", places["other"], state="listed", key=year, content=content)
    registered(people, "key-project", places["other"], state="nil", key="-", content={})
    moved = [leg for index, amount in OFFERED.items() for leg in (
        ("outside", "outside", index, "2019-002", -amount), ("339902", "reserve", index, "2019-002", amount))]  # fmt: skip
    old = lot("2019-002", None, place="339902", document="二县发〔2019〕1号")
    book.post(entry("open-2", day(1), "opening", legs(*moved), lots=(old,)))
    return places["other"]


def listed(clients, provider, **changes) -> Filing:
    """What 示范二县 offers, posted by its keeper."""
    given = {
        "key": str(uuid4()), "place": provider.pk, "good": "compensation", "project": "历年结余", "on": "2024-05-01",
        "document": "示二县调〔2024〕1号", "expires": "2099-12-31", "lots": "",
        **{f"amount_{index}": amount for index, amount in OFFERED.items()},
        **{f"price_{index}": price for index, price in PRICES.items()},
    }  # fmt: skip
    answer = clients["han"].post(reverse("transfers:offer"), given | changes)
    assert answer.status_code == 302, answer.context["form"].errors
    filing = Filing.objects.get(uuid=answer.url.strip("/").split("/")[-1])
    assert post(clients["zhao"], filing).status_code == 302
    return filing


def drawn(client, listing, run, **changes) -> Filing:
    """What the site asks of it."""
    given = {"key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": "高速用地申请"}
    return file(client, reverse("transfers:supply", args=[listing.uuid]), given | changes)


def paid(filing, **changes) -> dict[str, str]:
    """What the approval says of the payment."""
    agreed = f"{filing.facts['supply_agreed_yuan']:.2f}"
    return {"transfer_cost_paid_to_provider": "yes", "transfer_cost_yuan": agreed, **changes}


def outcomes(client, filing, outcome: str = "fail") -> set[str]:
    """The rules that answer so."""
    page = client.get(reverse("balance:filing", args=[filing.uuid]))
    return {each["rule"] for each in page.context["found"]["own"] if each["outcome"] == outcome}


def test_who_comes_too_late_reads_which_of_their_own_sites_wait_and_no_other_places(clients, places, provider, check):
    listing, run = listed(clients, provider), check("高速", kind="single-site")
    drawn(clients["wang"], listing, run)
    zone = Place.objects.create(code="339903", name="产业集聚区", kind="zone", parent=places["city"])
    clients["yan"] = browser(person("yan", "严工", zone, "officer"))
    theirs = Run.objects.get(pk=run.pk)
    theirs.pk, theirs.uuid, theirs.place, theirs.name = None, uuid4(), zone, "疏港"
    theirs.save()

    def refused(client, site) -> str:
        given = {"key": str(uuid4()), "run": str(site.uuid), "on": "2024-06-03", "document": "用地申请"}
        return client.post(reverse("transfers:supply", args=[listing.uuid]), given).content.decode()

    page = refused(clients["yan"], theirs)
    assert "挂牌余量不够：别处也申请了这笔挂牌，正等提供方同意。" in page
    assert "高速" not in page
    assert "挂牌余量不够：高速 (2024-06-03) 也申请了这笔挂牌" in refused(
        clients["wang"], check("高速二期", kind="single-site", row=1.0)
    )


def test_a_site_is_supplied_by_what_another_county_listed_agreed_to_and_is_paid_for(clients, places, provider, check):
    listing = listed(clients, provider)
    run = check("高速", kind="single-site")
    held = drawn(clients["wang"], listing, run)
    fen = worth_fen(OWED, PRICES)
    assert held.facts["supply_agreed_amounts"] == [OWED]
    assert round(held.facts["supply_agreed_yuan"] * 100) == fen
    assert fen == round(Fraction(10_000 * 190_000 + 10_000 * 150_000) * 3 / 2_000 * 100)

    assert post(clients["li"], held).status_code == 403  # the site's own keeper does not consent for the provider
    assert post(clients["qian"], held).status_code == 403  # nor does the city
    assert [each.uuid for each in clients["zhao"].get(reverse("balance:index")).context["waiting"]] == [held.uuid]
    assert {"wenzhou-2019（五）.1", "wenzhou-2019（七）.5"} <= outcomes(clients["zhao"], held, "pass")
    assert post(clients["zhao"], held).status_code == 302
    assert holds("339902", "held") == OFFERED["quantity_m2"]
    assert holds("339902", "reserve") == 0
    held.refresh_from_db()
    entry = Decision.objects.get(filing=held).entry
    assert f"filing:{listing.uuid}" in entry.evidence
    assert {leg.account.pool: leg.amount for leg in entry.legs.filter(account__index="paddy_m2", implied=False)} == {
        "reserve": -10_000, "held": 10_000,
    }  # fmt: skip
    shown = clients["wang"].get(reverse("transfers:listing", args=[listing.uuid]))
    assert {line.index: line.left for line in shown.context["lines"]} == {
        index: OFFERED[index] - OWED[index] for index in OFFERED
    }

    ending = file_end(clients["wang"], held, "approval", **paid(held))
    assert post(clients["li"], ending).status_code == 403  # it moves what the provider's book holds
    assert post(clients["qian"], ending).status_code == 302
    assert [holds("339902", "used", index) for index in OWED] == list(OWED.values())
    assert holds("339902", "earmarked", "money_fen") == fen
    assert holds("339901", "used") == 0
    off = Decision.objects.get(filing=ending).entry
    assert (off.kind, off.settles) == ("write-off", entry)
    assert off.legs.filter(account__index="money_fen", account__pool="earmarked").get().amount == fen

    spend = reverse("transfers:spend", args=[off.uuid])
    assert clients["wang"].get(spend).status_code == 404  # the money is the provider's
    given = {"key": str(uuid4()), "amount_yuan": "1000.00", "paid_for": "agriculture", "payee": "二县农业农村局", "village": "",
             "reason": "", "on": f"{off.on}", "document": "二县财〔2024〕1号"}  # fmt: skip
    used = file(clients["han"], spend, given)
    assert (used.place, used.facts["paid_from"]) == (provider, "transfer-proceeds")
    assert outcomes(clients["zhao"], used, "pass") == {"wenzhou-2019（七）.4"}
    assert post(clients["zhao"], used).status_code == 302
    assert holds("339902", "earmarked", "money_fen") == fen - 100_000


def test_less_than_was_agreed_is_not_written_off(clients, places, provider, check):
    held = drawn(clients["wang"], listed(clients, provider), check("高速", kind="single-site"))
    post(clients["zhao"], held)
    short = file_end(clients["wang"], held, "approval", **paid(held, transfer_cost_yuan="1.00"))
    assert outcomes(clients["qian"], short) == {"wenzhou-2019（五）.8"}
    assert post(clients["qian"], short).status_code == 409
    assert holds("339902", "used") == 0


def test_what_was_held_for_a_site_goes_back_to_its_provider(clients, places, provider, check):
    held = drawn(clients["wang"], listed(clients, provider), check("高速", kind="single-site"))
    post(clients["zhao"], held)
    assert post(clients["qian"], file_end(clients["wang"], held, "release")).status_code == 302
    assert holds("339902", "reserve") == OWED["quantity_m2"]
    assert holds("339902", "held") == OFFERED["quantity_m2"] - OWED["quantity_m2"]  # what is still listed


def test_a_provider_does_not_take_its_word_back_by_itself(clients, places, provider, check):
    held = drawn(clients["wang"], listed(clients, provider), check("高速", kind="single-site"))
    post(clients["zhao"], held)
    post(clients["qian"], file_end(clients["wang"], held, "approval", **paid(held)))
    clients["xu"] = browser(person("xu", "徐处", provider, "keeper"))
    off = Entry.objects.get(kind="write-off")

    def reverse_by(proposer: str, poster: str) -> int:
        asked = {"on": "2024-10-01", "evidence": "反悔", "form": str(uuid4())}
        assert clients[proposer].post(reverse("ledger:reverse", args=[off.uuid]), asked).status_code == 302
        made = Proposal.objects.latest("pk")
        return clients[poster].post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"}).status_code

    assert reverse_by("zhao", "xu") == 409
    assert (holds("339902", "used"), holds("339902", "earmarked", "money_fen")) == (10_000, worth_fen(OWED, PRICES))
    assert reverse_by("qian", "zhou") == 302
    assert holds("339902", "used") == 0


def test_a_provider_that_may_not_give_does_not_provide(clients, people, places, provider, check):
    listing = listed(clients, provider)
    held = drawn(clients["wang"], listing, check("高速", kind="single-site"))
    content = {"year": f"{today().year}", "area": "50000", "unit": "m2"}
    registered(people, "annual-task", places["other"], state="listed", key=f"{today().year}", content=content,
               since=date(today().year, 1, 1))  # fmt: skip
    assert outcomes(clients["zhao"], held) == {"wenzhou-2019（七）.5"}
    answer = post(clients["zhao"], held)
    assert (answer.status_code, "（七）.5" in answer.content.decode()) == (409, True)
    assert Entry.objects.filter(kind="release").count() == 0


def test_more_than_is_listed_or_dear_without_a_reason_is_not_asked_for(clients, places, provider, check):
    run = check("高速", kind="single-site")
    few = listed(clients, provider, amount_paddy_m2="9999")
    page = reverse("transfers:supply", args=[few.uuid])
    given = {"key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": "申请"}
    assert "超过挂牌所余" in clients["wang"].post(page, given).context["form"].non_field_errors()[0]
    clients["han"].post(reverse("transfers:withdraw_listing", args=[few.uuid]),
                        {"key": str(uuid4()), "on": "2024-05-02", "document": "撤"})  # fmt: skip
    post(clients["zhao"], Filing.objects.get(event="transfer-withdrawal"))

    dear = reverse(
        "transfers:supply", args=[listed(clients, provider, on="2024-05-03", price_quantity_m2="200000.01").uuid]
    )
    assert "省级" in clients["wang"].post(dear, given).context["form"].non_field_errors()[0]
    assert clients["wang"].post(dear, given | {"reason": "配套水利设施"}).status_code == 302


def test_a_site_is_supplied_from_the_provincial_pool_by_its_document(clients, places, check):
    post(clients["qian"], file_acceptance(
        clients["li"], places, accepted_capacity_kg="30000",
        provincial_quantity_m2="12000", provincial_paddy_m2="10000", provincial_capacity_kg="14000",
    ))  # fmt: skip
    run = check("高速", kind="single-site")
    given = {
        "key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": "高速用地申请",
        "balance_path": "pooling", "pooling_document": "浙自然资函〔2024〕55号", "pooling_document_on": "2024-05-20",
        "granted_quantity_m2": "10000", "granted_paddy_m2": "10000", "granted_capacity_kg": "13500",
        "supply_agreed_yuan": "3000000.00",
    }  # fmt: skip
    page = reverse("balance:occupy")
    first = clients["wang"].post(page, given)
    assert list(first.context["form"].errors) == ["transfer_closed_reason"]
    held = file(clients["wang"], page, given | {"transfer_closed_reason": "no-offer"})
    assert "wenzhou-2019（五）.6" in outcomes(clients["li"], held, "pass")
    assert post(clients["li"], held).status_code == 409  # the pool is not the county's
    assert post(clients["qian"], held).status_code == 302
    assert (holds("339900", "provincial"), holds("339900", "held")) == (2_000, 10_000)
    assert "浙自然资函〔2024〕55号" in Decision.objects.get(filing=held).entry.evidence

    ending = file_end(clients["wang"], held, "approval", **paid(held))
    shown = clients["qian"].get(reverse("balance:filing", args=[ending.uuid])).content.decode()
    assert "省级统筹账户（账外）" in shown
    assert post(clients["qian"], ending).status_code == 302
    rows = Decision.objects.get(filing=ending).postings
    assert [row[:4] for row in rows if row[2] == "money_fen"] == [
        ["unit", "fund", "money_fen", -300_000_000], ["province", "fund", "money_fen", 300_000_000],
    ]  # fmt: skip
    assert holds("339900", "used") == 10_000
    off = Decision.objects.get(filing=ending).entry
    assert not off.legs.filter(account__index="money_fen").exists()  # both ends stand outside the book


def granted(run, **changes) -> dict[str, str]:
    """An application by a pooling document that grants what one site owes."""
    return {
        "key": str(uuid4()), "run": str(run.uuid), "on": "2024-06-03", "document": f"{run.name}申请",
        "balance_path": "pooling", "transfer_closed_reason": "no-offer", "pooling_document": "浙自然资函〔2024〕55号",
        "pooling_document_on": "2024-05-20", "supply_agreed_yuan": "3000000.00",
        "granted_quantity_m2": "15000", "granted_paddy_m2": "15000", "granted_capacity_kg": "20000",
    } | changes  # fmt: skip


def said(client, given) -> str:
    return client.post(reverse("balance:occupy"), given).context["form"].non_field_errors()[0]


def test_a_pooling_document_serves_no_more_than_it_grants(clients, places, check):
    post(clients["qian"], file_acceptance(
        clients["li"], places, accepted_capacity_kg="60000", provincial_quantity_m2="24000", provincial_paddy_m2="20000",
        provincial_capacity_kg="40000",
    ))  # fmt: skip
    page = reverse("balance:occupy")
    held = file(clients["wang"], page, granted(check("高速", kind="single-site")))
    second = check("铁路", kind="single-site", row=0.0, column=1.75)
    typed = granted(second, pooling_document="浙自然资函[2024] 55 号")
    refused = said(clients["wang"], typed)
    assert "高速" in refused
    assert "尚余 5,000" in refused
    assert "核定数量" in said(clients["wang"], typed | {"granted_quantity_m2": "30000"})
    assert post(clients["qian"], held).status_code == 302
    assert "高速" in said(clients["wang"], typed)

    facts = held.facts | {"pooling_document": "浙自然资函[2024]55号"}
    about = {"place": held.place, "project": "铁路", "on": held.on, "document": "铁路申请", "filer": held.filer}
    slipped = Filing.objects.create(event="hold", run=second, facts=facts, **about)  # filed before the first was
    late = post(clients["qian"], slipped)
    assert (late.status_code, "尚余 5,000" in late.content.decode()) == (409, True)
    assert post(clients["qian"], file_end(clients["wang"], held, "release")).status_code == 302
    assert post(clients["qian"], slipped).status_code == 302


def test_applications_that_wait_do_not_exceed_a_listing(clients, provider, check):
    listing = listed(clients, provider)
    drawn(clients["wang"], listing, check("高速", kind="single-site"))
    page = reverse("transfers:supply", args=[listing.uuid])
    second = check("铁路", kind="single-site", row=0.0, column=1.75)
    given = {"key": str(uuid4()), "run": str(second.uuid), "on": "2024-06-03", "document": "铁路用地申请"}
    answer = clients["wang"].post(page, given)
    assert answer.status_code == 400
    assert "高速" in answer.context["form"].non_field_errors()[0]


def test_less_than_the_document_grants_is_not_held(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places, provincial_quantity_m2="12000",
                                          provincial_paddy_m2="10000", provincial_capacity_kg="14000"))  # fmt: skip
    held = file(clients["wang"], reverse("balance:occupy"), {
        "key": str(uuid4()), "run": str(check("高速", kind="single-site").uuid), "on": "2024-06-03", "document": "申请",
        "balance_path": "pooling", "transfer_closed_reason": "not-agreed", "pooling_document": "浙自然资函〔2024〕55号",
        "pooling_document_on": "2024-05-20", "granted_quantity_m2": "9999", "granted_paddy_m2": "10000",
        "granted_capacity_kg": "13500", "supply_agreed_yuan": "3000000.00",
    })  # fmt: skip
    assert outcomes(clients["qian"], held) == {"wenzhou-2019（五）.1"}
    assert post(clients["qian"], held).status_code == 409


def test_an_outsider_sees_neither_the_site_nor_its_agreement(clients, places, provider, check):
    listing = listed(clients, provider)
    held = drawn(clients["wang"], listing, check("高速", kind="single-site"))

    third = Place.objects.create(code="339903", name="示范三县", kind="county", parent=places["city"])
    stranger = browser(person("ma", "马工", third, "keeper"))
    assert stranger.get(reverse("balance:filing", args=[held.uuid])).status_code == 404
    assert post(stranger, held).status_code == 404
    away = Place.objects.create(code="339800", name="外市", kind="city")
    far = Place.objects.create(code="339801", name="外县", kind="county", parent=away)
    outsider = browser(person("wai", "外工", far, "keeper"))
    page = reverse("transfers:supply", args=[listing.uuid])
    assert outsider.get(page).status_code == 404
    assert clients["han"].get(page).status_code == 403  # one does not draw on one's own listing
    auditor = browser(person("shen", "沈审", places["city"], "auditor"))
    assert auditor.get(page).status_code == 403


def test_a_program_draws_on_a_listing_like_the_page(clients, places, provider, check):
    listing = listed(clients, provider)
    fields = {"run": str(check("高速", kind="single-site").uuid), "on": "2024-06-03", "document": "申请"}
    path = f"transfers/listings/{listing.uuid}/supply"
    wrong = call(clients["wang"], path, {"fields": fields | {"run": str(uuid4())}})
    assert [each["field"] for each in wrong.json()["problems"]] == ["单独选址项目的检查"]
    made = call(clients["wang"], path, {"fields": fields})
    assert (made.status_code, made.json()["event"], made.json()["begun"]) == (201, "hold", str(listing.uuid))
    assert json.loads(made.content)["facts"]["balance_path"] == "transfer"


def test_sites_are_supplied_from_a_workbook(clients, provider, check):
    listing = listed(clients, provider)
    check("高速", kind="single-site", side=0.5)
    page, about = reverse("transfers:many_supplies"), {"件号": str(listing.uuid), "业务日期": "2024-06-03"}
    rows = [
        about | {"检查编号": "高速", "申请文号": "高速用地申请"},
        about | {"检查编号": "铁路", "申请文号": "铁路用地申请"},
    ]
    assert [text[:5] for text in problems(hand_in(clients["wang"], page, *rows))] == ["第 3 行"]
    assert not Filing.objects.filter(event="hold").exists()
    answer = hand_in(clients["wang"], page, rows[0])
    assert answer.status_code == 302, problems(answer)
    held = Filing.objects.get(event="hold")
    assert (held.begun, held.project, held.facts["supply_agreed_amounts"][0]["quantity_m2"]) == (listing, "高速", 2_500)
    assert post(clients["zhao"], held).status_code == 302

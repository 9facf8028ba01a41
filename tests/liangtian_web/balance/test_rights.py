"""Who files, who posts, who gets nothing; and forms that are wrong."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from tests.liangtian_web.balance.conftest import accepted, file_acceptance, file_hold, post
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.ledger.models import Entry

pytestmark = pytest.mark.usefixtures("home", "opened")


@pytest.fixture
def filing(clients, places):
    return file_acceptance(clients["li"], places)


def test_nobody_posts_their_own(clients, filing):
    answer = post(clients["li"], filing)
    assert (answer.status_code, Entry.objects.filter(kind="acceptance").exists()) == (409, False)


def test_who_posts_keeps_every_book_the_entry_moves(places, filing):
    second = browser(person("sun", "孙工", places["county"], "keeper"))
    answer = post(second, filing)
    assert answer.status_code == 409
    assert "示范市" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_county_credits_itself_nothing_alone(clients, places):
    """Credit that no pool takes a share of moves no book of the city, and is posted from above all the same."""
    surplus = {name: "" for name in accepted(places) if name.startswith(("accepted_", "provincial_"))} | {
        "credit_kind": "construction-reclamation", "linkage_reclaimed_m2": "10000", "linkage_resettlement_m2": "4000"
    }  # fmt: skip
    filing = file_acceptance(clients["li"], places, **surplus)
    second = browser(person("sun", "孙工", places["county"], "keeper"))
    answer = post(second, filing)
    assert (answer.status_code, "上级责任单元" in answer.content.decode()) == (409, True)
    assert not Entry.objects.filter(kind="acceptance").exists()
    assert post(clients["qian"], filing).status_code == 302


@pytest.mark.parametrize("accept", [True, False])
def test_a_county_neither_books_nor_sends_back_its_own_default(people, places, accept):
    default = Filing.objects.create(**default_of(people, places["county"]))
    found = {name: decided(browser(people[name]), default, accept=accept).status_code for name in ("li", "zhao")}
    assert found == {"li": 403, "zhao": 404}
    assert not Decision.objects.exists()


@pytest.mark.parametrize("accept", [True, False])
def test_a_county_does_not_decide_what_goes_on_with_its_neighbours(people, places, accept):
    about = default_of(people, places["other"]) | {"event": "transfer-out", "facts": {}}
    bought = about | {"event": "transfer-in", "place": places["county"], "begun": Filing.objects.create(**about)}
    filing = Filing.objects.create(**bought)
    assert decided(browser(people["li"]), filing, accept=accept).status_code == 403
    assert not Decision.objects.exists()


def default_of(people, place) -> dict[str, object]:
    return {"event": "commitment-due", "place": place, "project": "承诺", "on": day(9), "document": "核减",
            "facts": {}, "filer": people["wang"]}  # fmt: skip


def decided(client, filing: Filing, *, accept: bool):
    return client.post(
        f"/api/balance/filings/{filing.uuid}/decision", json.dumps({"accept": accept, "reason": "不同意"}),
        content_type="application/json", headers={"Idempotency-Key": str(uuid4())},
    )  # fmt: skip


def test_officers_do_not_post_and_auditors_do_not_file(clients, places, filing):
    auditor = browser(person("zhou", "周审", places["city"], "auditor"))
    assert post(clients["wang"], filing).status_code == 403
    assert post(auditor, filing).status_code == 403
    for page in ("balance:accept", "balance:occupy"):
        assert auditor.get(reverse(page)).status_code == 403
    assert auditor.get(reverse("balance:filing", args=[filing.uuid])).status_code == 200


def test_an_outsider_gets_nothing_not_even_counts(clients, places, filing, check):
    post(clients["qian"], filing)
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    outsider = clients["zhao"]
    closed = [
        reverse("balance:filing", args=[filing.uuid]),
        reverse("balance:shapes", args=[filing.uuid]),
        reverse("balance:end", args=[held.uuid, "approval"]),
        reverse("balance:end", args=[held.uuid, "release"]),
    ]
    assert [outsider.get(page).status_code for page in closed] == [404] * len(closed)
    assert post(outsider, filing).status_code == 404
    index = outsider.get(reverse("balance:index")).context
    assert (list(index["waiting"]), list(index["held"]), index["filings"], index["more"]) == ([], [], [], "")
    form = outsider.get(reverse("balance:occupy")).context["form"]
    assert list(form.fields["run"].queryset) == []
    answer = outsider.post(reverse("balance:accept"), accepted(places))
    assert list(answer.context["form"].errors) == ["place"]


def test_the_list_begins_with_what_waits_for_me(clients, filing):
    waiting = {name: list(clients[name].get(reverse("balance:index")).context["waiting"]) for name in ("li", "qian")}
    assert waiting == {"li": [], "qian": [filing]}


def test_the_page_says_why_and_leads_to_the_clauses(clients, filing):
    page = clients["qian"].get(reverse("balance:filing", args=[filing.uuid]))
    steps = {step["name"]: step["shown"] for each in page.context["found"]["own"] for step in each["steps"]}
    assert steps["accepted_amounts"] == "耕地数量 30,013 m² 粮食产能 30,000 kg 水田规模 20,000 m²"
    urls = {row["url"] for row in page.context["postings"] if row["url"]}
    assert [clients["qian"].get(url).status_code for url in urls] == [200, 200]  # （六）.2 and .4
    assert page.context["found"]["unverified"]  # the price


def test_a_filing_is_sent_back_with_a_reason(clients, filing):
    clients["qian"].post(reverse("balance:decide", args=[filing.uuid]), {"refuse": "1", "reason": "缺验收表"})
    page = clients["li"].get(reverse("balance:filing", args=[filing.uuid]))
    assert "缺验收表" in page.content.decode()
    assert post(clients["qian"], filing).status_code == 409
    assert not Entry.objects.filter(kind="acceptance").exists()


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"accepted_quantity_m2": "-5"}, "accepted_quantity_m2", "大于或等于0"),
        ({"accepted_quantity_m2": "1.5"}, "accepted_quantity_m2", "整数"),
        ({"accepted_quantity_m2": "99999"}, "__all__", "超过地块面积"),
        ({"accepted_capacity_kg": "90001"}, "__all__", "折算的 89,998 kg"),
        ({"provincial_quantity_m2": "30014"}, "__all__", "省级统筹 30,014 m² 超过验收入库 30,013 m²"),
        ({"credit_kind": "dry-to-paddy"}, "__all__", "旱地改水田项目不产生耕地数量"),
        ({"files": ""}, "files", "必填"),
        ({"credit_kind": "gold"}, "credit_kind", "不在可用的选项中"),
        ({"accepted_quantity_m2": "", "accepted_paddy_m2": "", "accepted_capacity_kg": ""}, "__all__", "至少填一项"),
    ],
)
def test_bad_input_is_said_and_nothing_is_kept(clients, places, changes, where, said):
    answer = clients["li"].post(reverse("balance:accept"), accepted(places, **changes))
    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (400, [where])
    assert said in " ".join(errors[where])
    assert not Filing.objects.exists()


def test_filings_and_decisions_only_grow(clients, filing):
    post(clients["qian"], filing)
    for statement in ("UPDATE balance_filing SET project = 'x'", "DELETE FROM balance_decision"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_ground_is_on_the_map(clients, filing):
    shapes = json.loads(clients["qian"].get(reverse("balance:shapes", args=[filing.uuid])).content)
    assert shapes["features"][0]["geometry"]["type"] == "Polygon"


def test_every_page_shows_in_both_languages(clients, people, filing, check):
    held = file_hold(clients["wang"], check("一号"))
    post(clients["li"], held)
    pages = [reverse(f"balance:{name}") for name in ("index", "accept", "occupy")]
    pages += [reverse("balance:filing", args=[each.uuid]) for each in (filing, held)]
    pages += [reverse("balance:end", args=[held.uuid, event]) for event in ("approval", "release")]
    for language in ("zh-hans", "en"):
        people["wang"].language = language
        people["wang"].save()
        assert [clients["wang"].get(page).status_code for page in pages] == [200] * len(pages)

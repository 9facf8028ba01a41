"""The further steps: what is kept back and released, taken back, given from the city's pool, supplied by another place; quota."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web import land
from tests.liangtian_web.balance.conftest import accepted, file, file_acceptance, file_end, file_hold, post
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry
from liangtian_web.ledger.queries import balance
from liangtian_web.review.models import Run

pytestmark = pytest.mark.usefixtures("home", "opened")


def holds(place: str, pool: str, index: str = "quantity_m2") -> int:
    account = Account.objects.filter(place__code=place, pool=pool, index=index).first()
    return balance(account, timezone.localdate()) if account else 0


@pytest.fixture
def second(places):
    """示范二县, which keeps three tenths back, and an officer of it."""
    return browser(person("sun", "孙工", places["other"], "officer"))


def step(client, event, begun=None, **given) -> Filing:
    page = reverse("balance:next", args=[begun.uuid, event]) if begun else reverse("balance:begin", args=[event])
    return file(client, page, {"key": str(uuid4()), "on": "2024-09-01", "document": f"{event}文"} | given)


def refused(client, event, begun=None, **given) -> str:
    page = reverse("balance:next", args=[begun.uuid, event]) if begun else reverse("balance:begin", args=[event])
    answer = client.post(page, {"key": str(uuid4()), "on": "2024-09-01", "document": f"{event}文"} | given)
    assert answer.status_code == 400
    return str(answer.context["form"].errors)


def test_what_is_kept_back_is_released_after_two_seasons(clients, places, second):
    filing = file_acceptance(second, places, place=places["other"].pk)
    assert post(clients["qian"], filing).status_code == 302
    assert (holds("339902", "retained"), holds("339902", "reserve")) == (6_962, 30_013 - 1_005 - 5_802 - 6_962)

    early = step(second, "staged-release", filing, cropped_seasons="1", release_amounts__quantity_m2="6962")
    assert post(clients["qian"], early).status_code == 409
    asked = step(second, "staged-release", filing, cropped_seasons="2", release_amounts__quantity_m2="6000")
    assert post(clients["qian"], asked).status_code == 302
    assert holds("339902", "retained") == 962
    more = step(second, "staged-release", filing, cropped_seasons="2", release_amounts__quantity_m2="963")
    assert post(clients["qian"], more).status_code == 409
    assert holds("339902", "retained") == 962
    serial = set(asked.decision.entry.legs.values_list("lot__serial", flat=True))
    assert serial == set(filing.decision.entry.legs.exclude(lot=None).values_list("lot__serial", flat=True))


def test_a_false_acceptance_is_taken_back_wherever_it_stands(clients, places, check):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    serial = filing.decision.entry.legs.exclude(lot=None).first().lot.serial
    held = file_hold(clients["wang"], check("一号", side=0.2), lots=serial)
    post(clients["li"], held)
    kept = holds("339901", "held")

    asked = step(clients["li"], "clawback", filing, clawback_reason="false-acceptance")
    assert post(clients["qian"], asked).status_code == 302
    assert holds("339901", "reserve") == 1_000  # the opening lot alone
    assert (holds("339900", "municipal"), holds("339900", "provincial")) == (0, 0)
    assert holds("339901", "held") == kept
    named = clients["li"].get(reverse("balance:filing", args=[asked.uuid])).context["found"]["own"]
    assert any("须另行补足" in each["message"] for each in named)
    again = clients["li"].get(reverse("balance:next", args=[filing.uuid, "clawback"]))
    assert again.status_code == 404  # nothing is left of it


def test_the_city_gets_back_what_it_paid_for_its_share(clients, places):
    before = holds("339900", "fund", "money_fen")
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    paid = before - holds("339900", "fund", "money_fen")
    assert (paid, holds("339901", "earmarked", "money_fen")) == (264_060_000, 264_060_000)

    spent = legs(("339901", "earmarked", "money_fen", None, -1), ("outside", "outside", "money_fen", None, 1))
    book.post(entry("spent", day(3, 2), "payment", spent))
    asked = step(clients["li"], "clawback", filing, clawback_reason="lost")
    assert post(clients["qian"], asked).status_code == 409  # a fen is missing: nothing moves
    assert holds("339900", "municipal") == 5_802

    back = legs(("outside", "outside", "money_fen", None, -1), ("339901", "earmarked", "money_fen", None, 1))
    book.post(entry("back", day(3, 3), "payment", back))
    assert post(clients["qian"], asked).status_code == 302
    assert holds("339900", "fund", "money_fen") == before
    assert (holds("339900", "municipal"), holds("339901", "earmarked", "money_fen")) == (0, 0)


def test_a_correction_is_not_a_clawback(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    asked = step(clients["li"], "clawback", filing, clawback_reason="other")
    assert post(clients["qian"], asked).status_code == 409
    assert Entry.objects.filter(kind="clawback").count() == 0


def test_the_pool_is_used_against_the_provincial_price(clients, places):
    post(clients["qian"], file_acceptance(clients["li"], places))
    earmarked = holds("339900", "fund", "money_fen")
    fund(5_000_000_00)
    asked = step(
        clients["li"], "pool-use", place=places["county"].pk, project="高速公路", pool_purpose="major-infrastructure",
        pool_use_amounts__quantity_m2="2000",
    )  # fmt: skip
    before = holds("339901", "reserve")
    assert post(clients["qian"], asked).status_code == 302
    price = 2_000 * 200_000 * 3 // 2_000 * 100
    assert holds("339901", "reserve") == before + 2_000
    assert holds("339900", "municipal") == 5_802 - 2_000
    assert holds("339900", "fund", "money_fen") == earmarked + price
    assert holds("339901", "fund", "money_fen") == 5_000_000_00 - price


def test_a_use_outside_the_list_waits_for_the_listed_ones_or_says_why(clients, places):
    post(clients["qian"], file_acceptance(clients["li"], places))
    fund(5_000_000_00)
    about = {"place": places["county"].pk, "project": "厂房", "pool_use_amounts__quantity_m2": "100"}
    assert "须写明理由" in refused(clients["li"], "pool-use", **about, pool_purpose="other")
    listed = step(clients["li"], "pool-use", **about | {"project": "民生"}, pool_purpose="livelihood")
    other = step(clients["li"], "pool-use", **about, pool_purpose="other", pool_use_reason="技改")

    assert post(clients["qian"], other).status_code == 409  # a clause asked for in principle is not met
    client, decide = clients["qian"], reverse("balance:decide", args=[other.uuid])
    assert client.post(decide, {"post": "1", "grounds": "because"}).status_code == 409
    assert client.post(decide, {"post": "1", "grounds": "public-need"}).status_code == 302
    assert Decision.objects.get(filing=other).grounds == "public-need"
    assert post(client, listed).status_code == 302
    assert Decision.objects.get(filing=listed).grounds == ""


def fund(fen: int) -> None:
    book.post(entry("county-fund", day(2), "appropriation", legs(("outside", "outside", "money_fen", None, -fen),
              ("339901", "fund", "money_fen", None, fen))))  # fmt: skip


def test_quota_is_granted_used_and_given_back_in_a_closed_circle(clients, places):
    top = step(clients["qian"], "quota-advance", place=places["city"].pk, project="2024 年周转指标",
               quota_amounts__turnover_quota_m2="9000")  # fmt: skip
    assert post(clients["qian"], top).status_code == 409  # one's own
    other = browser(person("zhou", "周处", places["city"], "keeper"))
    assert post(other, top).status_code == 302
    grant = step(clients["li"], "quota-advance", place=places["county"].pk, project="岭下村项目区",
                 quota_amounts__turnover_quota_m2="5000")  # fmt: skip
    assert post(clients["zhao"], grant).status_code == 404
    assert post(clients["qian"], grant).status_code == 302
    assert (holds("339900", "reserve", "turnover_quota_m2"), holds("339901", "reserve", "turnover_quota_m2")) == (
        4_000,
        5_000,
    )

    used = {"project": "安置小区", "quota_amounts__turnover_quota_m2": "3000"}
    one, two = step(clients["li"], "quota-use", grant, **used), step(clients["li"], "quota-use", grant, **used)
    assert post(clients["qian"], one).status_code == 302
    assert post(clients["qian"], two).status_code == 409  # 2,000 are left
    assert "只剩 2,000 m²" in refused(clients["li"], "quota-use", grant, **used)
    back = step(clients["li"], "quota-return", grant, quota_amounts__turnover_quota_m2="2000")
    assert post(clients["qian"], back).status_code == 302
    good = step(clients["li"], "quota-reclaimed", grant, quota_reclaimed_amounts__turnover_quota_m2="3000")
    assert post(clients["qian"], good).status_code == 302
    places_pools = [("339900", "reserve"), ("339901", "reserve"), ("339901", "used")]
    assert [holds(place, pool, "turnover_quota_m2") for place, pool in places_pools] == [6_000, 0, 0]
    assert clients["li"].get(reverse("balance:next", args=[grant.uuid, "quota-use"])).status_code == 404


def test_reclaimed_construction_land_credits_the_surplus(clients, places):
    amounts = {name: "" for name in accepted(places) if name.startswith(("accepted_", "provincial_"))}
    filing = file_acceptance(
        clients["li"], places, **amounts, credit_kind="construction-reclamation", linkage_reclaimed_m2="10000.50",
        linkage_resettlement_m2="4000",
    )  # fmt: skip
    assert post(clients["qian"], filing).status_code == 302
    assert holds("339901", "reserve", "linkage_m2") == 6_001
    lots = set(filing.decision.entry.legs.filter(account__index="linkage_m2").values_list("lot__serial", flat=True))
    assert len(lots - {None}) == len(lots) == 1


def test_more_cannot_be_usable_than_was_made(clients, places):
    given = accepted(places, new_farmland_m2="30012.99")
    answer = clients["li"].post(reverse("balance:accept"), given)
    assert "超过实际新增耕地" in str(answer.context["form"].errors)
    assert Filing.objects.count() == 0


def test_the_same_ground_is_not_occupied_twice(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    first, again = check("一号", side=0.5), check("一号重查", side=0.5)
    held = file_hold(clients["wang"], first)
    post(clients["li"], held)
    answer = post(clients["li"], file_hold(clients["wang"], again))
    assert answer.status_code == 409
    assert "已由“一号”" in answer.content.decode()
    post(clients["li"], file_end(clients["wang"], held, "release"))
    third = check("一号三查", side=0.5)
    assert post(clients["li"], file_hold(clients["wang"], third)).status_code == 302


def test_batch_land_in_two_places_waits_for_both(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    run = check("跨县", kind="batch", side=0.3)
    rows = [{**row, "place": "339902"} for row in run.facts["required_by_place"]]
    other = Run(
        **{field.name: getattr(run, field.name) for field in Run._meta.fields if field.name not in ("id", "uuid")}
    )
    other.facts = run.facts | {"required_by_place": [*run.facts["required_by_place"], *rows]}
    other.save()
    book.post(entry("quota", day(2), "allocation", legs(("outside", "outside", "plan_quota_m2", None, -9),
              ("339902", "reserve", "plan_quota_m2", None, 9))))  # fmt: skip
    held = file_hold(clients["wang"], other)
    assert post(clients["li"], held).status_code == 302
    end = file_end(clients["wang"], held, "approval")
    answer = post(clients["li"], end)
    assert answer.status_code == 409
    assert "示范二县" in answer.content.decode()
    for side, status in ((0.1, 409), (0.3, 302)):  # a corner of it held there does not stand for the whole
        part = check(f"跨县{side}", kind="batch", side=side)
        made = {field.name: getattr(part, field.name) for field in Run._meta.fields if field.name not in ("id", "uuid")}
        theirs = Run.objects.create(**made | {"place": places["other"]})
        hold = Filing.objects.create(
            event="hold", place=places["other"], project="示范二县部分", on=held.on, document="x", facts={}, run=theirs,
            filer=held.filer,
        )  # fmt: skip
        Decision.objects.create(
            filing=hold, entry=book.post(entry(f"part-{side}", day(6), "hold", legs(
                ("339902", "reserve", "plan_quota_m2", None, -1), ("339902", "held", "plan_quota_m2", None, 1))))[0],
            actor=person(f"p{int(side * 10)}", "某", places["other"], "keeper"), findings="{}", postings=[], rules_digest="",
        )  # fmt: skip
        assert post(clients["li"], end).status_code == status


def test_nothing_is_dated_in_the_future(clients, places):
    answer = clients["li"].post(reverse("balance:accept"), accepted(places, on="2099-01-01"))
    assert "业务日期不能晚于今天" in str(answer.context["form"].errors)


def test_quantity_and_paddy_come_from_different_lots(clients, places, check):
    """补改结合: quantity from one lot, paddy and capacity from an improvement lot."""
    post(clients["qian"], file_acceptance(clients["li"], places, accepted_paddy_m2="", accepted_capacity_kg=""))
    area = SimpleUploadedFile("改.geojson", land.boundary_geojson(row=44, column=44, side=2).encode())
    improved = file_acceptance(clients["li"], places, credit_kind="dry-to-paddy", files=area, accepted_quantity_m2="",
                               provincial_quantity_m2="", project="旱改水")  # fmt: skip
    post(clients["qian"], improved)
    held = file_hold(clients["wang"], check("小路", side=0.2))
    assert post(clients["li"], held).status_code == 302
    by_index = dict(held.decision.entry.legs.filter(account__pool="held").values_list("account__index", "lot__project"))
    assert by_index["paddy_m2"] == by_index["capacity_kg"] == "旱改水"
    assert by_index["quantity_m2"] != "旱改水"


@pytest.mark.parametrize("event", ["pool-use", "quota-grant"])
def test_an_auditor_begins_nothing(places, event):
    assert browser(person("shen", "沈审", places["city"], "auditor")).get(
        reverse("balance:begin", args=[event])
    ).status_code == 403  # fmt: skip


def test_outsiders_take_no_next_step(clients, places):
    filing = file_acceptance(clients["li"], places)
    post(clients["qian"], filing)
    page = reverse("balance:next", args=[filing.uuid, "clawback"])
    assert [clients[name].get(page).status_code for name in ("li", "zhao")] == [200, 404]

"""A value on trial over the book: two acceptances and a write-off, a larger share for the city, a reserve below zero."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, file_end, file_hold, post

from liangtian.policy.whatif import using
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.trials import AGAIN, BookTrial
from liangtian_web.ledger.models import Account, Entry
from liangtian_web.rulebook.queries import values_known
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home", "opened")
SHARE = "wenzhou-2019（六）.city_pool_share"
CREDITED = {"accepted_quantity_m2": "7000", "accepted_paddy_m2": "7000", "accepted_capacity_kg": "9000"}
ON = "2024-07-01"


@pytest.fixture
def story(clients, places, check):
    """Two acceptances of 7,000 m²; ten thousand held and written off on one day, when 80 % of them suffices."""
    more = CREDITED | {"provincial_quantity_m2": ""}
    filings = [
        file_acceptance(clients["li"], places, **more),
        file_acceptance(clients["li"], places, column=45, on="2024-04-01", **more),
    ]
    for each in filings:
        assert post(clients["qian"], each).status_code == 302
    hold = file_hold(clients["wang"], check("一号"), on=ON)
    assert post(clients["li"], hold).status_code == 302
    ending = file_end(clients["wang"], hold, "approval", on=ON)
    assert post(clients["li"], ending).status_code == 302
    return [*filings, hold, ending]


def tried(client, name: str = SHARE, **changes: str) -> BookTrial:
    given = {"name": name, "value": "50", "since": "2024-01-01", "until": "", "place": ""} | changes
    answer = client.post(reverse("balance:whatif"), given)
    assert answer.status_code == 200, answer.context["form"].errors
    found: BookTrial = answer.context["trial"]
    return found


def moved(trial: BookTrial) -> dict[tuple[str, str, str], int]:
    return {(each.place.code, each.pool, each.index): each.amount for each in trial.moved}


def test_a_larger_share_takes_the_reserve_below_zero_on_the_day_of_the_write_off(clients, story):
    trial = tried(clients["qian"])
    assert (trial.asked, trial.touched, [filing for filing, _ in trial.rows]) == (4, 2, [story[1], story[0]])
    amounts = moved(trial)
    assert amounts["339900", "municipal", "quantity_m2"] == 2 * (3_500 - 1_400)
    assert amounts["339901", "reserve", "quantity_m2"] == -2 * (3_500 - 1_400)

    held = {row[2]: row[3] for row in Filing.objects.get(pk=story[2].pk).decision.postings if row[1] == "held"}
    below = {(each.place.code, each.pool, each.index): each.below for each in trial.moved if each.below}
    left = 1_000 + 7_000 - held["quantity_m2"]
    assert below["339901", "reserve", "quantity_m2"] == (date(2024, 7, 1), left)
    assert left < 0
    assert {key[:2] for key in below} == {("339901", "reserve")}


def test_the_page_leads_to_the_filing_and_the_account_and_only_the_trail_is_written(clients, story):
    before = Entry.objects.count()
    given = {"name": SHARE, "value": "50", "since": "2024-01-01", "until": "", "place": ""}
    page = clients["qian"].post(reverse("balance:whatif"), given).content.decode()
    account = Account.objects.get(place__code="339901", pool="reserve", index="quantity_m2")
    links = [reverse("balance:filing", args=[story[0].uuid]), reverse("ledger:account", args=[account.pk])]
    assert [f'href="{link}"' in page for link in links] == [True, True]
    assert "2024-07-01 起为负" in page
    assert "2 件验收入库合计减少 6.30 亩" in page
    assert Entry.objects.count() == before
    event = Event.objects.first()
    assert (event.action, event.object, event.user.username) == ("balance.whatif", SHARE, "qian")


def test_the_county_sees_what_the_city_would_gain_but_not_the_account_of_the_city(clients, story):
    trial = tried(clients["li"])
    seen = {each.place.code: each.account is not None for each in trial.moved}
    assert seen == {"339901": True, "339900": False}
    assert [each.below for each in trial.moved if each.place.code == "339900"] == [None] * 4


def test_an_outsider_sees_nothing(clients, story):
    trial = tried(clients["zhao"])
    assert (trial.asked, trial.touched, trial.rows, trial.moved) == (0, 0, [], [])


def test_days_and_places_of_the_trial_are_kept_to(clients, places, story):
    later = tried(clients["qian"], since="2024-03-15")
    assert [filing for filing, _ in later.rows] == [story[1]]
    ended = tried(clients["qian"], until="2024-03-15")
    assert [filing for filing, _ in ended.rows] == [story[0]]
    elsewhere = tried(clients["qian"], place=str(places["other"].pk))
    assert (elsewhere.touched, elsewhere.rows) == (2, [])


def test_a_value_that_nothing_of_the_book_uses_changes_nothing(clients, story):
    trial = tried(clients["qian"], name="wenzhou-2019（三）.stock_clearing_share_min")
    assert (trial.asked, trial.touched, trial.rows, trial.moved) == (4, 0, [], [])


def test_what_values_reckon_is_decided_again_unless_it_rests_on_what_the_book_held():
    """A step that begins to use a value is decided again, or named here."""
    names = {each.name for each in values_known()}
    reckoned = {event for event, each in PROCEDURES.items() if using(DOCUMENTS, names) & set(each.gates)}
    resting = {"staged-release", "clawback", "commitment", "commitment-due", "fulfilment", "arrears-settlement"}
    resting |= {"clawback-debt", "hold", "approval", "transfer-out", "transfer-in", "proceeds-use"}
    assert reckoned - set(AGAIN) == resting


def test_a_value_that_cannot_be_is_said_at_the_form(clients, story):
    given = {"name": SHARE, "value": "150", "since": "2024-01-01", "until": "", "place": ""}
    answer = clients["qian"].post(reverse("balance:whatif"), given)
    assert (answer.status_code, answer.context["trial"]) == (400, None)
    assert answer.context["form"].errors
    assert clients["qian"].get(reverse("balance:whatif") + "?name=x").status_code == 404


def test_the_page_shows_in_both_languages_and_is_linked(clients, people):
    for language in ("zh-hans", "en"):
        people["qian"].language = language
        people["qian"].save()
        for page in ("balance:whatif", "rules:whatif"):
            assert clients["qian"].get(f"{reverse(page)}?name={SHARE}").status_code == 200
    address = reverse("balance:whatif").encode()
    pages = [
        reverse("balance:index"),
        f"{reverse('rules:whatif')}?name={SHARE}",
        reverse("rulebook:value", args=[SHARE]),
    ]
    assert [address in clients["qian"].get(page).content for page in pages] == [True] * 3

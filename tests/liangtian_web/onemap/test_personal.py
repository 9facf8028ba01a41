"""Names of people: masked for everybody, opened for one parcel to whoever answers for its ground and says why."""

import pytest
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.conftest import browser, person

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap.actions import adopt
from liangtian_web.people.models import Membership, Place
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")

NAME, PHONE = "陈某某", "13900000000"
REASON = {"reason": "核实承包户，示自然资〔2024〕1号"}


@pytest.fixture
def version(places):
    """Basic farmland of the first county."""
    return published(places, "3399011002010000000")


def published(places, code):
    """Basic farmland with the name and telephone of whoever keeps it, published by the city for all."""
    columns = {
        "BSM": ["b1"], "DLBM": ["0101"], "KCXS": [0.0], "ZLDWDM": [code],
        "ZRRMC": [NAME], "LXDH": [PHONE], "OWN_NOTE": ["张三家"],
    }  # fmt: skip
    entry = publish.publish(
        land.features([land.field(0, 0)], columns), LAYERS["YJJBNTTB"], place="339900", on=land.ON,
        home=settings.HOME, publisher="test", recorded_at="2024-01-05T08:00:00+08:00",
    )  # fmt: skip
    return adopt(entry, places["city"])


def panel(version):
    return reverse("onemap:parcel", args=[version.pk, "b1"])


def reveal(version):
    return reverse("onemap:reveal", args=[version.pk, "b1"])


def test_the_panel_masks_who_somebody_is_and_says_that_there_is_something(officer_client, version):
    page = officer_client.get(panel(version))
    masked = {value.name: value.value for value in page.context["values"] if value.masked}

    assert masked == {"ZRRMC": "●●●", "LXDH": "●●●"}
    assert not any(secret in page.content.decode() for secret in (NAME, PHONE, "张三家"))
    assert page.context["may_reveal"] is True
    assert "no-store" in page["Cache-Control"]


def test_an_officer_of_the_parcel_s_county_says_why_and_sees(officer_client, county_officer, version):
    page = officer_client.post(reveal(version), REASON)

    assert (page.status_code, NAME in page.content.decode(), PHONE in page.content.decode()) == (200, True, True)
    noted = Event.objects.get(action="onemap.reveal")
    assert (noted.user, noted.object) == (county_officer, f"YJJBNTTB b1：{REASON['reason']}")
    assert NAME not in officer_client.get(panel(version)).content.decode()


@pytest.mark.parametrize("reason", ["", "看看"])
def test_without_a_reason_nothing_is_shown_and_nothing_noted(officer_client, version, reason):
    page = officer_client.post(reveal(version), {"reason": reason})

    assert (page.status_code, NAME in page.content.decode()) == (400, False)
    assert page.context["form"].errors.keys() == {"reason"}
    assert not Event.objects.filter(action="onemap.reveal").exists()


def test_an_outsider_who_sees_the_shared_layer_reveals_nothing(outsider_client, version):
    page = outsider_client.get(panel(version))

    assert (page.status_code, page.context["masked"], page.context["may_reveal"]) == (200, True, False)
    assert outsider_client.post(reveal(version), REASON).status_code == 403


def test_an_auditor_reads_who_looked_and_reveals_nothing(auditor_client, officer_client, version):
    officer_client.post(reveal(version), REASON)

    assert auditor_client.post(reveal(version), REASON).status_code == 403
    trail = auditor_client.get(reverse("trail:index"), {"action": "onemap.reveal"})
    assert [event.username for event, _ in trail.context["events"]] == ["wang"]
    assert REASON["reason"] in trail.content.decode()


def test_a_town_officer_reveals_in_the_town_alone(places, version):
    there = browser(person("chen", "陈工", places["town"], "officer"))
    next_door = Place.objects.create(code="339901200", name="邻镇", kind="town", parent=places["county"])
    elsewhere = browser(person("qian", "钱工", next_door, "officer"))

    assert there.get(panel(version)).context["may_reveal"]
    assert not elsewhere.get(panel(version)).context["may_reveal"]


def test_names_leave_by_no_search_and_no_feature(officer_client, version):
    assert officer_client.get(reverse("onemap:search"), {"q": NAME, "on": "2024-06-01"}).context["hits"] == []
    assert officer_client.get(reverse("home:search"), {"q": NAME}).context["found"] == []
    items = officer_client.get("/ogc/collections/YJJBNTTB/items", {"datetime": "2024-06-01"})
    assert items.json()["numberReturned"] == 1
    assert not any(secret in items.content.decode() for secret in (NAME, PHONE))


def test_the_county_reads_who_of_the_city_looked_and_so_does_the_city(places, version, admin_client):
    browser(person("gao", "高工", places["city"], "officer")).post(reveal(version), REASON)

    assert Event.objects.get(action="onemap.reveal").place == places["town"]  # the parcel's own
    trail = admin_client.get(reverse("trail:index"), {"action": "onemap.reveal"})
    assert [event.username for event, _ in trail.context["events"]] == ["gao"]


def test_whoever_is_of_elsewhere_is_noted_there_too(places):
    reader = person("fang", "方工", places["county"], "auditor")
    agency = Membership.objects.get(user=reader).agency
    Membership.objects.create(user=reader, agency=agency, place=places["other"], role="officer")

    browser(reader).post(reveal(published(places, "3399021002010000000")), REASON)

    noted = Event.objects.filter(action="onemap.reveal").values_list("place__code", flat=True)
    assert sorted(noted) == ["339901", "339902"]

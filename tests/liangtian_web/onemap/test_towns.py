"""Towns and villages of the published layers become places, once."""

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap.actions import adopt
from liangtian_web.onemap.summary import whole
from liangtian_web.onemap.towns import Taken, take_places
from liangtian_web.people.models import Membership, Place, User
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")


def published(places, code, columns):
    shapes = [land.field(0, n) for n in range(len(next(iter(columns.values()))))]
    entry = publish.publish(
        land.features(shapes, columns), LAYERS[code], place="339900", on=land.ON, home=settings.HOME,
        publisher="test", recorded_at="2024-01-05T08:00:00+08:00",
    )  # fmt: skip
    return adopt(entry, places["city"])


@pytest.fixture
def versions(places):
    towns = {"BSM": ["t1", "t2", "t3"], "XZQDM": ["339901100", "339901101000", "339902100"],
             "XZQMC": ["城关镇", "稻溪镇", "邻县镇"]}  # fmt: skip
    villages = {"BSM": ["v1", "v2"], "ZLDWDM": ["3399011012010000000", "3399019992010000000"],
                "ZLDWMC": ["稻溪村", "飞地村"]}  # fmt: skip
    return [published(places, "XZQ", towns), published(places, "CJDCQ", villages)]


def test_the_county_s_towns_and_villages_are_taken_under_their_own(places, versions):
    assert take_places(None, places["county"], map(whole, versions)) == Taken(towns=1, villages=2, kept=1)

    made = {
        place.code: (place.name, place.kind, str(place.parent))
        for place in Place.objects.filter(pk__gt=places["town"].pk)
    }
    assert made == {
        "339901101": ("稻溪镇", "town", "示范县"),
        "339901101201": ("稻溪村", "village", "稻溪镇"),
        "339901999201": ("飞地村", "village", "示范县"),  # its town is on no layer
    }
    assert Place.objects.get(code="339901101201").path.startswith(Place.objects.get(code="339901101").path)


@pytest.mark.parametrize(
    ("text", "titles"),
    [("339901101", ["稻溪镇", "稻溪村"]), ("339901999201", ["飞地村"]), ("33990", []), ("339909", [])],
)
def test_the_map_finds_towns_and_villages_by_code(officer_client, versions, text, titles):
    hits = officer_client.get(reverse("onemap:search"), {"q": text, "on": "2024-06-01"}).context["hits"]

    assert [each["hit"].title for each in hits] == titles


def test_taking_again_changes_nothing_not_even_a_name_somebody_changed(places, versions):
    take_places(None, places["county"], map(whole, versions))
    Place.objects.filter(code="339901101").update(name="稻溪街道")

    assert take_places(None, places["county"], map(whole, versions)) == Taken(towns=0, villages=0, kept=4)
    assert Place.objects.get(code="339901101").name == "稻溪街道"


def test_the_administrator_takes_them_from_the_list_of_places(places, versions, password):
    keeper = User.objects.create_superuser("root", password=password, display_name="管理员")
    client = Client()
    client.force_login(keeper, backend="django.contrib.auth.backends.ModelBackend")
    chosen = {"action": "take_towns", "_selected_action": [places["county"].pk, places["town"].pk]}
    page = client.post("/admin/people/place/", chosen, follow=True)

    said = [str(message) for message in page.context["messages"]]
    assert said == ["示范县：新增乡镇 1 个、村 2 个，已有 1 个未改动。", "城关镇 不是有区划代码的县，没有取用。"]
    noted = Event.objects.get(action="onemap.places")
    assert (noted.user, noted.place) == (keeper, places["county"])
    assert noted.object.startswith(f"place:{places['county'].pk} +1 +2 XZQ:")


def test_an_officer_finds_no_such_action(officer_client, places, versions):
    chosen = {"action": "take_towns", "_selected_action": [places["county"].pk]}
    assert officer_client.post("/admin/people/place/", chosen, follow=True).status_code == 403
    assert not Place.objects.filter(code="339901101").exists()


def test_a_town_taken_can_be_given_to_a_user(places, versions, county_officer):
    take_places(None, places["county"], map(whole, versions))
    held = county_officer.memberships.get()
    town = Place.objects.get(code="339901101")
    Membership.objects.create(user=county_officer, agency=held.agency, place=town, role="officer")

    assert np.isin(town.pk, list(county_officer.memberships.values_list("place", flat=True)))

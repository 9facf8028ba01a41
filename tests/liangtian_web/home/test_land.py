"""Farmland unit by unit, behind the figures of the home page."""

import pytest
from django.urls import reverse
from tests.liangtian_web import land

from liangtian_web.onemap.actions import adopt
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")
ON = {"on": "2024-06-01"}


@pytest.fixture
def versions(places):
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


def rows(client, **asked):
    return [(row.code, row.name) for row in client.get(reverse("home:land"), ON | asked).context["rows"]]


def test_each_place_shows_the_level_below(officer_client, auditor_client, places, versions):
    assert rows(auditor_client) == [("339901", "示范县")]
    assert rows(officer_client) == [("339901100", "城关镇")]
    assert rows(officer_client, place=places["town"].pk) == [("339901100201", "示范村")]


def test_the_way_up_ends_at_one_s_own_place(officer_client, places, versions):
    below = officer_client.get(reverse("home:land"), ON | {"place": places["town"].pk})

    assert below.context["above"] == places["county"]
    assert officer_client.get(reverse("home:land"), ON).context["above"] is None


def test_each_unit_leads_to_its_ground_on_the_map(officer_client, versions):
    (row,) = officer_client.get(reverse("home:land"), ON).context["rows"]
    go = officer_client.get(row.url).context["config"]["go"]

    assert go["box"] == pytest.approx(versions[0].bounds, abs=2e-6)


def test_the_totals_are_those_of_the_home_page(officer_client, versions):
    page = officer_client.get(reverse("home:land"), ON)

    assert page.context["sums"]["parcels"] == 9
    assert page.context["sums"]["farmland_m2"] == pytest.approx(80_000, rel=1e-3)


def test_the_table_is_taken_away_and_that_is_noted(officer_client, places, versions):
    officer_client.get(reverse("home:land"), ON)
    answer = officer_client.post(reverse("home:land_export"), {"form": "csv", "place": places["county"].pk})

    assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("339901100,城关镇,9,")
    assert Event.objects.get(action="home.export").object == f"place:{places['county'].pk} 2024-06-01 csv 1"


def test_an_outsider_asks_for_a_place_of_others_in_vain(outsider_client, places, versions):
    assert outsider_client.get(reverse("home:land"), {"place": places["county"].pk}).status_code == 404
    assert outsider_client.post(reverse("home:land_export"), {"place": places["county"].pk}).status_code == 404
    assert rows(outsider_client) == []

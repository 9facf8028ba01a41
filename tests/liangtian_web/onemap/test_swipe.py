"""Two dates or versions of the map side by side, and the map on paper."""

import pytest
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap.actions import adopt

pytestmark = pytest.mark.usefixtures("home")
ON = "2025-06-01"


@pytest.fixture
def versions(places):
    """Land use of two years."""
    made = []
    for year in ("2023", "2024"):
        columns = {"BSM": ["p1"], "DLBM": [{"2023": "0101", "2024": "0602"}[year]], "KCXS": [0.0]}
        entry = publish.publish(
            land.features([land.field(0, 0)], columns), LAYERS["DLTB"], place="339901",
            on=land.ON.replace(year=int(year)), home=settings.HOME, publisher="test",
            recorded_at=f"{year}-12-31T08:00:00+08:00",
        )  # fmt: skip
        made.append(adopt(entry, places["county"]))
    return made


def page(client, **asked):
    return client.get(reverse("onemap:map"), {"on": ON} | asked)


def layer_dates(config):
    return [(layer["code"], layer["on"]) for layer in config["layers"]]


def test_a_permalink_with_a_day_shows_that_day_beside_the_other(officer_client, versions):
    found = page(officer_client, against="2024-06-01")

    assert layer_dates(found.context["config"]) == [("DLTB", "2024-12-31")]
    assert layer_dates(found.context["other"]) == [("DLTB", "2023-12-31")]
    assert found.context["other"]["bounds"] == found.context["config"]["bounds"]
    assert 'role="slider"' in found.content.decode()


def test_the_sides_say_how_old_they_are_and_when_they_are_the_same(officer_client, versions):
    differs = page(officer_client, against="2024-06-01").context
    assert [str(vintage) for vintage in differs["vintages"]] == ["2024-12-31", "2023-12-31"]
    assert not differs["same"]
    assert page(officer_client, against="2025-02-01").context["same"]


def test_a_version_stands_beside_the_rest_of_the_layers(officer_client, versions):
    found = page(officer_client, against=f"v{versions[0].pk}")

    assert layer_dates(found.context["other"]) == [("DLTB", "2023-12-31")]
    assert f"versions={versions[0].pk}&" in found.context["other"]["layers"][0]["tiles"]
    assert found.context["choices"] == [(f"v{versions[0].pk}", "地类图斑 · 2023-12-31 · 示范县")]


@pytest.mark.parametrize("asked", ["", "v0", "yesterday", "2024-02-30"])
def test_what_is_no_day_and_no_version_shows_one_map(officer_client, versions, asked):
    found = page(officer_client, against=asked)

    assert (found.status_code, found.context["against"], found.context["other"]) == (200, None, None)


def test_the_other_side_s_tiles_do_not_change_the_day_that_is_kept(officer_client, versions):
    other = page(officer_client, against="2024-06-01").context["other"]
    tile = other["layers"][0]["tiles"].replace("{z}/{x}/{y}", "9/427/209")
    assert officer_client.get(tile).status_code == 200

    assert officer_client.get(reverse("onemap:map")).context["config"]["on"] == ON


def test_an_outsider_swipes_to_no_version_of_others(outsider_client, versions):
    assert page(outsider_client, against=f"v{versions[0].pk}").context["other"] is None
    assert page(outsider_client, against="2024-06-01").context["other"]["layers"] == []


def test_a_link_of_the_search_opens_the_map_where_it_says(officer_client, versions):
    go = page(officer_client, go="120.1,30.2,120.3,30.4", version=str(versions[1].pk), parcel="p1").context["config"][
        "go"
    ]
    assert go == {"box": [120.1, 30.2, 120.3, 30.4], "version": str(versions[1].pk), "parcel": "p1"}
    assert page(officer_client, go="here").context["config"]["go"] is None


def test_the_printed_map_names_its_sources(officer_client, outsider_client, versions):
    sheet = officer_client.get(reverse("onemap:print"), {"on": ON})
    text = sheet.content.decode()

    assert all(word in text for word in ("地类图斑（示范县，2024-12-31", versions[1].digest[:12], "指北针", "王工"))
    assert versions[1].digest[:12] not in outsider_client.get(reverse("onemap:print"), {"on": ON}).content.decode()

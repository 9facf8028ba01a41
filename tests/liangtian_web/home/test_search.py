"""The search box of the header finds what the user may see, and nothing else."""

import pytest
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.review.test_checks import form

from liangtian_web.onemap.actions import adopt
from liangtian_web.review.models import Run

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def versions(places):
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


@pytest.fixture
def run(officer_client, places, versions):
    officer_client.post(reverse("review:new"), form(places))
    return Run.objects.get()


def found(client, text, **headers):
    return client.get(reverse("home:search"), {"q": text, "on": "2024-06-01"}, headers=headers)


def kinds(page):
    return [(each.kind, each.title) for each in page.context["found"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00000004", [("图斑", "339901211000000004")]),
        ("339901211000000004", [("图斑", "339901211000000004")]),
        ("城关", [("地点", "城关镇")]),
        ("示范县", [("地点", "示范县")]),
        ("示范村", [("地点", "示范村")]),
        ("339901100201", [("地点", "示范村")]),
        ("地类", [("图层", "地类图斑 DLTB")]),
        ("yjjbnttb", [("图层", "永久基本农田图斑 YJJBNTTB")]),
        ("30.52,120.69", [("坐标", "坐标 120.690000, 30.520000")]),
        ("示", []),
        ("没有这个", []),
    ],
)
def test_one_box_finds_parcels_places_layers_and_coordinates(officer_client, versions, text, expected):
    assert kinds(found(officer_client, text)) == expected


def test_checks_are_found_by_name_and_by_number(officer_client, run):
    by_name = found(officer_client, "大道").context["found"]

    assert [(each.title, each.url) for each in by_name] == [("示范大道", reverse("review:run", args=[run.uuid]))]
    assert kinds(found(officer_client, str(run.uuid)))[0] == ("检查", "示范大道")


@pytest.mark.parametrize("text", ["大道", "00000004", "示范村", "地类", "示范县"])
def test_an_outsider_finds_nothing_of_it(outsider_client, run, text):
    assert kinds(found(outsider_client, text)) == []


def test_a_parcel_s_link_opens_the_map_on_it(officer_client, versions):
    (hit,) = found(officer_client, "00000004").context["found"]
    go = officer_client.get(hit.url).context["config"]["go"]

    assert (go["version"], go["parcel"]) == (str(versions[0].pk), "339901211000000004")
    west, south, east, north = versions[0].bounds
    assert west < go["box"][0] < go["box"][2] < east
    assert south < go["box"][1] < go["box"][3] < north


def test_the_box_gets_a_part_and_a_browser_without_scripts_a_page(officer_client, versions):
    part = found(officer_client, "示范村", hx_request="true").content.decode()
    page = found(officer_client, "示范村").content.decode()

    assert part.startswith('<ul class="found"')
    assert "<title>" in page
    assert 'role="option"' in page

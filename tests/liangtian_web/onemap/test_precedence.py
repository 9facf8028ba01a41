"""City and county publish the same layer: map, search, catalogue, OGC and check tell one story."""

import json
import math

import pytest
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.onemap.test_tiles import decode

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap import tiles
from liangtian_web.onemap.actions import adopt

pytestmark = pytest.mark.usefixtures("home")
DAY = {"on": "2024-06-01"}
COUNTY = {f"3399012110{k:08d}" for k in range(9)}


@pytest.fixture
def both(places):
    """The county's nine fields, and the city's orchard over the first three of them and three more to the east."""
    shapes = [land.field(0, column) for column in range(6)]
    columns = {"BSM": [f"city{c}" for c in range(6)], "DLBM": ["0201"] * 6, "ZLDWMC": ["示范村"] * 6}
    entry = publish.publish(
        land.features(shapes, columns), LAYERS["DLTB"], place="339900", on=land.ON, home=settings.HOME,
        publisher="test", recorded_at="2024-02-05T08:00:00+08:00",
    )  # fmt: skip
    return [adopt(entry, places["city"]), *(adopt(each, places["county"]) for each in land.publish_all())]


def test_every_page_shows_the_county_on_its_ground_and_the_city_around_it(officer_client, both):
    shown = COUNTY | {"city3", "city4", "city5"}

    answer = officer_client.get("/ogc/collections/DLTB/items", {"datetime": "2024-06-01"}).json()
    assert {feature["id"] for feature in answer["features"]} == shown
    assert answer["numberMatched"] == len(shown)
    assert officer_client.get("/ogc/collections/DLTB/items/city0", {"datetime": "2024-06-01"}).status_code == 404

    config = officer_client.get(reverse("onemap:map"), DAY).context["config"]
    address = next(each["tiles"] for each in config["layers"] if each["code"] == "DLTB")
    west, south, east, north = config["bounds"]
    z = 15
    found = set()
    for x, y in tiles_around(west, south, east, north, z):
        data = officer_client.get(address.format(z=z, x=x, y=y)).content
        found |= {about["id"] for about, _ in decode(data)[1]} if data else set()
    assert found == shown

    assert officer_client.get(reverse("onemap:layers"), DAY).context["in_force"] == {v.pk for v in both}
    hits = officer_client.get(reverse("onemap:search"), DAY | {"q": "city0"}).context["hits"]
    assert hits == []


def tiles_around(west, south, east, north, z):
    def place(lon, lat):
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return int((lon + 180) / 360 * 2**z), int(y * 2**z)

    (x0, y1), (x1, y0) = place(west, south), place(east, north)
    assert z >= tiles.PARCEL_ZOOM
    return [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def test_the_check_measures_the_land_the_map_shows(officer_client, places, both):
    form = {"name": "跨界", "kind": "batch", "on": "2024-06-01", "place": places["county"].pk,
            "drawn": land.boundary_geojson(row=0.0, column=2.0, side=2.0)}  # fmt: skip
    answer = officer_client.post(reverse("review:new"), form)
    assert answer.status_code == 302
    shapes = json.loads(officer_client.get(answer.headers["Location"] + "shapes.json").content)
    pieces = {each["properties"]["parcel_id"] for each in shapes["features"] if each["properties"]["role"] == "piece"}
    assert {one for one in pieces if one.startswith("city")} == {"city3"}
    assert "339901211000000002" in pieces

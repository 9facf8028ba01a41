"""OGC API Features: what the map shows to whom, page after page, and nothing about people."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.conf import settings
from django.test import Client
from tests.liangtian_web import land

from liangtian.onemap import index, publish, snapshot
from liangtian.onemap.layers import LAYERS
from liangtian.space.crs import transformer
from liangtian_web.onemap import features
from liangtian_web.onemap.actions import adopt
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")
ITEMS = "/ogc/collections/DLTB/items"
DAY = "2024-06-01"


@pytest.fixture
def published(places):
    """The land of the county."""
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


def ids(answer):
    return [feature["id"] for feature in answer.json()["features"]]


def parcel(n):
    return f"3399012110{n:08d}"


def following(answer):
    return next((link["href"] for link in answer.json()["links"] if link["rel"] == "next"), None)


def walk(client, address):
    """Every id, page after page."""
    found = []
    while address:
        answer = client.get(address)
        found += ids(answer)
        address = following(answer)
    return found


def box(column, row, side):
    """A box in degrees from a corner given in fields, a little inside the square."""
    low = [land.X + (column + 0.01) * land.SIDE, land.Y + (row + 0.01) * land.SIDE]
    high = [low[0] + (side - 0.02) * land.SIDE, low[1] + (side - 0.02) * land.SIDE]
    move = transformer(land.PLANE, features.CRS84)
    return ",".join(f"{v:.9f}" for v in (*move.transform(*low), *move.transform(*high)))


def test_the_landing_page_leads_to_every_part(officer_client, published):
    links = {link["rel"]: link["href"] for link in officer_client.get("/ogc/").json()["links"]}

    assert set(links) == {"self", "service-desc", "conformance", "data"}
    assert [officer_client.get(address).status_code for address in links.values()] == [200] * 4
    paths = officer_client.get(links["service-desc"]).json()["paths"]
    assert "/collections/{layer}/items" in paths


def test_a_collection_for_each_layer_of_the_day(officer_client, published):
    answer = officer_client.get(f"/ogc/collections?datetime={DAY}").json()
    assert [each["id"] for each in answer["collections"]] == ["DLTB", "YJJBNTTB"]
    one = officer_client.get(f"/ogc/collections/DLTB?datetime={DAY}").json()
    assert one == answer["collections"][0]
    assert one["extent"]["temporal"]["interval"] == [["2023-12-31T00:00:00Z", None]]
    assert [officer_client.get(link["href"]).status_code for link in one["links"]] == [200] * 3

    assert officer_client.get("/ogc/collections?datetime=2023-12-30").json()["collections"] == []


def test_walking_all_pages_finds_every_parcel_once(officer_client, published):
    found = walk(officer_client, f"{ITEMS}?datetime={DAY}&limit=2")

    assert len(found) == 9
    assert sorted(found) == [parcel(n) for n in range(9)]


def test_a_walk_goes_over_the_versions_of_several_places(auditor_client, places, published):
    other = adopt(land.publish_all("339902")[0], places["other"])
    first = auditor_client.get(f"{ITEMS}?datetime={DAY}&limit=4")
    assert (first.json()["numberMatched"], first.json()["numberReturned"]) == (18, 4)

    found = walk(auditor_client, f"{ITEMS}?datetime={DAY}&limit=4")
    assert sorted(found) == sorted([parcel(n) for n in range(9)] * 2)  # both counties were given the same ids
    assert f"versions={published[0].pk}%2C{other.pk}" in following(first)


def test_a_walk_begun_stays_with_its_versions(officer_client, places, published):
    first = officer_client.get(f"{ITEMS}?limit=5")
    newer = publish.publish(
        land.features([land.field(0, 0)], {"BSM": [parcel(99)], "DLBM": ["0101"], "KCXS": [0.0]}),
        LAYERS["DLTB"], place="339901", on=date(2024, 1, 1), home=settings.HOME, publisher="test",
        recorded_at="2024-01-06T08:00:00+08:00",
    )  # fmt: skip
    adopt(newer, places["county"])

    rest = walk(officer_client, following(first))
    assert sorted(ids(first) + rest) == [parcel(n) for n in range(9)]
    assert walk(officer_client, ITEMS) == [parcel(99)]


def test_a_feature_is_the_parcel_in_degrees(officer_client, published):
    feature = officer_client.get(f"{ITEMS}/{parcel(4)}?datetime={DAY}").json()
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    plane = shapely.transform(
        shape, lambda xy: np.column_stack(transformer(features.CRS84, land.PLANE).transform(*xy.T))
    )

    assert shapely.hausdorff_distance(plane, land.field(1, 1)) < 2e-4
    assert shape.geoms[0].exterior.is_ccw
    about = feature["properties"]
    assert (about["DLBM"], about["ZLDWMC"], about["GDPDJB"], about["KCXS"]) == ("0101", "示范村", "1", 0.0)
    assert about["area_m2"] == pytest.approx(10_000, rel=1e-3)


def test_a_box_cuts_out_what_meets_it(officer_client, published):
    def inside(*where):
        return sorted(walk(officer_client, f"{ITEMS}?datetime={DAY}&limit=3&bbox={box(*where)}"))

    assert inside(0, 0, 1) == [parcel(0)]
    assert inside(0, 0, 2) == [parcel(n) for n in (0, 1, 3, 4)]
    assert inside(-1, -1, 5) == [parcel(n) for n in range(9)]
    assert walk(officer_client, f"{ITEMS}?bbox=-180,-90,180,90&limit=4") == walk(officer_client, ITEMS)
    assert walk(officer_client, f"{ITEMS}?bbox=0,0,1,1") == []
    assert walk(officer_client, f"{ITEMS}?bbox=170,20,-170,40") == []
    one_point = ",".join(box(1, 1, 0.1).split(",")[:2] * 2)
    assert walk(officer_client, f"{ITEMS}?bbox={one_point}") == [parcel(4)]


def test_a_box_meets_shapes_not_their_bounds():
    """An L-shaped parcel whose bounds hold the box, and does not reach it."""
    corner = shapely.difference(shapely.box(0, 0, 300, 300), shapely.box(100, 100, 300, 300))
    shapes = shapely.transform(np.array([corner]), lambda xy: xy + [land.X, land.Y])
    made = index.of_table(snapshot.build(shapes, pa.array(["L"]), pa.table({"DLBM": ["0101"]}), land.PLANE))
    move = transformer(land.PLANE, features.CRS84)
    bounds = move.transform_bounds(*shapely.total_bounds(shapes))
    rows = np.array([0])

    def met(low, high):
        wanted = (*move.transform(land.X + low, land.Y + low), *move.transform(land.X + high, land.Y + high))
        return features.first(made, rows, bounds, [wanted], limit=5).tolist()

    assert (met(200, 250), met(50, 250)) == ([], [0])


def test_equal_values_choose_and_are_counted(officer_client, published):
    dry = officer_client.get(f"{ITEMS}?datetime={DAY}&DLBM=0103")
    assert (sorted(ids(dry)), dry.json()["numberMatched"]) == ([parcel(6), parcel(7)], 2)
    both = officer_client.get(f"{ITEMS}?datetime={DAY}&DLBM=0103&bbox={box(0, 0, 3)}&GDDB=7&limit=1")
    assert (len(ids(both)), "numberMatched" in both.json()) == (1, False)
    assert len(walk(officer_client, f"{ITEMS}?ZLDWDM=3399011002010000000")) == 9
    assert walk(officer_client, f"{ITEMS}?DLBM=0103&ZLDWDM=1") == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [("2023-12-31", 9), ("2023-12-31T12:00:00Z", 9), ("2023-01-01/2024-01-01", 9), ("2023-01-01/..", 9), ("../..", 9)],
)
def test_the_day_is_an_instant_or_the_end_of_an_interval(officer_client, published, asked, count):
    assert len(walk(officer_client, f"{ITEMS}?datetime={asked}")) == count


def test_before_the_first_version_there_is_no_collection(officer_client, published):
    for asked in ("2023-12-30", "2023-01-01/2023-12-30"):
        answer = officer_client.get(f"{ITEMS}?datetime={asked}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


@pytest.mark.parametrize(
    "asked",
    [
        "datetime=yesterday", "datetime=2024-02-30", "datetime=2024-06-01/2024-01-01", "datetime=..", "bbox=1,2,3",
        "bbox=a,b,c,d", "bbox=0,50,10,40", "bbox=nan,0,1,1", "limit=0", "limit=x", "after=7", "DLBN=0101", "LXDH=1",
        "GDDB=seven", "f=html",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_in_json(officer_client, published, asked):
    answer = officer_client.get(f"{ITEMS}?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameterValue")


def test_more_than_the_most_gives_the_most(officer_client, published):
    assert len(ids(officer_client.get(f"{ITEMS}?limit=100000"))) == 9


def test_nothing_about_people_leaves(officer_client, places):
    given = {
        "BSM": ["b1"], "DLBM": ["0101"], "KCXS": [0.0], "ZRRMC": ["张三"], "ZRRZJHM": ["330000190001010000"],
        "LXDH": ["13000000000"], "承包户": ["李四"],
    }  # fmt: skip
    entry = publish.publish(
        land.features([land.field(0, 0)], given), LAYERS["YJJBNTTB"], place="339901", on=land.ON, home=settings.HOME,
        publisher="test", recorded_at="2024-01-05T08:00:00+08:00",
    )  # fmt: skip
    adopt(entry, places["county"])
    address = "/ogc/collections/YJJBNTTB"

    (feature,) = officer_client.get(f"{address}/items").json()["features"]
    assert (feature["id"], feature["properties"]["DLBM"]) == ("b1", "0101")
    queryable = officer_client.get(f"{address}/queryables").json()["properties"]
    personal = {"ZRRMC", "ZRRZJHM", "LXDH", "承包户"}
    assert not personal & (feature["properties"].keys() | queryable.keys())
    assert officer_client.get(f"{address}/items?ZRRMC=张三").status_code == 400


def test_an_outsider_sees_nothing(outsider_client, officer_client, published):
    asked = f"datetime={DAY}"
    assert outsider_client.get(f"/ogc/collections?{asked}").json()["collections"] == []
    for address in ("/ogc/collections/DLTB", "/ogc/collections/DLTB/queryables", ITEMS, f"{ITEMS}/{parcel(0)}"):
        assert officer_client.get(f"{address}?{asked}").status_code == 200
        assert outsider_client.get(f"{address}?{asked}").status_code == 404
    stolen = following(officer_client.get(f"{ITEMS}?{asked}&limit=2"))
    assert outsider_client.get(stolen).status_code == 404


@pytest.mark.parametrize("address", ["/ogc/", "/ogc/collections", ITEMS, "/api/layers", "/api/openapi.json"])
def test_a_program_that_is_not_logged_in_is_told_so(published, address):
    answer = Client().get(address)
    said = "not-logged-in" if address.startswith("/api/") else "Unauthorized"
    assert (answer.status_code, answer.json()["code"]) == (401, said)


def test_each_page_is_noted_in_the_trail(officer_client, published):
    walk(officer_client, f"{ITEMS}?datetime={DAY}&limit=5")

    events = Event.objects.filter(action="onemap.download").order_by("pk")
    assert [event.object.split("&after")[0] for event in events] == [
        f"ogc:DLTB 5 datetime={DAY}&limit=5", f"ogc:DLTB 4 datetime={DAY}&limit=5",
    ]  # fmt: skip
    assert {(event.username, event.on) for event in events} == {("wang", date(2024, 6, 1))}


def test_nothing_can_be_written(officer_client, published):
    assert officer_client.post(ITEMS, {}).status_code == 405
    assert officer_client.get("/ogc/collections/NONE/items").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/ogc/collections/a%00b/items", 404),
        ("/ogc/collections/DLTB/items/a%00b", 404),
        (f"{ITEMS}?datetime=0001-01-01T00:00:00%2B23:00", 400),
        (f"{ITEMS}?datetime={DAY}&GDDB=99999999999999999999", 400),
    ],
)
def test_what_nobody_could_mean_is_refused(officer_client, published, address, status):
    assert officer_client.get(address).status_code == status

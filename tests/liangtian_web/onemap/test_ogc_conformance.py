"""OGC API Features, Part 1 (17-069r4), requirement by requirement, for each conformance class that is declared.

The names of the tests are those of the requirements: `/req/core/fc-limit-response-1` is
`test_core_fc_limit_response_1`. The OGC's own suite cannot be run here; this walks the same list.
"""

import json
import re
from datetime import UTC, datetime

import pytest
import shapely
from tests.liangtian_web import land

from liangtian_web.onemap.actions import adopt

pytestmark = pytest.mark.usefixtures("home", "published")
CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON = "application/geo+json"
ITEMS = "/ogc/collections/DLTB/items"


@pytest.fixture
def published(places):
    """The land of the county."""
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


@pytest.fixture
def get(officer_client):
    """Ask, and have the answer as JSON with its status."""

    def asked(address, status=200):
        answer = officer_client.get(address)
        assert answer.status_code == status, (address, answer.content[:300])
        return answer.json()

    return asked


@pytest.fixture
def api(get):
    """The description the landing page leads to."""
    (where,) = [each["href"] for each in get("/ogc/")["links"] if each["rel"] == "service-desc"]
    return get(where)


def resolved(api, part):
    """What a reference of the description names."""
    while "$ref" in part:
        found = api
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def parameters(api, address):
    return {each["name"]: each for each in (resolved(api, p) for p in api["paths"][address]["get"]["parameters"])}


def rels(document):
    return [each["rel"] for each in document["links"]]


def test_every_declared_class_is_walked_here(get):
    walked = {f"{CORE}/{name}" for name in ("core", "oas30", "geojson")}
    declared = {each for each in get("/ogc/conformance")["conformsTo"] if each.startswith(CORE)}
    assert declared == walked


def test_core_root_op_and_root_success(get, officer_client):
    landing = get("/ogc/")
    assert officer_client.get("/ogc/")["Content-Type"] == "application/json"
    assert {"service-desc", "conformance", "data", "self"} <= set(rels(landing))
    assert [each for each in landing["links"] if not (each.get("rel") and each.get("type") and each.get("href"))] == []
    assert all(isinstance(landing[name], str) for name in ("title", "description"))


def test_core_api_definition(get, officer_client):
    (link,) = [each for each in get("/ogc/")["links"] if each["rel"] == "service-desc"]
    answer = officer_client.get(link["href"])
    assert (answer.status_code, answer["Content-Type"], link["type"]) == (200, OPENAPI, OPENAPI)


def test_core_conformance(get):
    (where,) = [each["href"] for each in get("/ogc/")["links"] if each["rel"] == "conformance"]
    document = get(where)
    assert list(document) == ["conformsTo"]
    assert all(isinstance(each, str) for each in document["conformsTo"])


def test_core_http_head_and_methods(officer_client):
    for address in ("/ogc/", "/ogc/conformance", "/ogc/collections", ITEMS):
        assert officer_client.head(address).status_code == 200
        for method in ("post", "put", "delete", "patch"):
            assert getattr(officer_client, method)(address).status_code == 405


@pytest.mark.parametrize(
    "address",
    ["/", "/api", "/conformance", "/collections", "/collections/DLTB", "/collections/DLTB/queryables",
     "/collections/DLTB/items", "/collections/DLTB/items/339901211000000004"],
)  # fmt: skip
def test_core_query_param_unknown(get, address):
    """Also what Part 2 and 3 would have: a server that ignored them would answer wrongly."""
    for asked in ("unknown=1", "crs=http://www.opengis.net/def/crs/EPSG/0/4490", "bbox-crs=x", "filter=DLBM='0101'"):
        assert get(f"/ogc{address}?{asked}", 400)["code"] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "asked",
    ["limit=0", "limit=-1", "limit=1.5", "limit=", "limit=abc", "bbox=", "bbox=1,2,3", "bbox=1,2,3,4,5",
     "bbox=1,2,3,4,5,6,7", "bbox=120,31,121,30", "bbox=a,b,c,d", "bbox=181,0,182,1", "datetime=", "datetime=x",
     "datetime=2024-13-01", "datetime=2024-06-02/2024-06-01", "datetime=a/b", "datetime=2024-01-01/x", "f=gml",
     f"after={'9' * 5000}.0"],
)  # fmt: skip
def test_core_query_param_invalid(get, asked):
    document = get(f"{ITEMS}?{asked}", 400)
    assert (document["code"], bool(document["description"])) == ("InvalidParameterValue", True)


def test_core_crs84(get):
    for collection in get("/ogc/collections")["collections"]:
        assert collection["crs"] == [CRS84]
        west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
        for feature in get(f"/ogc/collections/{collection['id']}/items")["features"]:
            x0, y0, x1, y1 = shapely.from_geojson(json.dumps(feature["geometry"])).bounds
            assert west - 1e-6 <= x0 <= x1 <= east + 1e-6  # longitude stands first
            assert south - 1e-6 <= y0 <= y1 <= north + 1e-6


def test_core_fc_md(get):
    """fc-md-op, -success, -links, -items, -items-links, -extent."""
    (where,) = [each["href"] for each in get("/ogc/")["links"] if each["rel"] == "data"]
    document = get(where)
    assert "self" in rels(document)
    assert [each["id"] for each in document["collections"]] == ["DLTB", "YJJBNTTB"]
    for collection in document["collections"]:
        assert (collection["itemType"], bool(collection["title"])) == ("feature", True)
        items = [each for each in collection["links"] if each["rel"] == "items"]
        assert [each["type"] for each in items] == [GEOJSON]
        get(items[0]["href"])
        spatial, temporal = collection["extent"]["spatial"], collection["extent"]["temporal"]
        assert (spatial["crs"], [len(box) for box in spatial["bbox"]]) == (CRS84, [4])
        ((begin, end),) = temporal["interval"]
        assert (datetime.fromisoformat(begin).tzinfo, end) == (UTC, None)


def test_core_sfc_md(get):
    for collection in get("/ogc/collections")["collections"]:
        assert get(f"/ogc/collections/{collection['id']}") == collection
        (own,) = [each["href"] for each in collection["links"] if each["rel"] == "self"]
        assert get(own) == collection
    assert get("/ogc/collections/NONE", 404)["code"] == "NotFound"


def test_core_fc_limit_definition(api):
    limit = parameters(api, "/collections/{layer}/items")["limit"]
    assert (limit["in"], limit["required"], limit["style"], limit["explode"]) == ("query", False, "form", False)
    schema = limit["schema"]
    assert (schema["type"], schema["minimum"]) == ("integer", 1)
    assert 1 <= schema["default"] <= schema["maximum"]


def test_core_fc_limit_response_1(get, api):
    most = parameters(api, "/collections/{layer}/items")["limit"]["schema"]["maximum"]
    counts = [len(get(f"{ITEMS}?limit={limit}")["features"]) for limit in (1, 4, 9, most, most + 1, 10**30)]
    assert counts == [1, 4, 9, 9, 9, 9]  # above the most is the most, never a refusal


def test_core_fc_bbox_definition(api):
    bbox = parameters(api, "/collections/{layer}/items")["bbox"]
    assert (bbox["in"], bbox["required"], bbox["style"], bbox["explode"]) == ("query", False, "form", False)
    assert bbox["schema"] == {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}


def test_core_fc_bbox_response(get):
    everything = get(ITEMS)["features"]
    for asked in everything:
        west, south, east, north = shapely.from_geojson(json.dumps(asked["geometry"])).bounds
        box = shapely.box(west, south, east, north)
        flat, deep = f"{west},{south},{east},{north}", f"{west},{south},-5,{east},{north},9000"
        found = {each["id"] for each in get(f"{ITEMS}?bbox={flat}")["features"]}
        assert {each["id"] for each in get(f"{ITEMS}?bbox={deep}")["features"]} == found
        assert asked["id"] in found
        apart = [e["id"] for e in everything if not shapely.from_geojson(json.dumps(e["geometry"])).intersects(box)]
        assert found.isdisjoint(apart)
    assert get(f"{ITEMS}?bbox=100,20,101,21")["features"] == []


def test_core_fc_time_definition(api):
    when = parameters(api, "/collections/{layer}/items")["datetime"]
    assert (when["in"], when["required"], when["style"], when["explode"]) == ("query", False, "form", False)
    assert when["schema"] == {"type": "string"}


@pytest.mark.parametrize(
    ("asked", "count"),
    [("2024-06-01", 9), ("2024-06-01T12:00:00Z", 9), ("2024-06-01T12:00:00%2B08:00", 9), ("2023-01-01/2024-01-01", 9),
     ("../2024-01-01", 9), ("2024-01-01/..", 9), ("/2024-01-01", 9), ("2024-01-01/", 9), ("../..", 9)],
)  # fmt: skip
def test_core_fc_time_response(get, asked, count):
    assert len(get(f"{ITEMS}?datetime={asked}")["features"]) == count


def test_core_fc_response_links_and_counts(get, officer_client):
    """fc-response, fc-links, fc-rel-type, fc-timeStamp, fc-numberMatched, fc-numberReturned, and the walk."""
    before = datetime.now(UTC).replace(microsecond=0)
    address, seen, pages = f"{ITEMS}?limit=4", [], 0
    while address:
        assert officer_client.get(address)["Content-Type"] == GEOJSON
        page = get(address)
        assert page["type"] == "FeatureCollection"
        assert [each for each in page["links"] if not (each["rel"] and each["type"] and each["href"])] == []
        assert "self" in rels(page)
        assert before <= datetime.fromisoformat(page["timeStamp"]) <= datetime.now(UTC)
        assert (page["numberMatched"], page["numberReturned"]) == (9, len(page["features"]))
        seen += [each["id"] for each in page["features"]]
        address = next((each["href"] for each in page["links"] if each["rel"] == "next"), None)
        pages += 1
    assert (pages, len(seen), len(set(seen))) == (3, 9, 9)


def test_core_f_op_success_links(get, officer_client):
    for listed in get(ITEMS)["features"]:
        address = f"{ITEMS}/{listed['id']}"
        assert officer_client.get(address)["Content-Type"] == GEOJSON
        feature = get(address)
        assert {name: feature[name] for name in listed} == listed
        assert {"self", "collection"} <= set(rels(feature))
        assert [get(each["href"])["id"] for each in feature["links"]] == [feature["id"], "DLTB"]
    assert get(f"{ITEMS}/NONE", 404)["code"] == "NotFound"


def test_geojson_definition_and_content(get):
    page = get(f"{ITEMS}?limit=1")
    (feature,) = page["features"]
    assert set(feature) == {"type", "id", "geometry", "properties"}
    assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert shapely.from_geojson(json.dumps(feature["geometry"])).is_valid
    assert "crs" not in page  # RFC 7946 has none


def test_oas30_definition(api):
    assert re.fullmatch(r"3\.0\.\d+", api["openapi"])
    assert {"title", "version"} <= set(api["info"])
    names = []
    for address, path in api["paths"].items():
        names.append(path["get"]["operationId"])
        given = parameters(api, address)
        assert {name for name, each in given.items() if each["in"] == "path"} == set(re.findall(r"{(\w+)}", address))
        assert all("schema" in each and each["description"] for each in given.values())
    assert len(names) == len(set(names))


def test_oas30_every_reference_is_there(api):
    found = re.findall(r'"\$ref": "([^"]+)"', json.dumps(api))
    assert found
    for reference in set(found):
        assert resolved(api, {"$ref": reference}), reference


def test_oas30_implementation_and_completeness(api, get, officer_client):
    """Every address answers as it is described, and takes every parameter it is said to take."""
    (server,) = api["servers"]
    path = server["url"].removeprefix("http://testserver")
    values = {"layer": "DLTB", "parcel": "339901211000000004"}
    asked = {"limit": "5", "bbox": "110,20,130,40", "datetime": "2024-06-01", "after": "0.0", "f": "json"}
    for address, described in api["paths"].items():
        given = parameters(api, address)
        where = path + address.format(**values)
        query = "&".join(f"{name}={asked[name]}" for name in given if name in asked)
        answer = officer_client.get(f"{where}?{query}")
        responses = described["get"]["responses"]
        assert answer.status_code == 200, where
        assert answer["Content-Type"] in resolved(api, responses["200"])["content"]
        required = resolved(api, resolved(api, responses["200"])["content"][answer["Content-Type"]]["schema"])
        assert set(required.get("required", [])) <= set(answer.json())


def test_oas30_exceptions_codes(api, officer_client, client):
    statuses = {
        officer_client.get(f"{ITEMS}?x=1").status_code,
        officer_client.get("/ogc/collections/NONE/items").status_code,
        officer_client.post(ITEMS).status_code,
        client.get(ITEMS).status_code,
    }
    assert statuses == {400, 401, 404, 405}
    for described in api["paths"].values():
        assert {str(each) for each in statuses} <= set(described["get"]["responses"])


def test_oas30_security(api, settings):
    (asked,) = api["security"]
    schemes = api["components"]["securitySchemes"]
    assert list(asked) == list(schemes)
    assert [each["name"] for each in schemes.values()] == [settings.SESSION_COOKIE_NAME]

"""The JSON API: the same answers as the pages, for the same people."""

import json

import pytest
from tests.liangtian_web import land

from liangtian_web.onemap.actions import adopt
from liangtian_web.review.models import Run

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def published(places):
    """The land of the county."""
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


def ask(client, **more):
    asked = {"name": "示范", "kind": "single-site", "on": "2024-06-01", "place": "339901",
             "boundary": json.loads(land.boundary_geojson())} | more  # fmt: skip
    return client.post("/api/checks", asked, content_type="application/json")


def test_a_check_is_made_listed_and_read(officer_client, published):
    made = ask(officer_client, declared={"major_project": True})
    run = Run.objects.get()
    assert (made.status_code, made.json()["uuid"], run.facts["major_project"]) == (201, str(run.uuid), True)

    listed = officer_client.get("/api/checks").json()
    assert ([each["uuid"] for each in listed["checks"]], listed["before"]) == ([str(run.uuid)], None)
    assert officer_client.get(f"/api/checks/{run.uuid}").content.decode() == run.result


def test_layers_in_force_on_a_day(officer_client, published):
    assert [v["layer"] for v in officer_client.get("/api/layers?on=2024-06-01").json()] == ["DLTB", "YJJBNTTB"]
    assert officer_client.get("/api/layers?on=2020-06-01").json() == []


def test_the_list_goes_on_by_key(officer_client, published):
    first, second = (ask(officer_client).json()["uuid"] for _ in range(2))
    page = officer_client.get("/api/checks?limit=1").json()
    rest = officer_client.get(f"/api/checks?limit=1&before={page['before']}").json()

    assert [each["uuid"] for each in page["checks"] + rest["checks"]] == [second, first]
    assert rest["before"] is None


def test_an_outsider_gets_nothing(officer_client, outsider_client, published):
    uuid = ask(officer_client).json()["uuid"]

    assert outsider_client.get(f"/api/checks/{uuid}").status_code == 404
    assert outsider_client.get("/api/checks").json()["checks"] == []
    assert outsider_client.get("/api/layers?on=2024-06-01").json() == []
    assert ask(outsider_client).status_code == 403


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"kind": "other"}, 422),
        ({"boundary": {}}, 400),
        ({"declared": {"nonsense": 1}}, 409),
        ({"name": "a\0b"}, 422),
        ({"place": "\0"}, 422),
        ({"declared": {"major_project_basis": "\0"}}, 422),
        ({"declared": {"\0": 1}}, 422),
    ],
)
def test_what_cannot_be_checked_is_refused(officer_client, published, more, status):
    assert ask(officer_client, **more).status_code == status
    assert not Run.objects.exists()


@pytest.mark.parametrize("declared", [{"a": "\ud800"}, {"\0": 1}, {"a": [{"b": "1\0"}]}])
def test_what_no_text_holds_is_refused(officer_client, published, declared):
    assert ask(officer_client, declared=declared).status_code == 422


def test_the_schema_is_served_and_no_page_of_scripts(officer_client):
    paths = officer_client.get("/api/openapi.json").json()["paths"]
    assert {"/api/layers", "/api/checks", "/api/checks/{uuid}", "/api/rulebook/whatif"} <= set(paths)
    assert officer_client.get("/api/docs").status_code == 404

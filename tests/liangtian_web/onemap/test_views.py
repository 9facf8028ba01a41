"""The map, its tiles, uploads and the catalogue, for those who may see them and those who may not."""

import json
import math
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.jobs.actions import JobCancelled
from liangtian_web.jobs.models import Job
from liangtian_web.onemap import actions, ground
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.onemap.queries import the_catalogue, versions_for
from liangtian_web.people.models import Agency, Membership, User
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def versions(places):
    """The land published for the county."""
    return [actions.adopt(entry, places["county"]) for entry in land.publish_all()]


def tile_of(version):
    west, south, east, north = version.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return reverse("onemap:tile", args=[version.layer, 15, int((lon + 180) / 360 * 2**15), int(y * 2**15)])


def test_the_map_opens_on_the_layers_of_the_day(officer_client, versions):
    page = officer_client.get(reverse("onemap:map"), {"on": "2024-06-01"})
    assert [layer["code"] for layer in page.context["config"]["layers"]] == ["DLTB", "YJJBNTTB"]

    before = officer_client.get(reverse("onemap:map"), {"on": "2023-06-01"})
    assert before.context["config"]["layers"] == []
    assert "这一天没有可看的图层" in before.content.decode()


def test_the_day_of_validity_is_remembered(officer_client, versions):
    officer_client.get(reverse("onemap:map"), {"on": "2024-02-29"})

    assert officer_client.get(reverse("onemap:map")).context["config"]["on"] == "2024-02-29"


def test_an_outsider_sees_no_layer_no_tile_and_no_parcel(outsider_client, versions):
    assert outsider_client.get(reverse("onemap:map")).context["config"]["layers"] == []
    assert outsider_client.get(tile_of(versions[0]) + "?on=2024-06-01").content == b""
    parcel = reverse("onemap:parcel", args=[versions[0].pk, "339901211000000000"])
    assert outsider_client.get(parcel).status_code == 404
    assert outsider_client.get(reverse("onemap:search"), {"q": "示范村", "on": "2024-06-01"}).context["hits"] == []
    assert outsider_client.get(reverse("onemap:layers")).context["versions"] == []


def test_a_tile_is_sent_once_and_then_not_modified(officer_client, versions):
    first = officer_client.get(tile_of(versions[0]) + "?on=2024-06-01")
    assert b"339901211000000000" in first.content
    assert first["Cache-Control"] == "private, max-age=3600"

    again = officer_client.get(tile_of(versions[0]) + "?on=2024-06-01", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_far_off_the_land_is_a_picture(officer_client, versions):
    page = officer_client.get(reverse("onemap:tile", args=["DLTB", 9, 427, 209]) + "?on=2024-06-01")

    assert page["Content-Type"] == "image/png"


@pytest.mark.parametrize("place", [("NONE", 14, 1, 1), ("DLTB", 25, 1, 1), ("DLTB", 3, 8, 0)])
def test_tiles_that_cannot_be_are_not_found(officer_client, versions, place):
    assert officer_client.get(reverse("onemap:tile", args=place)).status_code == 404


def test_a_parcel_tells_its_attributes_and_its_area(officer_client, versions):
    page = officer_client.get(reverse("onemap:parcel", args=[versions[0].pk, "339901211000000000"]))

    assert page.context["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert ("地类编码", "0101") in [(v.word, v.value) for v in page.context["values"]]
    assert officer_client.get(reverse("onemap:parcel", args=[versions[0].pk, "none"])).status_code == 404


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [("示范村", "village", "示范村"), ("00000004", "parcel", "339901211000000004")],
)
def test_the_search_finds_villages_and_parcels(officer_client, versions, text, kind, title):
    hits = officer_client.get(reverse("onemap:search"), {"q": text, "on": "2024-06-01"}).context["hits"]

    assert [(each["hit"].kind, each["hit"].title) for each in hits] == [(kind, title)]


def test_the_search_takes_coordinates_in_degrees_and_metres():
    assert ground.coordinates("40470000, 3377000") == pytest.approx(ground.coordinates("470000 3377000"), abs=1e-9)
    assert ground.coordinates("120.69E 30.52N") == (120.69, 30.52)
    assert ground.coordinates("12 13 14") is None


def test_measuring_is_ellipsoidal(officer_client):
    shape = json.loads(land.boundary_geojson())["features"][0]["geometry"]
    found = officer_client.post(reverse("onemap:measure"), json.dumps(shape), content_type="application/json").json()

    assert found["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert found["area"][2] == f"{found['area_m2']:,.2f} m²"
    refused = officer_client.post(reverse("onemap:measure"), "{}", content_type="application/json")
    assert refused.status_code == 400


def upload_form(places, files, **more):
    return {
        "layer": "DLTB",
        "place": places["county"].pk,
        "on": "2024-12-31",
        "visibility": "below",
        "files": files,
    } | more


def no_progress(share, message):
    pass


def test_an_upload_is_examined_then_published(officer_client, places, tmp_path):
    file = SimpleUploadedFile("../地类图斑.gpkg", land.gpkg(land.land_use(), tmp_path / "DLTB.gpkg"))
    answer = officer_client.post(reverse("onemap:upload_new"), upload_form(places, file))
    upload = Upload.objects.get()
    assert answer["Location"] == reverse("onemap:upload", args=[upload.pk])
    assert (upload.files[0]["name"], upload.state, upload.job.kind) == ("地类图斑.gpkg", "received", "onemap.examine")

    actions.examine(upload, no_progress)
    assert (upload.state, upload.rows) == ("examined", 9)
    page = officer_client.get(reverse("onemap:upload", args=[upload.pk]))
    assert len(page.context["defects"]) == upload.defect_count

    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    upload.refresh_from_db()
    assert (upload.state, Job.objects.get(pk=upload.job_id).kind) == ("publishing", "onemap.publish")
    version = actions.publish_upload(upload, no_progress)
    assert (version.rows, str(version)) == (9, "DLTB@339901@2024-12-31")
    assert actions.publish_upload(upload, no_progress) == version
    assert [e.action for e in Event.objects.order_by("pk")] == ["onemap.upload", "onemap.publish"]


@pytest.fixture
def examined(officer_client, places, tmp_path):
    """An upload that waits to be published, to nobody below."""
    file = SimpleUploadedFile("a.gpkg", land.gpkg(land.land_use(), tmp_path / "a.gpkg"))
    officer_client.post(reverse("onemap:upload_new"), upload_form(places, file, visibility="place"))
    upload = Upload.objects.get()
    actions.examine(upload, no_progress)
    return upload


def test_nothing_interrupts_a_publication_once_it_is_recorded(examined):
    def cancelled_late(share, message):
        if the_catalogue().entries():
            raise JobCancelled

    row = actions.publish_upload(examined, cancelled_late)

    assert (row.visibility, examined.state) == ("place", "published")


def test_a_publication_broken_off_before_its_row_is_shown_to_no_more_than_were_chosen(examined, monkeypatch):
    monkeypatch.setattr(actions, "adopt", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.publish_upload(examined, no_progress)
    monkeypatch.undo()

    assert [row.visibility for row in actions.sync()[0]] == ["place"]


def test_who_may_see_a_version_is_what_was_chosen_last(examined, places):
    row = actions.publish_upload(examined, no_progress)
    entry = the_catalogue().entries()[0]
    assert actions.adopt(entry, places["county"], "below") == row
    assert LayerVersion.objects.get().visibility == "below"
    actions.adopt(entry, places["county"])
    assert LayerVersion.objects.get().visibility == "below"


def test_a_file_with_what_no_text_holds_is_refused_with_its_reason(officer_client, places):
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n4,0.01,1,甲,面,,,,@\nJ1,1,33\x0071000,40465000\n"
    file = SimpleUploadedFile("a.txt", text.encode("gbk"))
    officer_client.post(reverse("onemap:upload_new"), upload_form(places, file))
    upload = Upload.objects.get()

    actions.examine(upload, no_progress)

    assert (upload.state, "�" in str(upload.refusal)) == ("refused", True)


def test_a_file_that_is_none_is_refused_with_its_reason(officer_client, places):
    officer_client.post(reverse("onemap:upload_new"), upload_form(places, SimpleUploadedFile("a.gpkg", b"nothing")))
    upload = Upload.objects.get()
    actions.examine(upload, no_progress)

    assert upload.state == "refused"
    page = officer_client.get(reverse("onemap:upload", args=[upload.pk]))
    assert page.context["refusal"] in page.content.decode()
    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    upload.refresh_from_db()
    assert upload.state == "refused"


@pytest.mark.parametrize(
    ("names", "word"),
    [(["a.exe"], ".exe"), (["a.shp", "b.dbf"], "b.dbf"), (["a.shp", "a.gpkg"], "2"), (["a.dbf"], "0")],
)
def test_what_cannot_be_one_layer_is_refused_before_it_is_read(officer_client, places, names, word):
    files = [SimpleUploadedFile(name, b"x") for name in names]
    page = officer_client.post(reverse("onemap:upload_new"), upload_form(places, files))

    assert page.status_code == 400
    assert word in page.context["form"].errors["files"][0]
    assert not Upload.objects.exists()


def test_uploads_are_bounded_in_size(officer_client, places, settings):
    settings.UPLOAD_BYTES_MAX = 3
    page = officer_client.post(reverse("onemap:upload_new"), upload_form(places, SimpleUploadedFile("a.gpkg", b"1234")))

    assert page.status_code == 400


def test_only_those_who_may_publish_there_upload(outsider_client, auditor_client, places):
    assert auditor_client.get(reverse("onemap:upload_new")).status_code == 403
    page = outsider_client.post(reverse("onemap:upload_new"), upload_form(places, SimpleUploadedFile("a.gpkg", b"x")))
    assert list(page.context["form"].errors) == ["place"]


def test_an_outsider_opens_and_publishes_no_upload(officer_client, outsider_client, places, tmp_path):
    officer_client.post(
        reverse("onemap:upload_new"),
        upload_form(places, SimpleUploadedFile("a.gpkg", land.gpkg(land.land_use(), tmp_path / "DLTB.gpkg"))),
    )
    upload = Upload.objects.get()

    assert outsider_client.get(reverse("onemap:upload", args=[upload.pk])).status_code == 404
    assert outsider_client.post(reverse("onemap:upload_publish", args=[upload.pk])).status_code == 404


def test_what_the_command_line_published_is_taken_over_once(places, county_officer):
    land.publish_all()
    assert sorted(str(v) for v in actions.sync()[0]) == ["DLTB@339901@2023-12-31", "YJJBNTTB@339901@2023-12-31"]
    assert actions.sync() == ([], [])


def test_a_version_may_be_kept_from_the_places_below(places, versions):
    clerk = User.objects.create_user("clerk", display_name="乡镇")
    agency = Agency.objects.create(name="城关镇自然资源所", place=places["town"])
    Membership.objects.create(user=clerk, agency=agency, place=places["town"], role="officer")
    assert versions_for(clerk).count() == 2
    LayerVersion.objects.update(visibility="place")
    assert versions_for(clerk).count() == 0


def test_the_catalogue_names_versions_and_what_is_missing(officer_client, versions):
    page = officer_client.get(reverse("onemap:layers"), {"on": "2024-06-01"})

    assert [version.layer for version in page.context["versions"]] == ["DLTB", "YJJBNTTB"]
    assert page.context["in_force"] == {v.pk for v in versions}
    assert "生态保护红线" in page.content.decode()


def test_the_map_asks_no_host_but_its_own_unless_a_base_map_is_configured(officer_client, versions, settings):
    page = officer_client.get(reverse("onemap:map"))
    assert page.context["config"]["basemap"] == ""
    assert "://" not in page["Content-Security-Policy"]

    settings.BASEMAP_URL, settings.BASEMAP_NAME = "https://tiles.example/{z}/{x}/{y}", "某图"
    page = officer_client.get(reverse("onemap:map"))
    assert page.context["config"]["basemap"] == "https://tiles.example/{z}/{x}/{y}"
    assert '<p class="note">某图</p>' in page.content.decode()


def test_the_panel_names_nobody_whatever_layer_the_column_came_with(officer_client, places):
    columns = {"BSM": ["p1"], "DLBM": ["0101"], "KCXS": [0.0], "LXDH": ["13000000000"]}
    entry = publish.publish(
        land.features([land.field(0, 0)], columns), LAYERS["DLTB"], place="339901", on=land.ON,
        home=settings.HOME, publisher="test", recorded_at="2024-01-05T08:00:00+08:00",
    )  # fmt: skip
    version = actions.adopt(entry, places["county"])

    panel = officer_client.get(reverse("onemap:parcel", args=[version.pk, "p1"])).content.decode()
    assert "0101" in panel
    assert "13000000000" not in panel


def polygon(*corners):
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]}).encode()


UNMEASURABLE = {
    "nothing": b"",
    "not JSON": b"{",
    "no object": b"[]",
    "no GeoJSON": b"{}",
    "deep nesting": b"[" * 100_000,
    "deep coordinates": b'{"type":"Polygon","coordinates":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "NUL": b'{"type":"Polygon\\u0000","coordinates":[]}',
    "no text": b"\xff\xfe\x00",
    "not a number": b'{"type":"LineString","coordinates":[[NaN,30],[120,30]]}',
    "infinite": b'{"type":"LineString","coordinates":[[1e400,30],[120,30]]}',
    "empty": b'{"type":"Polygon","coordinates":[[]]}',
    "a point": b'{"type":"Point","coordinates":[120,30]}',
    "no feature": b'{"type":"FeatureCollection","features":[]}',
    "off the earth": polygon((500, 500), (501, 500), (501, 501)),
    "half the earth": polygon((0, 0), (180, 0), (180, 80)),
    "a bow tie": polygon((120, 30), (121, 31), (121, 30), (120, 31)),
    "a bent ring": b'{"type":"Polygon","coordinates":[[[120,30],[121,30],[120,30]]]}',
    "too many vertices": json.dumps({"type": "LineString", "coordinates": [[120, 30], [121, 30]] * 30_000}).encode(),
    "too many bytes": json.dumps({"type": "LineString", "coordinates": [[120.5, 30.5]] * 300_000}).encode(),
    "a million vertices": json.dumps({"type": "LineString", "coordinates": [[120, 30]] * 1_000_000}).encode(),
}


@pytest.mark.parametrize("name", UNMEASURABLE)
def test_what_cannot_be_measured_is_told_so(officer_client, name):
    answer = officer_client.post(reverse("onemap:measure"), UNMEASURABLE[name], content_type="application/json")
    assert answer.status_code in (400, 413)
    assert answer.json()["error"].startswith("图形")


def test_the_same_bytes_at_the_same_moment_are_kept_once():
    def partial():
        return actions._write([SimpleUploadedFile("a.txt", b"1")])

    (first, digest), (second, again) = partial(), partial()
    actions._settle(first, actions.upload_folder(digest))
    actions._settle(second, actions.upload_folder(again))

    assert digest == again
    assert (actions.upload_folder(digest) / "a.txt").read_bytes() == b"1"


def test_two_files_are_not_one_file_that_reads_like_both():
    one = actions._write([SimpleUploadedFile("a.shp", b"xa.shx\0y")])[1]
    two = actions._write([SimpleUploadedFile("a.shp", b"x"), SimpleUploadedFile("a.shx", b"y")])[1]
    assert one != two


def test_an_upload_that_is_not_recorded_leaves_no_bytes(officer_client, places, settings, monkeypatch):
    monkeypatch.setattr(actions, "note", lambda *_, **__: 1 / 0)
    form = upload_form(places, SimpleUploadedFile("a.gpkg", b"bytes of nobody"))
    with pytest.raises(ZeroDivisionError):
        officer_client.post(reverse("onemap:upload_new"), form)
    assert list(Path(settings.MEDIA_ROOT).iterdir()) == []


@pytest.mark.parametrize("go", ["nan,30,121,31", "120,30,inf,31"])
def test_a_link_to_nowhere_opens_the_map_where_it_is(officer_client, versions, go):
    page = officer_client.get(reverse("onemap:map"), {"go": go})
    assert (page.status_code, "NaN" in page.content.decode(), "Infinity" in page.content.decode()) == (
        200,
        False,
        False,
    )


@pytest.mark.parametrize(
    "address",
    ["/review/?before={}", "/trail/?before={}", "/rulebook/proposals/?before={}", "/onemap/map/?against=v{}"],
)
def test_a_number_no_row_can_have_is_none(auditor_client, versions, address):
    assert auditor_client.get(address.format("9" * 5000)).status_code == 200

"""Checks: made, read, repeated, compared, taken home; by those who may."""

import io
import json
import math
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.formats import vector
from liangtian_web.onemap import boundaries
from liangtian_web.onemap.actions import adopt
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.review.models import Finding, Run
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def published(places):
    """The land of the county."""
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


def form(places, **more):
    return {"name": "示范大道", "kind": "single-site", "on": "2024-06-01", "place": places["county"].pk,
            "drawn": land.boundary_geojson()} | more  # fmt: skip


@pytest.fixture
def run(officer_client, places, published):
    """A check of a drawn boundary."""
    answer = officer_client.post(reverse("review:new"), form(places))
    assert answer.status_code == 302, answer.context["form"].errors
    return Run.objects.get()


def page_of(run):
    return reverse("review:run", args=[run.uuid])


def test_a_check_keeps_what_was_asked_measured_and_found(run, county_officer):
    data = run.data

    assert (run.name, run.kind, run.on, run.user, run.vertices) == (
        "示范大道",
        "single-site",
        date(2024, 6, 1),
        county_officer,
        4,
    )
    assert run.area_m2 == data["boundary"]["area_m2"]
    assert [each["name"] for each in run.layers] == ["DLTB", "YJJBNTTB"]
    assert [(f.rule, f.outcome) for f in run.findings.all()] == [(f["rule"], f["outcome"]) for f in data["findings"]]
    assert float(data["basic_farmland"]["overlap_m2"]) == pytest.approx(2_500, rel=1e-3)
    assert Event.objects.get(action="review.check").object == f"run:{run.uuid}"


def test_runs_and_findings_only_grow(run):
    for statement in ("UPDATE review_run SET name = 'x'", "DELETE FROM review_finding"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_result_page_says_verdict_figures_findings_and_basis(officer_client, run):
    page = officer_client.get(page_of(run))
    text = page.content.decode()

    assert page.context["verdict_word"] in text
    assert page.context["figures"][0][0]["area_m2"] == run.area_m2
    assert {f["outcome"] for f in page.context["findings"]} <= {"fail", "unknown", "pass"}
    assert len(page.context["parcels"]) == 4
    assert all(layer["digest"] in text for layer in run.layers)
    assert run.data["boundary"]["notes"][0]["message"].split("（")[0] in text  # drawn in degrees: taken as CGCS2000
    assert "未核实" in text  # the capacity table


def test_the_shapes_of_the_map(officer_client, run):
    shapes = json.loads(officer_client.get(reverse("review:shapes", args=[run.uuid])).content)

    roles = [f["properties"]["role"] for f in shapes["features"]]
    assert (roles.count("boundary"), roles.count("piece")) == (1, 4)


def test_a_recheck_and_a_remeasure_come_out_the_same(officer_client, run):
    for how in ("recheck", "remeasure"):
        page = officer_client.post(reverse("review:again", args=[run.uuid, how]), headers={"HX-Request": "true"})
        assert page.context["repeated"].differences == []
        assert page.context["repeated"].same


def test_a_run_of_which_a_plot_was_not_read_comes_out_the_same(officer_client, places, published):
    head = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=40\n[地块坐标]\n"
    south, west = land.Y + 110, land.X + 40_000_110
    ring = [(0, 0), (0, 50), (50, 50), (50, 0), (0, 0)]
    plots = [
        f"5,0.25,D{n},地块,面,,,,@\n" + "".join(f"J{k},1,{south + y},{west + x}\n" for k, (y, x) in enumerate(ring, 1))
        for n in (1, 2)
    ]
    text = head + plots[0] + plots[1].replace("J2,1,", "J2,1,?")
    file = SimpleUploadedFile("half.txt", text.encode("gbk"))
    answer = officer_client.post(reverse("review:new"), form(places, drawn="", files=file))
    assert answer.status_code == 302, answer.context["form"].errors
    run = Run.objects.get()
    assert [note["rule"] for note in run.data["boundary"]["notes"]] == ["TXT-05", "CHK-02"]
    assert (run.verdict, run.facts["farmland_m2"]) == ("unknown", None)

    for how in ("recheck", "remeasure"):
        page = officer_client.post(reverse("review:again", args=[run.uuid, how]), headers={"HX-Request": "true"})
        assert page.context["repeated"].differences == []
        assert page.context["repeated"].same


def test_a_file_that_names_no_zone_is_checked_once_it_is_named(officer_client, places, published):
    ring = [(0, 0), (0, 50), (50, 50), (50, 0), (0, 0)]
    points = "".join(f"J{k},1,{land.Y + 110 + y},{land.X + 110 + x}\n" for k, (y, x) in enumerate(ring, 1))
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n[地块坐标]\n5,0.25,D1,地块,面,,,,@\n" + points

    def asked(**more):
        return officer_client.post(
            reverse("review:new"), form(places, drawn="", files=SimpleUploadedFile("a.txt", text.encode()), **more)
        )

    refused = asked()
    assert refused.status_code == 400
    assert "网页上选“坐标系”" in str(refused.context["form"].non_field_errors())
    assert asked(crs="4549").status_code == 302
    run = Run.objects.get()
    assert float(run.area_m2) == pytest.approx(2_500, rel=1e-3)
    assert run.data["uncovered_m2"] == 0
    assert asked(crs="4326").context["form"].errors.keys() == {"crs"}


def test_plots_that_overlap_come_out_the_same(officer_client, places, published):
    both = json.loads(land.boundary_geojson(0.13, 0.17, 1.3))
    both["features"] += json.loads(land.boundary_geojson(0.71, 0.59, 1.1))["features"]
    officer_client.post(reverse("review:new"), form(places, drawn=json.dumps(both)))
    run = Run.objects.get()

    page = officer_client.post(reverse("review:again", args=[run.uuid, "remeasure"]), headers={"HX-Request": "true"})
    assert page.context["repeated"].differences == []


def test_declared_facts_reach_the_clauses(officer_client, places, published):
    officer_client.post(
        reverse("review:new"), form(places, **{"fact-major_project": "yes", "fact-available_quantity_m2": "99999.5"})
    )
    run = Run.objects.get()

    assert (run.facts["major_project"], run.facts["available_quantity_m2"]) == (True, 99999.5)


@pytest.mark.parametrize(
    ("change", "where"),
    [({"drawn": ""}, "__all__"), ({"name": ""}, "name"), ({"drawn": "{}"}, "__all__"), ({"kind": "other"}, "kind")],
)
def test_what_cannot_be_checked_is_said_at_the_form(officer_client, places, published, change, where):
    page = officer_client.post(reverse("review:new"), form(places, **change))

    assert page.status_code == 400
    assert list(page.context["form"].errors) == [where]
    assert not Run.objects.exists()


def test_downloads_are_noted(officer_client, run):
    answer = officer_client.get(reverse("review:download", args=[run.uuid, "json"]))

    assert answer.getvalue().decode() == run.result
    assert Event.objects.get(action="review.download").object == f"run:{run.uuid} json"
    assert officer_client.get(reverse("review:download", args=[run.uuid, "exe"])).status_code == 404


@pytest.mark.parametrize(("form", "start"), [("docx", b"pk"), ("xlsx", b"pk"), ("html", b"<!doctype html>")])
def test_reports_are_written(officer_client, run, form, start):
    answer = officer_client.get(reverse("review:download", args=[run.uuid, form]))

    assert answer.getvalue()[: len(start)].lower() == start


def test_two_checks_side_by_side(officer_client, places, run):
    officer_client.post(reverse("review:new"), form(places, name="另一处", drawn=land.boundary_geojson(side=0.9)))
    other = Run.objects.exclude(pk=run.pk).get()
    page = officer_client.get(reverse("review:compare"), {"a": run.uuid, "b": other.uuid})

    first = page.context["rows"][0]
    assert (first["one"], first["other"], first["differs"]) == (run.area_m2, other.area_m2, True)
    same = officer_client.get(reverse("review:compare"), {"a": run.uuid, "b": run.uuid})
    assert not any(row["differs"] for row in same.context["rows"])


def test_what_only_one_check_has_is_a_dash_without_a_unit(officer_client, places, run):
    officer_client.post(reverse("review:new"), form(places, name="山边", drawn=land.boundary_geojson(1.5, 1.5)))
    other = Run.objects.exclude(pk=run.pk).get()
    page = officer_client.get(reverse("review:compare"), {"a": run.uuid, "b": other.uuid}).content.decode()

    assert '<td>0301 乔木林地</td><td class="num">—</td><td class="num">3.75 亩</td>' in page


def test_a_drawn_boundary_names_its_system_as_surveyors_do(officer_client, run):
    assert officer_client.get(reverse("review:run", args=[run.uuid])).context["crs"] == "CGCS2000 经纬度"


def test_the_list_filters_and_pages_by_key(officer_client, places, run, monkeypatch):
    from liangtian_web.review import views

    officer_client.post(reverse("review:new"), form(places, name="另一处", kind="village"))
    found = officer_client.get(reverse("review:runs"), {"kind": "village"}).context["runs"]
    assert [r.name for r in found] == ["另一处"]
    assert officer_client.get(reverse("review:runs"), {"since": "2025-01-01"}).context["runs"] == []

    monkeypatch.setattr(views, "PAGE", 1)
    first = officer_client.get(reverse("review:runs"))
    assert [r.name for r in first.context["runs"]] == ["另一处"]
    rest = officer_client.get(reverse("review:runs") + "?" + first.context["more"])
    assert ([r.name for r in rest.context["runs"]], rest.context["more"]) == (["示范大道"], "")


def test_an_outsider_reaches_nothing_of_a_check(outsider_client, run, places):
    pages = [page_of(run), reverse("review:shapes", args=[run.uuid]), reverse("review:download", args=[run.uuid, "json"]),
             reverse("review:compare") + f"?a={run.uuid}&b={run.uuid}"]  # fmt: skip
    assert [outsider_client.get(page).status_code for page in pages] == [404] * 4
    assert outsider_client.post(reverse("review:again", args=[run.uuid, "recheck"])).status_code == 404
    assert outsider_client.get(reverse("review:runs")).context["runs"] == []
    answer = outsider_client.post(reverse("review:new"), form(places))
    assert list(answer.context["form"].errors) == ["place"]


def test_an_auditor_reads_checks_and_makes_none(auditor_client, run):
    assert auditor_client.get(page_of(run)).status_code == 200
    assert auditor_client.get(reverse("review:new")).status_code == 403


def test_a_box_is_found_by_postgresql(run):
    west, south, east, north = Run.objects.get().box
    assert west < east
    assert south < north
    assert Run.objects.extra(where=["box && box(point(119,30),point(121,31))"]).count() == 1


def test_findings_of_a_run_are_counted_in_order(run):
    assert list(Finding.objects.values_list("ordinal", flat=True)) == list(range(len(run.data["findings"])))


def test_the_map_of_a_result_shows_the_versions_it_was_measured_on(
    officer_client, outsider_client, run, places, published
):
    LayerVersion.objects.filter(pk__in=[v.pk for v in published]).update(on=date(2024, 6, 30))  # no longer of that day
    layers = officer_client.get(page_of(run)).context["config"]["layers"]
    named = {layer["code"]: layer["tiles"].split("versions=")[1].split("&")[0] for layer in layers}

    assert named == {version.layer: str(version.pk) for version in published}
    west, south, east, north = published[0].bounds
    y = (1 - math.asinh(math.tan(math.radians((south + north) / 2))) / math.pi) / 2
    here = f"15/{int(((west + east) / 2 + 180) / 360 * 2**15)}/{int(y * 2**15)}"
    address = layers[0]["tiles"].replace("{z}/{x}/{y}", here)
    assert b"339901211000000000" in officer_client.get(address).content
    assert outsider_client.get(address).content == b""


def test_ground_without_parcels_is_said_aloud(officer_client, places, published):
    officer_client.post(reverse("review:new"), form(places, drawn=land.boundary_geojson(row=2.5)))
    page = officer_client.get(page_of(Run.objects.get())).content.decode()

    assert "没有地类图斑覆盖" in page


def test_a_boundary_of_too_many_corners_is_refused_with_one_sentence(officer_client, places, published, monkeypatch):
    assert officer_client.post(reverse("review:new"), form(places)).status_code == 302

    monkeypatch.setattr(boundaries, "CORNERS_MAX", 4)  # of a square, with the one that closes it: five
    answer = officer_client.post(reverse("review:new"), form(places))

    assert (answer.status_code, Run.objects.count()) == (400, 1)
    assert "有 5 个顶点，最多 4 个" in answer.content.decode()


def test_a_boundary_whose_prj_bears_a_long_name_is_checked(officer_client, places, published, tmp_path):
    shape = tmp_path / "red.shp"
    vector.write(land.features([land.field(0.5, 0.5)], {"NAME": ["a"]}), shape)
    prj = shape.with_suffix(".prj")
    prj.write_text(prj.read_text().replace('PROJCS["', f'PROJCS["{"long_" * 30}', 1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in tmp_path.glob("red.*"):
            archive.write(path, path.name)
    upload = SimpleUploadedFile("red.zip", packed.getvalue())

    answer = officer_client.post(reverse("review:new"), form(places, drawn="", files=upload))

    assert answer.status_code == 302, answer.context["form"].errors
    assert "long_long_" in Run.objects.get().crs

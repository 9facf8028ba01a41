"""Blocks, designs and comparisons through the pages: asked, worked on, kept, and shown to those who may see them."""

import io
import json
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from tests.liangtian_web.land import PLANE, boundary_geojson
from tests.liangtian_web.planning.conftest import SIDE, X, Y, basic_farmland

from liangtian.check.potential import survey_on
from liangtian.formats.opening import open_features
from liangtian.formats.raster import write_elevation
from liangtian.onemap import publish
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.layers import LAYERS
from liangtian.planning.potential_document import document
from liangtian.planning.potential_gather import Given
from liangtian.reports.potential import render_potential
from liangtian.space.crs import CGCS2000, transformer
from liangtian.space.slope import Elevation
from liangtian_web.jobs import actions as jobs
from liangtian_web.jobs.models import Job
from liangtian_web.onemap.actions import adopt
from liangtian_web.people.models import Place, User
from liangtian_web.planning import actions
from liangtian_web.planning.forms import RankingForm
from liangtian_web.planning.models import Answer, Block, Candidate, Plan, Study
from liangtian_web.planning.queries import folder_of
from liangtian_web.review.models import Run
from liangtian_web.rulebook.models import Decision, Proposal
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
ORCHARD = "33990121100000" + "3002"


def ask(client, kind, place, **more):
    """Send a form; the study it made."""
    given = {"name": "示范", "place": place.pk, "on": "2024-06-01", **more}
    answer = client.post(reverse("planning:new", args=[kind]), given)
    assert answer.status_code == 302, answer.context["form"].errors
    return Study.objects.latest("pk")


@pytest.fixture
def blocks(officer_client, county, work):
    """The blocks of the county, answered."""
    study = ask(officer_client, "blocks", county, least_mu="100")
    work()
    return study


@pytest.fixture
def design(officer_client, county, work):
    """The cheapest way to 500 mu in one block, answered."""
    study = ask(officer_client, "design", county, block_mu="500", count="1", seconds="10", frontier="on")
    work()
    return study


def bytes_of(response):
    """What a file response sends, and its file closed."""
    sent = b"".join(response.streaming_content)
    response.close()
    return sent


def page_of(client, study, **asked):
    return client.get(reverse("planning:study", args=[study.uuid]), asked)


def test_blocks_are_computed_by_the_worker_and_listed(officer_client, blocks):
    page = page_of(officer_client, blocks)

    found = [row["block"] for row in page.context["rows"]]
    sizes = [(row.number, row.parcels, row.size_class) for row in found]
    # three fields in each upper corner; below the highway a pair beside the orchard and one beyond it
    assert sizes == [(1, 3, "hundred"), (2, 3, "hundred"), (3, 2, "hundred"), (4, 1, "hundred")]
    assert [round(row.net_m2, -3) for row in found] == [270_000, 270_000, 180_000, 90_000]
    assert page.context["data"]["count"] == 4
    assert page.context["totals"]["parcels"] == 9


def test_asking_again_is_instant_and_another_parameter_is_another_answer(officer_client, county, blocks, work):
    again = ask(officer_client, "blocks", county, least_mu="100")
    assert (again.job, again.key, page_of(officer_client, again).status_code) == (None, blocks.key, 200)

    other = ask(officer_client, "blocks", county, least_mu="200")
    assert other.job is not None
    assert other.key != blocks.key
    work()
    assert page_of(officer_client, other).context["listed"] == 3


def test_filters_narrow_list_totals_and_export(officer_client, blocks):
    page = page_of(officer_client, blocks, size_mu="1000")
    assert (page.context["rows"], page.context["totals"]["count"]) == ([], 0)
    assert page_of(officer_client, blocks, slope="2").context["totals"]["count"] == 4
    assert page_of(officer_client, blocks, slope="1").context["totals"]["count"] == 0
    assert page_of(officer_client, blocks, town="339901100").context["totals"]["count"] == 4

    taken = officer_client.post(reverse("planning:export", args=[blocks.uuid]), {"slope": "2"})
    rows = list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))
    assert len(rows) == 5
    assert rows[1][7] == "城关镇"
    assert Event.objects.filter(action="planning.export", object__startswith=f"study:{blocks.uuid}").count() == 1


def test_a_block_tells_what_it_is_made_of(officer_client, blocks):
    part = officer_client.get(reverse("planning:block", args=[blocks.uuid, 3]))

    made = part.context["made"]
    assert [row["word"] for row in made["classes"]] == ["0101 水田"]
    assert (made["paddy_share"], [row["word"] for row in made["slopes"]]) == (100.0, ["2–6°"])
    assert [row["word"] for row in made["towns"]] == ["城关镇"]
    assert Block.objects.get(answer__key=blocks.key, number=3).ids == [
        "33990121100000" + "3000",
        "33990121100000" + "3001",
    ]


def test_outlines_go_to_the_map_and_away_as_a_layer(officer_client, blocks):
    shapes = json.loads(bytes_of(officer_client.get(reverse("planning:shapes", args=[blocks.uuid]))))
    assert [each["properties"]["n"] for each in shapes["features"]] == [1, 2, 3, 4]
    layer = bytes_of(officer_client.post(reverse("planning:layer", args=[blocks.uuid])))
    assert layer.startswith(b"SQLite format 3")
    assert Event.objects.filter(action="planning.layer").count() == 1


def test_another_day_stands_beside_it(officer_client, county, blocks, work):
    before = ask(officer_client, "blocks", county, least_mu="100", on="2022-06-01")
    work()

    page = page_of(officer_client, blocks, against=str(before.uuid))

    assert page.context["others"] == [before]
    assert page.context["other"]["blocks"] == reverse("planning:shapes", args=[before.uuid])
    assert [v.on.isoformat() for v in page.context["against"].versions] == ["2021-12-31"]
    assert page.context["beside_data"]["net_m2"] > page.context["data"]["net_m2"]  # a field became forest


def test_the_design_is_the_cheapest_and_says_so(officer_client, design):
    page = page_of(officer_client, design)

    assert [row["piece"] for row in page.context["conversions"]] == [ORCHARD]
    assert (page.context["verdict"]["outcome"], page.context["verdict"]["head"]) == ("pass", "已证明最省")
    assert page.context["tried"]["met"]
    assert page.context["conversions"][0]["cite"]["rule"] == "haining-2021一（三）"
    assert page.context["data"]["remeasured_m2"] == page.context["data"]["blocks_m2"]


def test_a_piece_taken_away_is_measured_at_once(officer_client, design):
    tried = officer_client.post(reverse("planning:try", args=[design.uuid]), {"pieces": "[]"})

    assert not tried.context["tried"]["met"]
    assert tried.context["tried"]["blocks_m2"] == []
    assert "未达到要求" in tried.content.decode()
    with_it = officer_client.post(reverse("planning:try", args=[design.uuid]), {"pieces": json.dumps([ORCHARD])})
    assert with_it.context["tried"]["met"]
    assert with_it.context["tried"]["dearer"] == 0
    assert officer_client.post(reverse("planning:try", args=[design.uuid]), {"pieces": "{"}).status_code == 400


def test_a_plan_is_kept_and_taken_away(officer_client, design):
    kept = officer_client.post(
        reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD, "unknown"]), "name": "一号方案"}
    )
    plan = Plan.objects.get()
    assert kept["Location"] == reverse("planning:plan", args=[plan.uuid])
    assert (plan.pieces, plan.outcome["meets"]) == ([ORCHARD], True)

    page = reverse("planning:plan", args=[plan.uuid])
    assert "一号方案" in officer_client.get(page).content.decode()
    assert officer_client.get(reverse("planning:plan_print", args=[plan.uuid])).status_code == 200
    assert officer_client.post(page, {"form": "gpkg"}).content.startswith(b"SQLite format 3")
    rows = list(
        openpyxl.load_workbook(io.BytesIO(officer_client.post(page).content)).active.iter_rows(values_only=True)
    )
    assert rows[1][0] == ORCHARD
    assert Event.objects.filter(action="planning.plan_export").count() == 2


def test_a_plan_goes_to_file_as_a_report(officer_client, outsider_client, design):
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    plan = Plan.objects.get()
    addresses = [reverse("papers:paper", args=["plan", plan.uuid, form]) for form in ("docx", "xlsx", "html")]

    papers = [officer_client.get(address) for address in addresses]

    assert [paper.status_code for paper in papers] == [200] * 3
    assert papers[0].content == officer_client.get(addresses[0]).content  # the same record, the same bytes
    book = openpyxl.load_workbook(io.BytesIO(papers[1].content))
    assert book["改造"]["A3"].value == ORCHARD
    text = papers[2].content.decode()
    assert "已证明最省" in text
    assert "坡度 5 级（&gt;25°）起不连片" in text
    assert design.key in text
    noted = Event.objects.filter(action="papers.take", object__startswith=f"plan:{plan.uuid}")
    assert sorted(event.object.split()[1] for event in noted) == ["docx", "docx", "html", "xlsx"]
    assert [outsider_client.get(address).status_code for address in addresses] == [404] * 3
    shown = officer_client.get(reverse("planning:plan", args=[plan.uuid])).content.decode()
    assert addresses[0] in shown
    assert "坡度 5 级（&gt;25°）起不连片" in shown


def test_what_cannot_be_done_is_said(officer_client, county, work):
    study = ask(officer_client, "design", county, block_mu="5000", count="1", seconds="5")
    work()

    page = page_of(officer_client, study)

    assert (page.context["verdict"]["outcome"], page.context["verdict"]["head"]) == ("fail", "做不到")
    assert "即使改造全部可改造的图斑" in page.content.decode()


def test_two_years_and_a_plan_are_compared(officer_client, county, design, work):
    years = ask(officer_client, "fragmentation", county, before_on="2022-06-01")
    work()
    fields = next(row for row in page_of(officer_client, years).context["data"]["changes"] if row["name"] == "fields")
    assert (fields["before"], fields["after"]) == (10, 9)

    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    plan = ask(officer_client, "fragmentation", county, plan=str(Plan.objects.get().uuid))
    work()
    blocks = next(row for row in page_of(officer_client, plan).context["data"]["changes"] if row["name"] == "blocks")
    assert (blocks["before"], blocks["after"], blocks["better"]) == (4, 3, True)


def changes_of(client, study):
    """Index → before and after, as the answer has them."""
    return {row["name"]: (row["before"], row["after"]) for row in page_of(client, study).context["data"]["changes"]}


def corner(row, column, side=1.5):
    """A square from the middle of a field of the little county, in degrees: a boundary that cuts fields."""
    x, y = X + column * SIDE, Y - row * SIDE
    moved = transformer(PLANE, CGCS2000).transform
    ends = [(0, 0), (1, 0), (1, -1), (0, -1), (0, 0)]
    ring = [moved(x + dx * side * SIDE, y + dy * side * SIDE) for dx, dy in ends]
    figure = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": figure}]}
    )


def checked(client, county, drawn):
    """A check made of a boundary."""
    given = {"name": "岭下整治", "kind": "consolidation", "on": "2024-06-01", "place": county.pk, "drawn": drawn}
    assert client.post(reverse("review:new"), given).status_code == 302
    return Run.objects.get()


def test_two_years_are_compared_within_a_project(officer_client, outsider_client, county, work):
    boundary = corner(3, 3.5)  # half of a field that stays, a field that became forest
    run = checked(officer_client, county, boundary)
    by_run = ask(officer_client, "fragmentation", county, before_on="2022-06-01", run=str(run.uuid))
    file = SimpleUploadedFile("范围.geojson", boundary.encode())
    by_file = ask(officer_client, "fragmentation", county, before_on="2022-06-01", files=file)
    drawn = ask(officer_client, "fragmentation", county, before_on="2022-06-01", drawn=boundary)
    work()

    found = changes_of(officer_client, by_run)
    assert found["fields"] == (2, 1)
    assert found["blocks"] == (1, 1)
    assert changes_of(officer_client, by_file) == changes_of(officer_client, drawn) == found
    assert by_run.place == run.place
    assert "岭下整治" in page_of(officer_client, by_run).content.decode()
    assert "范围.geojson" in page_of(officer_client, by_file).content.decode()
    refused = outsider_client.post(
        reverse("planning:new", args=["fragmentation"]),
        {"name": "x", "place": county.pk, "on": "2024-06-01", "before_on": "2022-06-01", "run": str(run.uuid)},
    )
    assert {"place", "run"} <= set(refused.context["form"].errors)
    assert "岭下整治" not in refused.content.decode()
    assert outsider_client.get(reverse("planning:study", args=[by_run.uuid])).status_code == 404


def test_a_plan_is_compared_within_a_project(officer_client, county, design, work):
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    plan = str(Plan.objects.get().uuid)
    near = ask(officer_client, "fragmentation", county, plan=plan, drawn=corner(3, 1.5, side=1.0))
    away = ask(officer_client, "fragmentation", county, plan=plan, drawn=corner(0, 0, side=1.0))
    work()

    # half a field and half the orchard beside it: one field before, two after
    assert changes_of(officer_client, near)["fields"] == (1, 2)
    assert all(before == after for before, after in changes_of(officer_client, away).values())


def test_what_is_no_boundary_is_refused(officer_client, county):
    given = {"name": "x", "place": county.pk, "on": "2024-06-01", "before_on": "2022-06-01"}
    address = reverse("planning:new", args=["fragmentation"])
    broken = officer_client.post(address, given | {"files": SimpleUploadedFile("a.geojson", b"{")})
    assert set(broken.context["form"].errors) == {"files"}
    line = {"type": "LineString", "coordinates": [[120, 30], [121, 31]]}
    thin = officer_client.post(address, given | {"files": SimpleUploadedFile("a.geojson", json.dumps(line).encode())})
    assert set(thin.context["form"].errors) == {"files"}
    both = officer_client.post(
        address, given | {"drawn": corner(0, 0), "files": SimpleUploadedFile("a.geojson", corner(0, 0).encode())}
    )
    assert "只给一个" in both.content.decode()
    assert Study.objects.count() == 0


def test_a_comparison_needs_one_other_side(officer_client, county):
    page = officer_client.post(
        reverse("planning:new", args=["fragmentation"]), {"name": "x", "place": county.pk, "on": "2024-06-01"}
    )
    assert page.status_code == 400
    assert "二者取一" in page.content.decode()


def test_an_area_drawn_cuts_the_land(officer_client, county, work):
    hectare = boundary_geojson(row=-1.0, column=0.5)  # inside one field
    study = ask(officer_client, "blocks", county, least_mu="1", drawn=hectare)
    work()
    data = page_of(officer_client, study).context["data"]
    assert (data["count"], round(data["area_m2"], -2)) == (1, 10_000)


def test_cancelled_work_ends_and_can_be_asked_again(officer_client, county, work):
    study = ask(officer_client, "blocks", county, least_mu="100")
    jobs.cancel(study.job)
    work()

    page = page_of(officer_client, study)
    assert (Answer.objects.count(), page.context["job"].state) == (0, "cancelled")
    again = officer_client.post(reverse("planning:again", args=[study.uuid]))
    work()
    assert officer_client.get(again["Location"]).context["listed"] == 4


def test_a_running_process_is_ended_when_its_user_cancels(county_officer, officer_client, county):
    study = ask(officer_client, "design", county, block_mu="500", count="1", seconds="60")
    Job.objects.filter(pk=study.job.pk).update(state="running", cancel_requested=True)
    with pytest.raises(jobs.JobCancelled):
        actions.carry_out(study.job, study)
    assert (Answer.objects.count(), folder_of(study.key).exists()) == (0, False)


def test_land_that_is_not_there_is_said_in_words_of_the_trade(officer_client, county, work):
    study = ask(officer_client, "blocks", county, least_mu="100", on="2020-06-01")
    work()
    study.job.refresh_from_db()
    assert (study.job.state, study.job.message) == ("failed", "blocks-source-unknown")
    assert "再算一次" in page_of(officer_client, study).content.decode()


def test_work_begun_by_a_worker_that_died_is_done_by_the_next(officer_client, county, work):
    study = ask(officer_client, "blocks", county, least_mu="100")
    Job.objects.filter(pk=study.job.pk).update(state="running", attempts=1)
    work()
    assert page_of(officer_client, study).context["listed"] == 4


def test_an_outsider_sees_nothing_and_does_nothing(officer_client, outsider_client, county, blocks, design):
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    plan = Plan.objects.get()

    assert outsider_client.get(reverse("planning:index")).context["studies"] == []
    gets = [
        reverse("planning:study", args=[blocks.uuid]), reverse("planning:shapes", args=[blocks.uuid]),
        reverse("planning:block", args=[blocks.uuid, 1]), reverse("planning:study", args=[design.uuid]),
        reverse("planning:plan", args=[plan.uuid]), reverse("planning:plan_print", args=[plan.uuid]),
    ]  # fmt: skip
    posts = [
        reverse("planning:export", args=[blocks.uuid]), reverse("planning:layer", args=[blocks.uuid]),
        reverse("planning:again", args=[blocks.uuid]), reverse("planning:try", args=[design.uuid]),
        reverse("planning:keep", args=[design.uuid]), reverse("planning:plan", args=[plan.uuid]),
    ]  # fmt: skip
    assert [outsider_client.get(address).status_code for address in gets] == [404] * len(gets)
    assert [outsider_client.post(address, {"pieces": "[]"}).status_code for address in posts] == [404] * len(posts)
    form = outsider_client.post(
        reverse("planning:new", args=["blocks"]), {"name": "x", "place": county.pk, "on": "2024-06-01", "least_mu": "1"}
    )
    assert "place" in form.context["form"].errors
    other = outsider_client.post(
        reverse("planning:new", args=["fragmentation"]),
        {"name": "x", "place": county.pk, "on": "2024-06-01", "plan": str(plan.uuid)},
    )
    assert {"place", "plan"} <= set(other.context["form"].errors)


def test_an_auditor_looks_and_does_not_ask(auditor_client, county, blocks):
    assert page_of(auditor_client, blocks).status_code == 200
    assert auditor_client.get(reverse("planning:new", args=["blocks"])).status_code == 403
    assert auditor_client.post(reverse("planning:again", args=[blocks.uuid])).status_code == 403
    layer = bytes_of(auditor_client.post(reverse("planning:layer", args=[blocks.uuid])))
    assert layer.startswith(b"SQLite format 3")


@pytest.mark.parametrize(
    "table", ["planning_study", "planning_answer", "planning_block", "planning_candidate", "planning_plan"]
)
def test_what_was_asked_and_answered_only_grows(blocks, table):
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_the_potential_is_told_by_place_and_by_parcel(officer_client, outsider_client, county, work):
    study = ask(officer_client, "potential", county, persons="339901100201 1000")
    work()

    page = page_of(officer_client, study)
    assert page.context["towns"][0]["name"] == "339901100"  # no layer of towns is published here
    assert page.context["totals"]["count"] == Candidate.objects.filter(answer__key=study.key).count()
    first = page.context["rows"][0][0]
    part = officer_client.get(reverse("planning:candidate", args=[study.uuid, first.number]))
    assert len(part.context["made"]["reasons"]) == len(first.reasons)
    assert part.context["made"]["reasons"][0]["sentence"] in part.content.decode()
    same = page_of(officer_client, study, state=first.state, village="339901100201")
    assert {row.state for row, *_ in same.context["rows"]} == {first.state}
    assert page_of(officer_client, study, village="339902").context["filtered"] == {}  # no place of this answer
    taken = officer_client.post(reverse("planning:export", args=[study.uuid]), {"state": first.state})
    rows = list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))
    assert len(rows) - 1 == same.context["totals"]["count"]
    assert officer_client.get(reverse("planning:print", args=[study.uuid])).status_code == 200
    assert not list(folder_of(study.key).glob("report.*"))  # nobody has asked for one yet
    given = Given(None, {"339901100201": 1000})
    made = survey_on(Catalogue(settings.HOME), study.on, "339901", given=given)
    data = document(made, on=study.on, place="339901")
    for form in ("xlsx", "docx", "xlsx"):  # the same as of the kernel; written once
        taken = bytes_of(officer_client.post(reverse("planning:report", args=[study.uuid, form])))
        assert taken == render_potential(data, f".{form}")
    assert sorted(path.name for path in folder_of(study.key).glob("*report*")) == ["report.zh.docx", "report.zh.xlsx"]
    assert Event.objects.filter(action="planning.report").count() == 3

    gets = [reverse("planning:candidate", args=[study.uuid, 1]), reverse("planning:print", args=[study.uuid])]
    assert [outsider_client.get(address).status_code for address in gets] == [404, 404]
    assert outsider_client.post(reverse("planning:report", args=[study.uuid, "xlsx"])).status_code == 404


def sloping(tmp_path, degrees):
    """A small GeoTIFF of a plane that rises to the east, over the whole of the little county."""
    columns, rows = 80, 60
    heights = np.tile(np.arange(columns) * 30.0 * np.tan(np.radians(degrees)), (rows, 1))
    path = tmp_path / "高程.tif"
    write_elevation(Elevation(heights, X - 300, Y + 300, 30.0, 30.0, PLANE, path.name), path)
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_an_elevation_model_is_handed_in_and_read(officer_client, county, work, tmp_path):
    study = ask(officer_client, "potential", county, dem=sloping(tmp_path, 30.0))
    work()
    study.job.refresh_from_db()
    assert study.job.state == "done", study.job.message
    assert study.asked["dem_name"] == "高程.tif"


@pytest.mark.parametrize("content", [b"", b"II*\x00 not a raster"])
def test_what_is_no_elevation_model_is_refused(officer_client, county, work, content):
    given = {"name": "x", "place": county.pk, "on": "2024-06-01", "dem": SimpleUploadedFile("a.tif", content)}
    answer = officer_client.post(reverse("planning:new", args=["potential"]), given)
    work()
    assert answer.status_code == 400 or Job.objects.get().state == "failed"
    assert Answer.objects.count() == 0


def test_persons_are_read_line_by_line(officer_client, county):
    given = {"name": "x", "place": county.pk, "on": "2024-06-01", "persons": "339901100201 1000\n339901100201,5"}
    page = officer_client.post(reverse("planning:new", args=["potential"]), given)
    assert page.context["form"].errors["persons"] == ["第 2 行不是“村代码 人数”，或这个村已经写过。"]


def test_basic_farmland_is_laid_out_anew(officer_client, county, work):
    study = ask(officer_client, "layout", county, grown_share="1", seconds="10")
    work()
    study.job.refresh_from_db()
    assert (study.job.state, study.job.message) == ("failed", "layout-no-basic")

    entry = publish.publish(
        basic_farmland(), LAYERS["YJJBNTTB"], place="339901", on=date(2023, 12, 31), home=settings.HOME,
        publisher="test", recorded_at="2024-01-05T08:00:00+08:00",
    )  # fmt: skip
    adopt(entry, county)
    study = ask(officer_client, "layout", county, grown_share="1", seconds="10")
    work()
    study.job.refresh_from_db()
    assert study.job.state == "done", study.job.message
    page = page_of(officer_client, study)
    assert page.context["data"]["before"]["parcels"] == 2
    assert page.context["verdict"]["outcome"] in ("pass", "fail")
    assert officer_client.post(reverse("planning:export", args=[study.uuid])).status_code == 200


def test_projects_are_ranked_and_chosen(officer_client, county, work):
    criteria = RankingForm(User.objects.get(username="wang")).criteria
    heads = "\t".join(["项目编号", "费用（元）", *criteria])
    rows = ["A\t300\t" + "\t".join(["80"] * 5), "B\t200\t" + "\t".join(["90"] * 5), "C\t200\t" + "\t".join(["10"] * 5)]
    weights = {f"weight_{n}": "1" for n in range(5)} | {"weight_5": "0", "weight_6": "0"}
    study = ask(
        officer_client, "ranking", county, projects="\n".join([heads, *rows]), funds_yuan="450", first="2", **weights
    )
    work()

    page = page_of(officer_client, study)

    order = [(row["project"], row["score"], row["chosen"]) for row in page.context["order"]]
    assert order == [("B", 90, True), ("A", 80, False), ("C", 10, True)]
    assert page.context["cost"] == "400.00"
    assert page.context["criteria"] == list(criteria)  # their order tells equal scores apart
    taken = officer_client.post(reverse("planning:export", args=[study.uuid]))
    sheet = list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))
    assert [row[1] for row in sheet[1:]] == ["B", "A", "C"]


def test_a_list_of_projects_says_where_it_is_wrong(officer_client, county):
    given = {
        "name": "x",
        "place": county.pk,
        "on": "2024-06-01",
        "first": "1",
        "projects": "项目编号\t费用（元）\nA\t三百",
    }
    page = officer_client.post(reverse("planning:new", args=["ranking"]), given)
    assert page.context["form"].errors["projects"] == ["第 2 行“费用（元）”不是数。"]


def test_files_that_were_lost_are_made_again(officer_client, design, work):
    """The answer is kept in the database; only what stands beside it has to be made anew."""
    answered = Answer.objects.get().result
    shutil.rmtree(folder_of(design.key))
    assert page_of(officer_client, design).context["lost"] is True

    again = officer_client.post(reverse("planning:again", args=[design.uuid]))
    work()
    page = officer_client.get(again["Location"])
    assert page.context["lost"] is False
    assert Answer.objects.get().result == answered
    assert b"FeatureCollection" in bytes_of(officer_client.get(reverse("planning:shapes", args=[design.uuid])))


def test_an_area_drawn_beyond_the_place_shows_nothing_of_what_lies_there(officer_client, county, work):
    """Who answers for the town alone reads the study of the town, and may not see the rest of the county by it."""
    elsewhere = Place.objects.create(code="339901101", name="别处镇", kind="town", parent=county)
    hectare = boundary_geojson(row=-1.0, column=0.5)  # in 城关镇
    study = ask(officer_client, "blocks", elsewhere, least_mu="1", drawn=hectare)
    work()
    study.job.refresh_from_db()
    assert (study.job.state, study.job.message) == ("failed", "blocks-empty")


def test_a_model_that_names_other_files_is_refused(officer_client, county, work):
    """A VRT could show any file of the server, or make it ask any address."""
    vrt = (
        '<VRTDataset rasterXSize="999" rasterYSize="999"><SRS>EPSG:4549</SRS>'
        "<GeoTransform>465000, 10, 0, 3380000, 0, -10</GeoTransform>"
        '<VRTRasterBand dataType="Float32" band="1"><NoDataValue>-1</NoDataValue></VRTRasterBand></VRTDataset>'
    )
    study = ask(officer_client, "potential", county, dem=ContentFile(vrt.encode(), "dem.tif"))
    work()
    study.job.refresh_from_db()
    assert (study.job.state, study.job.message) == ("failed", "raster-unreadable")


def test_every_size_is_in_the_unit_of_the_reader(officer_client, county, design, work):
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    compared = ask(officer_client, "fragmentation", county, plan=str(Plan.objects.get().uuid))
    work()
    by_unit = {}
    for unit in ("mu", "ha", "m2"):
        User.objects.filter(username="wang").update(unit=unit)
        rows = page_of(officer_client, compared).context["changes"]
        by_unit[unit] = [(row["unit"], row["after"]) for row in rows if row["name"] == "有效网格"]
        tried = officer_client.post(reverse("planning:try", args=[design.uuid]), {"pieces": "[]"})
        said = tried.content.decode() + "".join(page_of(officer_client, design).context["verdict"]["sentences"])
        assert ("公顷" in said, " 亩" in said) == {"mu": (False, True), "ha": (True, False), "m2": (False, False)}[unit]
    (mu,), (ha,), (m2,) = (by_unit[unit] for unit in ("mu", "ha", "m2"))
    assert (mu[0], ha[0], m2[0]) == ("亩", "公顷", "m²")
    assert float(ha[1].replace(",", "")) * 15 == pytest.approx(float(mu[1].replace(",", "")), abs=0.01)


def test_a_places_own_values_decide_what_joins(officer_client, county, blocks, county_officer, county_admin, work):
    proposal = Proposal.objects.create(
        kind="value", place=county, name="liangtian-2026（技术）.block_gap_m", value="310", unit="m", status="law",
        since=date(2024, 1, 1), source="示范县发〔2024〕3号", user=county_officer,
    )  # fmt: skip
    Decision.objects.create(proposal=proposal, approved=True, user=county_admin)

    now = ask(officer_client, "blocks", county, least_mu="100")
    work()
    rows = page_of(officer_client, now).context["rows"]
    assert [row["block"].parcels for row in rows] == [6, 3]  # across the forest above, across the orchard below

    again = officer_client.post(reverse("planning:again", args=[blocks.uuid]))
    assert Study.objects.latest("pk").key == blocks.key != now.key
    assert len(officer_client.get(again["Location"]).context["rows"]) == 4  # asked before the value was approved


def test_a_computation_gets_no_secret_and_no_way_to_the_database(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY_FILE", "CREDENTIALS_DIRECTORY", "PGPASSWORD"):
        monkeypatch.setenv(name, "secret")
    with actions._process(tmp_path) as process, process.stdin:
        environ, deadline = Path(f"/proc/{process.pid}/environ"), time.monotonic() + 10
        while not (given := environ.read_bytes()) and time.monotonic() < deadline:  # the kernel fills it as it starts
            time.sleep(0.01)
    names = {each.partition(b"=")[0].decode() for each in given.split(b"\0") if each}
    assert names - set(actions.LET_THROUGH) == set()
    assert "PATH" in names


def test_a_page_from_a_number_that_no_row_can_have_is_the_first(officer_client, blocks):
    huge = "9" * 5000
    assert len(page_of(officer_client, blocks, after=huge).context["rows"]) == 4
    assert len(officer_client.get(reverse("planning:index"), {"before": huge}).context["studies"]) == 1


def test_a_study_that_needs_too_much_memory_ends_with_one_sentence(officer_client, county, work, settings):
    settings.PLANNING_BYTES_MAX = 2**20
    study = ask(officer_client, "design", county, block_mu="500", count="1", seconds="10")
    work()
    study.job.refresh_from_db()
    assert (study.job.state, study.job.message, study.job.params) == ("failed", actions.EXHAUSTED, {"mb": 1})
    assert "需要的内存超过 1 MB" in page_of(officer_client, study).content.decode()
    assert [path.name for path in folder_of(study.key).parent.iterdir()] == []

    settings.PLANNING_BYTES_MAX = 4096 * 2**20  # the worker lives on, and the same question can be asked again
    again = officer_client.post(reverse("planning:again", args=[study.uuid]))
    work()
    assert officer_client.get(again["Location"]).context["tried"]["met"]


@pytest.mark.parametrize("form", ["gpkg", "geojson", "shp"])
def test_a_plan_and_an_answer_go_away_as_layers(officer_client, design, form, tmp_path):
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    address = reverse("planning:plan", args=[Plan.objects.get().uuid])
    path = tmp_path / {"shp": "plan.zip"}.get(form, f"plan.{form}")
    path.write_bytes(officer_client.post(address, {"form": form}).content)
    with tempfile.TemporaryDirectory() as folder:
        layer = open_features(path, workdir=Path(folder))
        rows = layer.attributes
        assert [rows[name].to_pylist() for name in ("piece", "works", "works_zh", "clause")] == [
            [ORCHARD], ["restore"], ["耕地功能恢复"], ["haining-2021一（三）"],
        ]  # fmt: skip
        assert layer.crs.is_geographic is (form == "geojson")
    assert Event.objects.filter(action="planning.plan_export", object__endswith=form).count() == 1

"""Block projects: entered with a boundary, never on the same ground twice, measured by the worker, answered by 一（五）."""

from __future__ import annotations

import hashlib
import io
import json
import re
from datetime import date
from decimal import Decimal
from uuid import uuid4

import numpy as np
import openpyxl
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.urls import reverse
from tests.liangtian_web.calls import made, read, send
from tests.liangtian_web.land import PLANE
from tests.liangtian_web.planning.conftest import county, empty_queue, home, square, work
from tests.liangtian_web.registers.conftest import confirm, enter, nil

from liangtian.space.crs import CGCS2000, reproject
from liangtian_web.jobs.models import Job
from liangtian_web.registers.measuring import assessed, keep_measured
from liangtian_web.registers.models import Measurement, Row, RowGround
from liangtian_web.trail.export import Table, workbook_bytes
from liangtian_web.trail.models import Event

__all__ = ["county", "empty_queue", "home", "work"]

ON = date(2024, 6, 1)
LIST = reverse("registers:register", args=["block-project"])
NEW = reverse("registers:new", args=["block-project"])
FIRST, SECOND = ((0, 0), (0, 1)), ((0, 3), (0, 4))  # two fields each, of 135 mu


def geojson(*plots, **properties) -> str:
    """Squares of the little county in degrees."""
    shapes = reproject(np.array([square(*plot) for plot in plots], dtype=object), PLANE, CGCS2000)
    features = [
        {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
        for shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def file(text: str, name: str = "area.geojson") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def project(place, *plots, **changes):
    """A project as its form sends it, built in the spring of 2023."""
    given = {
        "form": str(uuid4()), "place": f"p{place.pk}", "state": "listed", "since": "2023-06-01", "number": "BP-1",
        "name": "东片", "town": "城关镇", "owner": "城关镇政府", "works_on": "2022-03-01", "built_on": "2023-05-01", "unit": "mu",
        "document": "示县资〔2023〕7号",
    }  # fmt: skip
    return given | ({"files": file(geojson(*plots))} if plots else {}) | changes


def entered(clients, place, *plots, **changes) -> Row:
    """A project the county entered and the city confirmed."""
    row = enter(clients["wang"], "block-project", project(place, *plots, **changes))
    assert confirm(clients["qian"], row).status_code == 302
    return row


@pytest.fixture
def jobs_done(work):
    """Everything that was handed to the worker, done; the rows of its jobs."""

    def run() -> list[str]:
        work()
        return list(Job.objects.filter(kind="registers.measure").order_by("pk").values_list("state", flat=True))

    return run


def test_a_project_is_kept_with_its_boundary_and_the_digest_of_its_file(clients, places):
    text = geojson(*FIRST)
    row = enter(clients["wang"], "block-project", project(places["county"], *FIRST))
    ground = RowGround.objects.get(row=row)
    assert (ground.source, ground.file_digest) == ("area.geojson", hashlib.sha256(text.encode()).hexdigest())
    assert float(ground.area_m2) == pytest.approx(180_000, rel=1e-3)
    page = clients["qian"].get(reverse("registers:row", args=[row.uuid])).content.decode()
    assert ground.digest in page
    assert ground.file_digest in page
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registers_rowground SET source = 'x'")


@pytest.mark.parametrize(("changes", "said"), [
    ({}, "没有范围。"), ({"files": file("{")}, ""), ({"files": file("not a zip", "area.zip")}, ""),
    ({"built_on": "2022-01-01"}, "早于开工日期。"), ({"works_on": ""}, "未填。"),
])  # fmt: skip
def test_what_cannot_be_taken_is_said_at_its_field(clients, places, changes, said):
    answer = clients["wang"].post(NEW, project(places["county"], **changes))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Row.objects.count() == 0


def test_a_later_row_without_a_file_continues_the_boundary(clients, places):
    first = enter(clients["wang"], "block-project", project(places["county"], *FIRST, built_on=""))
    later = enter(clients["wang"], "block-project", project(places["county"], since="2023-07-01"))
    assert later.ground.digest == first.ground.digest


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_makes_one_row_and_another_boundary_is_refused(clients, places):
    form = project(places["county"], *FIRST)
    row = enter(clients["wang"], "block-project", form | {"files": file(geojson(*FIRST))})
    assert enter(clients["wang"], "block-project", form | {"files": file(geojson(*FIRST))}) == row
    assert clients["wang"].post(NEW, form | {"files": file(geojson(*SECOND))}).status_code == 409
    assert Row.objects.count() == 1


def test_no_ground_is_counted_twice(clients, places):
    entered(clients, places["county"], *FIRST)
    answer = clients["wang"].post(NEW, project(places["county"], FIRST[1], (0, 2), number="BP-2", name="西片"))
    assert answer.status_code == 400
    assert "BP-2 西片 的范围与示范县的 BP-1 东片（示县资〔2023〕7号）重叠" in answer.content.decode()


def test_the_county_next_door_is_not_told_whose_project_stands_there(clients, places):
    entered(clients, places["county"], *FIRST)
    answer = clients["zhao"].post(
        NEW, project(places["other"], FIRST[1], number="BP-2", name="西片", document="二县资")
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "BP-2 西片 的范围与其他责任单元登记的范围重叠" in page
    assert [word for word in ("示范县的", "BP-1", "东片", "示县资〔2023〕7号") if word in page] == []
    elsewhere = clients["qian"].post(NEW, project(places["other"], *FIRST, number="BP-9"))
    assert elsewhere.status_code == 400
    assert Row.objects.count() == 1
    assert enter(clients["wang"], "block-project", project(places["county"], *SECOND, number="BP-2"))


def test_ground_is_free_again_after_a_project_was_struck_off_or_moved(clients, places):
    entered(clients, places["county"], *FIRST)
    entered(clients, places["county"], since="2023-08-01", state="ended", name="", works_on="", built_on="")
    early = clients["wang"].post(NEW, project(places["county"], *FIRST, number="BP-2", since="2023-07-01"))
    assert early.status_code == 400  # BP-1 still holds on that day
    row = entered(clients, places["county"], *FIRST, number="BP-2", since="2023-08-01")
    moved = entered(clients, places["county"], *SECOND, number="BP-2", since="2023-09-01")
    assert entered(clients, places["county"], *FIRST, number="BP-3", since="2023-09-01").is_listed
    assert row.ground.digest != moved.ground.digest


def test_a_row_sent_back_holds_no_ground_and_confirming_looks_again(clients, places):
    one = enter(clients["wang"], "block-project", project(places["county"], *FIRST))
    confirm(clients["qian"], one, verb="refuse")
    two = enter(clients["wang"], "block-project", project(places["county"], *FIRST, number="BP-2"))
    assert confirm(clients["qian"], two).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_worker_measures_what_is_confirmed_on_the_first_survey_since(county, clients, jobs_done):
    """Built in May 2023: the survey of 2023, not that of 2021; both rows are fields side by side."""
    entered(clients, county, *FIRST, block="300", farmland="270")
    assert jobs_done() == ["done"]
    (shown,) = assessed(county, ON).projects
    assert shown.measured is not None
    assert float(shown.measured.block_m2) == pytest.approx(180_000, rel=1e-3)
    assert (shown.measured.block_m2, shown.measured.surveyed_on) == (shown.measured.farmland_m2, date(2023, 12, 31))
    assert shown.measured.surveys[0].startswith("DLTB@339901@2023-12-31 ")
    assert shown.differs("block", shown.measured.block_m2) == Decimal(200_000) - shown.measured.block_m2
    assert Measurement.objects.get().row == shown.row
    assert Event.objects.filter(action="registers.measure").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_projects_beside_the_targets_and_what_differs(county, clients, jobs_done):
    entered(clients, county, *FIRST, block="300")
    waiting = clients["wang"].get(LIST, {"on": "2024-06-01"}).content.decode()
    assert "还没有量算。" in waiting
    jobs_done()
    page = clients["wang"].get(LIST, {"on": "2024-06-01"}).content.decode()
    assert "还没有量算。" not in page
    assert "永农集中连片整治项目数 1 个，目标 20 个，期限 2025-12-31，尚未到期。" in page
    assert re.search(r"BP-1 东片：载明最大连片 300\.00 亩，量得 2(69|70)\.\d\d 亩。", page)
    assert "DLTB@339901@2023-12-31" in page
    assert "/map/?on=2023-12-31&amp;go=" in page


@pytest.mark.django_db(transaction=True)
def test_a_project_built_after_the_last_survey_says_what_to_publish(county, clients, jobs_done):
    entered(clients, county, *FIRST, built_on="2024-03-01")
    assert jobs_done() == []
    found = assessed(county, ON)
    assert [each.outcome for each in found.findings] == ["not_applicable", "unknown", "unknown"]
    page = clients["wang"].get(LIST, {"on": "2024-06-01"}).content.decode()
    assert "请发布 2024-03-01 或以后的地类图斑。" in page


def test_nothing_entered_is_unknown_and_a_nil_report_is_none(county, clients):
    assert [each.outcome for each in assessed(county, ON).findings] == ["unknown"] * 3
    row = enter(clients["wang"], "block-project", nil("block-project", county))
    confirm(clients["qian"], row)
    assert [(each.outcome, each.measured) for each in assessed(county, ON).findings] == [("not_applicable", 0)] * 5


@pytest.mark.django_db(transaction=True)
def test_measuring_again_is_asked_for_when_the_land_changed(county, clients, jobs_done):
    entered(clients, county, *FIRST, built_on="")
    jobs_done()
    assert assessed(county, ON).waiting == 0
    assert assessed(county, date(2022, 6, 1)).projects == ()  # not yet entered
    assert assessed(county, date(2023, 7, 1)).waiting == 1  # on the survey of 2021
    ask = reverse("registers:measure", args=["block-project", county.pk])
    assert clients["wang"].post(ask, {"on": "2023-07-01"}).status_code == 302
    assert jobs_done() == ["done", "done"]
    assert assessed(county, date(2023, 7, 1)).waiting == 0
    assert clients["wang"].post(ask, {"on": "2023-07-01"}).status_code == 302
    assert Job.objects.count() == 2  # nothing was left to measure


@pytest.mark.django_db(transaction=True)
def test_what_is_measured_is_kept_under_the_land_it_was_measured_on(county, clients, jobs_done):
    """The land changed between the look-up and the measuring: here, the day asked about."""
    entered(clients, county, *FIRST, built_on="")
    before = assessed(county, ON).projects[0]
    keep_measured(before, county, date(2023, 7, 1))
    assert [assessed(county, day).waiting for day in (ON, date(2023, 7, 1))] == [1, 0]


def test_who_may_have_it_measured(county, clients):
    ask = reverse("registers:measure", args=["block-project", county.pk])
    assert clients["zhao"].post(ask).status_code == 404
    assert clients["wang"].post(reverse("registers:measure", args=["annual-task", county.pk])).status_code == 403
    assert clients["wang"].post(reverse("registers:export_measured", args=["annual-task"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_outsider_sees_and_takes_away_nothing(county, clients, jobs_done):
    entered(clients, county, *FIRST)
    jobs_done()
    assert "BP-1" not in clients["zhao"].get(LIST).content.decode()
    take = reverse("registers:export_measured", args=["block-project"])
    mine, theirs = (clients[name].post(take, {"on": "2024-06-01"}).content for name in ("wang", "zhao"))
    heads, row = openpyxl.load_workbook(io.BytesIO(mine)).active.iter_rows(values_only=True)
    told = dict(zip(heads, row, strict=True))
    assert (told["项目编号"], told["规模"], told["调查日期"].date()) == ("BP-1", "百亩方", date(2023, 12, 31))
    assert "DLTB@339901@2023-12-31 " in told["地类图斑版本"]
    assert len(list(openpyxl.load_workbook(io.BytesIO(theirs)).active.iter_rows())) == 1


def test_a_workbook_comes_with_a_file_of_boundaries_by_number(clients, places):
    heads = ["责任单元", "状态", "项目编号", "项目名称", "开工日期", "建成日期", "面积单位", "生效日期", "依据文件"]
    rows = [["示范县", "列入", number, "东片", "2022-03-01", "", "亩", "2023-06-01", "文"] for number in ("1", "BP-2")]
    both = json.loads(geojson(*FIRST, number=1)) | {}
    both["features"] += json.loads(geojson(*SECOND, number="BP-2"))["features"]
    for each, number in zip(both["features"], ("1", "1", "BP-2", "BP-2"), strict=True):
        each["properties"]["number"] = number
    address = reverse("registers:workbook", args=["block-project"])

    def handed(*lines, **changes):
        book = SimpleUploadedFile("rows.xlsx", workbook_bytes(Table("x", heads, lines)))
        return clients["wang"].post(address, {"form": str(uuid4()), "workbook": book} | changes)

    missing = handed(*rows, files=file(geojson(*FIRST, number="1")))
    assert (missing.status_code, missing.context["problems"]) == (
        400,
        ["第 3 行 项目编号 没有范围。请上传项目的范围文件。"],
    )
    strange = handed(rows[0], files=file(json.dumps(both)))
    assert strange.context["problems"] == ["范围文件中的“BP-2”不在表中。请核对项目编号。"]
    unnumbered = handed(*rows, files=file(geojson(*FIRST)))
    assert "没有项目编号列" in unnumbered.context["problems"][0]
    assert handed(*rows, files=file(json.dumps(both))).status_code == 302
    assert [each.ground.source for each in Row.objects.order_by("key")] == ["area.geojson"] * 2


@pytest.mark.django_db(transaction=True)
def test_machines_read_what_was_measured_and_the_answers(county, clients, jobs_done):
    entered(clients, county, *FIRST, built_on="")
    entered(clients, county, *SECOND, number="BP-2", built_on="2024-03-01")
    jobs_done()
    found = read(clients["wang"], "registers/block-project/measured", on="2024-06-01")
    ((place),) = found["places"]
    one, two = place["projects"]
    assert (one["key"], one["size_class"], one["surveyed_on"], one["reason"]) == ("BP-1", "hundred", "2023-12-31", None)
    assert one["surveys"][0].startswith("DLTB@339901@2023-12-31 ")
    assert (two["block_m2"], two["surveys"]) == (None, [])
    assert two["reason"]["en"].startswith("No land-use parcels (DLTB) of 339901 are published of 2024-03-01")
    assert [each["outcome"] for each in place["findings"]] == ["not_applicable", "unknown", "unknown"]
    assert read(clients["zhao"], "registers/block-project/measured", on="2024-06-01")["places"][0]["projects"] == []


def test_machines_enter_projects_with_their_boundary(clients, places):
    row = {name: value for name, value in project(places["county"]).items() if name != "form"}
    answer = send(clients["wang"], "registers/block-project/rows", {"rows": [row]})
    assert answer.status_code == 422
    found = made(clients["wang"], "registers/block-project/rows", {"rows": [row | {"boundary": geojson(*FIRST)}]})
    ground = RowGround.objects.get()
    assert found["rows"][0]["boundary_digest"] == ground.digest
    assert read(clients["wang"], f"registers/rows/{found['rows'][0]['uuid']}")["boundary_m2"] == str(ground.area_m2)


def test_each_row_of_machines_keeps_its_own_boundary(clients, places):
    row = {name: value for name, value in project(places["county"]).items() if name != "form"}
    rows = [row | {"boundary": geojson(*FIRST)}, row | {"boundary": geojson(*SECOND), "since": "2023-09-01"}]
    found = made(clients["wang"], "registers/block-project/rows", {"rows": [*rows, row | {"since": "2023-10-01"}]})
    one, other, later = (each["boundary_digest"] for each in found["rows"])
    assert one != other == later


def test_ground_given_up_in_a_table_is_free_for_a_row_before(clients, places):
    """Rows are taken as a whole, in whatever order they stand."""
    entered(clients, places["county"], *FIRST)
    row = {name: value for name, value in project(places["county"], since="2023-09-01").items() if name != "form"}
    end = row | {"state": "ended", "name": "", "works_on": "", "built_on": ""}
    rows = [row | {"number": "BP-2", "boundary": geojson(*FIRST)}, end]
    made(clients["wang"], "registers/block-project/rows", {"rows": rows})
    assert confirm(clients["qian"], *Row.objects.filter(decision=None)).status_code == 302

"""What nobody can compute is said in the form, field by field, or by the study in one sentence; never a fault."""

import numpy as np
import pytest
import rasterio
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rasterio import Affine
from tests.liangtian_web.land import PLANE
from tests.liangtian_web.planning.conftest import X, Y
from tests.liangtian_web.planning.test_studies import ask, page_of

from liangtian.formats.raster import write_elevation
from liangtian.space.crs import CGCS2000, transformer
from liangtian.space.slope import Elevation
from liangtian_web.planning.forms import FORMS
from liangtian_web.planning.models import Study

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = ("-1", "nan", "1e400", "9" * 60, "一千", "1,000", "0.0000001")
NUMBERS = {
    "blocks": ("least_mu", "gap_m", "across_m"),
    "design": (
        "block_mu", "count", "gain_mu", "budget_yuan", "cost_restore", "cost_reclaim", "cost_clear", "gap_m",
        "across_m", "seconds",
    ),
    "fragmentation": ("gap_m", "across_m"),
    "potential": (),
    "layout": ("grown_share", "seconds"),
    "ranking": ("funds_yuan", "first", "weight_0"),
}  # fmt: skip
FIGURES = ("{", "[]", "7", '{"features": [{"geometry": null}]}', '{"features": [{"geometry": {"type": "Point"}}]}')


def errors_of(client, kind, **given):
    """The fields a form finds wrong, with what it says of each."""
    page = client.post(reverse("planning:new", args=[kind]), given)
    assert page.status_code == 400
    assert Study.objects.count() == 0
    return {name: [str(each) for each in said] for name, said in page.context["form"].errors.items()}


@pytest.mark.parametrize("kind", FORMS)
def test_every_form_says_what_is_wrong_with_each_number(officer_client, places, kind):
    assert {"name", "place", "on"} <= errors_of(officer_client, kind).keys()
    for wrong in WRONG:
        found = errors_of(officer_client, kind, **dict.fromkeys(NUMBERS[kind], wrong), on=wrong)
        assert [name for name in (*NUMBERS[kind], "on") if len(found.get(name, ())) == 0] == []
    dates = errors_of(officer_client, kind, on="2024-02-30", name="x" * 101)
    assert {"on", "name"} <= dates.keys()
    if kind in ("blocks", "design", "fragmentation"):
        assert ["drawn" in errors_of(officer_client, kind, drawn=figure) for figure in FIGURES] == [True] * len(FIGURES)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("，", "首行应是列名，其中有“项目编号”，下面每行一个项目。"),
        ("项目编号\t费用（元）\n甲\t" + "9" * 500, "第 2 行“费用（元）”不是数。"),
        ("项目编号\t费用（元）\n甲\t-3", "第 2 行“费用（元）”不是数。"),
        ("项目编号\t费用(元)\n甲\t", "第 2 行没有费用（元）。"),
        ("项目编号\t费用（元）\n\t5", "第 2 行没有项目编号。"),
        (
            "项目编号\t费用(元)\n甲\t5",
            "项目 甲 缺少评分：资源整治力度、子项目综合度、生态修复结合度、文化特色挖掘度、项目可行性。请补齐后重新排序。",
        ),
    ],
)
def test_a_list_that_cannot_be_ranked_stays_in_the_form(officer_client, places, pasted, said):
    weights = {f"weight_{n}": "1" if n < 5 else "0" for n in range(7)}
    found = errors_of(
        officer_client, "ranking", name="x", place=places["county"].pk, on="2024-06-01", first="1", projects=pasted, **weights
    )  # fmt: skip
    assert found == {"projects": [said]}


def elevation(tmp_path, crs):
    """A flat model over the little county."""
    path = tmp_path / "dem.tif"
    step = 30.0 if crs.is_projected else 0.0003
    west, north = (X - 300, Y + 300) if crs.is_projected else transformer(PLANE, crs).transform(X - 300, Y + 600)
    heights = np.full((60, 80), 12.0)
    write_elevation(Elevation(heights, west, north, step, step, crs, path.name), path)
    return SimpleUploadedFile("dem.tif", path.read_bytes())


def bare(tmp_path):
    """The same model by another program, which declares no value for missing heights."""
    path = tmp_path / "bare.tif"
    cells = Affine(30.0, 0.0, X - 300, 0.0, -30.0, Y + 300)
    about = {"width": 80, "height": 60, "count": 1, "dtype": "float32", "crs": PLANE.to_wkt(), "transform": cells}
    with rasterio.open(path, "w", driver="GTiff", **about) as file:
        file.write(np.full((1, 60, 80), 12.0, dtype="float32"))
    return SimpleUploadedFile("bare.tif", path.read_bytes())


def test_models_are_read_in_their_own_system_or_refused_with_one_sentence(officer_client, county, work, tmp_path):
    degrees = ask(officer_client, "potential", county, dem=elevation(tmp_path, CGCS2000))
    picture = ask(officer_client, "potential", county, dem=SimpleUploadedFile("photo.tif", b"\x89PNG\r\n\x1a\n" * 9))
    silent = ask(officer_client, "potential", county, dem=bare(tmp_path))
    given = ask(officer_client, "potential", county, dem=bare(tmp_path), dem_nodata="none")
    work()
    expected = ((degrees, "done"), (picture, "raster-unreadable"), (silent, "raster-no-nodata"), (given, "done"))
    for study, said in expected:
        study.job.refresh_from_db()
        assert (study.job.message or study.job.state) == said


def test_an_impossible_target_and_a_study_asked_once_more_with_what_was_filled_in(officer_client, county, work):
    study = ask(
        officer_client, "design", county, block_mu="999999", count="20", seconds="5", leave="a b", avoid=["STBHHX"]
    )
    layout = ask(officer_client, "layout", county, grown_share="2.5", seconds="5", kept="k1 k2")
    work()
    assert page_of(officer_client, study).context["verdict"]["head"] == "做不到"

    form = officer_client.get(reverse("planning:new", args=["design"]), {"from": str(study.uuid)}).context["form"]
    filled = {name: form[name].value() for name in ("block_mu", "count", "leave", "avoid", "frontier", "place")}
    assert filled == {
        "block_mu": "999999", "count": 20, "leave": "a\nb", "avoid": ["STBHHX"], "frontier": "", "place": county.pk,
    }  # fmt: skip
    form = officer_client.get(reverse("planning:new", args=["layout"]), {"from": str(layout.uuid)}).context["form"]
    assert (form["grown_share"].value(), form["kept"].value()) == ("2.5", "k1\nk2")
    for other in ("nothing", str(layout.uuid)):
        fresh = officer_client.get(reverse("planning:new", args=["design"]), {"from": other})
        assert fresh.context["form"]["block_mu"].value() == 1000


def test_a_ranking_asked_once_more_has_its_list(officer_client, outsider_client, county, work):
    criteria = ["资源整治力度", "子项目综合度", "生态修复结合度", "文化特色挖掘度", "项目可行性"]
    lines = [
        ["项目编号", "费用（元）", *criteria, "示范项目"],
        ["甲", "300", *["80"] * 5, "1"],
        ["乙", "200", *["90"] * 5, "0"],
    ]
    pasted = "\n".join("\t".join(line) for line in lines)
    study = ask(
        officer_client,
        "ranking",
        county,
        projects=pasted,
        first="1",
        **{f"weight_{n}": str(n % 5) for n in range(5)},
        weight_5="0",
        weight_6="0",
    )
    address = reverse("planning:new", args=["ranking"])
    form = officer_client.get(address, {"from": str(study.uuid)}).context["form"]
    assert (form["projects"].value(), form["weight_3"].value()) == (pasted, "3")
    assert outsider_client.get(address, {"from": str(study.uuid)}).status_code in (200, 403)
    assert "甲" not in outsider_client.get(address, {"from": str(study.uuid)}).content.decode()

"""`liangtian potential`: tables, document, reports and layer, repeatable; bad input in one sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner, Result
from pyproj import CRS

from liangtian.cli.main import cli
from liangtian.formats import vector
from liangtian.formats.raster import write_elevation
from liangtian.messages import render_error
from liangtian.space.crs import reproject
from liangtian.space.slope import Elevation
from squares import EAST, NORTH, PLANE, VILLAGE_A, boundary, cell, put


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Waste land P1, half of it in the red line; a dry field P2; a homestead P3."""
    folder = tmp_path / "home"
    columns = {
        "DLBM": ["0404", "0103", "0702"],
        "ZLDWDM": [VILLAGE_A] * 3,
        "SJNF": [2022] * 3,
        "CZCSXM": [None, None, "203"],
    }
    put(folder, "DLTB", [cell(n, 0) for n in range(3)], {"BSM": ["P1", "P2", "P3"], **columns})
    put(folder, "STBHHX", [cell(0, 0, 0.5)], {"BSM": ["R"]})
    for layer in ("SYBHQ", "EDLD", "FZLD"):
        put(folder, layer, [cell(50, 50)], {"BSM": ["far"]})
    put(folder, "XZQ", [cell(0, 0, 3)], {"BSM": ["T"], "XZQDM": ["339901001"], "XZQMC": ["稻溪镇"]})
    heights = Elevation(np.zeros((40, 60)), EAST - 100, NORTH + 300, 10.0, 10.0, PLANE, "dem")
    write_elevation(heights, tmp_path / "dem.tif")
    (tmp_path / "persons.csv").write_text("339901001201,100\n", "utf-8")
    return folder


def run(home: Path, *words: object, source: object = "DLTB") -> Result:
    asked = ["potential", str(source), "--on", "2024-06-01", "--home", str(home), *(str(word) for word in words)]
    return CliRunner().invoke(cli, asked)


def options(home: Path) -> tuple[object, ...]:
    return ("--dem", home.parent / "dem.tif", "--persons", home.parent / "persons.csv")


def test_totals_and_towns_are_printed(home: Path) -> None:
    done = run(home, *options(home))
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "整治潜力调查",
        "类型\t可列入\t净面积 亩\t待查\t待查 亩\t排除",
        "后备资源垦造\t1\t7.50\t0\t0.00\t0",
        "村庄建设用地复垦\t1\t15.00\t0\t0.00\t0",
        "旱地改水田\t0\t0.00\t0\t0.00\t1",
        "耕地质量提升\t0\t0.00\t1\t15.00\t0",
        "339901001 稻溪镇",
        "后备资源垦造\t1\t7.50\t0\t0.00\t0",
        "村庄建设用地复垦\t1\t15.00\t0\t0.00\t0",
        "旱地改水田\t0\t0.00\t0\t0.00\t1",
        "耕地质量提升\t0\t0.00\t1\t15.00\t0",
    ]


def test_the_document_holds_every_candidate_with_its_reasons(home: Path) -> None:
    data = json.loads(run(home, *options(home), "--json").stdout)
    assert list(data) == [
        *("on", "place", "used", "findings", "total", "towns", "villages", "village_land", "rules", "candidates")
    ]
    waste = next(row for row in data["candidates"] if row["parcel"] == "P1")
    assert (waste["kind"], waste["state"], waste["slope_deg"], waste["slope_covered"]) == ("reclaim", "qualifies", 0, 1)
    assert [(reason["rule"], reason["says"]) for reason in waste["reasons"]] == [
        ("wenzhou-2019（九）.3", "met"),
        ("zhejiang-consolidation-2018（选址）.1", "met"),
        ("zhejiang-consolidation-2018（选址）.2", "hit"),
    ]
    assert [row["layer"] for row in data["used"]["layers"]] == ["DLTB", "EDLD", "FZLD", "STBHHX", "SYBHQ"]
    assert data["village_land"][0]["excess_m2"] == pytest.approx(998.8, abs=1)


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.html"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports_are_the_same_bytes_every_time(
    home: Path, name: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANGTIAN_LANG", lang)
    made = []
    for again in ("one", "two"):
        path = home.parent / f"{again}-{name}"
        assert run(home, *options(home), "--report", path).exit_code == 0
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 3000


def test_the_html_report_names_place_clause_and_ground(home: Path) -> None:
    run(home, *options(home), "--report", home.parent / "a.html")
    text = (home.parent / "a.html").read_text("utf-8")
    for word in ("稻溪镇", "wenzhou-2019（九）.3", "生态保护红线", "村庄建设用地", "dem.tif"):
        assert word in text


def test_the_net_ground_is_written_as_a_layer(home: Path) -> None:
    done = run(home, *options(home), "--out", home.parent / "out.gpkg")
    assert done.exit_code == 0
    read = vector.read(home.parent / "out.gpkg")
    rows = {row["parcel"] + row["kind"]: row for row in read.attributes.to_pylist()}
    assert rows["P1reclaim"]["net_m2"] == pytest.approx(4999.4, abs=1)
    assert rows["P1reclaim"]["rules"].split()[-1] == "-zhejiang-consolidation-2018（选址）.2"


def test_parcels_of_a_file_are_surveyed_against_the_published_layers(home: Path, tmp_path: Path) -> None:
    file = land(tmp_path / "land.gpkg", cell(0, 0), cell(1, 0), DLBM=["0404", "0404"])
    done = run(home, *options(home), "--json", source=file)
    data = json.loads(done.stdout)
    assert [row["parcel"] for row in data["candidates"]] == ["F1", "F2"]
    assert [row["state"] for row in data["candidates"]] == ["qualifies", "qualifies"]
    assert [note["rule"] for note in data["findings"]] == []


def land(path: Path, *shapes: shapely.Geometry, crs: CRS = PLANE, **columns: list[str]) -> Path:
    """A file of land-use parcels F1, F2 …"""
    about = {"BSM": [f"F{n}" for n in range(1, len(shapes) + 1)], "ZLDWDM": [VILLAGE_A] * len(shapes)} | columns
    moved = reproject(np.array(shapes, dtype=object), PLANE, crs)
    vector.write(replace(boundary(*moved, crs=crs), attributes=pa.table(about)), path)
    return path


def test_overlapping_parcels_are_told(home: Path, tmp_path: Path) -> None:
    file = land(tmp_path / "land.gpkg", cell(0, 0), cell(0.5, 0), DLBM=["0101", "0103"])
    data = json.loads(run(home, *options(home), "--json", source=file).stdout)
    assert [note["rule"] for note in data["findings"]] == ["BLK-02"]


def test_parcels_in_degrees_are_surveyed_in_the_plane_of_their_zone(home: Path, tmp_path: Path) -> None:
    degrees = land(tmp_path / "degrees.gpkg", cell(0, 0), crs=CRS.from_epsg(4490), DLBM=["0404"])
    metres = land(tmp_path / "metres.gpkg", cell(0, 0), DLBM=["0404"])
    one, other = (json.loads(run(home, *options(home), "--json", source=file).stdout) for file in (degrees, metres))
    assert one["candidates"][0]["net_m2"] == pytest.approx(other["candidates"][0]["net_m2"], abs=0.02)
    assert one["candidates"][0]["reasons"][-1]["says"] == "hit"


def test_parcels_without_classes_or_system_are_refused(home: Path, tmp_path: Path) -> None:
    file = land(tmp_path / "land.gpkg", cell(0, 0))
    assert getattr(run(home, source=file).exception, "message_id", None) == "blocks-no-classes"
    bare = tmp_path / "bare.shp"
    land(bare, cell(0, 0), DLBM=["0404"])
    bare.with_suffix(".prj").unlink()
    assert getattr(run(home, source=bare).exception, "message_id", None) == "crs-zone-needed"


def test_ground_to_keep_off_is_read_from_a_file(home: Path, tmp_path: Path) -> None:
    vector.write(boundary(cell(0, 0)), tmp_path / "park.gpkg")
    data = json.loads(run(home, *options(home), "--exclude", tmp_path / "park.gpkg", "--json").stdout)
    assert next(row["state"] for row in data["candidates"] if row["parcel"] == "P1") == "excluded"
    assert data["used"]["excluded"] == ["park.gpkg"]


@pytest.mark.parametrize(
    ("words", "message_id"),
    [
        (("--place", "339902"), "potential-no-land"),
        (("--persons", "bad.csv"), "potential-population-bad"),
        (("--dem", "bad.csv"), "raster-unreadable"),
        (("--dem", "dem.tif", "--dem-nodata", "x"), "raster-bad-nodata"),
        (("--report", "a.pdf"), "report-unknown-suffix"),
    ],
)
def test_bad_input_is_one_sentence(
    home: Path, words: tuple[str, ...], message_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.parent)
    Path("bad.csv").write_text("村,多少\n1,2\n", "utf-8")
    done = run(home, *words)
    error = done.exception
    assert getattr(error, "message_id", None) == message_id
    assert len(render_error(error)) > 10  # type: ignore[arg-type]


def test_only_land_use_is_surveyed(home: Path) -> None:
    assert getattr(run(home, source="XZQ").exception, "message_id", None) == "blocks-not-land-use"

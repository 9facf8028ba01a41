"""`liangtian blocks`: published layers and files, limits, and what is wrong with the input."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner
from pyproj import CRS

from liangtian.cli.main import cli
from liangtian.errors import CrsMismatch, LayerInvalid
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.formats.vector import write
from liangtian.messages import render_error
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.space.crs import reproject
from squares import PLANE, boundary, cell, home, put

__all__ = ["home"]


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["--lang", "en", "blocks", *words], catch_exceptions=False)


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def ids(document: Any) -> list[tuple[str, int]]:
    return [(block["id"], block["parcels"]) for block in document["blocks"]]


def file_of(folder: Path, shapes: list[shapely.Geometry], crs: CRS | None = PLANE, **columns: list[Any]) -> str:
    path = folder / "land.gpkg"
    rows = np.arange(1, len(shapes) + 1)
    write(Features(np.array(shapes, dtype=object), pa.table(columns), crs, "land.gpkg", rows), path)
    return str(path)


def test_blocks_of_a_published_layer_come_largest_first(home: Path) -> None:
    """P1 and P2 side by side, P4 above P1: one block of three squares; P2 has a tenth of ridges."""
    document = data("DLTB", "--home", str(home), "--on", "2024-06-01")
    (block,) = document["blocks"]
    assert list(block)[:5] == ["id", "area_m2", "net_m2", "parcels", "grade"]
    assert (block["id"], block["parcels"], block["size_class"]) == ("P1", 3, None)
    assert block["net_m2"] == pytest.approx(block["area_m2"] - 0.1 * block["area_m2"] / 3, abs=5)
    assert [part["grade"] for part in block["grades"]] == [6, 8]
    assert document["findings"] == []
    assert document["rule"]["internal"] == ["1006", "1107", "1203"]


def test_a_place_a_boundary_and_a_limit_cut(home: Path, tmp_path: Path) -> None:
    where = ("DLTB", "--home", str(home), "--on", "2024-06-01")
    assert ids(data(*where, "--place", "339901001201")) == [("P1", 2)]
    assert ids(data(*where, "--by", "village")) == [("P1", 2), ("P4", 1)]
    around = tmp_path / "around.gpkg"
    write(boundary(cell(0.5, 0, 0.25, 2)), around)
    assert ids(data(*where, "--within", str(around))) == [("P1", 2)]
    assert ids(data(*where, "--within", str(around), "--place", "339901001202")) == [("P4", 1)]


def test_blocks_below_the_size_are_left_out(home: Path) -> None:
    where = ("DLTB", "--home", str(home), "--on", "2024-06-01")
    assert ids(data(*where, "--min-mu", "43")) == [("P1", 3)]
    assert data(*where, "--min-mu", "44")["blocks"] == []
    assert run(*where, "--min-mu", "44").stdout == "No block of farmland reaches what was asked for.\n"


def test_other_land_that_a_block_encloses_is_told_by_class_when_asked_for(tmp_path: Path) -> None:
    """Eight fields around a homestead; the road along their edge is outside."""
    around = [cell(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    shapes = [*around, cell(1, 1), cell(3, 0, 0.05, 3)]
    codes = ["0103"] * 8 + ["0702", "1006"]
    path = file_of(tmp_path, shapes, BSM=[f"P{n}" for n in range(10)], DLBM=codes)
    (block,) = data(path, "--inclusions")["blocks"]
    (other,) = block["others"]
    assert (other["code"], other["area_m2"]) == ("0702", pytest.approx(block["area_m2"] / 8, abs=5))
    drawn = tmp_path / "drawn.gpkg"
    run(path, "--output", str(drawn))
    assert vector.read(drawn).attributes["others_m2"].to_pylist() == [other["area_m2"]]
    assert "others" not in data(path)["blocks"][0]
    with pytest.raises(LayerInvalid) as raised:
        run("DLTB", "--engine", "cluster", "--json", "--inclusions")
    assert raised.value.message_id == "engine-not-with"


def test_a_file_needs_no_home(tmp_path: Path) -> None:
    shapes = [cell(0, 0), cell(1.05, 0), cell(1, 0, 0.05)]
    path = file_of(tmp_path, shapes, BSM=["A", "B", "C"], DLBM=["0101", "0101", "0404"])
    assert ids(data(path)) == [("A", 1), ("B", 1)]
    assert ids(data(path, "--gap", "5")) == [("A", 2)]
    assert ids(data(path, "--gap", "4.99")) == [("A", 1), ("B", 1)]


def test_a_places_own_values_of_a_file_decide_what_joins_there(tmp_path: Path) -> None:
    names = ["A", "B"]
    path = file_of(
        tmp_path, [cell(0, 0), cell(1.05, 0)], BSM=names, DLBM=["0101"] * 2, ZLDWDM=["3399011002010000000"] * 2
    )
    own = tmp_path / "values.toml"
    own.write_text("""[[value]]
name = "liangtian-2026（技术）.block_gap_m"
place = "339901"
since = 2024-01-01
value = 5
unit = "m"
status = "law"
source = "示范县发〔2024〕3号"
""")
    asked = (path, "--values", str(own))
    assert ids(data(*asked, "--place", "339901", "--on", "2024-06-01")) == [("A", 2)]
    assert ids(data(*asked, "--place", "339901", "--on", "2023-06-01")) == [("A", 1), ("B", 1)]
    assert ids(data(*asked)) == [("A", 1), ("B", 1)]


@pytest.mark.parametrize("least", ["0", "9999"])
def test_outlines_are_written(least: str, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "blocks.gpkg"
    where = ("DLTB", "--home", str(home), "--on", "2024-06-01", "--min-mu", least)
    expected = [block["id"] for block in data(*where, "--output", str(path))["blocks"]]
    assert vector.read(path).attributes["id"].to_pylist() == expected


def test_the_summary_is_readable(tmp_path: Path) -> None:
    path = file_of(tmp_path, [cell(0, 0, 10, 10)], BSM=["A"], DLBM=["0101"])
    lines = run(path).stdout.splitlines()
    assert lines[0].startswith("1 blocks of farmland, ")
    assert lines[2].split("\t")[-1] == "1,000 mu"


def test_parcels_of_two_planes_are_brought_together(tmp_path: Path) -> None:
    """Another county published the neighbouring field in zone-prefixed coordinates."""
    columns = {"DLBM": ["0101"], "ZLDWDM": ["3399010012010000000"]}
    put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["A"], **columns}, place="339901")
    moved = shapely.transform(cell(1, 0), lambda xy: xy + np.array([40_000_000.0, 0.0]))
    other = {"DLBM": ["0101"], "ZLDWDM": ["3399020012010000000"]}
    table = snapshot.build(np.array([moved]), pa.array(["B"]), pa.table(other), CRS.from_epsg(4528))
    digest = snapshot.digest(table)
    catalogue = Catalogue(tmp_path)
    snapshot.write(table, catalogue.snapshot_path(digest))
    about = ("DLTB", "2023-12-31", digest, 1, "zone 40", {}, {}, "test", "2024-01-01")
    catalogue.record(LayerVersion("339902", *about))
    assert ids(data("DLTB", "--home", str(tmp_path))) == [("A", 2)]
    assert ids(data("DLTB", "--home", str(tmp_path), "--place", "339902")) == [("B", 1)]


def test_overlapping_fields_are_named_and_counted(tmp_path: Path) -> None:
    path = file_of(tmp_path, [cell(0, 0), cell(0.9, 0)], BSM=["A", "B"], DLBM=["0101", "0101"])
    (finding,) = data(path)["findings"]
    assert finding["rule"] == "BLK-02"
    assert finding["message"].startswith("1 pairs of farmland parcels overlap; 999.")
    assert finding["message"].endswith("A, B. Correct them and run again.")


def test_ground_that_no_parcel_covers_is_counted_and_not_crossed(tmp_path: Path) -> None:
    """A ring of woodland around two fields 5 m apart: nobody says what lies between them."""
    wood = cell(-1, -1, 4.05, 3) - cell(0, 0, 2.05, 1)
    shapes = [cell(0, 0), cell(1.05, 0), wood]
    document = data(file_of(tmp_path, shapes, BSM=["A", "B", "C"], DLBM=["0101", "0101", "0301"]))
    assert ids(document) == [("A", 1), ("B", 1)]
    (finding,) = document["findings"]
    assert finding["rule"] == "BLK-04"
    assert finding["message"].startswith("1 places, 499.")


@pytest.mark.parametrize(("rule", "expected"), [("COM-26", "BLK-02"), ("COM-27", "BLK-04"), ("COM-24", None)])
def test_what_publishing_found_wrong_is_told(rule: str, expected: str | None, home: Path) -> None:
    catalogue = Catalogue(home)
    (version,) = catalogue.valid_on("DLTB", date(2024, 6, 1))
    catalogue.record(replace(version, on="2024-01-01", quality={"level": "findings", "counts": {rule: 3}}))
    told = [finding["rule"] for finding in data("DLTB", "--home", str(home), "--on", "2024-06-01")["findings"]]
    assert told == ([expected] if expected else [])


def test_classes_that_are_none_are_named(tmp_path: Path) -> None:
    path = file_of(tmp_path, [cell(0, 0), cell(1, 0)], BSM=["A", "B"], DLBM=["0101", "9999"])
    document = data(path)
    assert ids(document) == [("A", 1)]
    assert [finding["rule"] for finding in document["findings"]] == ["BLK-01"]


def test_a_ridge_coefficient_that_is_none_is_named_and_the_net_area_null(tmp_path: Path) -> None:
    path = file_of(tmp_path, [cell(0, 0)], BSM=["A"], DLBM=["0101"], KCXS=[2.0])
    document = data(path)
    assert document["blocks"][0]["net_m2"] is None
    assert [finding["rule"] for finding in document["findings"]] == ["BLK-03"]


BOW = shapely.from_wkt("POLYGON ((570000 3380000, 570100 3380100, 570100 3380000, 570000 3380100, 570000 3380000))")


@pytest.mark.parametrize(
    ("shapes", "columns", "message_id"),
    [
        ([cell(0, 0)], {"BSM": ["A"]}, "blocks-no-classes"),
        ([BOW], {"BSM": ["A"], "DLBM": ["0101"]}, "blocks-invalid"),
    ],
)
def test_what_cannot_be_used_is_refused(
    shapes: list[shapely.Geometry], columns: dict[str, list[Any]], message_id: str, tmp_path: Path
) -> None:
    with pytest.raises(LayerInvalid) as refused:
        run(file_of(tmp_path, shapes, **columns))
    assert refused.value.message_id == message_id
    assert render_error(refused.value, lang="en").startswith("land.gpkg") or "land.gpkg" in render_error(refused.value)


def test_a_file_without_a_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "land.csv"
    path.unlink(missing_ok=True)
    shapefile = tmp_path / "land.shp"
    table = pa.table({"BSM": ["A"], "DLBM": ["0101"]})
    local = shapely.transform(cell(0, 0), lambda xy: xy - np.array([570_000.0, 3_380_000.0]))
    write(Features(np.array([local]), table, None, "land.shp", np.array([1])), shapefile)
    with pytest.raises(CrsMismatch):
        run(str(shapefile))


def test_an_unknown_source_or_another_layer_is_refused(home: Path) -> None:
    for source, message_id in (("DLTX", "blocks-source-unknown"), ("XZQ", "blocks-not-land-use")):
        with pytest.raises(LayerInvalid) as refused:
            run(source, "--home", str(home))
        assert refused.value.message_id == message_id
    with pytest.raises(LayerInvalid) as refused:
        run("DLTB", "--home", str(home), "--place", "339902")
    assert refused.value.message_id == "blocks-empty"


@pytest.mark.parametrize("gap", ["-1", "wide", "nan", "inf"])
def test_a_gap_that_is_no_width_is_a_usage_error(gap: str, home: Path) -> None:
    assert run("DLTB", "--home", str(home), "--gap", gap).exit_code == 2


def test_steep_ground_ends_blocks_from_a_grade_on(tmp_path: Path) -> None:
    shapes = [cell(0, 0), cell(1, 0), cell(2, 0)]
    path = file_of(tmp_path, shapes, BSM=["A", "B", "C"], DLBM=["0101"] * 3, GDPDJB=["1", "4", "5"])
    document = data(path)
    assert (ids(document), document["rule"]["steep_grade"]) == ([("A", 2), ("C", 1)], 5)
    assert sorted(ids(data(path, "--steep", "4"))) == [("A", 1), ("B", 1), ("C", 1)]


def test_steep_ground_of_a_file_may_be_in_another_plane(tmp_path: Path) -> None:
    shapes = [cell(0, 0), cell(1.05, 0)]
    path = file_of(tmp_path, shapes, BSM=["A", "B"], DLBM=["0101"] * 2)
    cliff = tmp_path / "cliff.gpkg"
    drawn = reproject(np.array([cell(1.02, -1, 0.01, 3)]), PLANE, CRS.from_epsg(4490))
    write(Features(drawn, pa.table({"n": [1]}), CRS.from_epsg(4490), "cliff.gpkg", np.array([1])), cliff)
    assert ids(data(path, "--gap", "5")) == [("A", 2)]
    assert ids(data(path, "--gap", "5", "--steep", str(cliff))) == [("A", 1), ("B", 1)]


def test_farmland_that_steep_ground_of_a_file_does_not_part_is_named(tmp_path: Path) -> None:
    path = file_of(tmp_path, [cell(0, 0), cell(1, 0), cell(5, 5)], BSM=["A", "B", "C"], DLBM=["0101"] * 3)
    (tmp_path / "hill").mkdir()
    hill = file_of(tmp_path / "hill", [cell(0.75, 0, 0.5, 1)], n=[1])
    document = data(path, "--steep", hill)
    assert ids(document) == [("A", 2), ("C", 1)]
    (finding,) = document["findings"]
    assert (finding["rule"], "A, B" in finding["message"]) == ("BLK-05", True)


@pytest.mark.parametrize(
    ("given", "message_id"), [("6", "blocks-steep-unknown"), ("nowhere.gpkg", "blocks-steep-unknown")]
)
def test_steep_ground_that_is_neither_grade_nor_file_is_refused(given: str, message_id: str, tmp_path: Path) -> None:
    with pytest.raises(LayerInvalid) as refused:
        run(file_of(tmp_path, [cell(0, 0)], BSM=["A"], DLBM=["0101"]), "--steep", given)
    assert refused.value.message_id == message_id


def test_results_of_tiles_are_kept_beside_the_indexes_and_may_be_damaged(home: Path) -> None:
    where = ("DLTB", "--home", str(home), "--on", "2024-06-01")
    first = data(*where)
    files = sorted((home / "index" / "tiles").glob("*/*.npy"))
    assert files
    made = [file.stat().st_ino for file in files]  # reading one renews its time, computing it makes another file
    assert data(*where) == first
    assert [file.stat().st_ino for file in files] == made
    files[0].write_bytes(b"torn")
    assert data(*where) == first

"""`liangtian convert`: from format to format, moved only when asked."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner, Result
from pyproj import CRS

from liangtian.cli.main import cli
from liangtian.errors import LiangtianError
from liangtian.formats import vector
from liangtian.formats.features import Features

PARCEL = shapely.box(40565259.975, 3379064.298, 40565359.975, 3379164.298)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    table = pa.table({"QSDWMC": ["盐官镇"]})
    crs = CRS.from_epsg(4528)
    features = Features(np.array([PARCEL], dtype=object), table, crs, "x", np.array([1]))
    vector.write(features, tmp_path / "图斑.shp", encoding="gbk")
    return tmp_path / "图斑.shp"


def convert(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["convert", *map(str, arguments)])


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_convert_keeps_coordinates_text_and_system(source: Path, suffix: str) -> None:
    target = source.with_suffix(suffix)
    result = convert(source, target, "--to-crs", "EPSG:4528")
    read = vector.read(target)

    assert (result.exit_code, result.output) == (0, "")
    assert shapely.equals(read.geometry[0], PARCEL)
    assert read.attributes.to_pydict() == {"QSDWMC": ["盐官镇"]}
    assert read.crs is not None
    assert read.crs.to_epsg() == 4528


def test_convert_moves_to_the_asked_system_and_back(source: Path, tmp_path: Path) -> None:
    assert convert(source, tmp_path / "a.geojson", "--to-crs", "EPSG:4490").exit_code == 0
    assert convert(tmp_path / "a.geojson", tmp_path / "b.gpkg", "--to-crs", "EPSG:4528").exit_code == 0

    degrees, back = vector.read(tmp_path / "a.geojson"), vector.read(tmp_path / "b.gpkg")
    assert shapely.total_bounds(degrees.geometry).round(3).tolist() == [120.68, 30.53, 120.681, 30.531]
    assert shapely.equals_exact(back.geometry[0].normalize(), PARCEL.normalize(), tolerance=1e-4)


def test_convert_says_what_it_assumed_in_both_languages(source: Path, tmp_path: Path) -> None:
    source.with_suffix(".prj").unlink()
    zh = CliRunner().invoke(cli, ["convert", str(source), str(tmp_path / "a.gpkg")])
    en = CliRunner().invoke(cli, ["--lang", "en", "convert", str(source), str(tmp_path / "b.gpkg")])

    name = "EPSG:4528 (CGCS2000 / 3-degree Gauss-Kruger zone 40)"
    assert zh.stderr.startswith(f"图斑.shp：文件未注明坐标系，按坐标值判断为 {name}。")
    assert en.stderr.startswith(f"图斑.shp: the file names no coordinate system; its coordinates are those of {name}.")


def test_convert_writes_gbk_when_asked(source: Path, tmp_path: Path) -> None:
    assert convert(source, tmp_path / "a.shp", "--out-encoding", "gbk").exit_code == 0
    assert convert(source, tmp_path / "b.shp").exit_code == 0

    assert (tmp_path / "a.cpg").read_text() == "GBK"
    assert (tmp_path / "b.cpg").read_text() == "UTF-8"
    assert "盐官镇".encode("gbk") in (tmp_path / "a.dbf").read_bytes()


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("a.geojson", [], "crs-geojson-projected"),
        ("图斑.shp", [], "file-exists"),
        ("a.pdf", [], "file-unknown-write-suffix"),
        ("a.gpkg", ["--to-crs", "EPSG:2154"], "crs-no-transformation"),
    ],
)
def test_convert_refuses_with_one_reason(source: Path, target: str, options: list[str], message: str) -> None:
    result = convert(source, source.with_name(target), *options)

    assert isinstance(result.exception, LiangtianError)
    assert result.exception.message_id == message


def test_convert_refuses_an_unknown_system_as_misuse(source: Path, tmp_path: Path) -> None:
    assert convert(source, tmp_path / "a.gpkg", "--to-crs", "EPSG:999999").exit_code == 2

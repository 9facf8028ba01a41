"""Every vector format through the front door: what is read, what is repaired, what is refused and why."""

import json
import struct
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch, FileUnreadable, LiangtianError
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.messages import render, render_error

# Zone 40 without prefix: a parcel with a hole, a parcel of two parts, both off the millimetre grid.
ZONE = CRS.from_epsg(4549)
WITH_HOLE = shapely.Polygon(
    [(565259.97512, 3379064.29834), (565359.975, 3379064.298), (565359.9, 3379164.3), (565259.9, 3379164.3)],
    [[(565280.125, 3379080.125), (565280.125, 3379090.5), (565290.25, 3379090.5), (565280.125, 3379080.125)]],
)
TWO_PARTS = shapely.MultiPolygon(
    [shapely.box(565400, 3379000, 565410, 3379010), shapely.box(565420, 3379000, 565430.5, 3379010)]
)
CHINESE = {
    "BSM": ["330481000000000001", "330481000000000002"],
    "QSDWMC": ["盐官镇", "丁桥镇堃村"],
    "名称": ["水田", None],
}


def features(crs: CRS | None = ZONE, **columns: list[object]) -> Features:
    geometry = np.array([WITH_HOLE, TWO_PARTS], dtype=object)
    if crs is not None and crs.is_geographic:
        geometry = shapely.transform(geometry, lambda xy: (xy - (565000, 3379000)) * 1e-5 + (120.7, 30.5))
    return Features(geometry, pa.table(columns or CHINESE), crs, "parcels", np.arange(1, 3))


def farthest_move(before: Features, after: Features) -> float:
    """The largest move of a vertex, ring by ring from its lowest-left vertex and in one direction."""
    one, other = (shapely.get_coordinates(shapely.normalize(item.geometry)) for item in (before, after))
    assert one.shape == other.shape
    return float(np.abs(one - other).max())


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(LiangtianError) as caught:
        vector.read(path, **options)
    for lang in ("zh", "en"):
        sentence = render_error(caught.value, lang=lang)
        assert str(path.parent) not in sentence
    return caught.value.message_id


def rules(read: Features) -> list[str]:
    for finding in read.findings:
        assert render(finding, lang="zh") != render(finding, lang="en")
    return [finding.rule for finding in read.findings]


def write_gdal(
    path: Path, table: dict[str, list[object]], driver: str, kind: str = "Polygon", **options: object
) -> None:
    columns = pa.table({**table, "geometry": pa.array(shapely.to_wkb(table["geometry"]), pa.binary())})
    options.setdefault("crs", "EPSG:4549")
    pyogrio.write_arrow(columns, path, driver=driver, geometry_name="geometry", geometry_type=kind, **options)


# --- round trips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("a.shp", "utf-8"), ("a.shp", "gbk"), ("a.shp", None), ("a.gpkg", None), ("a.parquet", None)],
)
def test_write_read_moves_nothing_and_keeps_chinese(tmp_path: Path, name: str, encoding: str | None) -> None:
    before = features()
    vector.write(before, tmp_path / name, encoding=encoding)
    after = vector.read(tmp_path / name)

    assert farthest_move(before, after) == 0
    assert after.attributes.to_pydict() == CHINESE
    assert after.crs is not None
    assert after.crs.to_epsg() == 4549
    assert (after.source, after.rows.tolist(), rules(after)) == (name, [1, 2], [])


@pytest.mark.parametrize("epsg", [4490, 4326])
def test_geojson_keeps_degrees_and_never_relabels(tmp_path: Path, epsg: int) -> None:
    before = features(CRS.from_epsg(epsg))
    vector.write(before, tmp_path / "a.geojson")
    after = vector.read(tmp_path / "a.geojson")

    assert farthest_move(before, after) < 1e-9
    assert after.attributes.to_pydict() == CHINESE
    assert after.crs is not None
    assert after.crs.to_epsg() == epsg
    first = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"][0]["geometry"]["coordinates"][0][0]
    assert [round(value) for value in first] == [121, 31]


def test_geojson_refuses_projected_coordinates(tmp_path: Path) -> None:
    with pytest.raises(CrsMismatch) as caught:
        vector.write(features(), tmp_path / "a.geojson")
    assert caught.value.message_id == "crs-geojson-projected"
    assert caught.value.params == {"file": "a.geojson", "crs": ZONE.name}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.parquet"])
def test_write_read_keeps_missing_geometry_and_missing_crs(tmp_path: Path, name: str) -> None:
    before = features(None)
    before.geometry[1] = None
    vector.write(before, tmp_path / name)
    after = vector.read(tmp_path / name)

    assert after.crs is None
    assert [shape is None for shape in after.geometry] == [False, True]


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.parquet", "a.geojson"])
def test_write_read_keeps_numbers_dates_and_codes(tmp_path: Path, name: str) -> None:
    typed = {
        "TBMJ": pa.array([1234.56, None]),
        "COUNT": pa.array([7, None], pa.int32()),
        "SJNF": pa.array([date(2024, 12, 31), None]),
        "DLBM": pa.array(["0101", "0103"]).dictionary_encode(),
    }
    vector.write(features(CRS.from_epsg(4490), **typed), tmp_path / name)
    read = vector.read(tmp_path / name).attributes

    assert read.column("TBMJ").to_pylist() == [1234.56, None]
    assert read.column("COUNT").to_pylist() == [7, None]
    assert read.column("SJNF").to_pylist() == [date(2024, 12, 31), None]
    assert read.column("DLBM").to_pylist() == ["0101", "0103"]


def test_an_empty_layer_without_attributes_survives(tmp_path: Path) -> None:
    empty = Features(np.array([], dtype=object), pa.table({}), ZONE, "none", np.array([], dtype=np.int64))
    for name in ("a.gpkg", "a.parquet"):
        vector.write(empty, tmp_path / name)
        assert len(vector.read(tmp_path / name)) == 0


def test_geoparquet_states_version_types_and_projjson(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "a.parquet")
    geo = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"geo"])

    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Polygon", "MultiPolygon"])
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4549}
    assert column["bbox"] == shapely.total_bounds(features().geometry).tolist()


# --- containers -------------------------------------------------------------------------------------------------


@pytest.fixture
def gdb(tmp_path: Path) -> Path:
    path = tmp_path / "县级.gdb"
    table = {"QSDWMC": ["盐官镇"], "geometry": [shapely.box(565259, 3379064, 565359, 3379164)]}
    write_gdal(path, table, "OpenFileGDB", layer="DLTB")
    write_gdal(path, table, "OpenFileGDB", layer="XZQ", append=True)
    write_gdal(
        path, {"QSDWMC": ["点"], "geometry": [shapely.Point(1, 1)]}, "OpenFileGDB", "Point", layer="注记", append=True
    )
    return path


def test_geodatabase_reads_the_named_layer(gdb: Path) -> None:
    read = vector.read(gdb, layer="DLTB")

    assert vector.layer_names(gdb) == ["DLTB", "XZQ"]
    assert read.source == "县级.gdb|DLTB"
    assert read.attributes.to_pydict() == {"QSDWMC": ["盐官镇"]}
    assert read.crs is not None
    assert read.crs.to_epsg() == 4549
    assert read.geometry[0].area == pytest.approx(10_000, abs=0.1)


def test_geodatabase_asks_for_a_layer_and_refuses_wrong_ones(gdb: Path) -> None:
    assert refusal(gdb) == "file-several-layers"
    assert refusal(gdb, layer="YJJBNTBHTB") == "file-layer-unknown"
    assert refusal(gdb, layer="注记") == "file-no-polygons"


def test_geodatabase_cut_short_is_refused(gdb: Path) -> None:
    table = max(gdb.glob("*.gdbtable"), key=lambda path: path.name)
    table.write_bytes(table.read_bytes()[:-50])

    assert refusal(gdb, layer="DLTB") == "file-truncated"


def test_geodatabase_zipped_reads_the_same(gdb: Path, tmp_path: Path) -> None:
    for name, prefix in (("with.zip", "县级.gdb/"), ("bare.zip", "")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part in gdb.iterdir():
                archive.write(part, prefix + part.name)
        assert vector.layer_names(tmp_path / name) == ["DLTB", "XZQ"]
        assert vector.read(tmp_path / name, layer="DLTB").attributes.to_pydict() == {"QSDWMC": ["盐官镇"]}


def test_an_empty_folder_is_no_geodatabase(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()

    assert refusal(tmp_path / "a.gdb") == "file-not-what-named"


def test_shapefile_zipped_reads_the_same(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "图斑.shp", encoding="gbk")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("图斑.*"):
            archive.write(part, f"矢量数据/{part.name}")
    read = vector.read(tmp_path / "a.zip", workdir=tmp_path)

    assert (read.source, read.attributes.to_pydict()) == ("a.zip/图斑.shp", CHINESE)
    assert farthest_move(features(), read) == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".cpg", ".dbf", ".prj", ".shp", ".shx", ".zip"]


def test_a_zip_of_several_shapefiles_lists_them_as_layers(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for stem in ("DLTB", "XZQ"):
            vector.write(features(**{"NAME": [stem, stem]}), tmp_path / f"{stem}.shp")
            for part in tmp_path.glob(f"{stem}.*"):
                archive.write(part, part.name)

    assert vector.layer_names(tmp_path / "a.zip") == ["DLTB", "XZQ"]
    assert vector.read(tmp_path / "a.zip", layer="XZQ").attributes.to_pydict() == {"NAME": ["XZQ", "XZQ"]}
    assert refusal(tmp_path / "a.zip") == "file-zip-several"


# --- text -------------------------------------------------------------------------------------------------------


def shapefile(folder: Path, *, encoding: str, cpg: str | None) -> Path:
    vector.write(features(), folder / "a.shp", encoding=encoding)
    (folder / "a.cpg").unlink()
    if cpg is not None:
        (folder / "a.cpg").write_text(cpg)
    return folder / "a.shp"


@pytest.mark.parametrize(
    ("encoding", "cpg", "expected"),
    [
        ("gbk", None, ["FILE-01"]),
        ("utf-8", None, ["FILE-01"]),
        ("gbk", "936", []),
        ("gbk", "GB2312", []),
        ("utf-8", "65001", []),
        ("gbk", "UTF-8", ["FILE-02"]),
        ("gbk", "nonsense", ["FILE-01"]),
        ("gbk", "GB\0K", ["FILE-01"]),
        ("gbk", "ISO-8859-1", ["FILE-03"]),
        ("gbk", "ANSI 1252", ["FILE-03"]),
    ],
)
def test_shapefile_text_is_read_whatever_the_cpg_says(
    tmp_path: Path, encoding: str, cpg: str | None, expected: list[str]
) -> None:
    read = vector.read(shapefile(tmp_path, encoding=encoding, cpg=cpg))

    assert read.attributes.to_pydict() == CHINESE
    assert rules(read) == expected


def test_shapefile_takes_the_encoding_it_is_told(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="gbk", cpg=None)

    assert vector.read(path, encoding="gb18030").attributes.to_pydict() == CHINESE
    assert refusal(path, encoding="utf-8") == "file-encoding-wrong"
    assert refusal(path, encoding="klingon") == "file-encoding-wrong"


def test_text_mangled_before_it_was_written_is_repaired(tmp_path: Path) -> None:
    mangled = [text.encode("gbk").decode("latin1") for text in ("盐官镇", "丁桥镇堃村")]
    vector.write(features(QSDWMC=mangled), tmp_path / "a.gpkg")
    read = vector.read(tmp_path / "a.gpkg")

    assert read.attributes.to_pydict() == {"QSDWMC": ["盐官镇", "丁桥镇堃村"]}
    assert rules(read) == ["FILE-03"]


def test_only_the_mangled_texts_of_a_table_are_changed(tmp_path: Path) -> None:
    mangled = "丁桥镇".encode("gbk").decode("latin1")
    vector.write(features(QSDWMC=[mangled, "5 × 3 ±"]), tmp_path / "a.gpkg")

    assert vector.read(tmp_path / "a.gpkg").attributes.to_pydict() == {"QSDWMC": ["丁桥镇", "5 × 3 ±"]}


@pytest.mark.parametrize("columns", [CHINESE, {"QSDWMC": ["盐官镇", "丁桥镇"]}])
def test_geojson_in_gbk_is_refused(tmp_path: Path, columns: dict[str, list[object]]) -> None:
    vector.write(features(CRS.from_epsg(4490), **columns), tmp_path / "a.geojson")
    (tmp_path / "b.geojson").write_bytes((tmp_path / "a.geojson").read_text("utf-8").encode("gbk"))

    assert refusal(tmp_path / "b.geojson") == "file-text-not-utf8"


@pytest.mark.parametrize(
    ("mark", "raw", "text"),
    [(0x57, "Græs".encode("cp1252"), "Græs"), (0x57, "㐀a".encode("gb18030"), "㐀a"), (0x00, b"\xff\xff", None)],
)
def test_shapefile_text_without_cpg_follows_the_table_where_it_is_not_chinese(
    tmp_path: Path, mark: int, raw: bytes, text: str | None
) -> None:
    vector.write(features(BZ=["@" * len(raw), "x"]), tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    table = bytearray((tmp_path / "a.dbf").read_bytes().replace(b"@" * len(raw), raw))
    table[29] = mark
    (tmp_path / "a.dbf").write_bytes(table)

    if text is None:
        assert refusal(tmp_path / "a.shp") == "file-encoding-unknown"
    else:
        assert vector.read(tmp_path / "a.shp").attributes.to_pydict() == {"BZ": [text, "x"]}


def test_european_text_is_left_alone(tmp_path: Path) -> None:
    names = ["Österreich, Græs", "kløver ß"]
    vector.write(features(NAME=names), tmp_path / "a.gpkg")
    read = vector.read(tmp_path / "a.gpkg")

    assert (read.attributes.to_pydict(), rules(read)) == ({"NAME": names}, [])


@pytest.mark.parametrize(
    ("columns", "encoding", "message"),
    [
        ({"永久基本农田": ["a", "b"]}, "gbk", "shp-name-too-long"),
        ({"基本农田": ["a", "b"]}, "utf-8", "shp-name-too-long"),
        ({"LANDUSECODE": ["a", "b"]}, "utf-8", "shp-name-too-long"),
        ({"BZ": ["a", "田" * 128]}, "gbk", "shp-text-too-long"),
        ({"BZ": ["a", "x" * 255]}, "utf-8", "shp-text-too-long"),
        ({"BZ": ["a", "𠮷"]}, "gbk", "shp-text-not-encodable"),
        ({"bz": ["a", "b"], "BZ": ["c", "d"]}, "gbk", "shp-name-twice"),
        ({"BZ": ["a", "b"]}, "big5", "file-encoding-wrong"),
        ({"BZ": [[1], [2]]}, "gbk", "file-column-type"),
        ({"Geometry": ["a", "b"]}, "gbk", "file-name-taken"),
    ],
)
def test_shapefile_refuses_what_it_cannot_hold(
    tmp_path: Path, columns: dict[str, list[object]], encoding: str, message: str
) -> None:
    with pytest.raises(FileUnreadable) as caught:
        vector.write(features(**columns), tmp_path / "a.shp", encoding=encoding)

    assert caught.value.message_id == message
    assert render_error(caught.value) != render_error(caught.value, lang="en")
    assert list(tmp_path.iterdir()) == []


def test_shapefile_holds_text_up_to_the_limit(tmp_path: Path) -> None:
    vector.write(features(BZ=["田" * 127, "x" * 254]), tmp_path / "a.shp", encoding="gbk")

    assert vector.read(tmp_path / "a.shp").attributes.to_pydict() == {"BZ": ["田" * 127, "x" * 254]}


# --- damaged files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "size", "message"),
    [(".shp", 300, "file-truncated"), (".shp", 60, "file-not-what-named"), (".shx", 104, "file-truncated"),
     (".dbf", 200, "file-truncated"), (".dbf", 20, "file-truncated")],
)  # fmt: skip
def test_truncated_shapefile_is_refused(tmp_path: Path, part: str, size: int, message: str) -> None:
    path = shapefile(tmp_path, encoding="utf-8", cpg="UTF-8")
    path.with_suffix(part).write_bytes(path.with_suffix(part).read_bytes()[:size])

    assert refusal(path) == message


@pytest.mark.parametrize(("right", "wrong"), [("PROJECTION[", "XROJECTION["), ("Degree_GK", "Degre{_GK")])
def test_shapefile_with_a_broken_prj_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    path = shapefile(tmp_path, encoding="utf-8", cpg="UTF-8")
    wkt = path.with_suffix(".prj").read_text()
    assert right in wkt
    path.with_suffix(".prj").write_text(wkt.replace(right, wrong))

    assert refusal(path) == "file-crs-unreadable"


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_shapefile_without_a_part_is_refused_by_its_name(tmp_path: Path, part: str) -> None:
    path = shapefile(tmp_path, encoding="utf-8", cpg="UTF-8")
    path.with_suffix(part).unlink()

    with pytest.raises(FileUnreadable) as caught:
        vector.read(path)
    assert (caught.value.message_id, caught.value.params) == (
        "file-part-missing",
        {"file": "a.shp", "part": f"a{part}"},
    )


def test_shapefile_with_the_table_of_another_is_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="utf-8", cpg="UTF-8")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    struct.pack_into("<I", table, 4, 1)
    path.with_suffix(".dbf").write_bytes(table)

    assert refusal(path) == "file-parts-disagree"


def test_shapefile_parts_may_be_named_in_capitals(tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding="gbk", cpg="GBK")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))

    assert vector.read(path.with_suffix(".SHP")).attributes.to_pydict() == CHINESE


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.parquet", "a.dxf", "a.kml", "a.zip"])
def test_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert refusal(tmp_path / name) == "file-empty"


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.shp", "file-part-missing"), ("a.gpkg", "file-not-what-named"), ("a.geojson", "file-not-what-named"),
     ("a.kml", "file-not-what-named"), ("a.parquet", "file-broken"), ("a.dxf", "file-not-what-named"),
     ("a.zip", "file-not-zip"), ("a.docx", "file-unknown-suffix"), ("a.gdb", "file-unknown-suffix")],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"certainly something else\n" * 40)

    assert refusal(tmp_path / name) == message


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.parquet"])
def test_half_a_file_is_refused(tmp_path: Path, name: str) -> None:
    vector.write(features(CRS.from_epsg(4490)), tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])

    assert refusal(tmp_path / name) == "file-broken"


def test_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.shp") == "file-missing"


def test_points_are_no_parcels(tmp_path: Path) -> None:
    write_gdal(tmp_path / "a.shp", {"N": ["a"], "geometry": [shapely.Point(1, 1)]}, "ESRI Shapefile", "Point")
    (tmp_path / "a.geojson").write_text('{"type": "Point", "coordinates": [120, 30]}')

    write_gdal(tmp_path / "a.gpkg", {"N": ["a"], "geometry": [shapely.Point(1, 1)]}, "GPKG", "Unknown")

    assert refusal(tmp_path / "a.shp") == "file-no-polygons"
    assert refusal(tmp_path / "a.gpkg") == "file-no-polygons"
    assert refusal(tmp_path / "a.geojson") == "file-no-polygons"


def test_a_recipe_in_json_is_not_followed(tmp_path: Path) -> None:
    vector.write(features(CRS.from_epsg(4490)), tmp_path / "secret.geojson")
    recipe = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {tmp_path}/secret.geojson"}
    (tmp_path / "a.json").write_text(json.dumps(recipe))

    assert refusal(tmp_path / "a.json") == "file-broken"


def test_geoparquet_without_geo_or_with_another_encoding_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "plain.parquet")
    vector.write(features(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["encoding"] = "polygon"
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "native.parquet")

    assert refusal(tmp_path / "plain.parquet") == "geoparquet-no-geo"
    assert refusal(tmp_path / "native.parquet") == "geoparquet-encoding"


@pytest.mark.parametrize(
    ("change", "message"),
    [({"version": "1.1.0"}, "geoparquet-no-geo"), ({"columns": {"geometry": None}}, "geoparquet-no-geo"),
     ({"columns": {"geometry": {"encoding": "WKB", "crs": {"type": "?"}}}}, "file-crs-unreadable"),
     ({"columns": {"geometry": {"encoding": "WKB", "edges": "spherical"}}}, "geoparquet-encoding")],
)  # fmt: skip
def test_geoparquet_with_metadata_that_misleads_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    vector.write(features(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    geo = change if "version" in change else json.loads(table.schema.metadata[b"geo"]) | change
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "b.parquet")

    assert refusal(tmp_path / "b.parquet") == message


def test_geoparquet_without_crs_key_is_wgs84(tmp_path: Path) -> None:
    vector.write(features(CRS.from_epsg(4490)), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "b.parquet")

    read = vector.read(tmp_path / "b.parquet")
    assert read.crs is not None
    assert read.crs.to_epsg() == 4326


# --- geometry ---------------------------------------------------------------------------------------------------


def test_heights_are_dropped_on_record(tmp_path: Path) -> None:
    raised = shapely.force_3d(shapely.box(120.7, 30.5, 120.8, 30.6), 5.0)
    write_gdal(tmp_path / "a.gpkg", {"N": ["a"], "geometry": [raised]}, "GPKG", "Unknown", crs="EPSG:4490")
    read = vector.read(tmp_path / "a.gpkg")

    assert (read.geometry[0].has_z, rules(read)) == (False, ["FILE-04"])


def test_curves_become_chords_on_record(tmp_path: Path) -> None:
    # CURVEPOLYGON (CIRCULARSTRING): a circle of radius 100 m.
    points = np.array([[0, 0], [100, 100], [200, 0], [100, -100], [0, 0]], dtype="<f8") + (565000, 3379000)
    ring = struct.pack("<BII", 1, 8, 5) + points.tobytes()
    circle = struct.pack("<BII", 1, 10, 1) + ring
    table = pa.table({"N": ["圆"], "geometry": pa.array([circle], pa.binary())})
    pyogrio.write_arrow(
        table, tmp_path / "a.gpkg", driver="GPKG", geometry_name="geometry", geometry_type="Unknown", crs="EPSG:4549"
    )
    read = vector.read(tmp_path / "a.gpkg")

    distance = shapely.distance(shapely.boundary(read.geometry[0]), shapely.Point(565100, 3379000))
    assert distance == pytest.approx(100, abs=0.0003)
    assert (read.attributes.to_pydict(), rules(read)) == ({"N": ["圆"]}, ["FILE-05"])


def test_curves_in_geoparquet_are_refused(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    arc = struct.pack("<BII", 1, 8, 3) + np.array([[0, 0], [1, 1], [2, 0]], dtype="<f8").tobytes()
    curved = table.set_column(table.schema.get_field_index("geometry"), "geometry", pa.array([arc, arc], pa.binary()))
    pq.write_table(curved, tmp_path / "b.parquet")

    assert refusal(tmp_path / "b.parquet") == "geoparquet-encoding"


def test_other_shapes_beside_polygons_are_counted(tmp_path: Path) -> None:
    shapes = [shapely.Point(120, 30), shapely.box(120, 30, 120.1, 30.1)]
    write_gdal(tmp_path / "a.gpkg", {"N": ["点", "面"], "geometry": shapes}, "GPKG", "Unknown", crs="EPSG:4490")
    read = vector.read(tmp_path / "a.gpkg")

    assert (read.attributes.to_pydict(), read.rows.tolist(), rules(read)) == ({"N": ["面"]}, [2], ["FILE-06"])
    assert read.findings[0].params["count"] == 1


def test_a_geometry_beyond_parsing_is_reported_with_its_record(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    wkb = pa.array([table.column("geometry")[0].as_py(), b"\x01\x03\x00"], pa.binary())
    broken = table.set_column(table.schema.get_field_index("geometry"), "geometry", wkb)
    pq.write_table(broken, tmp_path / "b.parquet")
    read = vector.read(tmp_path / "b.parquet")

    assert ([shape is None for shape in read.geometry], rules(read)) == ([False, True], ["FILE-07"])
    assert read.findings[0].where is not None
    assert read.findings[0].where.row == 2


def test_bow_tie_is_read_as_it_stands(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    tied = Features(np.array([bow_tie], dtype=object), pa.table({"N": ["领结"]}), ZONE, "x", np.array([1]))
    vector.write(tied, tmp_path / "a.gpkg")

    assert vector.read(tmp_path / "a.gpkg").geometry[0].equals_exact(bow_tie)


def test_geojson_of_metres_without_crs_is_not_taken_for_degrees(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(shapely.to_geojson(shapely.box(40565259, 3379064, 40565359, 3379164)))
    read = vector.read(tmp_path / "a.json")

    assert (read.crs, rules(read)) == (None, ["FILE-10"])


# --- DXF and KML ------------------------------------------------------------------------------------------------


def dxf(*entities: str, version: str = "AC1027", code_page: str = "ANSI_936") -> str:
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n9\n$DWGCODEPAGE\n3\n{code_page}\n0\nENDSEC"
    return "\n".join([head, "0\nSECTION\n2\nENTITIES", *entities, "0\nENDSEC\n0\nEOF\n"])


def polyline(layer: str, x: float, y: float, size: float, closed: int = 1) -> str:
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    points = "\n".join(f"10\n{east}\n20\n{north}" for east, north in corners)
    return f"0\nLWPOLYLINE\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline\n90\n4\n70\n{closed}\n{points}"


def test_dxf_nests_holes_and_islands_by_drawing_layer(tmp_path: Path) -> None:
    drawing = dxf(
        polyline("边界", 12, 12, 6),
        polyline("边界", 0, 0, 100),
        polyline("边界", 10, 10, 10),
        polyline("边界", 200, 0, 10),
        polyline("房屋", 40, 40, 10),
        polyline("边界", 60, 60, 10, closed=0),
        "0\nCIRCLE\n100\nAcDbEntity\n8\n边界\n100\nAcDbCircle\n10\n50\n20\n50\n40\n5",
        "0\nPOINT\n100\nAcDbEntity\n8\n边界\n10\n1\n20\n1",
    )
    (tmp_path / "a.dxf").write_text(drawing, "utf-8")
    read = vector.read(tmp_path / "a.dxf")

    layers = read.attributes.column("Layer").to_pylist()
    found = sorted(zip(shapely.area(read.geometry).tolist(), layers, strict=True))
    assert found == [(36.0, "边界"), (100.0, "房屋"), (100.0, "边界"), (9900.0, "边界")]
    assert (read.crs, rules(read), read.findings[0].params["count"]) == (None, ["FILE-08"], 3)


@pytest.mark.parametrize(
    ("encoding", "version", "code_page", "expected"),
    [
        ("utf-8", "AC1027", "ANSI_936", []),
        ("gbk", "AC1015", "ANSI_936", []),
        ("gbk", "AC1015", "ANSI_1252", ["FILE-03"]),
    ],
)
def test_dxf_layer_names_are_chinese(
    tmp_path: Path, encoding: str, version: str, code_page: str, expected: list[str]
) -> None:
    drawing = dxf(polyline("用地红线", 0, 0, 10), version=version, code_page=code_page)
    (tmp_path / "a.dxf").write_text(drawing, encoding)
    read = vector.read(tmp_path / "a.dxf")

    assert (read.attributes.column("Layer").to_pylist(), rules(read)) == (["用地红线"], expected)


def test_dxf_without_closed_polylines_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dxf").write_text(dxf(polyline("边界", 0, 0, 10, closed=0)), "utf-8")

    assert refusal(tmp_path / "a.dxf") == "dxf-no-closed-polyline"


def test_kml_reads_polygons_and_extended_data(tmp_path: Path) -> None:
    ring = "120.70,30.50,0 120.71,30.50,0 120.71,30.51,0 120.70,30.50,0"
    (tmp_path / "a.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>项目</name>'
        "<Placemark><name>地块一</name><ExtendedData><Data name='地类'><value>水田</value></Data></ExtendedData>"
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></Document></kml>",
        "utf-8",
    )
    read = vector.read(tmp_path / "a.kml")

    assert read.attributes.to_pydict() == {"Name": ["地块一"], "description": [None], "地类": ["水田"]}
    assert read.crs is not None
    assert read.crs.to_epsg() == 4326
    assert shapely.get_num_coordinates(read.geometry[0]) == 4


SECRET = (
    '{"type": "Feature", "properties": {"secret": 1}, "geometry": {"type": "Polygon",'
    ' "coordinates": [[[120.6, 30.5], [120.7, 30.5], [120.7, 30.6], [120.6, 30.5]]]}}'
)


@pytest.mark.parametrize(
    ("name", "before"),
    [("a.kml", ""), ("a.kml", "<kml/>"), ("a.kml", "<?xml version='1.0'?><kml><!-- "), ("a.dxf", ""),
     ("a.dxf", "999\n"), ("a.dxf", "0\nSECTION\n999\n")],
)  # fmt: skip
def test_a_file_that_has_gdal_read_another_one_is_refused(tmp_path: Path, name: str, before: str) -> None:
    """A virtual data set could show any file of the server, or make it ask any address."""
    secret = tmp_path / "secret.geojson"
    secret.write_text(SECRET)
    source = f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    (tmp_path / name).write_text(f"{before}{source}</OGRVRTDataSource>")

    assert refusal(tmp_path / name) == "file-not-what-named"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / name, name)
    assert refusal(tmp_path / "a.zip") == "file-not-what-named"


def test_a_redirection_far_into_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text("<kml>" + " " * ((1 << 20) - 12) + "<OGRVRTDataSource/></kml>")

    assert refusal(tmp_path / "a.kml") == "file-not-what-named"


def test_a_file_that_another_reader_chose_is_not_handed_on(tmp_path: Path) -> None:
    """GML in the place of KML: harmless here, but not what the name says."""
    ring = "<gml:LinearRing><gml:posList>30 120 31 120 31 121 30 120</gml:posList></gml:LinearRing>"
    shape = f"<gml:Polygon><gml:exterior>{ring}</gml:exterior></gml:Polygon>"
    (tmp_path / "a.kml").write_text(
        f'<Folder xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><f><g>{shape}</g></f></gml:featureMember></Folder>'
    )

    assert refusal(tmp_path / "a.kml") == "file-not-what-named"


@pytest.mark.parametrize("codec", ["zip", "bz2", "hex", "rot13", "uu", "quopri", "base64", "undefined"])
def test_a_cpg_that_names_no_encoding_of_text_is_passed_over(tmp_path: Path, codec: str) -> None:
    vector.write(features(), tmp_path / "a.shp", encoding="gbk")
    (tmp_path / "a.cpg").write_text(codec)

    assert vector.read(tmp_path / "a.shp").attributes.to_pydict() == CHINESE


@pytest.mark.parametrize(
    ("column", "about"),
    [("geometry", {"covering": []}), ("geometry", {"covering": None}), ("geometry", {"covering": {"bbox": [1]}}),
     ("geometry", {"covering": {"bbox": {"xmin": 5}}}), ("geometry", {"covering": {"bbox": {"xmin": []}}}),
     ("geometry", None), ("number", {})],
)  # fmt: skip
def test_a_geoparquet_described_otherwise_is_read_or_refused(tmp_path: Path, column: str, about: dict | None) -> None:
    shapes = pa.array(shapely.to_wkb([shapely.box(120.6, 30.5, 120.7, 30.6)]), pa.binary())
    described = "WKB" if about is None else {"encoding": "WKB", **about}
    geo = json.dumps({"primary_column": column, "columns": {column: described}}).encode()
    table = pa.table({"geometry": shapes, "number": [1]}).replace_schema_metadata({b"geo": geo})
    pq.write_table(table, tmp_path / "a.parquet")

    if column == "geometry" and about is not None:
        assert vector.read(tmp_path / "a.parquet").attributes.column_names == ["number"]
    else:
        assert refusal(tmp_path / "a.parquet") == "geoparquet-no-geo"


# --- writing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.gpkg", "a.parquet"])
def test_a_column_the_format_cannot_hold_leaves_no_file(tmp_path: Path, name: str) -> None:
    spans = pa.array([pa.MonthDayNano([1, 2, 3]), None], pa.month_day_nano_interval())

    with pytest.raises(FileUnreadable) as caught:
        vector.write(features(SPAN=spans), tmp_path / name)
    assert caught.value.message_id == "file-not-written"
    assert list(tmp_path.iterdir()) == []


def test_layer_names_of_a_file_of_one_layer_is_its_stem(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "DLTB.parquet")

    assert vector.layer_names(tmp_path / "DLTB.parquet") == ["DLTB"]


def test_what_gdal_remarks_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "id": 1, "properties": {}, "geometry": {"type": "Polygon",'
        ' "coordinates": [[[120.6, 30.5], [120.7, 30.5], [120.7, 30.6], [120.6, 30.5]]]}},'
        '{"type": "Feature", "id": 1, "properties": {}, "geometry": null}]}'
    )
    read = vector.read(tmp_path / "a.geojson")

    assert rules(read) == ["FILE-09"]


def test_write_never_overwrites_and_leaves_nothing_half_made(tmp_path: Path) -> None:
    vector.write(features(), tmp_path / "a.gpkg")

    for path, message in (
        (tmp_path / "a.gpkg", "file-exists"),
        (tmp_path / "a.docx", "file-unknown-write-suffix"),
        (tmp_path / "none" / "a.gpkg", "file-no-folder"),
    ):
        with pytest.raises(FileUnreadable) as caught:
            vector.write(features(), path)
        assert caught.value.message_id == message
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]

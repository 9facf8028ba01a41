"""VCT 3.0: fixtures written by hand from domain.md §5.2 (`vct/*.vct`), then the writer against the reader."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import MultiPolygon, Polygon, box

from liangtian.errors import CrsMismatch, FileUnreadable, LayerInvalid, LiangtianError
from liangtian.formats import boundary_txt, vct
from liangtian.formats.features import Features
from liangtian.formats.vct.scanning import RULES
from liangtian.formats.vct.topology import shared_lines
from liangtian.messages import catalogue, render, render_error
from real_data import real_data

HERE = Path(__file__).parent
TWO_LAYERS, TEN_LINES = HERE / "vct" / "two_layers.vct", HERE / "vct" / "ten_lines.vct"
X0, Y0 = 40565000.0, 3379000.0


def features_of(geometries, crs=4528, **columns):
    count = len(geometries)
    table = pa.table(columns or {"BSM": [f"{i:018d}" for i in range(count)]})
    return Features(np.array(geometries, dtype=object), table, CRS(crs), "memory", np.arange(1, count + 1))


def same_shapes(one, other, tolerance=1e-4):
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance).all())


def test_read_polygons_by_signed_lines_with_a_hole_and_by_coordinates():
    features = vct.read(TWO_LAYERS, layer="DLTB")

    shell = box(X0 + 100, Y0, X0 + 200, Y0 + 100)
    pond = box(X0 + 120, Y0 + 20, X0 + 140, Y0 + 40)
    slot = box(X0 + 310, Y0 + 10, X0 + 320, Y0 + 20)
    expected = [box(X0, Y0, X0 + 100, Y0 + 100), shell - pond, pond, box(X0 + 300, Y0, X0 + 400, Y0 + 50) - slot]
    assert same_shapes(features.geometry, np.array(expected))
    assert features.findings == ()
    assert features.crs == CRS(4528)
    assert features.source == "two_layers.vct|DLTB"
    assert features.rows.tolist() == [120, 129, 138, 147]


def test_attributes_are_joined_by_id_and_typed_by_the_table_structure():
    table = vct.read(TWO_LAYERS, layer="DLTB").attributes

    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "string",
        "double",
        "int64",
        "date32[day]",
        "string",
    ]
    assert table["DLBM"].to_pylist() == ["0101", "0103", "1104", "0703"]
    assert table["TBMJ"].to_pylist() == [10000.0, 9600.0, 400.0, 4900.0]
    assert table["GDDB"].to_pylist() == [5, None, None, None]
    assert table["GXRQ"][0].as_py() == dt.date(2024, 12, 31)
    assert table["BZ"].to_pylist() == ["水田，双季", None, "坑塘", None]


def test_references_over_several_lines_and_eastings_without_zone_number():
    features = vct.read(TEN_LINES)

    assert features.geometry[0].area == 10_000.0
    assert features.crs == CRS(4549)
    assert features.findings == ()


@pytest.mark.parametrize("name", ["XZQ", "行政区", "1000600100"])
def test_a_layer_is_named_by_table_name_or_code(name):
    assert vct.read(TWO_LAYERS, layer=name).attributes["XZQDM"].to_pylist() == ["339901001"]


def test_several_layers_are_listed():
    assert vct.layer_names(TWO_LAYERS) == ["XZQ", "DLTB"]
    assert vct.layer_names(TEN_LINES) == ["YJJBNTTB"]
    with pytest.raises(LayerInvalid) as caught:
        vct.read(TWO_LAYERS)
    assert render_error(caught.value) == "two_layers.vct 有多个面图层：XZQ、DLTB。请指明读哪一个。"
    with pytest.raises(LayerInvalid) as caught:
        vct.read(TWO_LAYERS, layer="ZJ")
    assert caught.value.message_id == "vct-layer-unknown"


@pytest.mark.parametrize(
    ("old", "new", "epsg"),
    [
        ("CGCS2000,6378137.0,298.257222101", "Xian80,6378140.0,298.257", 2364),
        ("CGCS2000,6378137.0,298.257222101", "Krasovsky,6378245.0,298.3", 2416),
        ("CGCS2000,6378137.0,298.257222101", ",6378137.0,298.257222101", 4528),
        ("Parameters:120,1,40500000,0,3,40", "Parameters:120,1,40500000,0", 4528),
        ("CoordinateSystemType:P", "CoordinateSystemType:D", 4490),
    ],
)
def test_crs_from_spheroid_and_parameters(tmp_path, old, new, epsg):
    features = read_damaged(tmp_path, old, new)

    assert features.crs == CRS(epsg)
    assert features.findings == ()


def test_direct_polygon_in_several_blocks(tmp_path):
    text = TWO_LAYERS.read_text("gbk").replace("11\n10\n", "11\n5\n")
    text = text.replace("3379000.0000\n40565310", "3379000.0000\n11\n5\n40565310")
    (tmp_path / "a.vct").write_text(text, "gbk")

    features = vct.read(tmp_path / "a.vct", layer="DLTB")

    assert same_shapes(features.geometry, vct.read(TWO_LAYERS, layer="DLTB").geometry, 0.0)
    assert features.findings == ()


def test_direct_polygons_alone_need_no_line_section(tmp_path):
    text = TWO_LAYERS.read_text("gbk")
    text = text[: text.index("LineBegin")] + "PolygonBegin\n" + text[text.index("24\n2001010100") :]
    (tmp_path / "a.vct").write_text(text, "gbk")

    features = vct.read(tmp_path / "a.vct")

    assert features.geometry[0].area == 4900.0
    assert ("VCT-02", "Line") in [(f.rule, f.params.get("section")) for f in features.findings]


def test_references_one_to_a_line(tmp_path):
    features = read_damaged(tmp_path, "3,-1,0,-4", "3\n-1\n0\n-4")

    assert features.geometry[1].area == 9600.0
    assert features.findings == ()


def test_six_degree_zone(tmp_path):
    text = TEN_LINES.read_text("gbk").replace("Parameters:120,1,500000,0,3,40", "Parameters:123,1,500000,0,6,21")
    (tmp_path / "a.vct").write_text(text, "gbk")

    assert vct.read(tmp_path / "a.vct").crs == CRS(4510)


def test_more_vertices_and_rows_than_one_piece_holds(tmp_path):
    west, south = (part.ravel() for part in np.meshgrid(np.arange(150.0), np.arange(150.0)))
    cells = shapely.box(X0 + west, Y0 + south, X0 + west + 1, Y0 + south + 1)
    features = features_of(list(cells))
    vct.write(features, tmp_path / "a.vct")

    again = vct.read(tmp_path / "a.vct")

    assert again.findings == ()
    assert same_shapes(again.geometry, features.geometry, 0.0)
    assert again.attributes.equals(features.attributes)


def test_utf8_and_an_offset_and_swapped_axes(tmp_path):
    text = TEN_LINES.read_text("gbk").replace("Separator:,", "Separator:,\nOffset:100,0")
    (tmp_path / "utf8.vct").write_text(text, "utf-8")
    north_first = text.replace("XAxisDirection:E", "XAxisDirection:N").replace("Offset:100,0", "")
    rows = [
        ",".join(reversed(r.split(","))) if r[:3] == "565" and r[-7:] != "000000" else r
        for r in north_first.split("\n")
    ]
    (tmp_path / "north.vct").write_text("\n".join(rows), "gbk")

    assert vct.read(tmp_path / "utf8.vct").geometry[0].bounds[0] == 565100.0
    assert vct.read(tmp_path / "north.vct").geometry[0].bounds == (565000.0, 3379000.0, 565100.0, 3379100.0)


def read_damaged(tmp_path, old, new, count=1):
    text = TWO_LAYERS.read_text("gbk")
    assert old in text
    path = tmp_path / "a.vct"
    path.write_bytes(text.replace(old, new, count).encode("gbk"))
    return vct.read(path, layer="DLTB")


LINE_2 = "40565000.0000,3379100.0000\n"
DEFECTS = {
    # what: (old, new, [(rule, line)], polygons left)
    "unit": ("XYUnit:M", "XYUnit:D", [("VCT-01", 8)], 4),
    "parameters no numbers": ("Parameters:120", "Parameters:E120", [("VCT-01", 13)], 4),
    "table without its end": ("BZ,VarChar\n0\n", "BZ,VarChar\n", [], 4),
    "line without its end": (
        "40565120.0000,3379020.0000\n0\nLineEnd",
        "40565120.0000,3379020.0000\nLineEnd",
        [("VCT-03", 107), ("VCT-07", 128), ("VCT-07", 137)],
        2,
    ),
    "reference unreadable": ("\n1,2\n", "\n1,Z\n", [("VCT-04", 127)], 3),
    "direct count too small": ("11\n10\n", "11\n9\n", [("VCT-03", 153)], 3),
    "direct in two blocks": ("3379000.0000\n40565310", "3379000.0000\n11\n5\n40565310", [("VCT-03", 153)], 3),
    "id out of range": ("\n23,3399", "\n9223372036854775808,3399", [("VCT-17", 138), ("VCT-16", 182)], 4),
    "whole number with a point": (",5,20241231", ",5.0,20241231", [], 4),
    "row twice": ("\n24,3399", "\n23,3399", [("VCT-17", 147), ("VCT-11", 185)], 4),
    "fraction in a whole field": (",5,20241231", ",5.5,2024-12-31", [("VCT-16", 183)], 4),
    "spheroid unknown": ("CGCS2000,6378137.0,298.257222101", "Mars,1,2", [("VCT-01", 10)], 4),
    "parameters unreadable": ("Parameters:120,1,40500000", "Parameters:118,1,40500000", [("VCT-01", 13)], 4),
    "line count too large": ("11\n4\n405651", "11\n5\n405651", [("VCT-03", 74), ("VCT-07", 120)], 3),
    "line count too small": ("11\n4\n405651", "11\n3\n405651", [("VCT-03", 74), ("VCT-07", 120)], 3),
    "reference count too large": ("21\n4\n3,-1", "21\n6\n3,-1", [("VCT-03", 135)], 3),
    "reference count too small": ("21\n4\n3,-1", "21\n3\n3,-1", [("VCT-03", 135)], 3),
    "coordinate unreadable": (LINE_2, "4056500O,3379100\n", [("VCT-04", 76), ("VCT-07", 120)], 3),
    "coordinate missing": (LINE_2, "40565000\n", [("VCT-04", 76), ("VCT-07", 120)], 3),
    "line id unreadable": ("\n2\n1099000000", "\nL2\n1099000000", [("VCT-04", 68), ("VCT-07", 120)], 3),
    "arc": ("11\n4\n405651", "12\n4\n405651", [("VCT-05", 73), ("VCT-07", 120)], 3),
    "composition": ("21\n2\n1,2", "31\n2\n1,2", [("VCT-06", 125)], 3),
    "dangling line": ("\n1,2\n", "\n1,99\n", [("VCT-07", 120)], 3),
    "open ring": ("40565100.0000,3379000.0000\n0\n3", "40565099.0000,3379000.0000\n0\n3", [("VCT-08", 120)], 3),
    "short ring": ("\n1,2\n", "\n1,-1\n", [("VCT-09", 120)], 3),
    "code unknown": ("23\n2001010100", "23\n2099999999", [("VCT-10", 138)], 3),
    "polygon twice": ("\n24\n2001", "\n23\n2001", [("VCT-11", 147), ("VCT-18", 185)], 3),
    "line twice": ("\n4\n1099", "\n3\n1099", [("VCT-11", 95), ("VCT-07", 129), ("VCT-07", 138)], 2),
    "zone": ("Parameters:120,1,40500000,0,3,40", "Parameters:117,1,39500000,0,3,39", [("VCT-12", 13)], 4),
    "zone of another width": (
        "Parameters:120,1,40500000,0,3,40",
        "Parameters:123,1,21500000,0,6,21",
        [("VCT-12", 13)],
        4,
    ),
    "table count": ("DLTB,6", "DLTB,7", [("VCT-13", 37)], 4),
    "table unknown": (
        "TableEnd\nDLTB",
        "TableEnd\nTDLTB",
        [*(("VCT-17", 111 + 9 * i) for i in range(1, 5)), ("VCT-14", 181)],
        4,
    ),
    "row too wide": ("坑塘", "坑塘,村", [("VCT-17", 138), ("VCT-15", 182)], 4),
    "value of another type": (",5,20241231", ",五,2024-13-1", [("VCT-16", 183), ("VCT-16", 183)], 4),
    "row missing": ("24,339901211000000004,0703,4900.00,,,\n", "", [("VCT-17", 147)], 4),
    "row of no polygon": ("\n24,3399", "\n24,3,,,,,\n25,3399", [("VCT-18", 186)], 4),
}


@pytest.mark.parametrize(("old", "new", "expected", "left"), DEFECTS.values(), ids=DEFECTS)
def test_each_defect_has_its_rule_and_line(tmp_path, old, new, expected, left):
    features = read_damaged(tmp_path, old, new)

    assert [(f.rule, f.where.row) for f in features.findings] == expected
    assert len(features) == features.attributes.num_rows == left
    assert all(render(f, lang=lang).startswith("a.vct") for f in features.findings for lang in ("zh", "en"))


def only_a_broken_polygon(text):
    return text[: text.index("PolygonBegin")] + "PolygonBegin\n1\n2\n3\n4\n5\n6\n0\n" + text[text.index("PolygonEnd") :]


REFUSED = {
    "empty": (lambda text: "", "vct-empty"),
    "another format": (lambda text: "[属性描述]\n" + text, "vct-not-vct"),
    "truncated": (lambda text: text[: text.index("2001010100\nunify") + 8], "vct-truncated"),
    "truncated in coordinates": (lambda text: text[: text.index("40565140")], "vct-truncated"),
    "an empty section": (
        lambda text: text[: text.index("PolygonBegin") + 12] + text[text.index("\nPolygonEnd") :],
        "vct-layer-empty",
    ),
    "truncated tables": (lambda text: text[: text.index("GXRQ")], "vct-truncated"),
    "truncated rows": (lambda text: text[: text.index("\n22,3399")], "vct-truncated"),
    "truncated between records": (lambda text: text[: text.index("\n2\n1099") + 1], "vct-truncated"),
    "no number anywhere": (lambda text: text.replace("\n4056", "\nE"), "vct-nothing-usable"),
    "only a broken polygon": (only_a_broken_polygon, "vct-composition-unknown"),
    "truncated in recovery": (lambda text: text[: text.index("11\n4\n405651")] + "12\n", "vct-truncated"),
    "no polygons": (
        lambda text: text.replace("PolygonBegin", "SurfaceBegin").replace("PolygonEnd", "SurfaceEnd"),
        "vct-no-polygons",
    ),
    "not a layer": (lambda text: text.replace("2001010100", "2001010199", 1), "vct-layer-unknown"),
    "all dangling": (
        lambda text: (
            text.replace("\n1\n1099", "\n91\n1099")
            .replace("\n4\n1099", "\n94\n1099")
            .replace("\n11\n10\n", "\n12\n10\n")
        ),
        "vct-nothing-usable",
    ),
}


@pytest.mark.parametrize(("damage", "message_id"), REFUSED.values(), ids=REFUSED)
def test_unusable_files_are_refused(tmp_path, damage, message_id):
    path = tmp_path / "坏.vct"
    path.write_bytes(damage(TWO_LAYERS.read_text("gbk")).encode("gbk"))

    with pytest.raises((FileUnreadable, LayerInvalid)) as caught:
        vct.read(path, layer="DLTB")

    assert caught.value.message_id == message_id
    assert all(render_error(caught.value, lang=lang).startswith("坏.vct") for lang in ("zh", "en"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_no_polygon_can_be_used_every_defect_is_said_with_its_line(tmp_path, lang):
    path = tmp_path / "坏.vct"
    path.write_bytes(REFUSED["all dangling"][0](TWO_LAYERS.read_text("gbk")).encode("gbk"))

    with pytest.raises(FileUnreadable) as caught:
        vct.read(path, layer="DLTB")

    first, *defects = render_error(caught.value, lang=lang).splitlines()
    assert str(caught.value.params["defects"]) in first
    assert len(defects) == caught.value.params["defects"] > 1
    word = "第 " if lang == "zh" else "line "
    assert [word in said for said in defects] == [True] * len(defects)


def test_a_value_cut_inside_a_character_costs_no_more_than_itself(tmp_path):
    path = tmp_path / "a.vct"
    path.write_bytes(TWO_LAYERS.read_bytes().replace("坑塘".encode("gbk"), "坑塘".encode("gbk")[:3]))

    features = vct.read(path, layer="DLTB")

    assert features.attributes["BZ"].to_pylist()[2] == "坑\ufffd"
    assert [(f.rule, f.where.row) for f in features.findings] == [("VCT-19", 182)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damaged_line_ends_in_findings_or_one_sentence(tmp_path_factory, data):
    lines = TWO_LAYERS.read_bytes().splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + data.draw(st.integers(0, 2))] = [data.draw(st.sampled_from(lines) | st.binary(max_size=12))]
    path = tmp_path_factory.mktemp("damaged") / "a.vct"
    path.write_bytes(b"\n".join(lines))

    try:
        features = vct.read(path, layer="DLTB")
    except LiangtianError as error:
        sentences = [render_error(error)]
    else:
        assert len(features) == features.attributes.num_rows == len(features.rows) > 0
        sentences = [render(finding) for finding in features.findings]
    assert all(sentence.startswith("a.vct") for sentence in sentences)


@pytest.mark.parametrize("section", ["TableStructure", "Attribute"])
def test_shapes_are_read_without_their_tables(tmp_path, section):
    text = TWO_LAYERS.read_text("gbk").replace(f"{section}Begin", "OtherBegin").replace(f"{section}End", "OtherEnd")
    (tmp_path / "a.vct").write_text(text, "gbk")

    features = vct.read(tmp_path / "a.vct", layer="DLTB")

    assert len(features) == features.attributes.num_rows == 4
    assert (features.findings[-1].message_id, features.findings[-1].where.row) == ("vct-section-missing", 187)


def test_every_rule_has_its_sentence():
    assert set(RULES) < set(catalogue())
    assert len({rule for rule, _ in RULES.values()}) == len(RULES)


def test_write_then_read_gives_the_fixture_back(tmp_path):
    features = vct.read(TWO_LAYERS, layer="DLTB")
    vct.write(features, tmp_path / "b.vct", on=dt.date(2024, 12, 31))
    again = vct.read(tmp_path / "b.vct")

    assert again.findings == ()
    assert again.crs == features.crs
    assert same_shapes(again.geometry, features.geometry, 0.0)
    assert again.attributes.equals(features.attributes)
    assert "Date:20241231\r\n" in (tmp_path / "b.vct").read_bytes().decode("gbk")
    assert [p.name for p in tmp_path.iterdir()] == ["b.vct"]


def test_shared_edges_are_one_line_used_in_both_directions():
    island = box(2, 2, 3, 3)
    topology = shared_lines(np.array([box(0, 0, 5, 5) - island, box(5, 0, 9, 5), island]), decimals=4)

    used = np.bincount(np.abs(topology.uses))[1:]
    assert sorted(used.tolist()) == [1, 1, 2, 2]
    twice = np.flatnonzero(used == 2) + 1
    assert all({line, -line} <= set(topology.uses.tolist()) for line in twice.tolist())
    assert len(topology.line_offsets) - 1 == 4


def test_label_points_lie_inside(tmp_path):
    horseshoe = box(X0, Y0, X0 + 30, Y0 + 30) - box(X0 + 10, Y0 + 10, X0 + 20, Y0 + 30)
    vct.write(features_of([horseshoe]), tmp_path / "a.vct")

    lines = (tmp_path / "a.vct").read_text("gbk").splitlines()
    label = lines[lines.index("PolygonBegin") + 5]
    assert horseshoe.contains(shapely.Point([float(part) for part in label.split(",")]))


def test_tables_follow_the_arrow_schema(tmp_path):
    columns = {
        "BSM": pa.array(["339901", None]),
        "BZ": pa.array(["一,二\n三", "长" * 200]),
        "GDDB": pa.array([10, None], pa.int16()),
        "KCXS": pa.array([0.068, float("nan")]),
        "TBMJ": pa.array([Decimal("12.30"), None], pa.decimal128(15, 2)),
        "GXRQ": pa.array([dt.date(2024, 1, 2), None]),
        "DLBM": pa.array(["0101", "0101"]).dictionary_encode(),
    }
    features = features_of([box(X0, Y0, X0 + 1, Y0 + 1), box(X0 + 1, Y0, X0 + 2, Y0 + 1)], **columns)
    vct.write(features, tmp_path / "a.vct")

    text = (tmp_path / "a.vct").read_text("gbk")
    structure = text[text.index("DLTB,7") : text.index("TableStructureEnd")].split("\n")
    assert structure[1:-1] == [
        *("BSM,Char,6", "BZ,VarChar", "GDDB,Int2", "KCXS,Float,5,3"),
        *("TBMJ,Float,15,2", "GXRQ,Date,8", "DLBM,Char,4", "0"),
    ]
    row = vct.read(tmp_path / "a.vct").attributes.to_pylist()[0]
    assert tuple(row.values()) == ("339901", "一，二 三", 10, 0.068, 12.3, dt.date(2024, 1, 2), "0101")


@pytest.mark.parametrize(
    ("geometry", "crs", "columns", "error", "message_id"),
    [
        (box(0, 0, 1, 1), 4490, {}, CrsMismatch, "vct-grid-needed"),
        (None, 4528, {}, LayerInvalid, "vct-geometry-missing"),
        (shapely.Point(1, 1), 4528, {}, LayerInvalid, "vct-geometry-missing"),
        (Polygon([(0, 0), (1e-6, 0), (0, 1)]), 4528, {}, LayerInvalid, "vct-ring-collapsed"),
        (box(0, 0, 1, 1), 4528, {"a": pa.array([[1]])}, LayerInvalid, "vct-column-unsupported"),
        (box(0, 0, 1, 1), 4528, {"a": ["𠮷"]}, LayerInvalid, "vct-not-encodable"),
    ],
)
def test_write_refuses_what_it_cannot_keep(tmp_path, geometry, crs, columns, error, message_id):
    with pytest.raises(error) as caught:
        vct.write(features_of([geometry], crs, **columns), tmp_path / "a.vct")

    assert caught.value.message_id == message_id
    assert all(render_error(caught.value, lang=lang).startswith("memory") for lang in ("zh", "en"))
    assert list(tmp_path.iterdir()) == []


def test_real_boundary_through_vct_and_back(tmp_path):
    through_vct_and_back(HERE / "boundary_txt" / "44120000957.txt", tmp_path)


def test_all_real_boundaries_through_vct_and_back(tmp_path):
    files = sorted(real_data("survey_txt").glob("[0-9]*.txt"))
    assert len(files) == 4
    for file in files:
        through_vct_and_back(file, tmp_path)


def through_vct_and_back(file, tmp_path):
    features = boundary_txt.read(file)

    vct.write(features, tmp_path / "a.vct")
    again = vct.read(tmp_path / "a.vct")
    boundary_txt.write(again, tmp_path / "a.txt")
    last = boundary_txt.read(tmp_path / "a.txt")

    assert again.crs == last.crs == features.crs
    assert same_shapes(again.geometry, features.geometry, 1e-9)
    assert same_shapes(last.geometry, features.geometry, 1e-9)
    assert last.attributes.to_pylist() == features.attributes.to_pylist()


@st.composite
def landscapes(draw):
    """A quilt of cells with common edges, some merged, some with a hole, some with the hole filled by another."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    step = st.integers(0, 99_999)
    xs = [X0 + 100 * i + draw(step) / 10_000 for i in range(columns + 1)]
    ys = [Y0 + 100 * i + draw(step) / 10_000 for i in range(rows + 1)]
    groups = {}
    for i in range(columns):
        for j in range(rows):
            cell = box(xs[i], ys[j], xs[i + 1], ys[j + 1])
            hole = box(xs[i] + 20, ys[j] + 20, xs[i] + 40, ys[j] + 40 + draw(step) / 10_000)
            kind = draw(st.sampled_from(["whole", "hole", "filled"]))
            groups.setdefault(draw(st.integers(0, 5)), []).append(cell if kind == "whole" else cell - hole)
            if kind == "filled":
                groups.setdefault(draw(st.integers(6, 9)), []).append(hole)
    return [shapely.union_all(cells) for cells in groups.values()]


@settings(max_examples=60, deadline=None)
@given(landscapes())
def test_round_trip_moves_no_vertex_by_a_tenth_of_a_millimetre(tmp_path_factory, geometries):
    path = tmp_path_factory.mktemp("vct") / "a.vct"
    vct.write(features_of(geometries), path)

    again = vct.read(path)

    assert again.findings == ()
    assert all(isinstance(g, Polygon | MultiPolygon) for g in again.geometry)
    assert same_shapes(again.geometry, np.array(geometries, dtype=object))

"""Boundary TXT: every dialect of domain.md §5.1, every defect with its line, round trips without moving a vertex."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely import MultiPolygon, Polygon

from liangtian.errors import CrsMismatch, FileUnreadable, LayerInvalid
from liangtian.formats import boundary_txt
from liangtian.formats.boundary_txt.reading import RULES
from liangtian.formats.features import Features
from liangtian.formats.gauss_kruger import Grid, identify
from liangtian.messages import catalogue, render, render_error
from real_data import real_data

HERE = Path(__file__).parent / "boundary_txt"
HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.001
[地块坐标]
"""
E0, N0 = 40565259.975, 3379064.298
SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]


def points(corners, *, ring=1, first=1, close=True, name="J{}", prefix=E0):
    """Point lines of one ring, 1 ha when `corners` is SQUARE."""
    numbers = list(range(first, first + len(corners)))
    if close:
        corners, numbers = [*corners, corners[0]], [*numbers, first]
    pairs = zip(numbers, corners, strict=True)
    return "".join(f"{name.format(n)},{ring},{N0 + y:.3f},{prefix + x:.3f}\n" for n, (x, y) in pairs)


def square_at(easting):
    return Polygon([(easting + x, N0 + y) for x, y in SQUARE])


def plot(body, header="5,1.0000,DK01,示例,面,H50G002051,建设,0101,@"):
    return f"{header}\n{body}"


def read(text):
    return boundary_txt.read_text(text, "a.txt")


def defects(features):
    return [(f.rule, f.message_id, f.where.row) for f in features.findings]


def test_read_a_real_file():
    features = boundary_txt.read(HERE / "44120000957.txt")

    assert features.crs == CRS(4526)
    assert features.findings == ()
    assert features.rows.tolist() == [10]
    assert round(features.geometry[0].area / 10_000, 4) == 0.7749
    assert features.attributes.to_pylist() == [
        {
            "plot_no": "FID_0",
            "name": "DKMC",
            "declared_area_ha": 0.7749,
            "sheet": "TFH",
            "use": "DKYT",
            "class_code": "DLBM",
        }
    ]
    assert boundary_txt.sections_of(features)["属性描述"]["转换参数"] == ",,,,,,"


def test_all_real_files_match_their_declared_area_and_round_trip(tmp_path):
    files = sorted(real_data("survey_txt").glob("[0-9]*.txt"))
    assert len(files) == 4
    for file in files:
        features = boundary_txt.read(file)
        declared = features.attributes["declared_area_ha"].to_pylist()
        assert [round(g.area / 10_000, 4) for g in features.geometry] == declared
        boundary_txt.write(features, tmp_path / file.name, encoding="utf-8")
        assert (tmp_path / file.name).read_text("utf-8") == file.read_text("utf-8").rstrip("\n") + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_read_every_encoding(tmp_path, encoding):
    path = tmp_path / "界址.txt"
    path.write_bytes((HEAD + plot(points(SQUARE))).encode(encoding))

    features = boundary_txt.read(path)

    assert features.attributes["name"].to_pylist() == ["示例"]
    assert features.findings == ()


@pytest.mark.parametrize(
    ("count", "body"),
    [
        (4, points(SQUARE, close=False)),
        (4, points(SQUARE)),
        (5, points(SQUARE, name="{}")),
        (5, points([*SQUARE, SQUARE[0]], close=False)),
        (5, points(SQUARE).replace(",", " , ")),
        (5, points(SQUARE).replace("\n", ",\n")),
    ],
    ids=["open", "count without closing", "bare names", "closing numbered on", "spaces", "trailing commas"],
)
def test_read_dialects_of_the_point_lines(count, body):
    features = read(HEAD + plot(body, f"{count},1.0000,DK01,示例,面,,,,@"))

    assert features.geometry[0].equals_exact(square_at(E0), 1e-6)
    assert features.findings == ()


def test_rings_inside_are_holes_and_rings_outside_are_parts():
    hole, island = [(20, 20), (80, 20), (80, 80), (20, 80)], [(40, 40), (60, 40), (60, 60), (40, 60)]
    apart = [(200, 0), (300, 0), (300, 100), (200, 100)]
    rings = [hole, apart, island, SQUARE]
    body = "".join(points(ring, ring=i + 1, first=4 * i + 1) for i, ring in enumerate(rings))

    features = read(HEAD + plot(body, "20,1.6800,DK01,示例,面,,,,@"))

    assert features.findings == ()
    assert shapely.get_num_geometries(features.geometry[0]) == 3
    assert round(features.geometry[0].area, 6) == 16800


def test_point_and_line_plots():
    text = HEAD + plot(points(SQUARE, close=False), "4,,K1,点位,点,,,,@") + plot(points(SQUARE), "5,0,L1,线路,线,,,,@")

    features = read(text)

    assert [g.geom_type for g in features.geometry] == ["MultiPoint", "LineString"]
    assert features.findings == ()


def test_points_and_lines_round_trip(tmp_path):
    shapes = [
        shapely.MultiPoint([(E0, N0), (E0 + 1, N0)]),
        shapely.Point(E0, N0),
        shapely.LineString([(E0, N0), (E0 + 1, N0)]),
        shapely.MultiLineString([[(E0, N0), (E0 + 1, N0)], [(E0, N0 + 1), (E0 + 1, N0 + 1)]]),
    ]
    boundary_txt.write(features_of(shapes), tmp_path / "a.txt")

    again = boundary_txt.read(tmp_path / "a.txt")

    assert again.findings == ()
    assert shapely.equals_exact(again.geometry, np.array(shapes, dtype=object), 1e-4).all()


def test_unknown_keys_and_extra_sections_are_kept(tmp_path):
    extra = "[项目信息]\n项目名称=东港路\n" + HEAD.replace("带号=40", "带号=40\n项目所在县区代码=339901")
    features = read(extra + plot(points(SQUARE)))

    boundary_txt.write(features, tmp_path / "b.txt", header={"数据产生单位": "测试"})
    again = boundary_txt.read(tmp_path / "b.txt")

    sections = boundary_txt.sections_of(again)
    assert sections["项目信息"] == {"项目名称": "东港路"}
    assert sections["属性描述"]["项目所在县区代码"] == "339901"
    assert next(iter(sections["属性描述"])) == "数据产生单位"


def test_preset_of_twelve_fields_keeps_its_four_extra_fields():
    features = read(HEAD + plot(points(SQUARE), "5,1,DK01,示例,面,,,0101,1.0,TB01,2020,2,@"))

    assert features.findings == ()
    assert [features.attributes[f"ext{i}"][0].as_py() for i in range(1, 5)] == ["1.0", "TB01", "2020", "2"]


def test_further_columns_of_points_are_kept_and_said():
    four = points(SQUARE).splitlines()
    six = "".join(f"{line},{mark},1\n" for line, mark in zip(four, ("钢钉", "木桩", "石", "", "钢钉"), strict=False))
    features = read(HEAD + plot(six) + plot(points(SQUARE)))
    assert features.attributes["point_notes"].to_pylist()[0] == ";".join(
        f"{mark},1" for _, mark in zip(four, ("钢钉", "木桩", "石", "", "钢钉"), strict=False)
    )
    assert features.attributes["point_notes"].to_pylist()[1] is None
    assert [(f.rule, f.params["columns"]) for f in features.findings] == [("TXT-17", 6)]
    assert shapely.equals_exact(features.geometry[0], features.geometry[1])


def test_compensation_record_keeps_its_five_extra_fields(tmp_path):
    features = read(HEAD + plot(points(SQUARE), "5,1,DK01,示例,面,,,,A,0101,9.5,8.5,注,@"))
    boundary_txt.write(features, tmp_path / "b.txt")

    assert features.findings == ()
    assert [features.attributes[f"ext{i}"][0].as_py() for i in range(1, 6)] == ["A", "0101", "9.5", "8.5", "注"]
    assert boundary_txt.read(tmp_path / "b.txt").attributes.equals(features.attributes)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("5,1.0,DK01,示例,面,,0101,@", ("DK01", "示例", 1.0, "0101", None)),
        ("1.0公顷,DK01,示例,面,,,0101,@", ("DK01", "示例", 1.0, None, "0101")),
        ("5,1.0,DK01,示,例,面,,,0101,@", ("DK01", "示，例", 1.0, None, "0101")),
        ("5,1.0,DK01,示例,面,,,0101", ("DK01", "示例", 1.0, None, "0101")),
    ],
    ids=["a trailing field missing", "count missing", "comma in the name", "no @"],
)
def test_broken_headers_are_realigned_on_the_type(header, expected):
    features = read(HEAD + plot(points(SQUARE), header))

    columns = ("plot_no", "name", "declared_area_ha", "use", "class_code")
    assert tuple(features.attributes[c][0].as_py() for c in columns) == expected
    assert defects(features) == [("TXT-03", "txt-header-realigned", 9)]


@pytest.mark.parametrize(("area", "rules"), [("1.0公顷", []), ("15亩", []), ("10000平方米", []), ("10000", ["TXT-19"])])
def test_declared_area_in_every_unit(area, rules):
    features = read(HEAD + plot(points(SQUARE), f"5,{area},DK01,示例,面,,,,@"))

    assert features.attributes["declared_area_ha"].to_pylist() == [1.0]
    assert [f.rule for f in features.findings] == rules


@pytest.mark.parametrize(
    ("declared", "prefix", "epsg"),
    [
        ("", E0, 4528),
        ("", 565259.975, 4549),
        ("80国家大地坐标系", E0, 2364),
        ("1980西安坐标系", 565259.975, 2385),
        ("1954北京坐标系", E0, 2416),
        ("WGS84坐标系", E0, None),
    ],
)
def test_crs_from_header_and_coordinates(declared, prefix, epsg):
    text = HEAD.replace("2000国家大地坐标系", declared) if declared else HEAD
    crs = read(text + plot(points(SQUARE, prefix=prefix))).crs

    assert crs.to_epsg() == epsg
    if epsg is None:
        assert crs.datum.name == "World Geodetic System 1984"
        assert identify(crs) == Grid("wgs84", 3, 40, prefixed=True)


def test_six_degree_zones():
    six = HEAD.replace("几度分带=3", "几度分带=6").replace("带号=40", "带号=21")

    assert read(six + plot(points(SQUARE, prefix=21271000.0))).crs == CRS(4499)
    assert read(six + plot(points(SQUARE, prefix=271000.0))).crs == CRS(4510)


@pytest.mark.parametrize("prefix", [E0, 565259.975])
def test_swapped_axes_are_exchanged(prefix):
    lines = [line.split(",") for line in points(SQUARE, prefix=prefix).splitlines()]
    body = "".join(f"{name},{ring},{east},{north}\n" for name, ring, north, east in lines)

    features = read(HEAD + plot(body))

    assert features.geometry[0].equals_exact(square_at(prefix), 1e-6)
    assert defects(features) == [("TXT-10", "txt-axes-swapped", 9)]


def damaged(old="", new="", *, head=HEAD, header="5,1.0000,DK01,示例,面,,,,@", body=None):
    text = head + plot(body or points(SQUARE), header)
    assert old in text
    return text.replace(old, new, 1) if old else text


FINDINGS = {
    "stray line": (damaged("带号=40", "带号 40"), [("TXT-01", 6)]),
    "points before a plot": (damaged("[地块坐标]\n", "[地块坐标]\nJ1,1,1,2\n"), [("TXT-02", 9)]),
    "no type": (damaged(header="5,1.0000,DK01,示例,@"), [("TXT-04", 9)]),
    "a missing line": (damaged(points(SQUARE).splitlines()[1] + "\n", ""), [("TXT-06", 9), ("TXT-20", 9)]),
    "repeated point": (damaged("J3,", "J2,1,3379064.298,40565359.975\nJ3,", header="6,1,D,,面,,,,@"), [("TXT-08", 12)]),
    "closing point off": (damaged(body=points(SQUARE)[:-2] + "6\n"), [("TXT-09", 14)]),
    "axes undecided": (damaged(body=points(SQUARE, prefix=N0)), [("TXT-14", 2), ("TXT-11", 9)]),
    "zone contradicted": (damaged("带号=40", "带号=39"), [("TXT-12", 6)]),
    "width contradicted": (damaged("几度分带=3", "几度分带=6"), [("TXT-12", 3)]),
    "unknown system": (damaged("2000国家大地坐标系", "地方独立坐标系"), [("TXT-14", 2)]),
    "no zone": (damaged("带号=40\n", "", body=points(SQUARE, prefix=5e5)), [("TXT-14", 8)]),
    "no system": (damaged("坐标系=2000国家大地坐标系\n", ""), [("TXT-15", 8)]),
    "unit": (damaged("计量单位=米", "计量单位=千米"), [("TXT-16", 5)]),
    "six columns": (damaged(body=points(SQUARE).replace("\n", ",0.05,石\n")), [("TXT-17", 10)]),
    "no area": (damaged(header="5,待定,DK01,示例,面,,,,@"), [("TXT-18", 9)]),
    "area differs": (damaged(header="5,1.0012,DK01,示例,面,,,,@"), [("TXT-20", 9)]),
}


@pytest.mark.parametrize(("text", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_each_defect_has_its_rule_and_line(text, expected):
    features = read(text)

    assert [(f.rule, f.where.row) for f in features.findings] == expected
    assert all(render(f, lang=lang).startswith("a.txt") for f in features.findings for lang in ("zh", "en"))


def test_area_within_a_thousandth_or_one_square_metre_passes():
    assert read(HEAD + plot(points(SQUARE), "5,1.0010,DK01,,面,,,,@")).findings == ()


BAD_PLOTS = {
    "bad point": (plot(points(SQUARE).replace("J2,1,3379", "J2,1,33x79")), "txt-bad-point", 17),
    "not a number": (plot(points(SQUARE).replace("3379064.298", "nan", 1)), "txt-bad-point", 16),
    "two points": (plot(points(SQUARE[:2])), "txt-too-few-points", 16),
    "no points": (plot(""), "txt-too-few-points", 15),
    "another zone": (plot(points(SQUARE, prefix=39565259.975)), "txt-zone-mixed", 15),
}


@pytest.mark.parametrize(("bad", "message_id", "line"), BAD_PLOTS.values(), ids=BAD_PLOTS)
def test_a_bad_plot_is_left_out_and_the_others_read(bad, message_id, line):
    features = read(HEAD + plot(points(SQUARE)) + bad + plot(points(SQUARE)))

    assert len(features) == features.attributes.num_rows == 2
    errors = [f for f in features.findings if f.params["severity"] == "error"]
    assert [(f.message_id, f.where.row) for f in errors] == [(message_id, line)]


REFUSED = {
    "empty": (b"", "txt-empty"),
    "not text": (b"[\xff\xff\x00", "txt-encoding"),
    "no section": ("[属性描述]\n带号=40\n".encode(), "txt-no-coordinates"),
    "no plots": (HEAD.encode(), "txt-no-plots"),
    "one bad plot": ((HEAD + plot(points(SQUARE[:2]))).encode(), "txt-too-few-points"),
    "bad plots": ((HEAD + plot(points(SQUARE[:2])) * 2).encode(), "txt-nothing-usable"),
}


@pytest.mark.parametrize(("content", "message_id"), REFUSED.values(), ids=REFUSED)
def test_unusable_files_are_refused(tmp_path, content, message_id):
    path = tmp_path / "坏.txt"
    path.write_bytes(content)

    with pytest.raises(FileUnreadable) as caught:
        boundary_txt.read(path)

    assert caught.value.message_id == message_id
    assert "坏.txt" in render_error(caught.value)
    assert "坏.txt" in render_error(caught.value, lang="en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_no_plot_can_be_used_every_defect_is_said_with_its_line(lang):
    broken = plot(points(SQUARE).replace("J2,1,", "J2,x,").replace("J4,1,", "J4,1,?"))

    with pytest.raises(FileUnreadable) as caught:
        read(HEAD + broken + plot(points(SQUARE[:2])))

    first, *defects = render_error(caught.value, lang=lang).splitlines()
    assert ("3 处" if lang == "zh" else "3 defects") in first
    word = "第 {} 行" if lang == "zh" else "line {}:"
    assert [word.format(line) in said for line, said in zip((11, 13, 16), defects, strict=True)] == [True] * 3


def test_a_name_cut_inside_a_character_costs_no_more_than_itself(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(
        (HEAD + plot(points(SQUARE))).encode("gbk").replace("示例".encode("gbk"), "示例".encode("gbk")[:3])
    )

    features = boundary_txt.read(path)

    assert features.attributes["name"].to_pylist() == ["示\ufffd"]
    assert defects(features) == [("TXT-21", "txt-text-damaged", 9)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damaged_line_ends_in_findings_or_one_sentence(tmp_path_factory, data):
    lines = (HEAD + plot(points(SQUARE)) * 2).encode().splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + data.draw(st.integers(0, 2))] = [data.draw(st.sampled_from(lines) | st.binary(max_size=12))]
    path = tmp_path_factory.mktemp("damaged") / "a.txt"
    path.write_bytes(b"\n".join(lines))

    try:
        features = boundary_txt.read(path)
    except FileUnreadable as error:
        sentences = [render_error(error)]
    else:
        assert len(features) == features.attributes.num_rows == len(features.rows) > 0
        sentences = [render(finding) for finding in features.findings]
    assert all(sentence.startswith("a.txt") for sentence in sentences)


def test_every_rule_has_its_sentence():
    assert set(RULES) < set(catalogue())
    assert len({rule for rule, _ in RULES.values()}) == len(RULES)


def features_of(geometries, crs=4528, **columns):
    count = len(geometries)
    table = pa.table(columns or {"plot_no": [f"DK{i}" for i in range(count)]})
    return Features(np.array(geometries, dtype=object), table, CRS(crs), "memory", np.arange(1, count + 1))


def test_write_names_values_that_the_grammar_cannot_hold(tmp_path):
    features = features_of([square_at(E0)], plot_no=["A,1@{}"], DLBM=["0101"])
    boundary_txt.write(features, tmp_path / "a.txt")

    row = boundary_txt.read(tmp_path / "a.txt").attributes.to_pylist()[0]
    assert (row["plot_no"], row["class_code"], row["declared_area_ha"]) == ("A，1\uff20{}", "0101", 1.0)


@pytest.mark.parametrize(
    ("geometry", "crs", "columns", "error", "message_id"),
    [
        (Polygon(SQUARE), 4490, {}, CrsMismatch, "txt-grid-needed"),
        (None, 4528, {}, LayerInvalid, "txt-geometry-missing"),
        (Polygon(SQUARE), 4528, {"name": ["𠮷地"]}, LayerInvalid, "txt-not-encodable"),
    ],
)
def test_write_refuses_what_it_cannot_keep(tmp_path, geometry, crs, columns, error, message_id):
    with pytest.raises(error) as caught:
        boundary_txt.write(features_of([geometry], crs, **columns), tmp_path / "a.txt")

    assert caught.value.message_id == message_id
    assert render_error(caught.value).startswith("memory")
    assert not (tmp_path / "a.txt").exists()


@st.composite
def landscapes(draw):
    """Parcels with holes and parts on a millimetre grid, in 4 decimals where `fine`."""
    fine = draw(st.booleans())
    cells = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=4, unique=True))
    parts = []
    for column, row in cells:
        x, y = draw(st.tuples(st.integers(0, 9000), st.integers(0, 9000)))
        left, low = E0 + column * 100 + x / 1000, N0 + row * 100 + y / 1000
        hole = [(left + 20, low + 20), (left + 20, low + 40.0005 * fine + 40), (left + 40, low + 20)]
        shell = [(left, low), (left + 80, low), (left + 80, low + 90), (left, low + 90)]
        parts.append(Polygon(shell, [hole] if draw(st.booleans()) else []))
    return draw(st.sampled_from([parts, [parts[0] if len(parts) == 1 else MultiPolygon(parts)]]))


@settings(max_examples=40, deadline=None)
@given(landscapes())
def test_round_trip_moves_no_vertex_by_a_tenth_of_a_millimetre(tmp_path_factory, geometries):
    path = tmp_path_factory.mktemp("txt") / "a.txt"
    boundary_txt.write(features_of(geometries), path)

    again = boundary_txt.read(path)

    assert again.findings == ()
    assert shapely.equals_exact(again.geometry, np.array(geometries, dtype=object), tolerance=1e-4).all()

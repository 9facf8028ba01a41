from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

import geometries as gallery
from liangtian.finding import Finding, Outcome, Where
from liangtian.messages import catalogue, render
from liangtian.onemap import defects, mapping
from liangtian.onemap.layers import LAYERS, conform
from liangtian.onemap.publish import examine, extent_of
from liangtian.onemap.quality import RULES, check, quality_level, rules_of
from liangtian.onemap.quality_geometry import repair
from parcel_tables import (
    HOMESTEAD,
    MINE,
    ORCHARD,
    PADDY,
    RIVERSIDE,
    ROAD,
    TERRACE,
    ZONE_40,
    features,
    identifiers,
    parcels,
    squares,
)
from squares import cell, put

DLTB = LAYERS["DLTB"]


def judge(table, spec=DLTB, **options):
    return check(conform(table, spec), **options)


def defects_of(findings):
    """(rule, row) of every defect; what could not be asked is left out."""
    return [(finding.rule, finding.where.row) for finding in findings if finding.outcome is Outcome.FAIL]


def test_a_clean_layer_has_no_findings():
    findings = judge(parcels())
    assert findings == ()
    assert quality_level(findings) == "clean"


BREAKS = [
    ("COM-02", TERRACE, {"GDDB": "five"}),
    ("COM-03", ROAD, {"DLBM": None, "DLMC": None, "XZDWKD": None}),
    ("COM-04", ORCHARD, {"BSM": "3399012110000000051"}),
    ("COM-05", ORCHARD, {"QSXZ": "99"}),
    ("COM-06", HOMESTEAD, {"DLBM": "9999", "DLMC": None, "CZCSXM": None}),
    ("COM-07", PADDY, {"GDDB": 16}),
    ("COM-08", PADDY, {"BSM": " "}),
    ("COM-09", MINE, {"BSM": "339901211000000001"}),
    ("DLTB-01", PADDY, {"DLMC": "旱地"}),
    ("DLTB-02", PADDY, {"GDPDJB": None}),
    ("DLTB-03", PADDY, {"ZZSXDM": None, "ZZSXMC": None}),
    ("DLTB-04", TERRACE, {"GDPDJB": "1", "GDLX": None}),
    ("DLTB-05", PADDY, {"GDLX": "PD"}),
    ("DLTB-06", PADDY, {"GDPDJB": "2"}),
    ("DLTB-07", PADDY, {"GDPDJB": "2", "GDLX": "TT"}),
    ("DLTB-08", TERRACE, {"KCDLBM": None}),
    ("DLTB-08", PADDY, {"KCDLBM": "1203"}),
    ("DLTB-09", TERRACE, {"DLBM": "0305", "DLMC": "灌木林地", "ZZSXDM": None}),
    ("DLTB-10", RIVERSIDE, {"ZZSXDM": "XG"}),
    ("DLTB-11", ROAD, {"XZDWKD": 0.0}),
    ("DLTB-12", HOMESTEAD, {"XZDWKD": 3.0}),
    ("DLTB-13", ROAD, {"XZDWKD": 8.1}),
    ("DLTB-14", HOMESTEAD, {"CZCSXM": None}),
    ("DLTB-15", MINE, {"CZCSXM": "201A"}),
    ("DLTB-16", PADDY, {"ZZSXDM": "GCHF", "ZZSXMC": None}),
    ("DLTB-17", RIVERSIDE, {"TBXHMC": "湖区耕地"}),
    ("DLTB-18", ORCHARD, {"ZZSXMC": "工程恢复"}),
    ("DLTB-19", PADDY, {"KCMJ": 1.0, "TBDLMJ": None}),
    ("DLTB-20", PADDY, {"TBDLMJ": 2499.0}),
    ("DLTB-21", PADDY, {"TBMJ": 2505.0, "TBDLMJ": 2505.0}),
]


@pytest.mark.parametrize(("rule", "row", "change"), BREAKS, ids=[f"{rule} {row}" for rule, row, _ in BREAKS])
def test_a_broken_rule_is_found_in_its_row_alone(rule, row, change):
    table = parcels()
    for name, value in change.items():
        values = table.attributes[name].to_pylist()
        values[row] = value
        if isinstance(value, str) and not isinstance(values[row - 1], str):
            values = [v if v is None else str(v) for v in values]
        at = table.attributes.column_names.index(name)
        table = replace(table, attributes=table.attributes.set_column(at, name, pa.array(values)))
    assert defects_of(judge(table)) == [(rule, row + 1)]


@pytest.mark.parametrize(
    ("row", "change", "value"),
    [
        (HOMESTEAD, {"DLBM": "9999", "DLMC": None, "CZCSXM": None}, "9999"),
        (MINE, {"BSM": "339901211000000001"}, "339901211000000001"),
        (ORCHARD, {"QSXZ": "99"}, "99"),
        (PADDY, {"GDDB": 16}, "16"),
        (PADDY, {"GDDB": 10**18 + 1}, "1000000000000000001"),
    ],
)
def test_a_defect_of_a_value_gives_the_value_found(row, change, value):
    assert [finding.measured for finding in judge(parcels({row: change}))] == [value]


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (TERRACE, {"GDDB": 15}),
        (ORCHARD, {"QSXZ": None}),
        (PADDY, {"DLMC": None}),
        (PADDY, {"GDPDJB": "2", "GDLX": "PD"}),
        (ROAD, {"XZDWKD": 8.0}),
        (MINE, {"CZCSXM": "205"}),
        (RIVERSIDE, {"ZZSXDM": "FLS"}),
        (ORCHARD, {"DLBM": "0201K", "DLMC": "可调整果园"}),
        (HOMESTEAD, {"DLBM": "1107A", "DLMC": "干渠", "XZDWKD": 9.0, "CZCSXM": None}),
        (PADDY, {"TBMJ": 2499.9, "TBDLMJ": 2499.9}),
        (HOMESTEAD, {"KCMJ": None}),
    ],
)
def test_values_at_the_limit_break_nothing(row, change):
    assert judge(parcels({row: change})) == ()


def test_a_small_parcel_is_below_the_minimum_of_its_class_only():
    found = judge(parcels(side=18.0))
    assert defects_of(found) == [("DLTB-22", row + 1) for row in (PADDY, TERRACE, ROAD, ORCHARD, RIVERSIDE)]
    assert (found[0].measured, found[0].required) == (324.0, 400.0)


def test_a_finding_says_row_parcel_value_and_place():
    (found,) = judge(parcels({ROAD: {"XZDWKD": 8.5}}))
    assert found.where == Where("DLTB.gpkg", 3, 500_125.0, 3_380_025.0)
    assert found.parcels == ("339901211000000003",)
    assert (found.measured, found.required) == (8.5, 8.0)
    assert render(found) == "第3行（图斑339901211000000003）：农村道路宽8.5米，超过8.0米。请核对宽度，或改为公路用地。"


def test_all_defects_are_reported_at_once_by_rule_and_row():
    changes = {MINE: {"CZCSXM": None}, HOMESTEAD: {"CZCSXM": None}, PADDY: {"DLMC": "旱地"}, ROAD: {"QSXZ": "x"}}
    expected = [("COM-05", 3), ("DLTB-01", 1), ("DLTB-14", 4), ("DLTB-14", 7)]
    assert defects_of(judge(parcels(changes))) == expected


def test_a_missing_required_column_refuses():
    findings = judge(parcels(without="DLBM"))
    assert defects_of(findings) == [("COM-01", None)]
    assert quality_level(findings) == "refused"


def test_a_missing_optional_column_leaves_its_rules_unasked():
    (found,) = judge(parcels(without="GDPDJB"))
    assert (found.rule, found.outcome, found.params["rules"]) == (
        "COM-11",
        Outcome.UNKNOWN,
        "DLTB-02, DLTB-04, DLTB-05, DLTB-06",
    )
    assert quality_level([found]) == "findings"


def test_a_missing_id_column_is_one_finding():
    findings = judge(parcels(without="BSM"))
    assert defects_of(findings) == [("COM-08", None)]
    assert quality_level(findings) == "findings"
    assert "BSM" in render(findings[0])


def test_what_a_reader_only_remarks_leaves_a_layer_clean():
    remark = Finding("CRS-01", Outcome.PASS, "geom-flat")
    assert quality_level([remark]) == "clean"
    assert quality_level([replace(remark, outcome=Outcome.FAIL)]) == "findings"


def test_a_layer_without_crs_is_refused_and_the_rest_still_reported():
    findings = judge(replace(parcels({PADDY: {"DLMC": "旱地"}}), crs=None))
    assert defects_of(findings) == [("COM-13", None), ("DLTB-01", 1)]
    assert quality_level(findings) == "refused"


def test_a_layer_without_records_is_refused():
    findings = judge(features({"BSM": pa.array([], pa.string()), "DLBM": pa.array([], pa.string())}, squares(0)))
    assert defects_of(findings) == [("COM-10", None)]
    assert quality_level(findings) == "refused"


def lines(shapes, crs=ZONE_40, layer="STBHHX"):
    """A layer of a few shapes without rules on attributes."""
    with np.errstate(invalid="ignore"):
        geometry = shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + np.array([500_000, 3_380_000]))
    return judge(features({"BSM": identifiers(len(shapes))}, geometry, crs), LAYERS[layer])


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        *(("COM-20", shape) for shape in gallery.ABSENT.values()),
        *(("COM-21", shape) for shape in gallery.NOT_POLYGONS.values()),
        *(("COM-22", shape) for shape in (*gallery.INVALID.values(), *gallery.UNMEASURABLE.values())),
        *(("COM-23", shape) for shape in gallery.FLATS.values()),
    ],
)
def test_an_unusable_geometry_refuses_the_layer(rule, shape):
    findings = lines([shapely.box(100, 100, 200, 200), shape])
    assert defects_of(findings) == [(rule, 2)]
    assert quality_level(findings) == "refused"


@pytest.mark.parametrize("shape", [shape for name, shape in gallery.FINE.items() if name != "strip"])
def test_an_awkward_but_fine_geometry_has_no_findings(shape):
    assert lines([shapely.box(100, 100, 200, 200), shape]) == ()


@pytest.mark.parametrize(
    ("rule", "shapes", "row", "measured"),
    [
        ("COM-24", [gallery.STRIP], 1, None),
        ("COM-25", [gallery.SQUARE, gallery.CLOCKWISE], 2, None),
        ("COM-26", [gallery.SQUARE, shapely.box(9, 0, 19, 10)], 1, 10.0),
        ("COM-28", [gallery.SQUARE - shapely.box(1, 5, 9, 5.1)], 1, None),
    ],
)
def test_a_geometry_that_can_be_used_is_noted(rule, shapes, row, measured):
    findings = lines(shapes)
    found = next(finding for finding in findings if finding.rule == rule)
    assert quality_level(findings) == "findings"
    assert (found.where.row, found.measured) == (row, measured)


def test_an_overlap_names_both_parcels_and_lies_in_the_shared_piece():
    (found,) = lines([shapely.box(9, 0, 19, 10), gallery.SQUARE])
    assert found.parcels == ("339901211000000001", "339901211000000002")
    assert shapely.box(500_009, 3_380_000, 500_010, 3_380_010).contains(shapely.Point(found.where.x, found.where.y))


def test_crumbs_below_a_hundredth_of_a_square_metre_are_no_overlap():
    assert lines([gallery.SQUARE, shapely.box(9.9996, 0, 20, 10)]) == ()


def test_a_hole_between_parcels_is_a_gap_where_the_layer_tiles():
    table = parcels()
    geometry = table.geometry.copy()
    geometry[ROAD] = geometry[ROAD] - shapely.box(500_110, 3_380_010, 500_120, 3_380_020)
    holed = replace(table, geometry=geometry)
    findings = [finding for finding in judge(holed) if finding.rule == "COM-27"]
    assert [finding.measured for finding in findings] == [100.0]
    assert (findings[0].where.row, findings[0].parcels) == (None, ())
    assert (findings[0].where.x, findings[0].where.y) == (500_115.0, 3_380_015.0)


def test_a_hole_is_no_gap_where_the_layer_does_not_tile():
    assert lines([gallery.FRAME]) == ()


def test_the_ground_to_cover_shows_gaps_at_the_rim():
    extent = shapely.box(500_000, 3_380_000, 500_360, 3_380_050)
    found = judge(parcels(), extent=extent)
    assert [(finding.rule, finding.measured) for finding in found] == [("COM-27", 500.0)]


def test_places_and_areas_of_a_geographic_layer_are_degrees_and_square_metres():
    two = [shapely.box(120.7, 30.5, 120.701, 30.501), shapely.box(120.7009, 30.5, 120.702, 30.501)]
    table = features({"BSM": identifiers(2)}, np.array(two), CRS.from_epsg(4490))
    (found,) = judge(table, LAYERS["STBHHX"])
    assert found.measured == pytest.approx(1064.3, abs=0.5)
    assert shapely.intersection(*two).buffer(1e-9).contains(shapely.Point(found.where.x, found.where.y))


def test_the_reason_of_an_invalid_geometry_is_said_in_both_languages():
    (found,) = lines([gallery.BOW_TIE])
    assert "（自相交）" in render(found)
    assert "(Self-intersection)" in render(found, lang="en")


def test_a_repair_is_recorded_with_its_defect_and_area():
    geometry = np.array([gallery.SQUARE, gallery.BOW_TIE], dtype=object)
    geometry = shapely.transform(geometry, lambda xy: xy + np.array([500_000, 3_380_000]))
    layer = conform(features({"BSM": identifiers(2)}, geometry), LAYERS["STBHHX"])
    repaired, findings = repair(layer)
    assert [(f.rule, f.where.row, f.params["value"], f.params["area"]) for f in findings] == [
        ("COM-29", 2, "Self-intersection", 2.0)
    ]
    assert quality_level(findings) == "findings"
    assert shapely.is_valid(repaired.features.geometry).all()
    assert defects_of(check(layer)) == [("COM-22", 2), ("COM-26", 1)]
    assert defects_of(check(repaired)) == [("COM-26", 1)]


def test_a_sound_layer_needs_no_repair():
    layer = conform(parcels(), DLTB)
    assert repair(layer) == (layer, ())


def test_findings_beyond_ten_thousand_are_counted():
    count = defects.LIMIT + 1
    table = features({"BSM": [f"{k:019}" for k in range(count)]}, squares(count))
    findings = judge(table, LAYERS["KZBJ"])
    assert len(findings) == count
    assert findings[-1].params["count"] == count


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(BREAKS), max_size=4, unique_by=lambda item: item[1]))
def test_breaking_rows_brings_findings_in_those_rows_only(breaks):
    elsewhere = ("COM-02", "COM-09")  # a repeated id concerns two rows; an unreadable number ends its column
    chosen = [(row, change) for rule, row, change in breaks if rule not in elsewhere]
    rows = {row for _, row in defects_of(judge(parcels(dict(chosen))))}
    assert rows == {row + 1 for row, _ in chosen}


PLACES = {"XZQDM": ["339901", "339901100", "339901100001"], "XZQMC": ["示范县", "甲镇", "甲村"]}


def places(**changes):
    table = {"BSM": identifiers(3, "1110"), **PLACES, "JSMJ": [2500.0] * 3} | changes
    return defects_of(judge(features(table, squares(3)), LAYERS["XZQ"]))


def test_places_in_order_have_no_findings():
    assert places() == []


@pytest.mark.parametrize(
    ("rule", "row", "change"),
    [
        ("XZQ-01", 2, {"XZQDM": ["339901", "33990110", "339901100001"]}),
        ("XZQ-02", 3, {"XZQDM": ["339901", "339901100", "339901"]}),
        ("XZQ-03", 1, {"JSMJ": [2400.0, 2500.0, 2500.0]}),
    ],
)
def test_a_broken_place(rule, row, change):
    assert places(**change) == [(rule, row)]


def villages(**changes):
    codes = [f"3399011000{k:02}" for k in range(3)]
    table = {"BSM": identifiers(3, "1120"), "ZLDWDM": codes, "ZLDWMC": ["甲", "乙", "丙"], "JSMJ": [2500.0] * 3}
    return defects_of(judge(features(table | changes, squares(3)), LAYERS["CJDCQ"]))


def test_villages_in_order_have_no_findings():
    assert villages() == []
    assert villages(ZLDWDM=[f"3399011000{k:02}0000000" for k in range(3)]) == []


@pytest.mark.parametrize(
    ("rule", "row", "change"),
    [
        ("CJDCQ-01", 1, {"ZLDWDM": ["339901100", "339901100001", "339901100002"]}),
        ("CJDCQ-02", 2, {"ZLDWDM": ["339901100001", "339901100001", "339901100002"]}),
        ("CJDCQ-03", 3, {"JSMJ": [2500.0, 2500.0, 2501.0]}),
    ],
)
def test_a_broken_village(rule, row, change):
    assert villages(**change) == [(rule, row)]


def basic_farmland(**changes):
    table = {"BSM": identifiers(2, "2510"), "DLBM": ["0101", "0103"], "DLMC": ["水田", "旱地"], "KCXS": [0.0, 0.1]}
    table |= {"YJJBNTTBMJ": [2500.0, 2500.0], "KCMJ": [0.0, 250.0], "YJJBNTMJ": [2500.0, 2250.0]}
    return defects_of(judge(features(table | changes, squares(2)), LAYERS["YJJBNTTB"]))


def test_basic_farmland_in_order_has_no_findings():
    assert basic_farmland() == []


@pytest.mark.parametrize(
    ("rule", "row", "change"),
    [
        ("COM-05", 1, {"DLBM": ["9999", "0103"], "DLMC": [None, "旱地"]}),
        ("YJJBNTTB-01", 2, {"DLMC": ["水田", "水田"]}),
        ("YJJBNTTB-02", 1, {"YJJBNTTBMJ": [2400.0, 2500.0], "YJJBNTMJ": [2400.0, 2250.0]}),
        ("YJJBNTTB-03", 2, {"KCMJ": [0.0, 200.0], "YJJBNTMJ": [2500.0, 2300.0]}),
        ("YJJBNTTB-04", 2, {"YJJBNTMJ": [2500.0, 2251.0]}),
    ],
)
def test_a_broken_basic_farmland_parcel(rule, row, change):
    assert basic_farmland(**change) == [(rule, row)]


def test_grades_are_checked_for_name_and_range():
    table = {"BSM": identifiers(2), "GDDB": [5, 16], "DLBM": ["0101", "0103"], "DLMC": ["旱地", "旱地"]}
    found = defects_of(judge(features(table, squares(2)), LAYERS["GDDB"]))
    assert found == [("COM-07", 2), ("GDDB-01", 1)]


def test_every_rule_is_listed_once_with_a_sentence_and_a_severity():
    assert all(rule.id == name for name, rule in RULES.items())
    assert {rule.severity for rule in RULES.values()} == {"refuse", "note"}
    assert [rule.id for rule in RULES.values() if rule.message_id not in catalogue()] == []
    assert {layer for rule in RULES.values() for layer in rule.layers} <= set(LAYERS)
    columns = {layer: set(LAYERS[layer].fields) for layer in LAYERS}
    assert [rule.id for rule in RULES.values() for layer in rule.layers if set(rule.needs) - columns[layer]] == []
    assert "COM-26" in [rule.id for rule in rules_of("KZBJ")]


def test_every_finding_renders_in_both_languages():
    worst = {PADDY: {"DLMC": "x", "GDPDJB": None, "QSXZ": "x", "BSM": None}, ROAD: {"XZDWKD": 99.0}}
    findings = judge(parcels(worst, without="TBMJ")) + lines(
        [None, gallery.LINE, gallery.BOW_TIE, gallery.FLAT, gallery.STRIP, gallery.SQUARE, gallery.CLOCKWISE]
    )
    for finding in findings:
        assert "{" not in render(finding) + render(finding, lang="en")
    assert len(findings) > 10


def test_ids_and_feature_codes_have_the_form_of_the_survey():
    table = {"BSM": ["339901211000000001", "339901200000000002", "x3"], "YSDM": ["2001010100", "2001010200", None]}
    table |= {"DLBM": ["0201"] * 3}
    found = [pair for pair in defects_of(judge(features(table, squares(3)))) if pair[0] in ("COM-14", "COM-15")]
    assert found == [("COM-14", 2), ("COM-14", 3), ("COM-15", 2)]


def test_ids_of_another_register_have_a_form_of_their_own():
    foreign = mapping.parse({"layer": "DLTB", "id": "parcel", "constants": {"DLBM": "0201"}})
    table = features({"parcel": ["a", "b"]}, squares(2))
    found = check(conform(table, DLTB, foreign))
    assert [finding.rule for finding in found if finding.rule == "COM-14"] == []


def test_a_parcel_number_stands_once_in_a_village():
    table = {"BSM": identifiers(4), "DLBM": ["0201"] * 4, "TBBH": ["1", "1", "1", None]}
    table |= {"ZLDWDM": ["3399011001010000000", "3399011001010000000", "3399011001020000000", None]}
    found = [pair for pair in defects_of(judge(features(table, squares(4)))) if pair[0] == "DLTB-23"]
    assert found == [("DLTB-23", 2)]


def test_gaps_at_the_outside_are_found_where_the_place_is_known(tmp_path):
    put(tmp_path, "XZQ", [cell(0, 0, 3), cell(3, 0, 3)],
        {"BSM": ["X1", "X2"], "XZQDM": ["339901001", "339902001"], "XZQMC": ["甲", "乙"]}, place="339900")  # fmt: skip
    table = features({"BSM": identifiers(2), "DLBM": ["0201"] * 2}, np.array([cell(0, 0), cell(1, 0)], dtype=object))
    asked = {"place": "339901", "on": date(2024, 6, 1), "home": tmp_path}
    ground = extent_of(table, DLTB, **asked)
    gaps = [f for f in examine(table, DLTB, extent=ground).findings if f.rule == "COM-27"]
    assert [finding.measured for finding in gaps] == [pytest.approx(9998.8, abs=1)]
    assert [f for f in examine(table, DLTB).findings if f.rule == "COM-27"] == []
    assert extent_of(table, LAYERS["XZQ"], **asked) is None
    assert extent_of(table, DLTB, **asked | {"on": date(2020, 1, 1)}) is None

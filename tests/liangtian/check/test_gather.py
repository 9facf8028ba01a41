"""What a check measures: every figure reckoned by hand on a county of six squares."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from liangtian.check.gather import Gathered, Technical, boundary_of, gather, versions_for
from liangtian.check.overlay import LineTolerance
from liangtian.check.run import Question, check
from liangtian.check.suspicion import oversized, shifted
from liangtian.errors import CatalogueError, CrsMismatch, LayerInvalid, ParameterMissing
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning.blocks import BlockRule
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS
from liangtian.space.area import ellipsoidal_area
from liangtian.space.crs import reproject
from liangtian.space.gcj02 import shift
from liangtian.units import round_dm2
from squares import EAST, NORTH, VILLAGE_A, boundary, cell, put

DAY = date(2024, 6, 1)
RULE = BlockRule(("1006", "1107", "1203"), ("1003", "1101", "1107A"), across_m=Fraction(16), gap_m=Fraction(1, 5))
TECHNICAL = Technical(LineTolerance(Fraction(1), Fraction(1, 5)), {6: Fraction(1000), 8: Fraction(800)}, RULE)


def measured(home: Path, features: Features, *, kind: str = "batch") -> Gathered:
    catalogue = Catalogue(home)
    versions = versions_for(catalogue, on=DAY, named={})
    return gather(boundary_of(features), catalogue, versions, kind=kind, on=DAY, technical=TECHNICAL)


def area(shape: shapely.Geometry) -> Decimal:
    dm2 = round_dm2(ellipsoidal_area(np.array([shape], dtype=object), CRS.from_epsg(4549)))[0]
    return Decimal(int(dm2)).scaleb(-2)


def test_classes_close_to_the_boundary(home: Path) -> None:
    found = measured(home, boundary(cell(0.5, 0, 2.5)))
    rows = [(row["code"], row["name"], row["parcels"]) for row in found.tables["classes"]]
    assert rows == [("0101", "水田", 1), ("0103", "旱地", 1), ("0702", "农村宅基地", 1)]
    assert [row["area_m2"] for row in found.tables["classes"]] == [
        area(cell(0.5, 0, 0.5)),
        area(cell(1, 0)),
        area(cell(2, 0)),
    ]
    assert found.tables["uncovered_m2"] == found.tables["double_covered_m2"] == Decimal("0.00")


def test_farmland_is_net_of_ridges_and_paddy_is_told_apart(home: Path) -> None:
    found = measured(home, boundary(cell(0, 0, 3)))
    paddy, dry = area(cell(0, 0)), area(cell(1, 0))
    ridge = (dry * Decimal("0.1")).quantize(Decimal("0.01"))
    assert found.facts["farmland_m2"] == paddy + dry
    assert found.facts["farmland_quantity_m2"] == paddy + dry - ridge
    assert found.facts["paddy_m2"] == paddy
    assert found.tables["ridge_m2"] == ridge
    assert found.tables["required"]["quantity_m2"] == paddy + dry - ridge


def test_slopes_and_grades_sum_to_the_farmland(home: Path) -> None:
    tables = measured(home, boundary(cell(0, 0, 3, 2))).tables
    farmland = tables["farmland"]["area_m2"]
    assert sum(row["area_m2"] for row in tables["slopes"]) == farmland
    assert sum(row["area_m2"] for row in tables["farmland"]["by_grade"]) == farmland
    assert [row["code"] for row in tables["slopes"]] == ["1", "2"]


def test_capacity_is_by_grade_and_rounded_once(home: Path) -> None:
    found = measured(home, boundary(cell(0, 0, 2)))
    paddy, dry = Fraction(area(cell(0, 0))), Fraction(found.facts["farmland_quantity_m2"] - area(cell(0, 0)))
    expected = paddy * 3 / 2000 * 1000 + dry * 3 / 2000 * 800
    assert found.facts["capacity_kg"] == int(expected + Fraction(1, 2))


def test_farmland_without_a_grade_leaves_capacity_unknown(home: Path) -> None:
    columns: dict[str, list[Any]] = {"BSM": ["N1"], "DLBM": ["0101"], "KCXS": [0.0], "GDDB": [None]}
    put(home, "DLTB", [cell(0, 0)], columns | {"ZLDWDM": [VILLAGE_A]}, on="2024-01-01")
    found = measured(home, boundary(cell(0, 0)))
    assert found.facts["capacity_kg"] is None
    assert found.tables["required"] == {
        "quantity_m2": area(cell(0, 0)),
        "paddy_m2": area(cell(0, 0)),
        "capacity_kg": None,
    }


@pytest.mark.parametrize(
    ("kind", "owed"), [("batch", True), ("village", True), ("temporary", False), ("consolidation", False)]
)
def test_only_conversion_owes_a_balance(home: Path, kind: str, owed: bool) -> None:
    found = measured(home, boundary(cell(0, 0)), kind=kind)
    assert (found.tables["required"]["quantity_m2"] > 0) is owed


def test_control_lines_name_the_parcels_concerned(home: Path) -> None:
    found = measured(home, boundary(cell(0.5, 0.5, 1, 1)))
    quarter = area(cell(0.5, 0.5, 0.5, 0.5))
    assert found.tables["basic_farmland"]["overlap_m2"] == pytest.approx(quarter, abs=Decimal("0.01"))
    assert found.facts["basic_farmland_parcels"] == ("P1",)
    assert found.facts["red_line_overlap_m2"] == pytest.approx(area(cell(1, 1, 0.5, 0.5)), abs=Decimal("0.01"))
    assert found.facts["red_line_parcels"] == ("P5",)
    assert found.facts["demonstration_zone_overlap_m2"] == Decimal("0.00")


def test_outside_of_the_boundaries(home: Path) -> None:
    found = measured(home, boundary(cell(0, 0, 3, 2)))
    assert found.tables["outside_urban_boundary_m2"] == pytest.approx(
        area(cell(0, 0, 3, 2)) - area(cell(1, 0, 2)), abs=Decimal("0.03")
    )
    assert found.tables["outside_expansion_boundary_m2"] == pytest.approx(area(cell(0, 1, 3)), abs=Decimal("0.03"))
    assert found.facts["new_construction_outside_expansion_m2"] == pytest.approx(
        area(cell(0, 1, 3)), abs=Decimal("0.03")
    )
    assert found.facts["new_construction_m2"] == pytest.approx(
        area(cell(0, 0, 3, 2)) - area(cell(2, 0)), abs=Decimal("0.06")
    )


def test_ground_wholly_outside_is_new_construction_outside_to_the_last_place(tmp_path: Path) -> None:
    """The clause on adjusting the boundary compares the two: a piece counts with one area, wherever it is added."""
    strips = [cell(0, column / 40, 9, 1 / 40) for column in range(160)]
    columns = {"BSM": [f"P{n}" for n in range(160)], "DLBM": ["0101"] * 160, "ZLDWDM": [VILLAGE_A] * 160}
    put(tmp_path, "DLTB", strips, columns)
    put(tmp_path, "KZBJ", [cell(0, 9)], {"BSM": ["K1"]})
    for angle in range(7, 90, 7):
        ground = shapely.affinity.rotate(cell(1, 1, 2.1, 2), angle)
        found = measured(tmp_path, boundary(ground)).facts
        assert found["outside_expansion_boundary_m2"] == found["boundary_m2"]
        assert found["new_construction_outside_expansion_m2"] == found["new_construction_m2"]


def test_an_unpublished_layer_is_unknown_never_no_overlap(tmp_path: Path) -> None:
    put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["P1"], "DLBM": ["0101"], "ZLDWDM": [VILLAGE_A]})
    found = measured(tmp_path, boundary(cell(0, 0)))
    unknown = (
        "basic_farmland_overlap_m2",
        "red_line_overlap_m2",
        "outside_urban_boundary_m2",
        "villages",
        "whole_villages",
    )
    assert {name: found.facts[name] for name in unknown} == dict.fromkeys(unknown)
    assert found.tables["basic_farmland"] == {"overlap_m2": None, "net_m2": None, "touching_m2": None}


def test_without_a_land_use_layer_everything_is_unknown(tmp_path: Path) -> None:
    found = measured(tmp_path, boundary(cell(0, 0)))
    assert found.tables["classes"] == []
    assert found.tables["farmland"]["area_m2"] is None
    assert found.facts["farmland_m2"] is None
    assert found.facts["boundary_m2"] == area(cell(0, 0))


def test_ground_no_parcel_covers_is_unknown_never_free_of_farmland(home: Path) -> None:
    outside = measured(home, boundary(cell(20, 20))).facts
    assert (outside["farmland_m2"], outside["basic_farmland_overlap_m2"], outside["red_line_overlap_m2"]) == (None,) * 3
    astride = measured(home, boundary(cell(-0.5, 0)))
    assert astride.facts["farmland_quantity_m2"] is None
    assert astride.tables["farmland"]["area_m2"] > 0
    assert astride.facts["basic_farmland_overlap_m2"] > 0
    assert astride.facts["red_line_overlap_m2"] is None


def test_a_control_layer_of_another_county_says_nothing_here(home: Path) -> None:
    columns = {"BSM": ["Q1"], "DLBM": ["0101"], "ZLDWDM": ["3399020012010000000"], "GDDB": [6], "KCXS": [0.0]}
    put(home, "DLTB", [cell(3, 0)], columns, place="339902")
    facts = measured(home, boundary(cell(3.2, 0.2, 0.5, 0.5))).facts
    unknown = ("basic_farmland_overlap_m2", "demonstration_zone_overlap_m2", "red_line_overlap_m2")
    assert {name: facts[name] for name in unknown} == dict.fromkeys(unknown)
    assert (
        facts["outside_urban_boundary_m2"] is None
    )  # of its own line nothing is known, so neither is what lies outside
    assert facts["farmland_m2"] > 0


def test_farmland_without_a_village_code_leaves_the_debtor_unknown(tmp_path: Path) -> None:
    columns = {"BSM": ["P1", "P2"], "DLBM": ["0101", "0101"], "ZLDWDM": [VILLAGE_A, None], "KCXS": [0.0, 0.0]}
    put(tmp_path, "DLTB", [cell(0, 0), cell(1, 0)], columns)
    assert measured(tmp_path, boundary(cell(0, 0))).facts["required_by_place"] is not None
    assert measured(tmp_path, boundary(cell(0, 0, 2))).facts["required_by_place"] is None


@pytest.mark.parametrize("ridge", [1.5, -0.2, 1.0])
def test_a_ridge_coefficient_that_is_none_leaves_the_net_area_unknown(tmp_path: Path, ridge: float) -> None:
    columns = {"BSM": ["P1"], "DLBM": ["0101"], "ZLDWDM": [VILLAGE_A], "KCXS": [ridge]}
    put(tmp_path, "DLTB", [cell(0, 0)], columns)
    facts = measured(tmp_path, boundary(cell(0, 0))).facts
    assert (facts["farmland_quantity_m2"], facts["paddy_m2"], facts["required_by_place"]) == (None, None, None)
    assert facts["farmland_m2"] == area(cell(0, 0))


def test_an_object_that_is_no_polygon_is_never_left_out_in_silence() -> None:
    with pytest.raises(LayerInvalid) as error:
        boundary_of(boundary(cell(0, 0), shapely.LineString([(EAST, NORTH), (EAST + 5, NORTH)]), None))
    assert (error.value.message_id, error.value.params["rows"]) == ("check-boundary-not-areal", "2、3")


def test_a_layer_known_to_be_disjoint_is_measured_the_same(home: Path) -> None:
    catalogue, ground = Catalogue(home), boundary_of(boundary(cell(0.5, 0.5, 2, 1.2)))
    plain = versions_for(catalogue, on=DAY, named={})
    known = {layer: [replace(v, quality={"counts": {}}) for v in found] for layer, found in plain.items()}
    one, other = (gather(ground, catalogue, v, kind="batch", on=DAY, technical=TECHNICAL) for v in (plain, known))
    assert one.facts.keys() == other.facts.keys()
    for name, value in one.facts.items():
        if isinstance(value, Decimal):
            assert abs(value - other.facts[name]) <= Decimal("0.05"), name
        else:
            assert value == other.facts[name]


def test_a_sliver_along_a_line_touches_and_does_not_count(home: Path) -> None:
    sliver = shapely.box(EAST + 99.992, NORTH, EAST + 200, NORTH + 100)  # 8 mm into P1: 0.8 m²
    found = measured(home, boundary(sliver))
    assert found.facts["basic_farmland_overlap_m2"] == Decimal("0.00")
    assert found.facts["basic_farmland_touching_m2"] == Decimal("0.80")
    assert found.facts["basic_farmland_parcels"] == ()


def test_a_wider_or_longer_strip_crosses_the_line(home: Path) -> None:
    strip = shapely.box(EAST + 99.98, NORTH, EAST + 200, NORTH + 100)  # 20 mm into P1: 2 m²
    found = measured(home, boundary(strip))
    assert found.facts["basic_farmland_overlap_m2"] == Decimal("2.00")
    assert found.facts["basic_farmland_parcels"] == ("P1",)


def test_villages_whole_and_adjoining(home: Path) -> None:
    both = measured(home, boundary(cell(0, 0, 3, 2)), kind="consolidation").facts
    assert (both["villages"], both["whole_villages"], both["villages_adjacent"]) == (
        ("339901001201", "339901001202"),
        True,
        True,
    )
    part = measured(home, boundary(cell(0, 0, 3, 1.5)), kind="consolidation").facts
    assert (part["whole_villages"], part["villages_adjacent"]) == (False, True)


def test_villages_that_meet_in_a_corner_do_not_adjoin(tmp_path: Path) -> None:
    villages = {"BSM": ["A", "B"], "ZLDWDM": [VILLAGE_A, "3399010012030000000"]}
    put(tmp_path, "CJDCQ", [cell(0, 0), cell(1, 1)], villages)
    facts = measured(tmp_path, boundary(cell(0, 0), cell(1, 1))).facts
    assert (facts["whole_villages"], facts["villages_adjacent"]) == (True, False)


def test_places_have_their_own_requirement(home: Path) -> None:
    found = measured(home, boundary(cell(0, 0, 1, 2)))
    rows = {row["code"]: (row["name"], row["level"]) for row in found.tables["places"]}
    assert rows == {
        "339901": (None, "county"),
        "339901001": ("示范镇", "town"),
        "339901001201": ("甲村", "village"),
        "339901001202": ("乙村", "village"),
    }
    villages = [row["required"]["quantity_m2"] for row in found.tables["places"] if row["level"] == "village"]
    assert villages == [area(cell(0, 0)), area(cell(0, 1))]


def test_gaps_and_overlaps_of_the_layer_are_told(tmp_path: Path) -> None:
    columns = {"BSM": ["P1", "P2"], "DLBM": ["0101", "0103"], "ZLDWDM": [VILLAGE_A] * 2}
    put(tmp_path, "DLTB", [cell(0, 0), cell(0.5, 0)], columns)
    found = measured(tmp_path, boundary(cell(0, 0, 2)))
    assert found.tables["double_covered_m2"] == pytest.approx(area(cell(0.5, 0, 0.5)), abs=Decimal("0.02"))
    assert found.tables["uncovered_m2"] == pytest.approx(area(cell(1.5, 0, 0.5)), abs=Decimal("0.02"))


def test_layers_of_neighbouring_counties_are_read_together(home: Path) -> None:
    columns = {"BSM": ["Q1"], "DLBM": ["0101"], "ZLDWDM": ["3399020012010000000"], "GDDB": [6], "KCXS": [0.0]}
    put(home, "DLTB", [cell(3, 0)], columns, place="339902")
    found = measured(home, boundary(cell(2, 0, 2)))
    counties = [(row["code"], row["farmland_m2"]) for row in found.tables["places"] if row["level"] == "county"]
    assert counties == [("339901", Decimal("0.00")), ("339902", area(cell(3, 0)))]


def test_degrees_prefix_and_plane_give_the_same_result(home: Path) -> None:
    shape = np.array([cell(0.25, 0.25, 2, 1)], dtype=object)
    results = [
        measured(
            home, boundary(*reproject(shape, CRS.from_epsg(4549), CRS.from_epsg(code)), crs=CRS.from_epsg(code))
        ).facts
        for code in (4549, 4528, 4490)
    ]
    assert results[1] == results[0]
    assert abs(results[2]["boundary_m2"] - results[0]["boundary_m2"]) <= Decimal("0.01")


def test_plots_that_overlap_are_counted_once(home: Path) -> None:
    assert measured(home, boundary(cell(0, 0), cell(0.5, 0))).facts["boundary_m2"] == area(cell(0, 0, 1.5))


def test_a_bow_tie_is_refused_with_its_row(home: Path) -> None:
    tie = shapely.Polygon([(EAST, NORTH), (EAST + 100, NORTH + 100), (EAST + 100, NORTH), (EAST, NORTH + 100)])
    with pytest.raises(LayerInvalid) as error:
        boundary_of(boundary(cell(0, 0), tie))
    assert (error.value.message_id, error.value.params["row"]) == ("check-boundary-invalid", 2)


def test_a_boundary_without_polygons_or_crs_is_refused() -> None:
    with pytest.raises(LayerInvalid):
        boundary_of(boundary(shapely.Point(EAST, NORTH)))
    nowhere = boundary(cell(0, 0))
    with pytest.raises(CrsMismatch):
        boundary_of(Features(nowhere.geometry, nowhere.attributes, None, nowhere.source, nowhere.rows))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 350), st.floats(-50, 250)), min_size=3, max_size=9))
def test_ground_is_conserved_for_any_boundary(points: list[tuple[float, float]]) -> None:
    hull = shapely.MultiPoint([(EAST + x, NORTH + y) for x, y in points]).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 1:
        return
    tables = measured(CONSERVED, boundary(hull)).tables
    total = (
        sum((row["area_m2"] for row in tables["classes"]), start=tables["uncovered_m2"]) - tables["double_covered_m2"]
    )
    assert abs(total - area(hull)) <= Decimal("0.01") * 8


@pytest.fixture(autouse=True)
def _share_home(home: Path) -> None:
    global CONSERVED
    CONSERVED = home


CONSERVED = Path()


def test_a_boundary_from_a_web_map_is_suspected(home: Path) -> None:
    catalogue, plane = Catalogue(home), CRS.from_epsg(4549)
    true = reproject(np.array([cell(0, 0, 3, 2)], dtype=object), plane, CRS.from_epsg(4490))
    web = shapely.transform(true, shift)
    answers = []
    for shapes in (true, web):
        features = boundary(*shapes, crs=CRS.from_epsg(4490))
        answers.append(
            len(shifted(features, boundary_of(features), [catalogue.index(catalogue.valid_on("DLTB", DAY)[0])]))
        )
    assert answers == [0, 1]


def test_a_boundary_across_the_county_s_ground_and_the_city_s_rest_is_measured_once(tmp_path: Path) -> None:
    towns = {"BSM": ["X1", "X2"], "XZQDM": ["339901001", "339902001"], "XZQMC": ["甲镇", "乙镇"]}
    put(tmp_path, "XZQ", [cell(0, 0, 5), cell(5, 0, 5)], towns, place="339900")
    land = {"BSM": [f"c{c}" for c in range(8)], "DLBM": ["0101"] * 8, "KCXS": [0.0] * 8}
    put(tmp_path, "DLTB", [cell(c, 0) for c in range(8)], land, place="339900")
    land = {"BSM": [f"k{c}" for c in range(5)], "DLBM": ["0301"] * 5, "KCXS": [0.0] * 5}
    put(tmp_path, "DLTB", [cell(c, 0) for c in range(5)], land, place="339901")
    put(tmp_path, "CZKFBJ", [cell(0, 0, 4), cell(4, 0, 3)], {"BSM": ["K1", "K2"]}, place="339900")
    put(tmp_path, "CZKFBJ", [cell(1, 0)], {"BSM": ["C1"]}, place="339901")
    found = measured(tmp_path, boundary(cell(3.5, 0, 3)))
    assert found.pieces is not None
    assert found.pieces.ids() == ("c5", "c6", "k3", "k4")
    assert [row["code"] for row in found.tables["classes"]] == ["0101", "0301"]
    assert (found.tables["uncovered_m2"], found.tables["double_covered_m2"]) == (0, 0)
    assert found.facts["outside_urban_boundary_m2"] == area(cell(3.5, 0, 1.5))


@pytest.fixture
def ungraded(tmp_path: Path) -> Path:
    """Three paddies without a grade and one with; the second is half terraced."""
    land = {"BSM": ["P1", "P2", "P3", "P4"], "DLBM": ["0101"] * 4, "KCXS": [0.0, 0.1, 0.0, 0.0],
            "GDDB": [6, None, None, None], "ZLDWDM": [VILLAGE_A] * 4}  # fmt: skip
    put(tmp_path, "DLTB", [cell(column, 0) for column in range(4)], land)
    return tmp_path


def by_grade(found: Gathered) -> list[tuple[int | None, Decimal, int | None]]:
    return [(row["grade"], row["area_m2"], row["capacity_kg"]) for row in found.tables["farmland"]["by_grade"]]


def test_a_parcel_without_a_grade_takes_those_of_the_grade_layer_part_by_part(ungraded: Path) -> None:
    put(ungraded, "GDDB", [cell(0.5, 0), cell(1.5, 0, 2.5)], {"BSM": ["g8", "g6"], "GDDB": [8, 6]})
    found = measured(ungraded, boundary(cell(0, 0, 3)))
    west = area(cell(1, 0, 0.5))
    east = area(cell(1, 0)) - west
    assert [(grade, size) for grade, size, _ in by_grade(found)] == [
        (6, area(cell(0, 0)) + east + area(cell(2, 0))),
        (8, west),
    ]
    net = Fraction(area(cell(0, 0)) + area(cell(2, 0))) * 1000 + Fraction(east) * 900 + Fraction(west) * 720
    assert abs(found.facts["capacity_kg"] - net * 3 / 2000) <= 1
    assert found.tables["farmland"]["graded_by_layer_m2"] == west + east + area(cell(2, 0))


def test_ground_the_grade_layer_leaves_out_has_no_capacity(ungraded: Path) -> None:
    put(ungraded, "GDDB", [cell(1, 0, 0.5)], {"BSM": ["g8"], "GDDB": [8]})
    found = measured(ungraded, boundary(cell(0, 0, 2)))
    assert found.facts["capacity_kg"] is None
    assert [(grade, kg is None) for grade, _, kg in by_grade(found)] == [(6, False), (8, False), (None, True)]
    assert sum(size for _, size, _ in by_grade(found)) == found.facts["farmland_m2"]


def test_a_sliver_the_grade_layer_leaves_out_takes_the_grade_beside_it(ungraded: Path) -> None:
    put(ungraded, "GDDB", [cell(1, 0, 0.99999)], {"BSM": ["g8"], "GDDB": [8]})
    assert [grade for grade, *_ in by_grade(measured(ungraded, boundary(cell(1, 0))))] == [8]


def test_ground_graded_twice_has_no_grade(ungraded: Path) -> None:
    put(ungraded, "GDDB", [cell(1, 0), cell(1, 0, 0.5)], {"BSM": ["g8", "g6"], "GDDB": [8, 6]})
    assert by_grade(measured(ungraded, boundary(cell(1, 0)))) == [(None, area(cell(1, 0)), None)]


def test_a_parcel_s_own_grade_goes_before_the_layer_s(ungraded: Path) -> None:
    put(ungraded, "GDDB", [cell(0, 0)], {"BSM": ["g8"], "GDDB": [8]})
    assert [grade for grade, *_ in by_grade(measured(ungraded, boundary(cell(0, 0))))] == [6]


def test_a_boundary_beyond_all_land_is_asked_about(home: Path) -> None:
    result = check(boundary(cell(-4, -4, 8, 8)), Catalogue(home), Question(on=DAY))
    assert [note.rule for note in result.notes] == ["CHK-01"]
    assert result.data()["boundary"]["notes"][0]["message"].startswith("boundary.txt 的范围约 1 平方千米")
    assert check(boundary(cell(0, 0, 4, 4)), Catalogue(home), Question(on=DAY)).notes == ()
    assert oversized(boundary(cell(0, 0)), boundary_of(boundary(cell(0, 0))), []) == ()


def test_a_date_before_the_technical_values_is_said_to_be_one(home: Path) -> None:
    with pytest.raises(ParameterMissing) as error:
        check(boundary(cell(0, 0)), Catalogue(home), Question(on=date(2018, 12, 31)))
    assert (error.value.message_id, error.value.params["since"]) == ("check-before-technical", "2019-01-01")


def test_named_digests_give_the_same_versions_where_two_places_published_the_same_land(tmp_path: Path) -> None:
    for place in ("339900", "339901"):
        put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["P1"], "DLBM": ["0101"]}, place=place)
    again = put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["P1"], "DLBM": ["0101"]}, place="339901", on="2025-12-31")
    catalogue = Catalogue(tmp_path)
    by_date = versions_for(catalogue, on=DAY, named={})["DLTB"]
    assert versions_for(catalogue, on=DAY, named={"DLTB": [again, again]})["DLTB"] == by_date
    assert [version.place for version in by_date] == ["339900", "339901"]
    with pytest.raises(CatalogueError):
        versions_for(catalogue, on=DAY, named={"DLTB": [again[:7]]})


def test_neighbours_that_overlap_are_covered_twice_whatever_each_report_says(tmp_path: Path) -> None:
    for place, shape in (("339901", cell(0, 0, 1.5)), ("339902", cell(1, 0, 2))):
        put(tmp_path, "DLTB", [shape], {"BSM": [place], "DLBM": ["0101"]}, place=place)
    catalogue, ground = Catalogue(tmp_path), boundary_of(boundary(cell(0, 0, 3)))
    versions = versions_for(catalogue, on=DAY, named={})
    clean = {layer: [replace(v, quality={"counts": {}}) for v in found] for layer, found in versions.items()}
    found = gather(ground, catalogue, clean, kind="batch", on=DAY, technical=TECHNICAL)
    assert found.tables["double_covered_m2"] == pytest.approx(area(cell(1, 0, 0.5)), abs=Decimal("0.02"))


def consolidation(home: Path, *shapes: shapely.Geometry) -> tuple[Any, Any]:
    facts = measured(home, boundary(*shapes), kind="consolidation").facts
    return facts["contiguous_farmland_max_m2"], facts["contiguous_farmland_parcels"]


def test_the_largest_block_is_measured_inside_the_boundary(home: Path) -> None:
    """P1 (a hectare) and the half of P2 beside it, of which a tenth is ridges; P4 is not asked about."""
    half = area(cell(1, 0, 0.5))
    ridge = (half / 10).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    expected = area(cell(0, 0)) + half - ridge
    assert consolidation(home, cell(0, 0, 1.5)) == (expected, ("P1", "P2"))


def test_a_boundary_in_two_parts_has_two_blocks(home: Path) -> None:
    size, parcels = consolidation(home, cell(0, 0), cell(0.5, 1.5, 0.5, 0.5))
    assert (size, parcels) == (area(cell(0, 0)), ("P1",))


def test_land_without_farmland_has_a_largest_block_of_nothing(home: Path) -> None:
    assert consolidation(home, cell(1, 1)) == (0, ())


def test_other_kinds_are_not_asked_for_blocks(home: Path) -> None:
    assert measured(home, boundary(cell(0, 0))).facts["contiguous_farmland_max_m2"] is None


def test_the_largest_block_is_unknown_where_ground_is_uncovered_or_ridges_are_wrong(home: Path) -> None:
    assert consolidation(home, cell(-1, 0, 2))[0] is None
    columns = {"BSM": ["Q1"], "DLBM": ["0101"], "KCXS": [1.2], "ZLDWDM": [VILLAGE_A]}
    put(home, "DLTB", [cell(0, 0)], columns, on="2024-01-31")
    assert consolidation(home, cell(0, 0)) == (None, None)


def test_a_thousand_mu_gate_is_decided_by_geometry(home: Path) -> None:
    asked = Question(on=DAY, kind="consolidation", place="339901")
    result = check(boundary(cell(0, 0, 3, 2)), Catalogue(home), asked)
    (finding,) = [f for f in result.findings if f.rule == "haining-2021一（三）.3"]
    assert (finding.outcome.value, finding.measured) == ("fail", float(result.facts["contiguous_farmland_max_m2"]))
    assert finding.parcels == ("P1", "P2", "P4")


def test_the_place_of_ground_without_codes_is_the_one_whose_parcels_cover_most_of_it(tmp_path: Path) -> None:
    put(tmp_path, "DLTB", [cell(0, 0, 4)], {"BSM": ["PT1"], "DLBM": ["0101"]}, place="pt-aveiro")
    put(tmp_path, "DLTB", [cell(4, 0, 4)], {"BSM": ["US1"], "DLBM": ["0101"]}, place="us-phillips")
    sites = (cell(1, 0, 2), cell(5, 0, 2), cell(2, 0, 3), cell(3, 0, 3))
    answers = [check(boundary(site), Catalogue(tmp_path), Question(on=DAY)).head["place"] for site in sites]
    assert answers == ["pt-aveiro", "us-phillips", "pt-aveiro", "us-phillips"]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.floats(0.05, 4.0))
def test_no_part_is_larger_than_the_whole(tmp_path_factory: pytest.TempPathFactory, strips: int, width: float) -> None:
    home, each = tmp_path_factory.mktemp("strips"), width / strips
    shapes: list[shapely.Geometry] = [cell(each * number, 0, each) for number in range(strips)]
    ids = [f"P{number}" for number in range(strips)]
    put(home, "DLTB", shapes, {"BSM": list(ids), "DLBM": ["0101"] * strips, "KCXS": [0.0] * strips})
    for layer in ("YJJBNTTB", "STBHHX"):
        put(home, layer, shapes, {"BSM": list(ids), "KCXS": [0.0] * strips})
    found = measured(home, boundary(cell(0, 0, width)))
    whole = found.facts["boundary_m2"]
    parts = ("farmland_m2", "farmland_quantity_m2", "paddy_m2", "new_construction_m2")
    overlaps = ("basic_farmland_overlap_m2", "red_line_overlap_m2")
    assert [name for name in (*parts, *overlaps) if found.facts[name] > whole] == []
    assert sum(row["area_m2"] for row in found.tables["classes"]) <= whole
    assert whole - found.facts["new_construction_m2"] <= Decimal("0.01") * strips


def test_a_places_own_technical_value_is_measured_by_at_that_place_only(home: Path) -> None:
    doubled = ", ".join(f"{grade} = {(16 - grade) * 200}" for grade in range(1, 16))
    text = f"""[[value]]
name = "liangtian-2026（技术）.capacity_by_grade"
place = "339901"
since = 2024-01-01
value = {{ {doubled} }}
unit = "kg/mu"
status = "law"
source = "示范县发〔2024〕3号"
"""
    own = read_values(text, "values.toml", Parameters(DOCUMENTS))
    catalogue, features = Catalogue(home), boundary(cell(0, 0, 2))

    def capacity(place: str, *values: Parameter) -> int:
        found = check(features, catalogue, Question(DAY, "batch", place, values=values))
        return int(found.gathered.facts["capacity_kg"])

    assert abs(capacity("339901", *own) - 2 * capacity("339901")) <= 1
    assert capacity("339902", *own) == capacity("339902")

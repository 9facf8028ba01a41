"""The demonstration municipality: whole, conformant, the same every time, and holding what is planted in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely
from click.testing import CliRunner
from pyproj import CRS

from liangtian.check.result import CheckResult
from liangtian.check.run import Question, check
from liangtian.cli.main import cli
from liangtian.datasets.county import FEWEST_PARCELS, generate
from liangtian.datasets.planting import JOINED_WITHIN_M
from liangtian.datasets.projects import PROJECTS, planted, sample_projects
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.landclass import category, is_farmland
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import examine, publish
from liangtian.space.area import ellipsoidal_area
from liangtian.units import round_dm2

Layers = Mapping[str, Features]

LAYERS = [
    *("DLTB", "XZQ", "CJDCQ", "YJJBNTTB", "YJJBNTSFQ", "STBHHX", "CZKFBJ", "KZBJ", "GDDB"),
    *("SYBHQ", "EDLD", "FZLD", "LNDL", "ZZDK"),
]
PARCELS = 3_000
THOUSAND_MU_M2 = Decimal(2_000_000) / 3


@pytest.fixture(scope="module")
def layers() -> Layers:
    return generate(parcels=PARCELS)


@pytest.fixture(scope="module")
def results(layers: Layers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, CheckResult]:
    home = tmp_path_factory.mktemp("home")
    for code, features in layers.items():
        about = {
            "place": "339900",
            "on": date(2023, 12, 31),
            "publisher": "test",
            "recorded_at": "2024-01-01T00:00:00Z",
        }
        publish(features, layer_spec(code), home=home, **about)  # type: ignore[arg-type]
    catalogue = Catalogue(home)
    return {
        name: check(project, catalogue, Question(on=date(2024, 5, 1), kind=PROJECTS[name][1]))
        for name, project in sample_projects(layers).items()
    }


def _text(features: Features, column: str) -> list[str]:
    return [str(value) for value in features.attributes[column].to_pylist()]


def _same(one: Features, other: Features) -> bool:
    wkb = (shapely.to_wkb(one.geometry) == shapely.to_wkb(other.geometry)).all()
    return bool(wkb) and one.attributes.equals(other.attributes)


def test_same_arguments_same_land(layers: Layers) -> None:
    again = generate(parcels=PARCELS)
    assert list(again) == list(layers) == LAYERS
    assert all(_same(again[code], layers[code]) for code in LAYERS)


def test_another_seed_another_land(layers: Layers) -> None:
    other = generate(parcels=PARCELS, seed=2)
    assert not np.array_equal(
        shapely.total_bounds(other["DLTB"].geometry), shapely.total_bounds(layers["DLTB"].geometry)
    )


@pytest.mark.parametrize("count", [2_000, 8_000])
def test_size_is_near_what_is_asked(count: int) -> None:
    assert len(generate(parcels=count)["DLTB"]) == pytest.approx(count, rel=0.10)


def test_too_few_parcels_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2000, not 100"):
        generate(parcels=100)


@pytest.mark.parametrize(
    ("count", "seed"),
    [(PARCELS, 1), (PARCELS, 2), pytest.param(6_000, 21, id="a brook bent across its bank is mended")],
)
def test_every_layer_is_clean_under_the_quality_rules(count: int, seed: int) -> None:
    reports = {code: examine(layer, layer_spec(code)) for code, layer in generate(parcels=count, seed=seed).items()}
    assert {code: (report.level, report.findings) for code, report in reports.items()} == dict.fromkeys(
        LAYERS, ("clean", ())
    )


@pytest.mark.parametrize("code", LAYERS)
def test_columns_are_those_of_the_layer(layers: Layers, code: str) -> None:
    assert layers[code].attributes.column_names == list(layer_spec(code).fields)
    assert layers[code].crs == CRS.from_epsg(4549)
    coordinates = shapely.get_coordinates(layers[code].geometry)
    assert np.abs(coordinates - np.round(coordinates, 4)).max() < 1e-8


@pytest.mark.parametrize("code", ["DLTB", "CJDCQ", "XZQ"])
def test_parcels_villages_and_towns_are_coverages(layers: Layers, code: str) -> None:
    assert shapely.coverage_is_valid(layers[code].geometry)


def test_land_is_one_piece_without_holes(layers: Layers) -> None:
    whole = shapely.coverage_union_all(layers["DLTB"].geometry)
    parts = shapely.get_parts(whole)
    assert len(parts) == 1
    assert shapely.get_num_interior_rings(parts).tolist() == [0]


def test_parcels_tile_villages_and_villages_tile_towns(layers: Layers) -> None:
    _assert_tiles(layers["DLTB"], "ZLDWDM", layers["CJDCQ"], "ZLDWDM", 19)
    _assert_tiles(layers["CJDCQ"], "ZLDWDM", layers["XZQ"], "XZQDM", 9)


def _assert_tiles(small: Features, small_code: str, large: Features, large_code: str, digits: int) -> None:
    owner = np.array([code[:digits] for code in _text(small, small_code)])
    for code, shape in zip(_text(large, large_code), large.geometry, strict=True):
        union = shapely.coverage_union_all(small.geometry[owner == code[:digits]])
        assert shapely.equals(shapely.normalize(union), shapely.normalize(shape))
        assert set(map(tuple, shapely.get_coordinates(union))) == set(map(tuple, shapely.get_coordinates(shape)))
    assert set(owner.tolist()) == {code[:digits] for code in _text(large, large_code)}


def test_places_bear_invented_codes_of_both_counties(layers: Layers) -> None:
    assert {code[:6] for code in _text(layers["XZQ"], "XZQDM")} == {"339901", "339902"}
    assert {len(code) for code in _text(layers["XZQ"], "XZQDM")} == {9}


def test_areas_are_measured_and_ridges_are_deducted_exactly(layers: Layers) -> None:
    land = layers["DLTB"].attributes
    gross, ridge, net = (round_dm2(land[name].to_numpy()) for name in ("TBMJ", "KCMJ", "TBDLMJ"))
    measured = round_dm2(ellipsoidal_area(layers["DLTB"].geometry, CRS.from_epsg(4549)))
    share = np.rint(land["KCXS"].to_numpy() * 1_000_000).astype(np.int64)
    assert (gross == measured).all()
    assert (ridge == (gross * share + 500_000) // 1_000_000).all()
    assert (ridge + net == gross).all()
    assert (share > 0).any()


def test_land_has_what_such_land_has(layers: Layers) -> None:
    expected = {"0101", "0103", "0201", "0202", "0301", "0702", "1001", "1003", "1006", "1101", "1104", "1107"}
    assert expected - set(_text(layers["DLTB"], "DLBM")) == set()
    assert {"1", "2", "3"} - set(_text(layers["DLTB"], "GDPDJB")) == set()


def test_basic_farmland_keeps_off_the_other_lines(layers: Layers) -> None:
    basic = layers["YJJBNTTB"].geometry
    for code, share in (("CZKFBJ", 0.0), ("KZBJ", 0.01), ("STBHHX", 0.01)):
        lines = layers[code].geometry
        a, b = shapely.STRtree(lines).query(basic, predicate="intersects")
        common = shapely.area(shapely.intersection(basic[a], lines[b])).sum()
        assert common <= share * shapely.area(basic).sum()


def test_red_line_keeps_out_of_the_towns(layers: Layers) -> None:
    towns = shapely.union_all(layers["CZKFBJ"].geometry)
    assert shapely.area(shapely.intersection(layers["STBHHX"].geometry, towns)).sum() < 0.01


def test_planted_blocks_lie_just_beside_1000_mu(layers: Layers) -> None:
    facts = planted(layers)
    under, over = facts["just_under_1000_mu"], facts["just_over_1000_mu"]
    assert Decimal("0.97") * THOUSAND_MU_M2 < Decimal(str(under["farmland_m2"])) < THOUSAND_MU_M2
    assert THOUSAND_MU_M2 < Decimal(str(over["farmland_m2"])) < Decimal("1.03") * THOUSAND_MU_M2


@pytest.mark.parametrize("name", ["just_under_1000_mu", "just_over_1000_mu"])
def test_planted_blocks_are_joined_and_end_where_they_end(layers: Layers, name: str) -> None:
    parcels = layers["DLTB"]
    member = np.isin(_text(parcels, "BSM"), planted(layers)[name]["parcels"])
    shapes = parcels.geometry[member]
    half = JOINED_WITHIN_M / 2
    assert shapely.get_num_geometries(shapely.union_all(shapely.buffer(shapes, half + 0.01))) == 1
    farmland = is_farmland(parcels.attributes["DLBM"])
    assert farmland[member].all()
    beside, _ = shapely.STRtree(shapes).query(parcels.geometry, predicate="dwithin", distance=JOINED_WITHIN_M)
    assert not (farmland & ~member)[beside].any()


@pytest.mark.parametrize(("name", "now"), [("basic_farmland_pond", "1104"), ("illegal_building", "0601")])
def test_planted_fakes_lie_on_basic_farmland(layers: Layers, name: str, now: str) -> None:
    fact = planted(layers)[name]
    rows = {}
    for code in ("DLTB", "YJJBNTTB"):
        rows[code] = _text(layers[code], "BSM").index(fact[code]["BSM"])  # type: ignore[index]
    land, basic = (layers[code].geometry[rows[code]] for code in ("DLTB", "YJJBNTTB"))
    assert shapely.equals_exact(land, basic, 0.0)
    assert _text(layers["DLTB"], "DLBM")[rows["DLTB"]] == now
    assert is_farmland(layers["YJJBNTTB"].attributes["DLBM"])[rows["YJJBNTTB"]]


def test_fakes_are_the_only_designated_land_that_is_no_farmland(layers: Layers) -> None:
    points = shapely.point_on_surface(layers["YJJBNTTB"].geometry)
    _, at = shapely.STRtree(layers["DLTB"].geometry).query(points, predicate="within")
    codes = np.array(_text(layers["DLTB"], "DLBM"))[at]
    assert sorted(codes[~is_farmland(codes.tolist())].tolist()) == ["0601", "1104"]


def test_built_village_has_the_most_construction_land(layers: Layers) -> None:
    fact = planted(layers)["built_village"]
    land = layers["DLTB"].attributes
    here = np.asarray(pc.equal(land["ZLDWDM"], fact["village"]))
    built = np.asarray(pc.equal(category(land["DLBM"]), "C")) & here
    held = Decimal(str(fact["construction_m2"]))
    assert 40_000 < held <= Decimal(str(round(land["TBMJ"].to_numpy()[built].sum(), 2)))


def test_road_extension_takes_paddy_and_basic_farmland(results: dict[str, CheckResult]) -> None:
    facts = results["road_extension"].facts
    assert facts["paddy_m2"] > 3_000
    assert facts["basic_farmland_overlap_m2"] > 5_000
    assert facts["red_line_overlap_m2"] == 0


def test_urban_site_lies_inside_the_urban_boundary(results: dict[str, CheckResult]) -> None:
    facts = results["urban_site"].facts
    assert facts["boundary_m2"] > 0
    assert facts["outside_urban_boundary_m2"] == facts["basic_farmland_overlap_m2"] == facts["red_line_overlap_m2"] == 0


def test_red_line_site_crosses_the_red_line(results: dict[str, CheckResult]) -> None:
    facts = results["red_line_site"].facts
    assert 500 < facts["red_line_overlap_m2"] < facts["boundary_m2"] - 500


def test_village_site_lies_between_the_two_boundaries(results: dict[str, CheckResult]) -> None:
    facts = results["village_site"].facts
    assert facts["outside_urban_boundary_m2"] == facts["boundary_m2"] > 0
    assert facts["outside_expansion_boundary_m2"] == facts["basic_farmland_overlap_m2"] == 0


def test_consolidation_is_two_whole_adjacent_villages(results: dict[str, CheckResult]) -> None:
    facts = results["consolidation"].facts
    assert len(facts["villages"]) == 2
    assert facts["whole_villages"] is True
    assert facts["villages_adjacent"] is True


def test_border_site_lies_in_both_counties(results: dict[str, CheckResult]) -> None:
    places = results["border_site"].gathered.tables["places"]
    assert [row["code"] for row in places if row["level"] == "county"] == ["339901", "339902"]
    assert [row["code"] for row in results["road_extension"].gathered.tables["places"] if row["level"] == "county"] in (
        ["339901"],
        ["339902"],
    )


def test_command_writes_layers_projects_and_facts(layers: Layers, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    outcome = CliRunner().invoke(cli, ["county", str(folder), "--parcels", str(PARCELS)])
    assert outcome.exit_code == 0, outcome.output
    assert sorted(path.stem for path in folder.glob("*.gpkg")) == sorted(LAYERS)
    assert sorted(path.stem for path in (folder / "projects").glob("*.geojson")) == sorted(PROJECTS)
    assert json.loads((folder / "planted.json").read_text("utf-8")) == planted(layers)
    parcels = vector.read(folder / "DLTB.gpkg")
    assert (shapely.to_wkb(parcels.geometry) == shapely.to_wkb(layers["DLTB"].geometry)).all()
    bounds = shapely.total_bounds(vector.read(folder / "projects" / "border_site.geojson").geometry)
    assert (np.floor(bounds) == [120.0, 30.0, 120.0, 30.0]).all()


def test_grades_stand_in_the_parcels_in_the_grade_layer_or_nowhere(layers: Layers, tmp_path: Path) -> None:
    for code in ("DLTB", "GDDB"):
        publish(layers[code], layer_spec(code), place="339900", on=date(2023, 12, 31), home=tmp_path, publisher="test",
                recorded_at="2024-01-01T00:00:00Z")  # fmt: skip
    table, catalogue = layers["DLTB"].attributes, Catalogue(tmp_path)
    farmland = np.flatnonzero(is_farmland(table["DLBM"]) & np.asarray(pc.is_null(table["GDDB"])))
    villages = np.array(_text(layers["DLTB"], "ZLDWDM"))[farmland]
    seen = set()
    for village in np.unique(villages):
        rows = farmland[villages == village]
        project = Features(
            layers["DLTB"].geometry[rows[:3]], table.take(rows[:3]), layers["DLTB"].crs, "p", np.arange(1, 4)
        )
        found = check(project, catalogue, Question(on=date(2024, 5, 1), kind="batch")).gathered.tables["farmland"]
        seen.add((found["capacity_kg"] is None, found["graded_by_layer_m2"] > 0))
    assert seen == {(False, True), (True, False)}


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        done = CliRunner().invoke(cli, ["county", str(tmp_path / folder), "--parcels", str(FEWEST_PARCELS)])
        assert done.exit_code == 0
    written = [{f.name: f.read_bytes() for f in (tmp_path / n).rglob("*.*") if f.is_file()} for n in ("one", "two")]
    assert "DLTB.gpkg" in written[0]
    assert written[0] == written[1]

"""The steps on SedonaDB in process: what they find is what the kernel finds without an engine."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner
from pyproj import CRS

from engine_land import ON, county, fields, overlapping_squares, phillips, publish
from gappy_land import gappy, gaps_here, gaps_of
from liangtian.cli.engine import Where, blocks_on, plane_of
from liangtian.cli.main import cli
from liangtian.datasets.county import generate
from liangtian.engine.spatial import Configuration, Engine, opened
from liangtian.errors import EngineUnavailable, LayerInvalid, LiangtianError
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.index import Index
from liangtian.onemap.landclass import is_farmland
from liangtian.planning import parcels
from liangtian.planning.blocks import blocks_of
from liangtian.planning.crossing import Ground, crossings, screening
from liangtian.planning.gaps import gaps
from liangtian.planning.spread import BlockTable, Reading, spread_blocks
from liangtian.planning.surroundings import COPY, EDGE, OVERLAP, relations
from liangtian.space.area import ellipsoidal_area
from liangtian.space.overlay import shared
from liangtian.space.topology import coverage, find_gaps, find_overlaps
from liangtian.units import round_dm2
from planning_land import RULE

if not os.environ.get("CI"):  # noqa: TID251 - a test, not the kernel; in CI what is missing is a failure
    pytest.importorskip("sedonadb", reason="the extra `cluster` is not installed: SedonaDB is not tested")


@pytest.fixture(scope="module")
def engine() -> Any:
    with opened(Configuration()) as engine:
        yield engine


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return county(tmp_path_factory.mktemp("county"), 4_000)


def index_of(home: Path, layer: str = "DLTB") -> Index:
    catalogue = Catalogue(home)
    return catalogue.index(catalogue.valid_on(layer, ON)[0])


def same(made: BlockTable, home: Path, rule: Any = RULE, **limit: int) -> None:
    index = index_of(home)
    blocks = blocks_of(parcels.of_index(index, np.arange(len(index))), rule, **limit)
    k = len(blocks)
    assert made.ids == blocks.ids
    for name in ("area_dm2", "net_dm2", "count", "ridges_known"):
        assert getattr(made, name).tolist() == getattr(blocks, name).tolist(), name
    for name in ("grades_dm2", "slopes_dm2", "paddy_dm2"):
        assert getattr(made, name)(k).tolist() == getattr(blocks, name)(k).tolist(), name


@pytest.mark.parametrize("side_m", [400.0, 1_500.0, 50_000.0])
def test_blocks_do_not_depend_on_tiles(engine: Engine, home: Path, side_m: float) -> None:
    paths, crs = fields(home)
    same(spread_blocks(engine, paths, Reading(crs, RULE), side_m=side_m), home)


def test_blocks_end_at_villages_and_on_steep_ground(engine: Engine, home: Path) -> None:
    paths, crs = fields(home)
    same(spread_blocks(engine, paths, Reading(crs, RULE, digits=12), side_m=900), home, digits=12)
    steep = replace(RULE, steep_grade=2, gap_m=Fraction(5))
    same(spread_blocks(engine, paths, Reading(crs, steep), side_m=900), home, steep)


def test_real_fields_make_the_same_blocks(engine: Engine, tmp_path: Path) -> None:
    paths, crs = fields(phillips(tmp_path))
    same(spread_blocks(engine, paths, Reading(crs, RULE), side_m=5_000), tmp_path)


def test_land_without_farmland_has_no_blocks(engine: Engine, home: Path) -> None:
    paths, crs = fields(home)
    assert len(spread_blocks(engine, paths, Reading(crs, RULE, place="000000"))) == 0


def test_two_counties_side_by_side_are_joined_across_their_border(engine: Engine, tmp_path: Path) -> None:
    layer = generate(parcels=4_000)["DLTB"]
    codes = layer.attributes["ZLDWDM"].to_pylist()
    counties = sorted({code[:6] for code in codes})
    assert len(counties) == 2
    for place in counties:
        publish(tmp_path / "two", "DLTB", layer, place, only=np.array([code[:6] == place for code in codes]))
    publish(tmp_path / "one", "DLTB", layer)
    paths, crs = fields(tmp_path / "two")
    assert len(paths) == 2
    same(spread_blocks(engine, paths, Reading(crs, RULE), side_m=1_500), tmp_path / "one")


def test_relations_are_those_of_the_whole_layer(engine: Engine, tmp_path: Path) -> None:
    index = overlapping_squares(tmp_path)
    paths, crs = fields(tmp_path)
    found = relations(engine, paths, CRS.from_user_input(crs), side_m=130.0).to_pylist()
    assert [(row["one"], row["other"]) for row in found if row["kind"] == COPY] == [("P0", "P9")]
    ids = index.attributes["parcel_id"].to_pylist()
    pairs = find_overlaps(coverage(index.geometry(np.arange(len(index)))))
    area = round_dm2(ellipsoidal_area(pairs.piece, index.crs))
    named = [
        (*sorted((ids[a], ids[b])), dm2)
        for a, b, dm2 in zip(pairs.first.tolist(), pairs.second.tolist(), area.tolist(), strict=True)
        if dm2 and {ids[a], ids[b]} != {"P0", "P9"}
    ]
    assert sorted(named) == [(row["one"], row["other"], row["amount"]) for row in found if row["kind"] == OVERLAP]
    edges = {(row["one"], row["other"]): row["amount"] for row in found if row["kind"] == EDGE}
    assert edges[("P1", "P2")] == 100_000  # two squares of 100 m side by side
    assert ("P2", "P4") not in edges  # they meet in a corner


def test_relations_of_the_county_do_not_depend_on_tiles(engine: Engine, home: Path) -> None:
    paths, crs = fields(home)
    one, other = (relations(engine, paths, CRS.from_user_input(crs), side_m=side) for side in (700.0, 50_000.0))
    assert one.equals(other)
    assert set(one["kind"].to_pylist()) == {EDGE}


@pytest.mark.parametrize("side_m", [130.0, 333.3, 900.0, 50_000.0])
def test_gaps_are_those_of_the_whole_layer(engine: Engine, tmp_path: Path, side_m: float) -> None:
    gappy(tmp_path)
    index = index_of(tmp_path)
    found = gaps_of(gaps(engine, fields(tmp_path)[0], index.crs, side_m=side_m))
    assert found == gaps_here(index)
    assert len(found) == 6


@pytest.mark.parametrize("seed", [1, 2, 8])
def test_gaps_that_meet_in_corners_do_not_depend_on_tiles(engine: Engine, tmp_path: Path, seed: int) -> None:
    """Every fifth parcel is gone: what is left about a gap often holds together in corners alone."""
    rng, plane = np.random.default_rng(seed), CRS.from_epsg(4549)
    corners = 10 * (np.indices((11, 11)).transpose(1, 2, 0) + rng.uniform(-0.3, 0.3, (11, 11, 2))) + [
        560_000,
        3_380_000,
    ]
    rings = np.stack([corners[:-1, :-1], corners[1:, :-1], corners[1:, 1:], corners[:-1, 1:]], axis=2).reshape(-1, 4, 2)
    fields = shapely.polygons(rings[rng.uniform(size=100) > 0.25])
    table = {"parcel_id": [f"P{n}" for n in range(len(fields))], "geometry": shapely.to_wkb(fields)}
    pq.write_table(pa.table(table), tmp_path / "fields.parquet")
    expected = find_gaps(coverage(fields))
    for side_m in (7.0, 33.0, 5000.0):
        found = gaps_of(gaps(engine, [str(tmp_path / "fields.parquet")], plane, side_m=side_m))
        assert sorted(wkb for _, wkb in found) == sorted(shapely.to_wkb(expected, byte_order=1))


def test_gaps_of_real_parcels_are_those_of_the_whole_layer(engine: Engine, tmp_path: Path) -> None:
    phillips(tmp_path)
    index = index_of(tmp_path)
    found = gaps_of(gaps(engine, fields(tmp_path)[0], index.crs, side_m=3_000.0))
    assert found == gaps_here(index)
    assert len(found) == 6


def test_a_layer_without_parcels_has_no_gaps(engine: Engine, tmp_path: Path) -> None:
    gappy(tmp_path)
    (path,), _ = fields(tmp_path)
    pq.write_table(pq.read_table(path).slice(0, 0), tmp_path / "empty.parquet")
    assert gaps(engine, [str(tmp_path / "empty.parquet")], CRS.from_epsg(4549)).num_rows == 0


def test_the_overlay_table_is_that_of_single_cuts(engine: Engine, tmp_path: Path) -> None:
    layers = generate(parcels=2_500)
    for name in ("DLTB", "STBHHX", "YJJBNTTB"):
        publish(tmp_path, name, layers[name])
    catalogue = Catalogue(tmp_path)
    paths = {
        name: tuple(map(str, catalogue.paths(name, catalogue.valid_on(name, ON))))
        for name in ("DLTB", "STBHHX", "YJJBNTTB")
    }
    index = index_of(tmp_path)
    found = crossings(
        engine, paths["DLTB"], [Ground(paths["STBHHX"]), Ground(paths["YJJBNTTB"])], index.crs, side_m=900.0
    )
    expected = []
    shapes, ids = index.geometry(np.arange(len(index))), index.attributes["parcel_id"].to_pylist()
    for number, name in enumerate(("STBHHX", "YJJBNTTB"), start=1):
        control = index_of(tmp_path, name)
        names = control.attributes["parcel_id"].to_pylist()
        grounds = control.geometry(np.arange(len(control)))
        one, other = shapely.STRtree(grounds).query(shapes, predicate="intersects")
        area = round_dm2(ellipsoidal_area(shared(shapes[one], grounds[other]), index.crs)).tolist()
        cut = zip(one.tolist(), other.tolist(), area, strict=True)
        expected += [(ids[a], number, names[b], dm2) for a, b, dm2 in cut if dm2]
    assert [tuple(row.values()) for row in found.to_pylist()] == sorted(expected)
    sums = screening(engine).to_pylist()
    assert sum(row["area_dm2"] for row in sums) == sum(row[3] for row in expected)
    assert sum(row["pieces"] for row in sums) == len(expected)


def test_the_command_prints_the_sums_and_writes_the_pieces(home: Path, tmp_path: Path) -> None:
    words = ["overlay", "DLTB", "DLTB:farmland", "--home", str(home), "--write", str(tmp_path / "pieces"), "--json"]
    said = CliRunner().invoke(cli, words)
    assert said.exit_code == 0, said.output
    index = index_of(home)
    farmland = is_farmland(index.attributes["DLBM"])
    rows = json.loads(said.stdout)["sums"]
    assert {row["ground"] for row in rows} == {"DLTB:farmland"}
    assert sorted(row["id"] for row in rows) == sorted(
        index.attributes["parcel_id"].filter(pa.array(farmland)).to_pylist()
    )
    written = pq.read_table(tmp_path / "pieces")
    assert pc.sum(written["area_dm2"]).as_py() == int(index.area_dm2[farmland].sum())


def test_a_layer_nobody_published_is_named(home: Path) -> None:
    said = CliRunner().invoke(cli, ["overlay", "DLTB", "STBHHX", "--home", str(home)])
    assert isinstance(said.exception, LayerInvalid)
    assert said.exception.message_id == "overlay-source-unknown"


def test_patches_are_screened_against_farmland_and_the_rest(engine: Engine, home: Path, tmp_path: Path) -> None:
    index = index_of(home)
    x, y = index.bounds[:, :2].mean(axis=0)
    publish(tmp_path, "STBHHX", _squares(x, y, index.crs))
    catalogue = Catalogue(tmp_path)
    patches = [str(path) for path in catalogue.paths("STBHHX", catalogue.valid_on("STBHHX", ON))]
    paths = tuple(fields(home)[0])
    crossings(engine, patches, [Ground(paths, farmland=True), Ground(paths, farmland=False)], index.crs, side_m=300.0)
    sums = screening(engine).to_pylist()
    whole = index_of(tmp_path, "STBHHX")
    for name, area in zip(whole.attributes["parcel_id"].to_pylist(), whole.area_dm2.tolist(), strict=True):
        rows = [row for row in sums if row["one"] == name]
        assert abs(sum(row["area_dm2"] for row in rows) - area) <= sum(row["pieces"] for row in rows)  # a rounding each


def _squares(x: float, y: float, crs: CRS) -> Any:
    import pyarrow as pa

    from liangtian.formats.features import Features

    shapes = shapely.box(x + np.arange(5) * 60, y, x + np.arange(5) * 60 + 50, y + 40)
    return Features(shapes, pa.table({"BSM": [f"B{n}" for n in range(5)]}), crs, "patches", np.arange(1, 6))


def test_what_lies_in_a_folder_is_not_written_over(home: Path, tmp_path: Path) -> None:
    """A folder named by mistake keeps what it holds."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "year.xlsx").write_bytes(b"a year's work")
    words = ["overlay", "DLTB", "DLTB:farmland", "--home", str(home), "--write", str(tmp_path / "reports")]
    said = CliRunner().invoke(cli, words)
    assert (tmp_path / "reports" / "year.xlsx").read_bytes() == b"a year's work"
    assert isinstance(said.exception, LiangtianError)
    assert said.exception.message_id == "engine-target-taken"


def test_a_place_without_parcels_is_refused_as_on_one_machine(home: Path) -> None:
    """A code typed wrong is no place without blocks."""
    paths = [Catalogue(home).snapshot_path(version.digest) for version in Catalogue(home).valid_on("DLTB", ON)]
    with pytest.raises(LayerInvalid) as refused:
        blocks_on(Where(Configuration(), None), paths, Reading(plane_of(paths), RULE, "339999"))
    assert refused.value.message_id == "blocks-empty"


def test_object_storage_is_for_the_cluster(engine: Engine) -> None:
    """Nothing is written into a folder of that name."""
    with pytest.raises(EngineUnavailable) as refused:
        engine.refuse_taken("s3a://land/pieces")
    assert refused.value.message_id == "engine-storage-not-local"
    with pytest.raises(EngineUnavailable) as refused:
        engine.read("parcels", ["s3a://land/snapshots/a.parquet"], pa.schema([]))
    assert refused.value.message_id == "engine-storage-not-local"

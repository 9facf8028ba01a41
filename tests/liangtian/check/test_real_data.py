"""Real registers of eleven countries: each opens, is published and checked in its own plane, and ground is conserved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from liangtian.check.result import CheckResult
from liangtian.check.run import Question, check
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.mapping import SchemaMapping, parse
from liangtian.onemap.publish import publish
from real_data import FOLDER, real_data

ANYTHING = parse({"layer": "DLTB", "constants": {"DLBM": "0103", "DLMC": "旱地"}})
CLU = parse({"layer": "DLTB", "id": "uniqueid", "constants": {"DLBM": "0103", "DLMC": "旱地"}})
ON = date(2024, 6, 1)
SAMPLES = sorted(p.name for p in Path(FOLDER, "lpis_samples").glob("*.*")) if FOLDER else ["(no data folder)"]
SEVERAL_LAYERS = {"pt__Continente.gpkg": "Culturas_Aveiro"}
REGISTERS = [name for name in SAMPLES if not name.endswith(".txt")]


def published(source: Path, tmp_path: Path, mapping: SchemaMapping = ANYTHING) -> tuple[Catalogue, LayerVersion]:
    features = open_features(source, layer=SEVERAL_LAYERS.get(source.name), workdir=tmp_path)
    spec, home = layer_spec("DLTB"), tmp_path / "home"
    about = {"place": "XX", "on": ON, "publisher": "test", "recorded_at": "2024-06-01T00:00:00Z"}
    version = publish(features, spec, home=home, mapping=mapping, repair=True, **about)  # type: ignore[arg-type]
    return Catalogue(home), version


def areas_close(result: CheckResult) -> bool:
    """Whether classes + uncovered - double covered = boundary, within 0.01 m² for each piece."""
    tables, pieces = result.gathered.tables, result.gathered.pieces
    classes = sum(row["area_m2"] for row in tables["classes"])
    total = classes + tables["uncovered_m2"] - tables["double_covered_m2"]
    return bool(abs(float(total - result.facts["boundary_m2"])) <= 0.01 * (len(pieces or ()) + 1))


def middle_of(catalogue: Catalogue, version: LayerVersion) -> Features:
    """A turned square over the middle of the layer, a third of its extent wide."""
    index = catalogue.index(version)
    x, y = np.median((index.bounds[:, :2] + index.bounds[:, 2:]) / 2, axis=0)
    half = float(np.ptp(index.bounds, axis=0).max()) / 6
    square = shapely.affinity.rotate(shapely.box(x - half, y - half, x + half, y + half), 30)
    return Features(np.array([square]), pa.table({"n": [1]}), index.crs, "middle", np.array([1]))


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_is_published_and_checked_in_its_own_plane(name: str, tmp_path: Path) -> None:
    catalogue, version = published(real_data("lpis_samples", name), tmp_path)
    catalogue.verify(version)
    assert catalogue.index(version).crs.is_projected
    result = check(middle_of(catalogue, version), catalogue, Question(on=ON, kind="batch", place="XX"))
    assert areas_close(result)
    assert result.facts["boundary_m2"] > 0


def test_the_county_in_colorado_answers_for_a_real_field(tmp_path: Path) -> None:
    catalogue, version = published(real_data("clu_phillips_co", "clu_public_a_co095.shp"), tmp_path, CLU)
    index = catalogue.index(version)
    assert (len(index), index.crs) == (5603, CRS.from_epsg(32613))
    row = int(np.argsort(index.area_dm2)[2800])
    field = Features(index.geometry(np.array([row])), pa.table({"n": [1]}), index.crs, "field", np.array([1]))
    result = check(field, catalogue, Question(on=ON, kind="batch", place="XX"))
    assert result.facts["farmland_parcels"] == (index.attributes["parcel_id"][row].as_py(),)
    assert result.facts["farmland_m2"] == result.facts["boundary_m2"]
    assert areas_close(result)


def test_seventeen_scottish_councils_are_published_whole(tmp_path: Path) -> None:
    source = next(real_data("scotland_oa").glob("*.gpkg"))
    catalogue, version = published(source, tmp_path)
    assert version.rows == 17_938
    index = catalogue.index(version)
    ours = float(index.area_dm2.sum()) / 1e8  # dm² to km²
    theirs = float(np.nansum(np.array(index.attributes["sqkm"].to_pylist(), dtype=float)))
    assert ours == pytest.approx(theirs, rel=2e-3)
    result = check(middle_of(catalogue, version), catalogue, Question(on=ON, kind="batch", place="XX"))
    assert areas_close(result)

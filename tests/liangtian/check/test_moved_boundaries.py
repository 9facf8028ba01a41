"""The four real survey files, moved into the invented municipality and checked from the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from pyproj import CRS

from liangtian.cli.main import cli
from liangtian.datasets.county import generate
from liangtian.formats.opening import open_features
from liangtian.formats.vector import write
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import publish
from moving import moved_into
from real_data import real_data

PLANE = CRS.from_epsg(4549)
FILES = ("44120000105.txt", "44120000120.txt", "44120000957.txt", "44120002411.txt")


@pytest.fixture(scope="module")
def municipality(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[float, float]]:
    home, layers = tmp_path_factory.mktemp("home"), generate(parcels=3000)
    for code, features in layers.items():
        about = {"place": "339900", "on": date(2019, 1, 1), "publisher": "test", "recorded_at": "2024-01-01T00:00:00Z"}
        publish(features, layer_spec(code), home=home, **about)  # type: ignore[arg-type]
    middle = shapely.point_on_surface(shapely.union_all(layers["XZQ"].geometry))
    return home, (middle.x, middle.y)


@pytest.mark.parametrize("name", FILES)
def test_a_real_boundary_is_checked_where_it_was_moved_to(
    name: str, municipality: tuple[Path, tuple[float, float]], tmp_path: Path
) -> None:
    home, middle = municipality
    real = open_features(real_data("survey_txt", name), workdir=tmp_path)
    moved = tmp_path / name
    write(moved_into(real, middle, PLANE), moved)
    words = ["check", str(moved), "--on", "2024-06-01", "--kind", "batch", "--home", str(home), "--json"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code in (1, 3)
    data = json.loads(done.stdout)
    classes = sum(row["area_m2"] for row in data["classes"])
    assert classes == pytest.approx(data["boundary"]["area_m2"], abs=0.01 * 200)
    assert data["uncovered_m2"] == 0
    assert data["documents"][:2] == ["wenzhou-2019", "haining-2021"]
    assert {row["rule"].split("（")[0] for row in data["findings"]} == {"wenzhou-2019", "haining-2021一"}

"""Reading batch by batch gives what reading whole gives, and a publication of it is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from liangtian.datasets.county import generate
from liangtian.errors import FileUnreadable
from liangtian.formats import large, ogr, vector
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.columns import decoded
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import examine, publish, report_data
from liangtian.space.crs import gauss_kruger, reproject


@pytest.fixture(scope="module")
def land() -> Features:
    return generate(parcels=2_000)["DLTB"]


def _read(features: Features, path: Path) -> tuple[Features, Features]:
    """The same file read whole and batch by batch."""
    vector.write(features, path)
    packed = large.read(path, None)
    assert packed is not None
    return vector.read(path), packed


def _assert_alike(whole: Features, packed: Features) -> None:
    assert (shapely.to_wkb(whole.geometry) == shapely.to_wkb(packed.geometry[:])).all()
    plain = pa.table({name: decoded(packed.attributes[name]) for name in packed.attributes.column_names})
    assert plain.equals(whole.attributes)
    assert packed.rows.tolist() == whole.rows.tolist()
    assert (packed.crs, packed.source, packed.findings) == (whole.crs, whole.source, whole.findings)


def test_batches_give_what_the_whole_gives(land: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "BATCH", 300)
    whole, packed = _read(land, tmp_path / "DLTB.gpkg")
    _assert_alike(whole, packed)
    assert pa.types.is_dictionary(packed.attributes["DLBM"].type)
    assert pa.types.is_string(packed.attributes["BSM"].type)


def test_heights_lines_and_missing_shapes_are_told(tmp_path: Path) -> None:
    shapes = np.array(
        [
            shapely.box(5e5, 3e6, 5e5 + 9, 3e6 + 9),
            None,
            shapely.force_3d(shapely.box(5e5, 3e6, 5e5 + 5, 3e6 + 5), 4.0),
            shapely.LineString([(5e5, 3e6), (5e5 + 5, 3e6)]),
        ],
        dtype=object,
    )
    mixed = Features(shapes, pa.table({"T": ["田", None, "b", "c"]}), gauss_kruger(40), "mixed", np.arange(1, 5))
    whole, packed = _read(mixed, tmp_path / "mixed.gpkg")
    _assert_alike(whole, packed)
    assert [finding.rule for finding in packed.findings] == ["FILE-06", "FILE-04"]


def test_lost_encoding_is_left_to_reading_whole(land: Features, tmp_path: Path) -> None:
    mangled = [None if name is None else name.encode("gbk").decode("latin1") for name in _texts(land, "DLMC")]
    column = land.attributes.column_names.index("DLMC")
    vector.write(
        replace(land, attributes=land.attributes.set_column(column, "DLMC", pa.array(mangled))), tmp_path / "m.gpkg"
    )
    assert large.read(tmp_path / "m.gpkg", None) is None


def test_a_layer_of_lines_is_refused(tmp_path: Path) -> None:
    line = np.array([shapely.LineString([(0, 0), (1, 1)])], dtype=object)
    table = pa.table({"T": ["a"]}).append_column("geometry", ogr.wkb(line))
    ogr.write(table, tmp_path / "lines.gpkg", driver="GPKG", layer="lines", geometry_type="Unknown", crs="EPSG:4549")
    with pytest.raises(FileUnreadable, match="file-no-polygons"):
        large.read(tmp_path / "lines.gpkg", None)


def test_a_defective_layer_is_judged_and_published_alike(land: Features, tmp_path: Path) -> None:
    shapes = land.geometry.copy()
    shapes[5] = shapely.buffer(shapes[5], 3.0)  # overlaps its neighbours
    shapes[9] = shapes[8]  # a copy, and a gap where it was
    x, y, *_ = shapes[20].bounds
    shapes[20] = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    wrong = replace(land, geometry=shapes)
    whole, packed = _read(wrong, tmp_path / "wrong.gpkg")
    spec = layer_spec("DLTB")
    assert report_data(examine(packed, spec)) == report_data(examine(whole, spec))
    digests = [_published(each, tmp_path / name) for name, each in (("whole", whole), ("packed", packed))]
    assert digests[0] == digests[1]
    indexes = [sorted((tmp_path / name / "index").rglob("*.*")) for name in ("whole", "packed")]
    assert [file.read_bytes() for file in indexes[0]] == [file.read_bytes() for file in indexes[1]]


@pytest.mark.parametrize("code", [4528, 4490])
def test_packed_shapes_reach_the_measuring_plane_alike(land: Features, tmp_path: Path, code: int) -> None:
    assert land.crs is not None
    crs = CRS.from_epsg(code)
    moved = replace(land, geometry=reproject(land.geometry[:500], land.crs, crs), crs=crs, rows=land.rows[:500])
    whole, packed = _read(replace(moved, attributes=land.attributes.slice(0, 500)), tmp_path / "moved.gpkg")
    assert _published(whole, tmp_path / "whole") == _published(packed, tmp_path / "packed")


def _published(features: Features, home: Path) -> str:
    about = {"place": "339900", "on": date(2023, 12, 31), "publisher": "test", "recorded_at": "2024-01-01T00:00:00Z"}
    version = publish(features, layer_spec("DLTB"), home=home, repair=True, **about)  # type: ignore[arg-type]
    Catalogue(home).verify(version)
    return version.digest


def _texts(features: Features, column: str) -> list[str | None]:
    found: list[str | None] = features.attributes[column].to_pylist()
    return found

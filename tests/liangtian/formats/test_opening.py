"""Any file a user hands over, to polygons in a settled coordinate system; the real samples of several registers."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS

from liangtian.errors import CrsMismatch, FileUnreadable
from liangtian.formats import vector
from liangtian.formats.archive import Limits
from liangtian.formats.features import Features
from liangtian.formats.opening import open_features

PARCEL = shapely.box(40565259.975, 3379064.298, 40565359.975, 3379164.298)


@pytest.fixture
def real_data() -> Path:
    folder = os.getenv("LIANGTIAN_TEST_DATA")  # noqa: TID251 - the ban is the kernel's, this is a test
    if not folder and not os.getenv("CI"):  # noqa: TID251
        pytest.skip("LIANGTIAN_TEST_DATA is not set: the real samples were not read")
    return Path(str(folder))


def written(path: Path, *, crs: int | None, parcel: shapely.Geometry = PARCEL) -> Path:
    table = pa.table({"QSDWMC": ["盐官镇"]})
    system = CRS.from_epsg(crs) if crs else None
    vector.write(Features(np.array([parcel], dtype=object), table, system, "x", np.array([1])), path, encoding="gbk")
    return path


def test_shapefile_without_prj_and_cpg_opens_with_both_assumptions_on_record(tmp_path: Path) -> None:
    path = written(tmp_path / "红线.shp", crs=None)
    path.with_suffix(".cpg").unlink()
    features = open_features(path, workdir=tmp_path)

    assert features.crs is not None
    assert features.crs.to_epsg() == 4528
    assert features.attributes.to_pydict() == {"QSDWMC": ["盐官镇"]}
    assert [(finding.rule, finding.outcome.value) for finding in features.findings] == [
        ("FILE-01", "pass"),
        ("CRS-01", "pass"),
    ]
    assert features.findings[0].params["encoding"] == "GBK"


def test_swapped_axes_come_back_east_first_with_a_finding(tmp_path: Path) -> None:
    swapped = shapely.transform(PARCEL, lambda xy: xy[:, ::-1])
    features = open_features(written(tmp_path / "a.gpkg", crs=4528, parcel=swapped), workdir=tmp_path)

    assert shapely.equals(features.geometry[0], PARCEL)
    assert [(finding.rule, finding.outcome.value) for finding in features.findings] == [("CRS-02", "fail")]
    assert features.findings[0].where is not None
    assert features.findings[0].where.source == "a.gpkg"


def test_wrong_zone_is_refused_and_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", crs=4527)

    with pytest.raises(CrsMismatch) as caught:
        open_features(path, workdir=tmp_path)
    assert (caught.value.message_id, caught.value.params["proposal"]) == ("crs-outside-area", "EPSG:4528")
    assert open_features(path, workdir=tmp_path, crs=CRS.from_epsg(4528)).findings[0].rule == "CRS-04"


def test_wgs84_is_taken_unless_the_datum_is_strict(tmp_path: Path) -> None:
    path = written(tmp_path / "a.geojson", crs=4326, parcel=shapely.box(120.68, 30.53, 120.681, 30.531))
    features = open_features(path, workdir=tmp_path)

    assert features.crs == CRS.from_epsg(4490)
    with pytest.raises(CrsMismatch) as caught:
        open_features(path, workdir=tmp_path, strict_datum=True)
    assert caught.value.message_id == "crs-strict-datum"


def test_zip_is_unpacked_in_the_given_folder_and_cleared(tmp_path: Path) -> None:
    path = written(tmp_path / "DLTB.gpkg", crs=4528)
    workdir = tmp_path / "work"
    workdir.mkdir()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "330481海宁市/DLTB.gpkg")
    features = open_features(tmp_path / "a.zip", workdir=workdir)

    assert (features.source, len(features)) == ("a.zip/DLTB.gpkg", 1)
    assert list(workdir.iterdir()) == []


def test_unsafe_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../a.gpkg", b"x")

    with pytest.raises(FileUnreadable) as caught:
        open_features(tmp_path / "a.zip", workdir=tmp_path)
    assert caught.value.message_id == "file-zip-unsafe"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("name", "layer", "epsg", "rows", "rules"),
    [
        ("ai4sf__1_vietnam_areas.gpkg", None, 32648, 100, []),
        ("ai4sf__4_cambodia_areas.gpkg", None, 32648, 100, []),
        ("at__inspire_schlaege_2025-1_polygon.gpkg.zip", None, 31287, 100, []),
        ("be_vlg__Landbouwgebruikspercelen_2023_-_Definitief_(extractie_28-03-2024)_GPKG.zip", None, 31370, 100, []),
        ("dk__Marker_2026.zip", None, 25832, 100, ["FILE-01"]),
        ("fi__LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg", None, 3067, 100, []),
        ("fr_rpg_193.gpkg", None, 2154, 193, []),
        ("india_10k__india_10k.zip", None, 4326, 100, []),
        ("jp__jp_field_polygons_2024.parquet", None, 6668, 100, []),
        ("nl__brpgewaspercelen_definitief_2023.gpkg", None, 28992, 100, []),
        ("pt__Continente.gpkg", "Culturas_Aveiro", 3763, 100, []),
    ],
)
def test_every_register_opens_in_its_own_system(
    real_data: Path, tmp_path: Path, name: str, layer: str | None, epsg: int, rows: int, rules: list[str]
) -> None:
    features = open_features(real_data / "lpis_samples" / name, workdir=tmp_path, layer=layer)

    assert features.crs is not None
    assert (features.crs.to_epsg(), len(features)) == (epsg, rows)
    assert features.attributes.num_rows == rows
    assert [finding.rule for finding in features.findings] == rules
    assert not shapely.is_missing(features.geometry).any()


def test_danish_text_is_not_taken_for_chinese(real_data: Path, tmp_path: Path) -> None:
    features = open_features(real_data / "lpis_samples" / "dk__Marker_2026.zip", workdir=tmp_path)
    crops = set(features.attributes.column("Afgroede").to_pylist())

    assert {crop for crop in crops if "kløver" in crop}
    assert features.findings[0].params["encoding"] == "cp1252"


def test_a_register_of_several_layers_asks_for_one(real_data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as caught:
        open_features(real_data / "lpis_samples" / "pt__Continente.gpkg", workdir=tmp_path)

    assert caught.value.message_id == "file-several-layers"
    assert caught.value.params["names"] == "Continente、Culturas_Aveiro、OcupacoesSolo_Aveiro"


@pytest.mark.parametrize(
    ("name", "rows"),
    [("clu_phillips_co/clu_public_a_co095.shp", 5603), ("scotland_oa/scotland_oa_partial.gpkg", 17938)],
)
def test_large_foreign_sets_open_unchanged(real_data: Path, tmp_path: Path, name: str, rows: int) -> None:
    features = open_features(real_data / name, workdir=tmp_path)

    assert features.crs is not None
    assert (features.crs.to_epsg(), len(features), features.findings) == (4326, rows, ())


def test_the_clu_parcels_survive_every_format_unmoved(real_data: Path, tmp_path: Path) -> None:
    before = open_features(real_data / "clu_phillips_co" / "clu_public_a_co095.shp", workdir=tmp_path)
    for suffix in (".shp", ".gpkg", ".parquet", ".geojson"):
        vector.write(before, tmp_path / f"clu{suffix}")
        after = vector.read(tmp_path / f"clu{suffix}")

        # 1e-9° is 0.1 mm; a shapefile may begin a ring elsewhere but has no other vertices.
        assert shapely.equals_exact(
            shapely.normalize(after.geometry), shapely.normalize(before.geometry), tolerance=1e-9
        ).all(), suffix
        assert after.attributes.column("uniqueid").to_pylist() == before.attributes.column("uniqueid").to_pylist()


@pytest.mark.parametrize("name", ["44120000105", "44120000120", "44120000957", "44120002411"])
@pytest.mark.parametrize("suffix", [".txt", ".vct", ".shp", ".gpkg", ".parquet"])
def test_the_real_boundaries_survive_every_format_unmoved(
    real_data: Path, tmp_path: Path, name: str, suffix: str
) -> None:
    before = open_features(real_data / "survey_txt" / f"{name}.txt", workdir=tmp_path)
    vector.write(before, tmp_path / f"{name}{suffix}")
    after = open_features(tmp_path / f"{name}{suffix}", workdir=tmp_path)

    assert after.crs is not None
    assert after.crs == before.crs
    assert shapely.equals_exact(
        shapely.normalize(after.geometry), shapely.normalize(before.geometry), tolerance=1e-4
    ).all()
    if suffix in {".shp", ".gpkg", ".parquet"}:
        assert after.attributes.to_pydict() == before.attributes.to_pydict()


def test_a_zip_is_held_to_the_limits_of_who_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "红线.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("红线.geojson", " " * 2_000)

    with pytest.raises(FileUnreadable) as refused:
        open_features(path, workdir=tmp_path, limits=Limits(total_bytes=1_000))
    assert "file-zip-too-big" in str(refused.value)

"""Snapshots: content-addressed, whole or absent, readable by anyone; the index returns what lies there, no more."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from liangtian.errors import CatalogueError
from liangtian.onemap import index, snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion

PLANE = CRS.from_epsg(4549)


def squares(count: int, seed: int = 1) -> pa.Table:
    rng = np.random.default_rng(seed)
    corner = np.column_stack([rng.uniform(5e5, 5.1e5, count), rng.uniform(3.3e6, 3.31e6, count)])
    geometry = shapely.box(*corner.T, *(corner + 40).T)
    geometry[0] = shapely.MultiPolygon([geometry[0], shapely.box(5.2e5, 3.3e6, 5.2e5 + 9, 3.3e6 + 9)])
    geometry[1] = shapely.difference(geometry[1], geometry[1].centroid.buffer(5))
    ids = pa.array([f"P{i:05d}" for i in range(count)])
    codes = pa.array([None if i % 7 == 0 else f"01{i % 3 + 1:02d}" for i in range(count)])
    return snapshot.build(geometry, ids, pa.table({"DLBM": codes, "KCXS": np.linspace(0, 0.2, count)}), PLANE)


def test_digest_ignores_row_order_and_storage(tmp_path: Path) -> None:
    table = squares(300)
    shuffled = table.take(pa.array(np.random.default_rng(2).permutation(300)))
    pq.write_table(shuffled, tmp_path / "a.parquet", compression="none", row_group_size=17)
    assert snapshot.digest(snapshot.read(tmp_path / "a.parquet")) == snapshot.digest(table)


@pytest.mark.parametrize("column", ["DLBM", "KCXS", "parcel_id"])
def test_digest_sees_every_value(column: str) -> None:
    table = squares(50)
    values = table[column].to_pylist()
    values[3] = "X" if isinstance(values[3], str) or values[3] is None else values[3] + 1e-9
    position = table.column_names.index(column)
    changed = table.set_column(position, column, pa.array(values, table[column].type))
    assert snapshot.digest(changed) != snapshot.digest(table)


def test_digest_tells_null_from_empty_and_shifted_text() -> None:
    def of(values: list[str | None]) -> str:
        geometry = np.array([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
        return snapshot.digest(snapshot.build(geometry, pa.array(["a", "b"]), pa.table({"T": values}), PLANE))

    assert len({of(["", "x"]), of([None, "x"]), of(["x", ""]), of(["x", None])}) == 4


def test_snapshot_is_geoparquet_with_covering(tmp_path: Path) -> None:
    snapshot.write(squares(20), tmp_path / "s.parquet")
    geo = json.loads(pq.read_schema(tmp_path / "s.parquet").metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], column["encoding"], column["geometry_types"]) == (
        "1.1.0",
        "WKB",
        ["MultiPolygon", "Polygon"],
    )
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert CRS.from_json_dict(column["crs"]) == PLANE


def test_a_broken_snapshot_says_so(tmp_path: Path) -> None:
    (tmp_path / "s.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(CatalogueError) as error:
        snapshot.read(tmp_path / "s.parquet")
    assert error.value.message_id == "snapshot-unreadable"


def test_index_gives_back_the_same_parcels(tmp_path: Path) -> None:
    table = squares(1000)
    snapshot.write(table, tmp_path / "s.parquet")
    found = index.load(tmp_path / "s.parquet", tmp_path / "index")
    original = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    rows = np.array([999, 0, 17, 500])
    assert shapely.equals(found.geometry(rows), original[rows]).all()
    everything = found.geometry(np.arange(1000))
    assert shapely.equals(everything, original).all()
    assert found.column("parcel_id", rows).to_pylist() == table["parcel_id"].take(pa.array(rows)).to_pylist()
    assert found.column("NONE", rows).to_pylist() == [None] * 4
    assert found.area_dm2.tolist() == table["area_dm2"].to_pylist()


@given(st.floats(4.99e5, 5.11e5), st.floats(3.299e6, 3.311e6), st.floats(0, 5000))
def test_search_finds_exactly_the_boxes_that_meet(x: float, y: float, size: float) -> None:
    found = SEARCHED.search((x, y, x + size, y + size))
    b = SEARCHED.bounds
    expected = np.flatnonzero((b[:, 0] <= x + size) & (b[:, 2] >= x) & (b[:, 1] <= y + size) & (b[:, 3] >= y))
    assert found.tolist() == expected.tolist()


SEARCHED = index.of_table(squares(777))


def test_index_is_rebuilt_when_its_files_are_gone_or_old(tmp_path: Path) -> None:
    snapshot.write(squares(100), tmp_path / "s.parquet")
    index.load(tmp_path / "s.parquet", tmp_path / "index")
    (tmp_path / "index" / "head.json").write_text('{"form": 0}')
    assert len(index.load(tmp_path / "s.parquet", tmp_path / "index")) == 100
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []


def version(place: str, on: str, digest: str = "d" * 64, layer: str = "DLTB") -> LayerVersion:
    return LayerVersion(place, layer, on, digest, 1, "x", {}, {}, "test", f"{on}T00:00:00Z")


def test_the_newest_version_valid_on_the_date_is_used(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    for on, digest in (("2020-12-31", "a" * 64), ("2021-12-31", "b" * 64), ("2022-12-31", "c" * 64)):
        catalogue.record(version("339901", on, digest))
    used = {day: [v.digest[0] for v in catalogue.valid_on("DLTB", day)] for day in (date(2022, 6, 1), date(2019, 1, 1))}
    assert used == {date(2022, 6, 1): ["b"], date(2019, 1, 1): []}


def test_the_newest_version_of_every_place_is_in_force(tmp_path: Path) -> None:
    catalogue, day = Catalogue(tmp_path), date(2024, 1, 1)
    for place in ("339902", "339901", "339900"):
        catalogue.record(version(place, "2023-12-31"))
    assert [v.place for v in catalogue.valid_on("DLTB", day)] == ["339900", "339901", "339902"]


def test_a_version_published_again_after_another_is_in_force_again(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    for digest in ("a" * 64, "b" * 64, "a" * 64, "a" * 64):
        catalogue.record(version("339901", "2023-12-31", digest))
    assert [v.digest[0] for v in catalogue.entries()] == ["a", "b", "a"]
    assert [v.digest[0] for v in catalogue.valid_on("DLTB", date(2024, 1, 1))] == ["a"]


def test_writers_at_once_each_get_a_number(tmp_path: Path) -> None:
    catalogue, digests = Catalogue(tmp_path), [f"{n:064x}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda digest: catalogue.record(version("339901", "2023-12-31", digest)), digests))
    assert sorted(v.digest for v in catalogue.entries()) == digests


def test_a_version_is_found_in_its_own_layer_only(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    catalogue.record(version("339901", "2023-12-31", layer="KZBJ"))
    assert catalogue.find("d" * 12, "KZBJ").layer == "KZBJ"
    with pytest.raises(CatalogueError):
        catalogue.find("d" * 12, "STBHHX")


def test_what_may_not_be_seen_is_as_if_unpublished(tmp_path: Path) -> None:
    Catalogue(tmp_path).record(version("339901", "2023-12-31"))
    assert Catalogue(tmp_path, visible=["e" * 64]).entries() == []


@pytest.mark.parametrize("torn", ["bounds.npy", "xy.npy", "attributes.arrow", "head.json"])
def test_a_torn_index_is_built_anew(tmp_path: Path, torn: str) -> None:
    snapshot.write(squares(100), tmp_path / "s.parquet")
    index.load(tmp_path / "s.parquet", tmp_path / "index")
    (tmp_path / "index" / torn).write_bytes(b"")
    assert len(index.load(tmp_path / "s.parquet", tmp_path / "index")) == 100


def test_an_index_built_by_several_threads_at_once_is_whole(tmp_path: Path) -> None:
    snapshot.write(squares(300), tmp_path / "s.parquet")
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: index.load(tmp_path / "s.parquet", tmp_path / "index"), range(6)))
    assert [len(each) for each in found] == [300] * 6


def test_recording_twice_keeps_the_first(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    first = catalogue.record(version("339901", "2023-12-31"))
    again = LayerVersion(**{**{f: getattr(first, f) for f in first.__slots__}, "publisher": "someone else"})
    assert catalogue.record(again).publisher == "test"
    assert len(catalogue.entries()) == 1


def test_verify_finds_an_altered_snapshot(tmp_path: Path) -> None:
    catalogue, table = Catalogue(tmp_path), squares(30)
    entry = version("339901", "2023-12-31", snapshot.digest(table))
    snapshot.write(table, catalogue.snapshot_path(entry.digest))
    catalogue.verify(entry)
    snapshot.write(squares(30, seed=9), catalogue.snapshot_path(entry.digest))
    with pytest.raises(CatalogueError) as error:
        catalogue.verify(entry)
    assert error.value.message_id == "snapshot-altered"


def test_a_place_code_cannot_leave_its_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError):
        Catalogue(tmp_path).record(version("../339901", "2023-12-31"))


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pa.array(["甲", None], pa.large_string()), ["甲", None]),
        (pa.array(["甲", None], pa.string_view()), ["甲", None]),
        (pa.array([b"\xff", None], pa.large_binary()), [b"\xff", None]),
        (pa.array([Decimal("1.20"), None], pa.decimal128(10, 2)), ["1.20", None]),
        (pa.array([time(8, 30), None], pa.time32("s")), ["08:30:00", None]),
        (pa.array([date(2024, 1, 1), None], pa.date64()), [date(2024, 1, 1), None]),
        (pa.array([datetime(2024, 1, 1, 8), None], pa.timestamp("s")), [datetime(2024, 1, 1, 8), None]),
        (pa.array([["甲", "乙"], None]), ['["甲", "乙"]', None]),
        (pa.array([{"k": 1}, None]), ['{"k": 1}', None]),
        (pa.array(['{"k":1}', None], pa.json_()), ['{"k":1}', None]),
        (pa.array(["甲", None], pa.large_string()).dictionary_encode(), ["甲", None]),
    ],
    ids=lambda given: str(given.type) if isinstance(given, pa.Array) else "",
)
def test_a_column_of_any_type_has_the_digest_it_is_read_back_with(
    values: pa.Array, read: list[object], tmp_path: Path
) -> None:
    geometry = np.array([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])
    made = snapshot.draft(geometry, pa.array(["a", "b"]), pa.table({"T": values}), PLANE)
    snapshot.write(made, tmp_path / "s.parquet")
    table = snapshot.read(tmp_path / "s.parquet")

    assert table["T"].to_pylist() == read
    assert snapshot.digest(table) == made.digest()


def test_large_texts_digest_by_what_they_say() -> None:
    def of(text: str) -> str:
        values = pa.array([text], pa.large_string())
        return snapshot.draft(
            np.array([shapely.box(0, 0, 1, 1)]), pa.array(["a"]), pa.table({"T": values}), PLANE
        ).digest()

    assert of("甲" * 9) == of("甲" * 9) != of("乙" * 9)

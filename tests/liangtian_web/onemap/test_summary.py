"""The sums of a version, village by village."""

import json

import numpy as np
import pytest
from tests.liangtian_web import land

from liangtian_web.onemap import summary
from liangtian_web.onemap.actions import adopt

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def versions(places):
    return [adopt(entry, places["county"]) for entry in land.publish_all()]


def test_a_version_is_added_up_by_village(versions):
    (village,) = summary.summary(summary.whole(versions[0]))

    assert (village.code, village.name, village.parcels) == ("339901100201", "示范村", 9)
    assert village.area_dm2 / 100 == pytest.approx(90_000, rel=1e-3)
    assert village.farmland_dm2 / 100 == pytest.approx(80_000, rel=1e-3)
    assert village.paddy_dm2 / 100 == pytest.approx(60_000, rel=1e-3)
    assert village.box == pytest.approx(versions[0].bounds, abs=2e-6)


def test_what_lies_nowhere_has_its_own_row(versions):
    (unplaced,) = summary.summary(summary.whole(versions[1]))  # the layer has no ZLDWDM in its file

    assert (unplaced.code, unplaced.parcels) == ("", 1)
    assert summary.villages_in([summary.whole(versions[1])], "339901") == []


def test_ridges_are_taken_off_farmland(versions):
    from liangtian_web.onemap.queries import index_of

    index = index_of(versions[0])
    columns = index.attributes
    half = columns.set_column(columns.column_names.index("KCXS"), "KCXS", [np.full(len(index), 0.5)])
    (village,) = summary.reckon(type(index)(index.bounds, index.area_dm2, half, index.crs, index.blocks, index.xy,
                                            index.ring_starts, index.polygon_rings, index.row_polygons))  # fmt: skip

    assert village.farmland_dm2 / 100 == pytest.approx(40_000, rel=1e-3)


def test_the_sums_are_reckoned_once_and_a_damaged_file_again(home, versions):
    first = summary.summary(summary.whole(versions[0]))
    (file,) = (home / "summary").glob(f"{versions[0].digest}.json")
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"villages": [kept["villages"][0] | {"parcels": 77}]}))
    summary._loaded.cache_clear()
    assert summary.summary(summary.whole(versions[0]))[0].parcels == 77  # from the file, not from the parcels

    file.write_text("{")
    summary._loaded.cache_clear()
    assert summary.summary(summary.whole(versions[0])) == first


def test_sums_of_a_place_are_those_of_its_villages(versions):
    found = summary.total(summary.villages_in(map(summary.whole, versions), "339900"))

    assert (found.parcels, summary.total([]).area_m2) == (9, 0)
    assert summary.box_of([]) is None

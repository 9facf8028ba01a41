"""Where city and county publish the same layer, the county speaks for its own ground and the city for the rest."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.precedence import Claim, Source, shares, sources_of
from liangtian.onemap.publish import publish
from parcel_tables import features
from squares import cell, put

DAY = date(2024, 6, 1)
CITY, COUNTY = "339900", "339901"


def said(home: Path, layer: str) -> dict[str, list[tuple[float, ...]]]:
    """Parcel id → bounds in cells of 100 m, as the versions in force speak."""
    catalogue = Catalogue(home)
    versions = [v for each in catalogue.all_valid_on(DAY).values() for v in each]
    found = {}
    for index in catalogue.indexes(layer, versions):
        shapes = index.geometry(index.search((0, 0, 1e9, 1e9)))
        ids = index.attributes["parcel_id"].to_pylist()
        for name, shape in zip(ids, shapes, strict=True):
            found[name] = tuple(round((v - o) / 100, 6) for v, o in zip(shape.bounds, (57e4, 338e4) * 2, strict=True))
    return found


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """The city's urban boundary of columns 0–9, the county's own in cell 1; the county is columns 0–4."""
    put(tmp_path, "XZQ", [cell(0, 0, 5), cell(5, 0, 5)],
        {"BSM": ["X1", "X2"], "XZQDM": ["339901001", "339902001"], "XZQMC": ["甲镇", "乙镇"]}, place=CITY)  # fmt: skip
    put(tmp_path, "CZKFBJ", [cell(0, 0, 4), cell(4, 0, 3)], {"BSM": ["K1", "K2"]}, place=CITY)
    put(tmp_path, "CZKFBJ", [cell(1, 0)], {"BSM": ["C1"]}, place=COUNTY)
    return tmp_path


def test_the_county_speaks_for_its_ground_and_the_city_for_the_rest(both: Path) -> None:
    assert said(both, "CZKFBJ") == {"K2": (5, 0, 7, 1), "C1": (1, 0, 2, 1)}


def test_a_cut_parcel_is_measured_anew_and_an_uncut_one_is_as_published(both: Path) -> None:
    put(both, "CZKFBJ", [cell(4, 0, 2), cell(5, 1)], {"BSM": ["cut", "beside"]}, place=CITY)
    catalogue = Catalogue(both)
    versions = [v for each in catalogue.all_valid_on(DAY).values() for v in each]
    city = catalogue.indexes("CZKFBJ", versions)[0]
    sizes = dict(zip(city.attributes["parcel_id"].to_pylist(), city.area_dm2.tolist(), strict=True))
    whole = catalogue.index(catalogue.valid_on("CZKFBJ", DAY)[0])
    published = dict(zip(whole.attributes["parcel_id"].to_pylist(), whole.area_dm2.tolist(), strict=True))
    assert sizes["beside"] == published["beside"]
    assert abs(2 * sizes["cut"] - published["cut"]) <= 2


def test_a_county_that_published_nothing_there_has_said_that_nothing_is_there(both: Path) -> None:
    put(both, "YJJBNTTB", [cell(3, 0), cell(6, 0)], {"BSM": ["J1", "J2"]}, place=CITY)
    put(both, "YJJBNTTB", [cell(0, 0)], {"BSM": ["J3"]}, place=COUNTY)
    assert sorted(said(both, "YJJBNTTB")) == ["J2", "J3"]


def test_a_version_that_is_left_nothing_is_not_used(both: Path) -> None:
    put(both, "STBHHX", [cell(2, 0)], {"BSM": ["H1"]}, place=CITY)
    put(both, "STBHHX", [cell(3, 0)], {"BSM": ["H2"]}, place=COUNTY)
    assert sorted(said(both, "STBHHX")) == ["H2"]
    assert sorted(said(both, "STBHHX")) == ["H2"]  # the second time from what was kept


def test_places_side_by_side_leave_each_other_nothing(tmp_path: Path) -> None:
    put(tmp_path, "STBHHX", [cell(0, 0)], {"BSM": ["H1"]}, place=COUNTY)
    put(tmp_path, "STBHHX", [cell(0, 0)], {"BSM": ["H2"]}, place="339902")
    assert sorted(said(tmp_path, "STBHHX")) == ["H1", "H2"]


def test_without_any_administrative_layer_a_version_speaks_for_its_own_outlines(tmp_path: Path) -> None:
    put(tmp_path, "STBHHX", [cell(0, 0, 4)], {"BSM": ["H1"]}, place=CITY)
    put(tmp_path, "STBHHX", [cell(1, 0, 3)], {"BSM": ["H2"]}, place=COUNTY)
    assert said(tmp_path, "STBHHX") == {"H1": (0, 0, 1, 1), "H2": (1, 0, 4, 1)}


def test_a_functional_zone_goes_before_the_county_it_lies_in(tmp_path: Path) -> None:
    put(tmp_path, "DLTB", [cell(0, 0), cell(1, 0)], {"BSM": ["P1", "P2"], "DLBM": ["0101"] * 2}, place=COUNTY)
    put(tmp_path, "DLTB", [cell(1, 0)], {"BSM": ["Z1"], "DLBM": ["0601"]}, place="zone-1")
    assert sorted(said(tmp_path, "DLTB")) == ["P1", "Z1"]


def test_the_ground_is_asked_of_areas_villages_parcels_in_this_order() -> None:
    claims = [Claim(CITY, "XZQ", "x"), Claim(COUNTY, "DLTB", "d"), Claim(COUNTY, "CJDCQ", "v")]
    assert sources_of(COUNTY, claims) == (Source("x", "XZQDM", COUNTY), Source("v"))


def test_a_share_is_named_by_what_it_is_cut_with() -> None:
    city, county = Claim(CITY, "KZBJ", "a"), Claim(COUNTY, "KZBJ", "b")
    alone = shares("KZBJ", [city])[0].key
    first, second = (shares("KZBJ", [city, county, Claim(COUNTY, "XZQ", x)])[0].key for x in ("x", "y"))
    assert alone == "a"
    assert len({alone, first, second}) == 3


def test_publishing_cuts_what_the_city_is_left_with(both: Path) -> None:
    columns = {"BSM": ["339901211000000001"], "DLBM": ["0101"]}
    for place, shape in ((CITY, cell(0, 0, 9)), (COUNTY, cell(1, 0))):
        publish(features(columns, np.array([shape], dtype=object)), LAYERS["DLTB"], place=place, on=DAY, home=both,
                publisher="t", recorded_at="2024-06-01T00:00:00Z")  # fmt: skip
    claims = [v.claim for each in Catalogue(both).all_valid_on(DAY).values() for v in each]
    needed = {share.key for layer in ("CZKFBJ", "DLTB") for share in shares(layer, claims) if share.left}
    assert len(needed) == 2
    assert needed <= {file.stem for file in (both / "index" / "shares").glob("*.parquet")}

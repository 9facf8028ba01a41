"""Which coordinate system a file is in: declared, proved by its coordinates, swapped, legacy, foreign or wrong."""

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from liangtian.errors import CrsMismatch
from liangtian.messages import render, render_error
from liangtian.space.crs import reproject
from liangtian.space.detect import Settled, detect, settle_crs

# One parcel in Haining, in every form it may arrive in.
HAINING = {
    4528: (40565259.975, 3379064.298),
    4549: (565259.975, 3379064.298),
    4490: (120.68, 30.53),
    4326: (120.68, 30.53),
}
XIAN80_TO_CGCS2000 = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=40500000 +y_0=0 +a=6378140 +rf=298.257"
    " +step +proj=cart +a=6378140 +rf=298.257 +step +proj=helmert +x=10 +y=-20 +z=5"
    " +step +inv +proj=cart +ellps=GRS80 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


def parcels(epsg: int, *, swapped: bool = False) -> np.ndarray:
    x, y = HAINING[epsg]
    size = 0.001 if epsg in (4490, 4326) else 100.0
    boxes = [shapely.box(x + i * size, y, x + (i + 1) * size, y + size) for i in range(3)]
    return np.array([shapely.transform(box, lambda xy: xy[:, ::-1]) if swapped else box for box in boxes], dtype=object)


def settle(geometry: np.ndarray, declared: int | None, assume: int | None = None, **options: object) -> Settled:
    crs, named = (CRS.from_epsg(code) if code else None for code in (declared, assume))
    return settle_crs(geometry, crs, source="红线.shp", assume=named, **options)


def refusal(geometry: np.ndarray, declared: int | None, assume: int | None = None, **options: object) -> CrsMismatch:
    with pytest.raises(CrsMismatch) as caught:
        settle(geometry, declared, assume, **options)
    assert render_error(caught.value, lang="zh").startswith("红线.shp：")
    assert render_error(caught.value, lang="en").startswith("红线.shp: ")
    return caught.value


def rules(settled: Settled) -> list[str]:
    for finding in settled.findings:
        assert render(finding, lang="zh") != render(finding, lang="en")
    return [finding.rule for finding in settled.findings]


@pytest.mark.parametrize("epsg", [4528, 4549, 4490])
def test_declared_and_fitting_passes_untouched(epsg: int) -> None:
    geometry = parcels(epsg)
    settled = settle(geometry, epsg)

    assert settled.geometry is geometry
    assert (settled.crs.to_epsg(), settled.swapped, rules(settled)) == (epsg, False, [])


@pytest.mark.parametrize("epsg", [4528, 4490])
@pytest.mark.parametrize("swapped", [False, True])
def test_undeclared_is_proved_by_zone_prefix_or_degrees(epsg: int, swapped: bool) -> None:
    settled = settle(parcels(epsg, swapped=swapped), None)

    assert (settled.crs.to_epsg(), settled.swapped) == (epsg, swapped)
    assert rules(settled) == (["CRS-01", "CRS-02"] if swapped else ["CRS-01"])
    assert shapely.equals(settled.geometry, parcels(epsg)).all()


def test_undeclared_is_not_guessed_when_the_datum_is_strict() -> None:
    error = refusal(parcels(4528), None, strict_datum=True)

    assert (error.message_id, error.params["proposal"]) == ("crs-strict-undeclared", "EPSG:4528")
    assert rules(settle(parcels(4528), None, assume=4528, strict_datum=True)) == []


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_three_degree_zone_is_detected(zone: int) -> None:
    crs = CRS.from_epsg(4488 + zone)
    east, north = Transformer.from_crs(4490, crs, always_xy=True).transform(3 * zone + 1.4, 35.0)

    assert detect(np.array([[east, north]])) == (4488 + zone, False)
    assert detect(np.array([[north, east]])) == (4488 + zone, True)


@pytest.mark.parametrize("zone", range(13, 24))
def test_every_six_degree_zone_is_detected(zone: int) -> None:
    crs = CRS.from_epsg(4478 + zone)
    east, north = Transformer.from_crs(4490, crs, always_xy=True).transform(6 * zone - 3 - 2.9, 30.0)

    assert crs.coordinate_operation is not None
    assert detect(np.array([[east, north]])) == (4478 + zone, False)


def test_undeclared_without_zone_number_is_asked_for_and_taken() -> None:
    geometry = parcels(4549)

    assert refusal(geometry, None).message_id == "crs-zone-needed"
    assert refusal(parcels(4549, swapped=True), None).message_id == "crs-zone-needed"
    assert rules(settle(geometry, None, assume=4549)) == []
    assert settle(parcels(4549, swapped=True), None, assume=4549).swapped


@pytest.mark.parametrize("point", [(12.5, 48.0), (0.5, 0.5), (1e9, 1e9), (40565259.0, 9e6)])
def test_undeclared_elsewhere_is_asked_for(point: tuple[float, float]) -> None:
    geometry = np.array([shapely.Point(point).buffer(0.01)], dtype=object)

    assert refusal(geometry, None).message_id == "crs-unknown"


def test_undeclared_without_any_coordinates_is_asked_for() -> None:
    assert refusal(np.array([None, shapely.Polygon()], dtype=object), None).message_id == "crs-unknown"


def test_declared_without_any_coordinates_passes() -> None:
    settled = settle(np.array([None, shapely.Polygon()], dtype=object), 4549)

    assert (settled.crs.to_epsg(), rules(settled)) == (4549, [])


@pytest.mark.parametrize("epsg", [4528, 4549, 4490, 4326])
def test_swapped_axes_are_put_right_on_record(epsg: int) -> None:
    settled = settle(parcels(epsg, swapped=True), epsg)

    assert settled.swapped
    assert rules(settled)[0] == "CRS-02"
    assert shapely.equals(settled.geometry, parcels(epsg)).all()


def test_swapped_axes_are_seen_west_of_the_90th_meridian() -> None:
    kashgar = np.array([shapely.box(39.4, 75.9, 39.5, 76.0)], dtype=object)

    assert settle(kashgar, 4326).swapped


def test_wgs84_in_china_is_cgcs2000_on_record_unless_strict() -> None:
    settled = settle(parcels(4326), 4326)

    assert (settled.crs.to_epsg(), rules(settled)) == (4490, ["CRS-03"])
    assert refusal(parcels(4326), 4326, strict_datum=True).message_id == "crs-strict-datum"
    assert rules(settle(parcels(4490), 4490, strict_datum=True)) == []


@pytest.mark.parametrize("epsg", [32651, 32650, 3857])
def test_projections_of_wgs84_in_china_are_taken_as_cgcs2000_on_record_unless_strict(epsg: int) -> None:
    projected = reproject(parcels(4326), CRS.from_epsg(4326), CRS.from_epsg(epsg))
    settled = settle(projected, epsg)

    assert settled.geometry is projected
    assert (settled.crs.to_epsg(), rules(settled)) == (epsg, ["CRS-03"])
    assert refusal(projected, epsg, strict_datum=True).message_id == "crs-strict-datum"


@pytest.mark.parametrize(
    ("epsg", "point"),
    [(4326, (-102.3, 40.6)), (4326, (78.5, 17.4)), (32648, (480000, 1300000)), (28992, (155000, 463000)),
     (6668, (141.3, 43.1)), (2154, (574000, 6280000)), (3832, (2e6, 3e6))],
)  # fmt: skip
def test_foreign_systems_pass_unchanged(epsg: int, point: tuple[float, float]) -> None:
    geometry = np.array([shapely.Point(point).buffer(0.01)], dtype=object)
    settled = settle(geometry, epsg, strict_datum=True)

    assert settled.geometry is geometry
    assert (settled.crs.to_epsg(), rules(settled)) == (epsg, [])


@pytest.mark.parametrize("epsg", [2364, 2385, 4610, 2416, 2437, 4214, 4555, 4024])
def test_legacy_datums_are_refused_with_the_reason(epsg: int) -> None:
    assert refusal(parcels(4528), epsg).message_id == "crs-legacy-datum"


def test_legacy_datum_known_only_by_its_name_is_refused() -> None:
    esri = CRS.from_wkt(
        CRS.from_epsg(2364).to_wkt("WKT1_ESRI").replace("Xian_1980_3_Degree_GK_Zone_40", "海宁地方坐标")
    )
    with pytest.raises(CrsMismatch) as caught:
        settle_crs(parcels(4528), esri, source="红线.shp")

    assert caught.value.message_id == "crs-legacy-datum"


def test_legacy_datum_is_moved_by_the_given_transformation() -> None:
    settled = settle(parcels(4528), 2364, transformation=XIAN80_TO_CGCS2000)
    lon, lat = shapely.get_coordinates(settled.geometry[0])[0]

    assert (settled.crs.to_epsg(), rules(settled)) == (4490, ["CRS-05"])
    # The made-up shift of 23 m moves the parcel by less than 30 m from where CGCS2000 would put it.
    east, north = Transformer.from_crs(4490, 4528, always_xy=True).transform(lon, lat)
    before = shapely.get_coordinates(parcels(4528)[0])[0]
    assert 1 < np.hypot(east - before[0], north - before[1]) < 60


def test_an_unusable_transformation_is_refused() -> None:
    broken = refusal(parcels(4528), 2364, transformation="+proj=nonsense")
    elsewhere = refusal(parcels(4528), 2364, transformation="+proj=affine +s11=0 +s22=0")

    assert (broken.message_id, elsewhere.message_id) == ("crs-transformation-unusable", "crs-transformation-result")


@pytest.mark.parametrize(
    ("declared", "given", "proposal"),
    [(4527, 4528, "EPSG:4528"), (4549, 4528, "EPSG:4528"), (4490, 4528, "EPSG:4528"), (4549, 4490, "EPSG:4490"),
     (4528, 4549, "EPSG:…"), (32648, 4528, "EPSG:4528")],
)  # fmt: skip
def test_wrong_zone_or_system_is_refused_with_a_proposal(declared: int, given: int, proposal: str) -> None:
    error = refusal(parcels(given), declared)

    assert (error.message_id, error.params["proposal"]) == ("crs-outside-area", proposal)


def test_a_projection_nobody_knows_is_refused() -> None:
    wkt = CRS.from_epsg(4549).to_wkt("WKT1_GDAL").replace("Transverse_Mercator", "Lost_Projection")
    with pytest.raises(CrsMismatch) as caught:
        settle_crs(parcels(4549), CRS.from_wkt(wkt), source="a")

    assert caught.value.message_id == "crs-unusable"


def test_what_the_user_names_prevails_on_record() -> None:
    settled = settle(parcels(4528), 4527, assume=4528)

    assert (settled.crs.to_epsg(), rules(settled)) == (4528, ["CRS-04"])
    assert rules(settle(parcels(4528), 4528, assume=4528)) == []


def test_heights_of_a_compound_system_are_left_out() -> None:
    compound = CRS.from_user_input("EPSG:4549+5737")
    solid = CRS.from_epsg(4480)

    assert settle_crs(parcels(4549), compound, source="a").crs.to_epsg() == 4549
    assert len(settle_crs(parcels(4490), solid, source="a").crs.axis_info) == 2

"""The survey of potential: hand-made squares where every answer can be reckoned, and the planted sites of the county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS

from liangtian.check.potential import potential_rule_on, survey_on
from liangtian.check.result import to_json
from liangtian.datasets.county import generate
from liangtian.datasets.potential import populations
from liangtian.datasets.relief import relief
from liangtian.errors import LiangtianError
from liangtian.formats.features import Features
from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import publish
from liangtian.onemap.snapshot import ID
from liangtian.planning import land
from liangtian.planning.potential import KINDS, NEW_FARMLAND, Potential
from liangtian.planning.potential_document import document
from liangtian.planning.potential_gather import Given, grounds
from liangtian.space.slope import Elevation
from liangtian.units import m2_from_dm2
from squares import EAST, NORTH, PLANE, VILLAGE_A, VILLAGE_B, cell, put

ON = date(2024, 6, 1)
LINES = ("STBHHX", "SYBHQ", "EDLD", "FZLD")
FAR = cell(90, 90)


def publish_land(
    home: Path, *rows: tuple[shapely.Geometry, Mapping[str, Any]], layers: tuple[str, ...] = LINES
) -> None:
    """Parcels P1, P2 … of village A, and the lines, far away."""
    names = dict.fromkeys(key for _, row in rows for key in row)
    about = {"DLBM": None, "ZLDWDM": VILLAGE_A, "SJNF": 2022} | dict.fromkeys(names)
    about |= {"ZLDWDM": VILLAGE_A, "SJNF": 2022}
    columns = {name: [row.get(name, default) for _, row in rows] for name, default in about.items()}
    put(home, "DLTB", [shape for shape, _ in rows], {"BSM": [f"P{n}" for n in range(1, len(rows) + 1)], **columns})
    for layer in layers:
        put(home, layer, [FAR], {"BSM": ["far"]})


def flat(height: float = 0.0, *, tilt: float = 0.0, cells: int = 60) -> Elevation:
    """An elevation model of 10 m cells around the grid, rising eastwards by `tilt` metres a metre."""
    heights = np.tile(height + tilt * 10.0 * np.arange(cells), (cells, 1))
    return Elevation(heights, EAST - 100, NORTH + 400, 10.0, 10.0, PLANE, "dem.tif")


def asked(home: Path, *, on: date = ON, place: str | None = None, **given: Any) -> Potential:
    return survey_on(Catalogue(home), on, place, given=Given(**({"elevation": flat()} | given)))


def told(made: Potential, parcel: str, kind: str) -> tuple[str, Decimal, set[str]]:
    """State, net ground and what the rules say of one candidate."""
    ids = made.attributes[ID].to_pylist()
    (number,) = (n for n in made.find(kind=kind).tolist() if ids[n] == parcel)
    (found,) = made.candidates([number])
    return found.state, found.net_m2, {f"{r.says} {r.rule} {r.message_id}" for r in found.reasons}


def area(made: Potential, parcel: str) -> Decimal:
    return m2_from_dm2(int(made.area_dm2[made.attributes[ID].to_pylist().index(parcel)]))


FOR_WASTE = "met wenzhou-2019（九）.3 potential-waste-land"
FLAT = "met zhejiang-consolidation-2018（选址）.1 potential-gentle-model"


def test_waste_land_qualifies(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    made = asked(tmp_path)
    assert told(made, "P1", "reclaim") == ("qualifies", area(made, "P1"), {FOR_WASTE, FLAT})


@pytest.mark.parametrize(
    ("layer", "rule"),
    [
        ("STBHHX", "zhejiang-consolidation-2018（选址）.2"),
        ("SYBHQ", "zhejiang-consolidation-2018（选址）.2"),
        ("EDLD", "wenzhou-2019（九）.6"),
        ("FZLD", "wenzhou-2019（九）.6"),
    ],
)
def test_a_line_takes_its_ground(layer: str, rule: str, tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}), (cell(1, 0), {"DLBM": "0404"}))
    put(tmp_path, layer, [cell(0, 0, 0.25), cell(1, 0)], {"BSM": ["a", "b"]})
    made = asked(tmp_path)
    hit = f"hit {rule} potential-inside"
    state, net, rules = told(made, "P1", "reclaim")
    assert (state, rules) == ("qualifies", {FOR_WASTE, FLAT, hit})
    assert net == pytest.approx(area(made, "P1") * 3 / 4, abs=Decimal("0.05"))
    left = told(made, "P2", "reclaim")
    assert left == ("excluded", Decimal(0), {FOR_WASTE, FLAT, hit, "hit liangtian-2026（设计） potential-too-small"})


def test_a_line_along_an_edge_takes_nothing(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    put(tmp_path, "STBHHX", [cell(-1, 0, 1.00005)], {"BSM": ["a"]})
    made = asked(tmp_path)
    assert told(made, "P1", "reclaim") == ("qualifies", area(made, "P1"), {FOR_WASTE, FLAT})


def test_a_layer_that_is_not_published_leaves_it_open(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}), layers=("STBHHX", "SYBHQ", "EDLD"))
    made = asked(tmp_path)
    open_ = "unknown wenzhou-2019（九）.6 potential-no-layer"
    assert told(made, "P1", "reclaim") == ("unknown", area(made, "P1"), {FOR_WASTE, FLAT, open_})


@pytest.mark.parametrize(
    ("tilt", "state", "message"),
    [
        (np.tan(np.radians(24.9)), "qualifies", "met zhejiang-consolidation-2018（选址）.1 potential-gentle-model"),
        (np.tan(np.radians(25.1)), "excluded", "hit zhejiang-consolidation-2018（选址）.1 potential-steep-model"),
    ],
)
def test_ground_above_25_degrees_is_excluded(tilt: float, state: str, message: str, tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    made = asked(tmp_path, elevation=flat(tilt=tilt))
    assert (told(made, "P1", "reclaim")[0], message in told(made, "P1", "reclaim")[2]) == (state, True)


def test_without_a_model_or_beyond_it_slope_is_open(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}), (cell(20, 0), {"DLBM": "0404"}))
    rule = "unknown zhejiang-consolidation-2018（选址）.1 potential-slope"
    assert told(asked(tmp_path, elevation=None), "P1", "reclaim")[2] == {FOR_WASTE, f"{rule}-no-model"}
    assert told(asked(tmp_path), "P2", "reclaim")[2] == {FOR_WASTE, f"{rule}-uncovered"}


def dry(home: Path, *years: tuple[str, int, int], on: date = ON, **more: Any) -> tuple[str, Decimal, set[str]]:
    """A dry field P1 beside a ditch, with earlier classes; the survey in force is of 2022."""
    publish_land(home, (cell(0, 0), {"DLBM": "0103", "GDPDJB": "1"}), (cell(1, 0, 0.05), {"DLBM": "1107"}))
    if years:
        columns = {name: [row[n] for row in years] for n, name in enumerate(("DLBM", "QSNF", "ZZNF"))}
        put(home, "LNDL", [cell(0, 0)] * len(years), {"BSM": [f"h{n}" for n in range(len(years))], **columns})
    return told(asked(home, on=on, **more), "P1", "paddy")


WATER = "met wenzhou-2019（九）.5 potential-watered"
GENTLE = "met wenzhou-2019（九）.5 potential-gentle-survey"
DRY, NOT_DRY, MISSING = (
    f"{says} wenzhou-2019（九）.4 potential-{name}"
    for says, name in (("met", "dry"), ("hit", "not-dry"), ("unknown", "years-missing"))
)


def test_dry_land_of_every_year_may_become_paddy(tmp_path: Path) -> None:
    state, _, rules = dry(tmp_path, ("0103", 2009, 2021))
    assert (state, rules) == ("qualifies", {DRY, WATER, GENTLE})


def test_the_second_survey_has_dry_land_in_its_own_code(tmp_path: Path) -> None:
    assert dry(tmp_path, ("013", 2009, 2018), ("0103", 2019, 2021))[0] == "qualifies"


def test_a_year_of_another_class_excludes(tmp_path: Path) -> None:
    state, net, rules = dry(tmp_path, ("0103", 2009, 2014), ("0201", 2015, 2015), ("0103", 2016, 2021))
    assert (state, net) == ("excluded", Decimal(0))
    assert NOT_DRY in rules


@pytest.mark.parametrize("years", [(), (("0103", 2009, 2015), ("0103", 2017, 2021)), (("0103", 2010, 2021),)])
def test_a_missing_year_leaves_it_open(years: tuple[tuple[str, int, int], ...], tmp_path: Path) -> None:
    state, _, rules = dry(tmp_path, *years)
    assert (state, rules) == ("unknown", {MISSING, WATER, GENTLE})


def test_a_survey_that_should_be_out_by_the_day_counts_as_missing(tmp_path: Path) -> None:
    assert dry(tmp_path, ("0103", 2009, 2021), on=date(2024, 1, 1))[0] == "qualifies"
    assert told(asked(tmp_path, on=date(2025, 1, 1)), "P1", "paddy")[2] == {MISSING, WATER, GENTLE}


def test_earlier_land_use_versions_tell_their_year(tmp_path: Path) -> None:
    for year in range(2009, 2022):
        columns = {"DLBM": ["0103" if year != 2012 else "0201"], "SJNF": [year]}
        put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": [f"P1-{year}"], **columns}, on=f"{year}-12-31")
    state, _, rules = dry(tmp_path)
    assert (state, NOT_DRY in rules, MISSING in rules) == ("excluded", True, False)


def test_a_corrected_survey_stands_for_the_one_it_corrects(tmp_path: Path) -> None:
    """A year published twice counts as published last; and of its own year the survey in force speaks alone."""
    for name, code, on in (("wrong", "0201", "2021-06-01"), ("right", "0103", "2021-12-31")):
        columns = {"DLBM": [code], "SJNF": [2021]}
        put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": [name], **columns}, on=on)
    put(tmp_path, "DLTB", [cell(0, 0)], {"BSM": ["draft"], "DLBM": ["0201"], "SJNF": [2022]}, on="2022-12-31")
    state, _, rules = dry(tmp_path, ("0103", 2009, 2020), ("0201", 2022, 2023))
    assert (state, rules) == ("qualifies", {DRY, WATER, GENTLE})


def test_water_is_sought_within_the_distance(tmp_path: Path) -> None:
    field = (cell(0, 0), {"DLBM": "0103", "GDPDJB": "2"})
    publish_land(tmp_path / "near", field, (cell(1.999, 0, 0.1), {"DLBM": "1104"}))
    publish_land(tmp_path / "far", field, (cell(2.001, 0, 0.1), {"DLBM": "1104"}))
    assert WATER in told(asked(tmp_path / "near"), "P1", "paddy")[2]
    assert "hit wenzhou-2019（九）.5 potential-no-water" in told(asked(tmp_path / "far"), "P1", "paddy")[2]


def test_the_grade_of_the_survey_goes_before_the_model_and_the_difference_is_told(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0103", "GDPDJB": "3"}), (cell(1, 0), {"DLBM": "0103"}))
    made = asked(tmp_path)
    assert "hit wenzhou-2019（九）.5 potential-steep-survey" in told(made, "P1", "paddy")[2]
    assert "met wenzhou-2019（九）.5 potential-gentle-model" in told(made, "P2", "paddy")[2]
    assert [(note.rule, note.parcels) for note in made.findings] == [("POT-01", ("P1",))]


def test_marks_of_the_survey_are_restored(tmp_path: Path) -> None:
    publish_land(
        tmp_path,
        (cell(0, 0), {"DLBM": "0201", "ZZSXDM": "JKHF"}),
        (cell(1, 0), {"DLBM": "1104", "ZZSXDM": "GCHF"}),
        (cell(2, 0), {"DLBM": "0201", "ZZSXDM": None}),
        (cell(3, 0), {"DLBM": "0404", "ZZSXDM": "JKHF"}),
    )
    made = asked(tmp_path)
    assert [(each.parcel, each.kind, each.state) for each in made.candidates(range(len(made)))] == [
        ("P1", "restore_now", "qualifies"),
        ("P4", "restore_now", "qualifies"),
        ("P2", "restore_works", "qualifies"),
    ]


def test_whether_a_mine_or_a_facility_is_out_of_use_must_be_recorded(tmp_path: Path) -> None:
    publish_land(
        tmp_path,
        *((cell(n, 0), {"DLBM": code}) for n, code in enumerate(("0602", "0602", "1202", "1202"))),
    )
    kinds = ["废弃矿山", "停用设施农用地"]
    put(tmp_path, "ZZDK", [cell(0, 0), cell(2, 0)], {"BSM": ["s1", "s2"], "DKLX": kinds})
    made = asked(tmp_path)
    assert [(each.parcel, each.kind, each.state) for each in made.candidates(range(len(made)))] == [
        ("P1", "mining", "qualifies"),
        ("P2", "mining", "unknown"),
        ("P3", "facility", "qualifies"),
        ("P4", "facility", "unknown"),
    ]


def site(home: Path, code: str, shape: shapely.Geometry, **columns: Any) -> tuple[str, Decimal, set[str]]:
    publish_land(home, (cell(0, 0), {"DLBM": code}))
    put(home, "ZZDK", [shape], {"BSM": ["s1"], **{name: [value] for name, value in columns.items()}})
    made = asked(home)
    return told(made, "P1", "reclaim") if len(made.find(kind="reclaim")) else ("none", Decimal(0), set())


@pytest.mark.parametrize(
    ("fits", "managed", "state"), [("是", "是", "qualifies"), ("是", "否", "excluded"), ("是", None, "unknown")]
)
def test_tidal_flat_needs_both_conditions(fits: str, managed: str | None, state: str, tmp_path: Path) -> None:
    assert site(tmp_path, "1105", cell(0, 0), DKLX="已围滩涂", HYGH=fits, LDGL=managed)[0] == state


@pytest.mark.parametrize(("use", "state"), [("农业", "qualifies"), ("林业", "excluded"), (None, "unknown")])
def test_low_hills_serve_what_they_suit(use: str | None, state: str, tmp_path: Path) -> None:
    assert site(tmp_path, "0307", cell(0, 0), DKLX="低丘缓坡", SYFX=use)[0] == state


def test_only_the_ground_on_a_site_counts_where_the_class_alone_does_not(tmp_path: Path) -> None:
    state, net, _ = site(tmp_path, "0307", cell(-1, 0, 1.3), DKLX="荒地")
    assert state == "qualifies"
    assert net == pytest.approx(Decimal("3000"), abs=Decimal("1"))


def test_farmland_on_a_site_is_no_candidate(tmp_path: Path) -> None:
    assert site(tmp_path, "0101", cell(0, 0), DKLX="荒地")[0] == "none"


@pytest.mark.parametrize(
    ("persons", "states"), [({"339901001201": 111}, []), ({"339901001201": 110}, ["qualifies"]), (None, ["unknown"])]
)
def test_village_land_above_90_m2_a_person(persons: dict[str, int] | None, states: list[str], tmp_path: Path) -> None:
    """A hectare, 9,998.8 m² on the ellipsoid: 90.08 m² for each of 111 …"""
    publish_land(tmp_path, (cell(0, 0, 0.999), {"DLBM": "0702", "CZCSXM": "203"}))
    made = asked(tmp_path, persons=persons)
    found = [each.state for each in made.candidates(made.find(kind="village"))]
    (village,) = made.villages
    assert found == states
    excess = None if persons is None else max(village.construction_m2 - 90 * persons["339901001201"], Decimal(0))
    assert village.excess_m2 == excess


def test_poor_grades_are_improved_and_missing_ones_borrowed(tmp_path: Path) -> None:
    grades = (8, 9, None, None)
    publish_land(tmp_path, *((cell(n, 0), {"DLBM": "0101", "GDDB": grade}) for n, grade in enumerate(grades)))
    put(tmp_path, "GDDB", [cell(2, 0)], {"BSM": ["g"], "GDDB": [10]})
    made = asked(tmp_path)
    assert [(each.parcel, each.state) for each in made.candidates(made.find(kind="quality"))] == [
        ("P2", "qualifies"),
        ("P3", "qualifies"),
        ("P4", "unknown"),
    ]


def test_ground_of_a_file_is_kept_off(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    made = asked(tmp_path, excluded={"park.gpkg": np.array([cell(0, 0)], dtype=object)})
    assert told(made, "P1", "reclaim")[2] >= {"hit liangtian-2026（潜力） potential-inside"}


def test_small_pieces_are_left_alone(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0, 0.2, 0.19), {"DLBM": "0404"}))
    assert told(asked(tmp_path), "P1", "reclaim")[0] == "excluded"


def test_a_model_in_another_system_gives_the_same_answer_and_is_noted(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    degrees = Elevation(np.zeros((400, 400)), 120.6, 30.65, 0.0005, 0.0005, CRS.from_epsg(4490), "dem.tif")
    assert grounds(Catalogue(tmp_path), ON, None) == ((EAST, NORTH, EAST + 100, NORTH + 100), PLANE)
    made = asked(tmp_path, elevation=degrees)
    assert told(made, "P1", "reclaim")[0] == "qualifies"
    assert [note.rule for note in made.findings] == ["POT-02"]


def test_what_is_wrong_with_the_input_is_told(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}), (cell(1, 0), {"DLBM": None}))
    made = asked(tmp_path, persons={"339901001209": 5})
    assert [note.rule for note in made.findings] == ["BLK-01", "POT-03"]
    with pytest.raises(LiangtianError) as error:
        asked(tmp_path, place="339902")
    assert error.value.message_id == "potential-no-land"


def test_a_place_is_surveyed_alone(tmp_path: Path) -> None:
    publish_land(
        tmp_path,
        (cell(0, 0), {"DLBM": "0404"}),
        (cell(1, 0), {"DLBM": "0404", "ZLDWDM": VILLAGE_B}),
    )
    made = asked(tmp_path, place=VILLAGE_B[:12])
    assert [each.parcel for each in made.candidates(range(len(made)))] == ["P2"]
    assert [row.place for row in made.by_place()] == [VILLAGE_B[:12]]


def test_the_values_are_those_of_the_clauses() -> None:
    rule = potential_rule_on(ON, "339901", latest_year=2022)
    assert (rule.steep_deg, rule.gentle_deg, rule.per_person_m2, rule.years) == (25, 6, 90, (2009, 2022))
    assert (rule.reclaim_classes[0], rule.tidal, rule.low_hills) == ("0404", ("已围滩涂",), ("低丘缓坡",))


PARCELS = 3_000


@pytest.fixture(scope="module")
def layers() -> dict[str, Features]:
    return generate(parcels=PARCELS)


@pytest.fixture(scope="module")
def home(layers: dict[str, Features], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for code in ("DLTB", "XZQ", "CJDCQ", "STBHHX", "GDDB", "SYBHQ", "EDLD", "FZLD", "LNDL", "ZZDK"):
        about = {"place": "339900", "publisher": "test", "recorded_at": "2024-01-01T00:00:00Z"}
        publish(layers[code], layer_spec(code), home=folder, on=date(2023, 12, 31), **about)  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module")
def given(layers: dict[str, Features]) -> Given:
    return Given(relief(layers["XZQ"], parcels=PARCELS), populations(layers))


@pytest.fixture(scope="module")
def county(home: Path, given: Given) -> Potential:
    return survey_on(Catalogue(home), date(2024, 6, 1), given=given)


def planted_sites(layers: Mapping[str, Features]) -> dict[str, dict[str, str]]:
    """What the survey must say of each planted site, given relief and persons: name → parcel, kind, state."""
    table = layers["ZZDK"].attributes
    rows = zip(*(table[name].to_pylist() for name in ("DKMC", "DKBH", "BZ")), strict=True)
    found = {}
    for name, parcel, remark in rows:
        kind, state = remark.removeprefix("演示：").split()
        found[name] = {"parcel": parcel, "kind": kind, "state": state}
    return found


def test_every_planted_site_gets_its_answer(county: Potential, layers: dict[str, Features]) -> None:
    ids = county.attributes[ID].to_pylist()
    new = set(np.flatnonzero(county.kind < len(NEW_FARMLAND)).tolist())
    planted = planted_sites(layers)
    assert len(planted) == 11
    for name, fact in planted.items():
        (found,) = county.candidates(n for n in new if ids[n] == fact["parcel"])
        assert (name, found.kind, found.state) == (name, fact["kind"], fact["state"])


def test_dry_land_of_the_county_is_told_apart(county: Potential) -> None:
    """Orchard from 2013 to 2015 excludes, 2017 is lacking; the shares are those planted."""
    years = [reason.params["years"] for reason in _reasons(county, "potential-not-dry")]
    lacking = [reason.params["years"] for reason in _reasons(county, "potential-years-missing")]
    assert set(years) == {"2013–2015"}
    assert set(lacking) == {"2017"}
    assert len(years) + len(lacking) < len(county.find(kind="paddy")) / 2


def _reasons(made: Potential, message_id: str) -> list[Any]:
    return [row.reason(n) for row in made.ruled if row.message_id == message_id for n in range(len(row.at))]


def test_sums_agree_at_every_level_and_no_candidate_exceeds_its_parcel(county: Potential) -> None:
    assert (county.net_dm2 <= county.area_dm2).all()
    assert (county.net_dm2 >= 0).all()
    by_level = [{kind: _figures(county, level, kind) for kind in KINDS} for level in ("village", "town", "county")]
    assert by_level[0] == by_level[1] == by_level[2]
    assert {row.kind: _plain(row) for row in county.total()} == {k: v for k, v in by_level[0].items() if v[0]}
    everything = m2_from_dm2(int(county.area_dm2.sum()))
    assert sum(row.net_m2 + row.unknown_m2 + row.excluded_m2 for row in county.total()) == everything


def _plain(row: Any) -> tuple[Any, ...]:
    counts = (row.count + row.unknown + row.excluded, row.count, row.unknown, row.excluded)
    return (*counts, row.net_m2, row.unknown_m2, row.excluded_m2)


def _figures(made: Potential, level: Any, kind: str) -> tuple[Any, ...]:
    rows = [_plain(row) for row in made.by_place(level) if row.kind == kind]
    return tuple(sum(column) for column in zip(*rows, strict=True)) if rows else (0,)


def test_a_parcel_has_one_kind_of_new_farmland(county: Potential) -> None:
    ids = np.array(county.attributes[ID].to_pylist())[county.kind < len(NEW_FARMLAND)]
    assert len(ids) == len(set(ids.tolist())) > 100


def test_the_net_ground_is_what_the_layer_draws(county: Potential) -> None:
    drawn = county.features(county.find(state="qualifies"))
    assert shapely.is_valid(drawn.geometry).all()
    net = np.asarray(drawn.attributes["net_m2"])
    assert np.abs(shapely.area(drawn.geometry) / net - 1).max() < 3e-3  # the plane is not the ellipsoid


def test_the_survey_does_not_depend_on_the_order_of_parcels(
    county: Potential, home: Path, given: Given, layers: dict[str, Features]
) -> None:
    order = np.random.default_rng(1).permutation(len(layers["DLTB"]))
    parcels = layers["DLTB"]
    mixed = Features(
        parcels.geometry[order],
        parcels.attributes.take(order),
        parcels.crs,
        parcels.source,
        np.arange(1, len(order) + 1),
    )
    made = survey_on(Catalogue(home), date(2024, 6, 1), given=given, parcels=land.indexed(mixed))
    assert _said(made) == _said(county)


def _said(made: Potential) -> str:
    said = document(made, on=date(2024, 6, 1), place=None)
    return to_json({name: said[name] for name in ("total", "towns", "villages", "village_land", "candidates")})


def test_a_line_that_only_another_place_published_leaves_it_open(tmp_path: Path) -> None:
    """That the neighbouring county has published its red line says nothing about the one here."""
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}), layers=("SYBHQ", "EDLD", "FZLD"))
    put(tmp_path, "STBHHX", [FAR], {"BSM": ["far"]}, place="339902")
    open_ = "unknown zhejiang-consolidation-2018（选址）.2 potential-no-layer"
    assert told(asked(tmp_path), "P1", "reclaim")[0::2] == ("unknown", {FOR_WASTE, FLAT, open_})
    put(tmp_path, "STBHHX", [FAR], {"BSM": ["far"]}, place="339901001")  # the town's speaks for it
    assert told(asked(tmp_path), "P1", "reclaim")[0::2] == ("qualifies", {FOR_WASTE, FLAT})


def test_a_year_told_twice_of_one_half_is_not_told_of_the_whole(tmp_path: Path) -> None:
    field = (cell(0, 0), {"DLBM": "0103", "GDPDJB": "1"})
    publish_land(tmp_path, field, (cell(1, 0, 0.05), {"DLBM": "1107"}))
    west = cell(0, 0, 0.5)
    columns = {"DLBM": ["0103"] * 2, "QSNF": [2009] * 2, "ZZNF": [2021] * 2}
    put(tmp_path, "LNDL", [west, west], {"BSM": ["h1", "h2"], **columns})
    state, _, rules = told(asked(tmp_path), "P1", "paddy")
    assert (state, rules) == ("unknown", {MISSING, WATER, GENTLE})


def test_ground_in_two_polygons_of_a_line_is_told_once(tmp_path: Path) -> None:
    publish_land(tmp_path, (cell(0, 0), {"DLBM": "0404"}))
    put(tmp_path, "STBHHX", [cell(0, 0, 0.5), cell(0.25, 0, 0.25)], {"BSM": ["a", "b"]})
    made = asked(tmp_path)
    (found,) = made.candidates([0])
    (inside,) = (each for each in found.reasons if each.message_id == "potential-inside")
    assert inside.area_m2 == found.area_m2 - found.net_m2 == pytest.approx(found.area_m2 / 2, abs=Decimal("0.05"))


def test_water_across_the_border_of_the_place_is_seen(tmp_path: Path) -> None:
    publish_land(
        tmp_path,
        (cell(0, 0), {"DLBM": "0103", "GDPDJB": "2"}),
        (cell(1, 0, 0.1), {"DLBM": "1104", "ZLDWDM": VILLAGE_B}),
    )
    whole, village = asked(tmp_path), asked(tmp_path, place=VILLAGE_A[:12])
    assert WATER in told(whole, "P1", "paddy")[2]
    assert told(village, "P1", "paddy") == told(whole, "P1", "paddy")

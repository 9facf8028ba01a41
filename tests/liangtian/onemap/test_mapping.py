from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from liangtian.errors import FileUnreadable, LayerInvalid
from liangtian.finding import Outcome
from liangtian.formats import vector
from liangtian.messages import catalogue
from liangtian.onemap.landclass import LAND_CLASSES
from liangtian.onemap.layers import LAYERS, conform
from liangtian.onemap.mapping import load, named, parse
from liangtian.onemap.quality import check, quality_level
from parcel_tables import features, identifiers, squares
from real_data import real_data

DLTB = LAYERS["DLTB"]
MAPPINGS = Path(__file__).parent / "mappings"
CROPS = {"layer": "DLTB", "values": {"DLBM": {"from": "crop", "codes": {"1": "0101", "2": "0103"}}}}


def crop_table():
    return features({"crop": [1, 2, 3, None], "DLMC": list("abcd"), "owner": list("efgh")}, squares(4))


def test_a_mapping_renames_translates_and_fills_in():
    given = {**CROPS, "id": "owner", "columns": {"BZ": "DLMC"}, "constants": {"QSXZ": "30", "SJNF": 2023}}
    layer = conform(crop_table(), DLTB, parse(given))
    table = layer.features.attributes
    assert layer.ids.to_pylist() == ["e", "f", "g", "h"]
    assert table["DLBM"].to_pylist() == ["0101", "0103", None, None]
    assert table["BZ"].to_pylist() == ["a", "b", "c", "d"]
    assert (table["QSXZ"].to_pylist(), table["SJNF"].to_pylist()) == (["30"] * 4, [2023] * 4)
    assert table["DLMC"].null_count == 4
    assert layer.renamed == {"BSM": "owner", "BZ": "DLMC", "DLBM": "crop"}
    assert table.column_names[len(DLTB.fields) :] == ["crop"]


def test_a_value_without_translation_is_reported_and_left_blank():
    layer = conform(crop_table(), DLTB, parse(CROPS))
    found = [(f.rule, f.where.row, f.params.get("value")) for f in check(layer) if f.outcome is Outcome.FAIL]
    assert ("COM-12", 3, "3") in found
    assert [row for rule, row, _ in found if rule == "COM-03"] == [3, 4]


def test_a_default_translates_the_rest():
    given = {"layer": "DLTB", "values": {"DLBM": {"from": "crop", "codes": {"1": "0101"}, "default": "0103"}}}
    layer = conform(crop_table(), DLTB, parse(given))
    assert layer.features.attributes["DLBM"].to_pylist() == ["0101", "0103", "0103", "0103"]
    assert layer.untranslated == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "map-malformed"),
        ({"layer": ""}, "map-malformed"),
        ({"layer": 7}, "map-malformed"),
        ({"layer": "DLTB", "colums": {}}, "map-malformed"),
        ({"layer": "DLTB", "columns": ["a"]}, "map-malformed"),
        ({"layer": "DLTB", "columns": {"BSM": 1}}, "map-malformed"),
        ({"layer": "DLTB", "constants": {"BSM": True}}, "map-malformed"),
        ({"layer": "DLTB", "values": {"DLBM": "crop"}}, "map-malformed"),
        ({"layer": "DLTB", "values": {"DLBM": {"codes": {}}}}, "map-malformed"),
        ({"layer": "DLTB", "values": {"DLBM": {"from": "crop", "code": {}}}}, "map-malformed"),
        ({"layer": "DLTB", "values": {"DLBM": {"from": "crop", "codes": {"1": 101}}}}, "map-malformed"),
        ({"layer": "DLTB", "id": "crop", "constants": {"BSM": "1"}}, "map-target-twice"),
        ({"layer": "DLTB", "columns": {"DLBM": "a"}, "values": {"DLBM": {"from": "b"}}}, "map-target-twice"),
    ],
)
def test_a_mapping_that_says_something_else_is_refused(given, message):
    with pytest.raises(LayerInvalid) as caught:
        parse(given)
    assert caught.value.message_id == message
    assert catalogue()[message]["en"].format_map(caught.value.params)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"layer": "XZQ"}, "map-other-layer"),
        ({"layer": "DLTB", "columns": {"DLMB": "crop"}}, "map-unknown-target"),
        ({"layer": "DLTB", "columns": {"DLBM": "crops"}}, "map-unknown-source"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(given, message):
    with pytest.raises(LayerInvalid) as caught:
        conform(crop_table(), DLTB, parse(given))
    assert caught.value.message_id == message
    assert catalogue()[message]["zh"].format_map(caught.value.params)


@pytest.mark.parametrize("content", [None, b"layer = ", b"\xff\xfe"])
def test_an_unreadable_mapping_file(tmp_path, content):
    path = tmp_path / "m.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileUnreadable) as caught:
        load(path)
    assert (caught.value.message_id, caught.value.params["file"]) == ("map-unreadable", "m.toml")


def test_common_land_units_of_phillips_county_overlap_nowhere():
    source = vector.read(real_data("clu_phillips_co", "clu_public_a_co095.shp"))
    layer = conform(source, DLTB, load(MAPPINGS / "clu_phillips_co.toml"))
    findings = check(layer)
    defects = Counter(finding.rule for finding in findings if finding.outcome is Outcome.FAIL)
    assert len(set(layer.ids.to_pylist())) == 5603
    assert layer.renamed == {"BSM": "uniqueid"}
    assert defects == {"COM-04": 5602, "COM-27": 6, "DLTB-22": 8}
    assert quality_level(findings) == "findings"


def test_the_dutch_register_becomes_a_layer():
    source = vector.read(real_data("lpis_samples", "nl__brpgewaspercelen_definitief_2023.gpkg"))
    layer = conform(source, DLTB, load(MAPPINGS / "nl_brp.toml"))
    table = layer.features.attributes
    assert Counter(table["DLBM"].to_pylist()) == {"1107": 47, "0403": 33, "0103": 20}
    assert set(table["SJNF"].to_pylist()) == {2023}
    assert len(layer.hashed) == len(set(layer.ids.to_pylist())) == 100
    assert {"category", "gewascode", "status"} <= set(table.column_names)
    assert layer.untranslated == ()
    assert quality_level(check(layer)) == "findings"


def test_parcels_of_the_second_survey_get_the_classes_of_the_third() -> None:
    old = ["011", "013", "104", "117", "203", "999"]
    table = features(
        {"BSM": identifiers(6), "DLBM": old, "DLMC": ["水田", "旱地", "农村道路", "沟渠", "村庄", "?"]}, squares(6)
    )
    layer = conform(table, DLTB, named("second-survey"))
    attributes = layer.features.attributes
    assert attributes["DLBM"].to_pylist() == ["0101", "0103", "1006", "1107", "203", None]
    assert attributes["DLMC"].to_pylist() == ["水田", "旱地", "农村道路", "沟渠", "村庄", None]
    assert [(lost.field.name, lost.at.tolist()) for lost in layer.untranslated] == [("DLBM", [5]), ("DLMC", [5])]


def test_every_class_the_second_survey_is_translated_to_is_one() -> None:
    values = named("second-survey").values
    assert set(values["DLBM"].codes.values()) <= set(LAND_CLASSES)
    names = {code: LAND_CLASSES[new].zh for code, new in values["DLBM"].codes.items()}
    assert names == values["DLMC"].codes

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from liangtian.errors import LayerInvalid
from liangtian.onemap.codelists import CODE_LISTS
from liangtian.onemap.layers import LAYERS, conform, content_ids, layer_spec
from liangtian.onemap.quality import check
from parcel_tables import PADDY, features, identifiers, parcels, squares

DLTB = LAYERS["DLTB"]


def test_the_layers():
    roles = {code: spec.role for code, spec in LAYERS.items()}
    assert roles == {
        "DLTB": "parcels",
        "XZQ": "places",
        "CJDCQ": "villages",
        "YJJBNTTB": "basic_farmland",
        "YJJBNTSFQ": "demonstration_zone",
        "STBHHX": "red_line",
        "CZKFBJ": "urban_boundary",
        "KZBJ": "expansion_boundary",
        "GDDB": "grades",
        "SYBHQ": "water_protection",
        "EDLD": "second_survey_forest",
        "FZLD": "certified_forest",
        "LNDL": "earlier_classes",
        "ZZDK": "consolidation_sites",
    }
    assert [code for code, spec in LAYERS.items() if spec.tiles] == ["DLTB", "XZQ", "CJDCQ"]
    assert [code for code, spec in LAYERS.items() if spec.repeats] == ["LNDL"]
    assert {name for spec in LAYERS.values() for name, field in spec.fields.items() if field.required} == {
        *("DLBM", "XZQDM", "XZQMC", "ZLDWDM", "ZLDWMC", "GDDB", "QSNF", "ZZNF", "DKLX")
    }


def test_every_code_list_of_a_column_exists_and_every_layer_has_its_id():
    lists = {field.codes for spec in LAYERS.values() for field in spec.fields.values()} - {None}
    assert lists <= set(CODE_LISTS)
    assert all(spec.id_field in spec.fields for spec in LAYERS.values())


def test_people_are_marked():
    personal = [field.name for field in LAYERS["YJJBNTTB"].fields.values() if field.personal]
    assert personal == ["CFZR", "ZMC", "ZZRR", "ZRRMC", "ZRRZJHM", "LXDH", "JZDZ"]


@pytest.mark.parametrize(("name", "code"), [("DLTB", "DLTB"), ("dltb", "DLTB"), ("YJJBNT", "YJJBNTTB")])
def test_a_layer_is_found_by_code_or_alias(name, code):
    assert layer_spec(name).code == code


def test_an_unknown_layer_is_an_error_that_names_the_layers():
    with pytest.raises(LayerInvalid) as caught:
        layer_spec("ROADS")
    assert (caught.value.message_id, caught.value.params["known"]) == ("layer-unknown", ", ".join(LAYERS))


def test_columns_come_in_the_order_of_the_layer_then_the_files_own():
    table = features({"note": ["a", "b"], "DLBM": ["0101", "0103"], "BSM": identifiers(2)}, squares(2))
    layer = conform(table, DLTB)
    assert layer.features.attributes.column_names == [*DLTB.fields, "note"]
    assert layer.features.attributes["note"].to_pylist() == ["a", "b"]
    assert layer.features.attributes["TBMJ"].type == pa.float64()
    assert layer.features.attributes["TBMJ"].null_count == 2
    assert layer.absent == tuple(name for name in DLTB.fields if name not in ("BSM", "DLBM"))
    assert layer.ids.to_pylist() == identifiers(2)
    assert (layer.renamed, layer.hashed.tolist(), layer.unreadable) == ({}, [], ())


@pytest.mark.parametrize(
    ("given", "column"), [("XXTBKD", "XZDWKD"), ("gdzzsxdm", "ZZSXDM"), ("地类编码", "DLBM"), ("dlbm", "DLBM")]
)
def test_columns_are_found_by_alias_chinese_name_and_in_any_case(given, column):
    layer = conform(features({given: ["4"]}, squares(1)), DLTB)
    assert layer.renamed == {column: given}
    assert layer.features.attributes[column].cast(pa.string()).to_pylist() == ["4"]


def test_an_exact_name_goes_before_an_alias():
    layer = conform(features({"XXTBKD": [9.0], "XZDWKD": [4.0]}, squares(1)), DLTB)
    assert layer.features.attributes["XZDWKD"].to_pylist() == [4.0]
    assert layer.features.attributes["XXTBKD"].to_pylist() == [9.0]


def test_two_columns_of_one_name_are_an_error():
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["DLBM", "DLBM"])
    with pytest.raises(LayerInvalid) as caught:
        conform(replace(parcels(), attributes=table), DLTB)
    assert (caught.value.message_id, caught.value.params["column"]) == ("layer-column-twice", "DLBM")


def test_a_value_of_the_wrong_type_is_kept_for_the_report():
    layer = conform(features({"TBMJ": ["2500", "12,5", None, "-"]}, squares(4)), DLTB)
    (lost,) = layer.unreadable
    assert (lost.field.name, lost.at.tolist(), lost.values) == ("TBMJ", [1, 3], ("12,5", "-"))
    assert layer.features.attributes["TBMJ"].to_pylist() == [2500.0, None, None, None]


def test_a_blank_id_becomes_the_hash_of_the_content():
    layer = conform(parcels({PADDY: {"BSM": None}}), DLTB)
    assert layer.hashed.tolist() == [PADDY]
    assert layer.ids[PADDY].as_py() == content_ids(parcels({PADDY: {"BSM": None}}), np.array([PADDY]))[0]
    assert layer.ids[PADDY].as_py()[0] == "h"
    assert layer.features.attributes["BSM"][PADDY].as_py() is None


def test_a_content_id_does_not_depend_on_row_direction_or_column_order():
    table = {"a": ["x", "y"], "b": [1, None]}
    one = features(table, squares(2))
    other = features({"b": [None, 1], "a": ["y", "x"]}, np.array([shape.reverse() for shape in squares(2)[::-1]]))
    assert content_ids(one, np.arange(2)) == content_ids(other, np.arange(2))[::-1]


def test_a_content_id_changes_with_geometry_and_with_attributes():
    shapes = squares(2)
    same_shape = features({"a": ["x", "y"]}, shapes[[0, 0]])
    same_value = features({"a": ["x", "x"]}, shapes)
    assert len(set(content_ids(same_shape, np.arange(2)))) == 2
    assert len(set(content_ids(same_value, np.arange(2)))) == 2


def test_exact_copies_get_numbered_ids():
    first, second, third = content_ids(features({"a": ["x"] * 3}, squares(1)[[0, 0, 0]]), np.arange(3))
    assert (second, third) == (f"{first}-2", f"{first}-3")


def test_records_without_geometry_or_attributes_have_ids_too():
    table = replace(parcels(), geometry=np.array([None, squares(1)[0]], dtype=object), attributes=pa.table({}))
    assert len(set(content_ids(table, np.arange(2)))) == 2


def test_conforming_twice_changes_nothing():
    once = conform(parcels(), DLTB)
    twice = conform(once.features, DLTB)
    assert twice.features.attributes.equals(once.features.attributes)
    assert check(twice) == check(once) == ()

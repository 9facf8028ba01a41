from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from liangtian.errors import LayerInvalid
from liangtian.onemap.codelists import CODE_LISTS
from liangtian.onemap.landclass import (
    CATEGORY_STATUS,
    CODE_SYSTEM,
    LAND_CLASSES,
    base_code,
    category,
    class_names,
    has_flag,
    is_farmland,
    is_known,
    is_paddy,
    land_class,
    min_mapped_m2,
)


def flagged(flag):
    return [code for code, row in LAND_CLASSES.items() if flag in row.flags]


def test_classes_and_their_flags():
    assert len(LAND_CLASSES) == 80
    assert flagged("farmland") == ["01", "0101", "0102", "0103"]
    assert flagged("paddy") == ["0101"]
    assert flagged("field_internal") == ["1006", "1107", "1203"]
    assert flagged("linear") == ["1001", "1002", "1003", "1004", "1006", "1009", "1101", "1107", "1107A", "1203"]
    assert flagged("wetland") == ["00", "0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"]
    assert flagged("second_survey") == ["201", "202", "203", "204", "205"]
    assert {code[:2] for code in flagged("restorable")} == {"02", "03", "04", "11"}


def test_the_code_system_and_the_doubt_about_categories_are_stated():
    assert (CODE_SYSTEM, CATEGORY_STATUS) == ("survey-working-class", "unverified")
    assert land_class("1208").status == "unverified"


def test_a_suffix_makes_another_class():
    ditch, canal = land_class("1107"), land_class("1107A")
    assert (ditch.zh, canal.zh) == ("沟渠", "干渠")
    assert ("field_internal" in ditch.flags, "field_internal" in canal.flags) == (True, False)
    assert base_code(canal.code) == ditch.code


@pytest.mark.parametrize("code", ["", "0104", "011", "1401", "0101K"])
def test_an_unknown_class_is_an_error(code):
    with pytest.raises(LayerInvalid) as caught:
        land_class(code)
    assert caught.value.message_id == "layer-unknown-class"


CODES = ["0101", "0103", "0201K", "0702", "1101", "04", "9999", None]


@pytest.mark.parametrize(
    "codes",
    [
        CODES,
        np.array(CODES, dtype=object),
        pa.array(CODES),
        pa.array(CODES, pa.large_string()),
        pa.array(CODES).dictionary_encode(),
        pa.chunked_array([CODES[:3], CODES[3:]]),
    ],
    ids=["list", "numpy", "arrow", "large", "dictionary", "chunked"],
)
def test_arrays_of_any_kind_answer_alike(codes):
    assert is_farmland(codes).tolist() == [True, True] + [False] * 6
    assert is_paddy(codes).tolist() == [True] + [False] * 7
    assert is_known(codes).tolist() == [True] * 6 + [False] * 2
    assert has_flag(codes, "restorable").tolist() == [False, False, True] + [False] * 5
    assert category(codes).to_pylist() == ["A", "A", "A", "C", "U", None, None, None]
    assert class_names(codes).to_pylist()[:3] == ["水田", "旱地", "可调整果园"]
    assert min_mapped_m2(codes).tolist() == [400, 400, 400, 200, 600, 0, 0, 0]


def test_no_codes_no_answers():
    assert is_farmland([]).tolist() == []
    assert category([]).to_pylist() == []


def test_groups_of_a_code_list_are_codes_of_it():
    strays = [
        (name, code)
        for name, row in CODE_LISTS.items()
        for group in row.groups.values()
        for code in group
        if code not in row.codes
    ]
    assert strays == []
    assert CODE_LISTS["ZZSXDM"].codes["GCHF"] == "工程恢复"
    assert list(CODE_LISTS["DLBM"].codes) == list(LAND_CLASSES)

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian.policy.facts import plain_facts, read_facts, say

FACTS = {
    "kind": "batch",
    "boundary_m2": Decimal("11692.55"),
    "capacity_kg": None,
    "registered_population": 999,
    "major_project": False,
    "villages": ("339901001201", "339901001202"),
    "required_by_place": (
        {"place": "339901", "quantity_m2": Decimal("9320.1"), "paddy_m2": Decimal("0"), "capacity_kg": None},
    ),
}


def test_facts_survive_json():
    assert read_facts(json.loads(json.dumps(plain_facts(FACTS)))) == FACTS


def test_codes_are_sorted():
    assert read_facts({"red_line_parcels": ["b", "a"]}) == {"red_line_parcels": ("a", "b")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("boundary_m2", "12"),
        ("boundary_m2", True),
        ("boundary_m2", -0.01),
        ("boundary_m2", float("nan")),
        ("registered_population", 1.5),
        ("registered_population", -1),
        ("registered_population", True),
        ("major_project", 1),
        ("kind", "road"),
        ("kind", ["batch"]),
        ("villages", "339901001201"),
        ("villages", [339901001201]),
        ("required_by_place", [{"town": "339901001"}]),
        ("required_by_place", [{"place": 339901}]),
        ("required_by_place", "339901"),
        ("required_by_place", ["339901"]),
    ],
)
def test_wrong_type_is_refused(name, value):
    with pytest.raises(LiangtianError) as caught:
        read_facts({name: value})
    assert caught.value.message_id == "fact-type-wrong"
    assert name in render_error(caught.value, lang="zh")


def test_unknown_name_is_refused():
    with pytest.raises(LiangtianError) as caught:
        read_facts({"areas": 1})
    assert caught.value.message_id == "fact-name-unknown"
    assert "areas" in render_error(caught.value, lang="en")


def test_user_cannot_declare_what_the_check_measures():
    assert read_facts({"major_project": True}, allowed=("declared",)) == {"major_project": True}
    with pytest.raises(LiangtianError) as caught:
        read_facts({"red_line_overlap_m2": 0}, allowed=("declared",))
    assert caught.value.message_id == "fact-not-yours"
    assert "red_line_overlap_m2" in render_error(caught.value, lang="zh")


def test_values_are_worded():
    assert say("villages", ("a", "b")) == ("a、b", "a, b")
    assert say("registered_population", 12) == ("12", "12")

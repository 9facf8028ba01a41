"""Files of a place's own values: what is taken, and every defect with its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from liangtian.errors import DocumentRefused
from liangtian.messages import render_error
from liangtian.policy.parameters import Parameters
from liangtian.policy.values_file import audit_values, read_values, write_values
from liangtian.rules.documents import DOCUMENTS

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
KNOWN = Parameters(DOCUMENTS)
GOOD = f"""
[[value]]
name = "{LOW}"
place = "339901"
since = 2024-01-01
value = 85
unit = "m2/person"
status = "law"
source = "示范县发〔2024〕3号"
"""


def refusals(text, **how):
    with pytest.raises(DocumentRefused) as refused:
        read_values(text, "local.toml", KNOWN, **how)
    return [(defect.message_id, defect.params["line"]) for defect in refused.value.defects]


def test_a_places_own_value_is_taken_exactly():
    (value,) = read_values(GOOD, "local.toml", KNOWN)
    assert (value.name, value.value, value.since, value.place) == (LOW, Fraction(85), date(2024, 1, 1), "339901")


def test_a_places_own_value_stands_nearer_than_the_documents():
    values = KNOWN.with_values(read_values(GOOD, "local.toml", KNOWN))
    near = values.reasoned(LOW, on=date(2024, 1, 1), place="339901001")
    assert (near.parameter.number, near.reason, [each.number for each in near.passed_over]) == (85, "nearest", [80])
    assert values.resolve(LOW, on=date(2023, 12, 31), place="339901").number == 80
    assert values.resolve(LOW, on=date(2024, 1, 1), place="339902").number == 80
    assert KNOWN.resolve(LOW, on=date(2024, 1, 1), place="339901").number == 80


def test_a_value_on_trial_needs_neither_place_nor_source():
    text = f'[[value]]\nname = "{LOW}"\nsince = 2027-01-01\nuntil = 2027-12-31\nvalue = 70\nunit = "m2/person"\n'
    tried = KNOWN.tried(read_values(text, "try.toml", KNOWN, cited=False, on_trial=True))
    found = [
        tried.reasoned(LOW, on=on, place="339901")
        for on in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    ]
    assert [(each.parameter.number, each.reason) for each in found] == [
        (80, "only"),
        (70, "tried"),
        (70, "tried"),
        (80, "only"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('source = "示范县发〔2024〕3号"', 'source = ""', "values-lacking", 2),
        ("since = 2024-01-01", "", "values-lacking", 2),
        ('unit = "m2/person"', 'unit = "mu"', "values-unit", 2),
        ("value = 85", 'value = ["85"]', "values-kind", 2),
        ("value = 85", 'value = "85"', "values-kind", 2),
        (LOW, "wenzhou-2019（一）.nothing", "values-name-unknown", 2),
        ('status = "law"', 'status = "sure"', "values-status", 2),
        ("since = 2024-01-01", "since = 2024-01-01\nuntil = 2023-01-01", "values-days", 2),
        ("since = 2024-01-01", "since = 2024-01-01\nvalid = true", "values-field-unknown", 2),
        ("value = 85", "value = 85,", "values-not-toml", 6),
    ],
)
def test_a_defect_is_named_with_its_line(old, new, message, line):
    assert refusals(GOOD.replace(old, new)) == [(message, line)]


@pytest.mark.parametrize(
    ("name", "unit", "value", "refused"),
    [
        ("wenzhou-2019（十六）.acceptance_reward_yuan", "yuan", '["a list of names"]', True),
        ("wenzhou-2019（十六）.acceptance_reward_yuan", "yuan", "[{ from = 0, value = 1 }]", False),
        ("wenzhou-2019（六）.pool_purposes", "names", "[{ from = 0, value = 1 }]", True),
        ("wenzhou-2019（六）.transfer_price_yuan_per_mu", "yuan/mu", "{ quantity_m2 = 1 }", True),
        (LOW, "m2/person", "1e999999999", True),
    ],
)
def test_a_value_of_another_shape_is_refused(name, unit, value, refused):
    text = (
        GOOD.replace(LOW, name)
        .replace('unit = "m2/person"', f'unit = "{unit}"')
        .replace("value = 85", f"value = {value}")
    )
    assert [message for message, _ in (refusals(text) if refused else ())] == ["values-kind"] * refused
    if not refused:
        assert len(read_values(text, "local.toml", KNOWN)) == 1


@pytest.mark.parametrize(("value", "refused"), [("-0.01", True), ("0", False), ("1", False), ("1.01", True)])
def test_a_share_lies_between_nought_and_all(value, refused):
    text = GOOD.replace(LOW, "wenzhou-2019（六）.city_pool_share").replace('unit = "m2/person"', 'unit = "share"')
    if refused:
        assert refusals(text.replace("value = 85", f"value = {value}")) == [("values-beyond", 2)]
    else:
        assert len(read_values(text.replace("value = 85", f"value = {value}"), "local.toml", KNOWN)) == 1


def test_of_two_values_on_trial_the_later_one_follows():
    block = '[[value]]\nname = "{}"\nsince = {}\nvalue = {}\nunit = "m2/person"\n'
    text = block.format(LOW, "2027-01-01", 70) + block.format(LOW, "2028-01-01", 60)
    tried = KNOWN.tried(read_values(text, "try.toml", KNOWN, cited=False, on_trial=True))
    found = [tried.resolve(LOW, on=on, place="339901").number for on in (date(2027, 12, 31), date(2028, 1, 1))]
    assert found == [70, 60]


def test_two_values_for_one_day_and_place_are_refused():
    assert refusals(GOOD + GOOD) == [("values-duplicate", 11)]


def test_two_codes_of_one_region_are_seen_to_overlap():
    other = GOOD.replace('"339901"', '"339901000"')
    assert refusals(GOOD + other) == [("values-overlap", 11)]


def test_a_later_value_of_the_same_place_follows():
    later = GOOD.replace("since = 2024-01-01", "since = 2025-01-01").replace("value = 85", "value = 86")
    values = KNOWN.with_values(read_values(GOOD + later, "local.toml", KNOWN))
    found = values.reasoned(LOW, on=date(2025, 6, 1), place="339901")
    assert (found.parameter.number, [each.number for each in found.passed_over]) == (86, [85, 80])


def test_every_defect_of_a_file_is_said_at_once():
    worse = GOOD.replace('status = "law"', 'status = "sure"') + GOOD.replace("since = 2024-01-01", "")
    assert refusals(worse) == [("values-status", 2), ("values-lacking", 11)]


def test_a_file_without_values_is_refused():
    assert refusals("# nothing here\n") == [("values-none", 1)]
    assert refusals("value = 3\n") == [("values-not-block", 1)]


def test_defects_speak_both_languages():
    with pytest.raises(DocumentRefused) as refused:
        read_values(GOOD.replace('unit = "m2/person"', 'unit = "mu"'), "local.toml", KNOWN)
    assert render_error(refused.value.defects[0]).startswith("local.toml 第 2 行")
    assert "m2/person" in render_error(refused.value.defects[0], lang="en")


def test_values_beside_a_clause_are_audited_alike():
    block = '[[share]]\nsince = 2019-01-01\nvalue = 0.2\nunit = "share"\nstatus = "text"\nsource = "law（一）"\n'
    assert audit_values(block, "c01.toml") == []
    doubled = audit_values(block + block, "c01.toml")
    assert [(each.message_id, each.params["line"]) for each in doubled] == [("values-duplicate", 7)]
    bare = audit_values(block.replace('source = "law（一）"\n', ""), "c01.toml")
    assert [(each.message_id, each.params["fields"]) for each in bare] == [("values-lacking", "source")]


def test_values_of_every_kind_are_written_and_read_back():
    every = [replace(each, place="339901", replaces=None) for each in KNOWN if each.place is None]
    again = read_values(write_values(every), "export.toml", KNOWN)
    assert [(each.name, each.value, each.since) for each in again] == [
        (each.name, each.value, each.since) for each in every
    ]

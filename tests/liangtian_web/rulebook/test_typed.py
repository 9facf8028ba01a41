"""Every kind of value is typed in words of the trade and read by the reader of files of values."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django import forms

from liangtian.policy.parameters import Parameters
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.rulebook.actions import block_of
from liangtian_web.rulebook.typed import field_for

KNOWN = Parameters(DOCUMENTS)


def typed(name, data):
    """The value a form with these entries gives, as the reader of files has it."""
    held = KNOWN.history(name)[-1]
    form = forms.Form(data)
    form.fields["value"] = field_for(held, "zh")
    assert form.is_valid(), form.errors
    given = {"name": name, "place": SimpleNamespace(code="339901", pk=1), "since": date(2024, 1, 1), "unit": held.unit}
    more = {"status": "law", "source": "示范县发〔2024〕3号", "value": form.cleaned_data["value"]}
    (found,) = read_values(block_of(given | more), "typed.toml", KNOWN)
    return found.plain


@pytest.mark.parametrize(
    ("name", "data", "plain"),
    [
        ("wenzhou-2019（一）.village_land_low_m2_per_person", {"value": "85"}, 85),
        ("wenzhou-2019（六）.city_pool_share", {"value": "25"}, 0.25),
        ("wenzhou-2019（六）.city_pool_share", {"value": "12.5"}, 0.125),
        ("wenzhou-2019（四）.payment_due", {"value_0": "12", "value_1": "15"}, "12-15"),
        ("wenzhou-2019（十三）.mechanism_due", {"value": "2020-06-30"}, "2020-06-30"),
        (
            "wenzhou-2019（六）.pooled_kinds",
            {"value": ["reclamation", "dry-to-paddy"]},
            ["reclamation", "dry-to-paddy"],
        ),
        (
            "wenzhou-2019（十）.coordinated",
            {"value_0": ["财政"], "value_1": "林业\n\n交通运输\n"},
            ["财政", "林业", "交通运输"],
        ),
        (
            "wenzhou-2019（十六）.acceptance_reward_yuan",
            {"value_0": "0", "value_1": "1499", "value_2": "1000000", "value_3": "1500", "value_5": "3000000.5"},
            [{"from": 0, "to": 1499, "value": 1000000}, {"from": 1500, "to": None, "value": 3000000.5}],
        ),
        (
            "haining-2021一（五）.block_class_min_mu",
            {"value_0": "120", "value_1": "1200", "value_2": "10000"},
            {"hundred": 120, "thousand": 1200, "ten_thousand": 10000},
        ),
        (
            "facility-land-2019（永久基本农田）.replaces_basic_farmland",
            {"value_0": "1", "value_1": "1", "value_2": "0"},
            {"planting-intact": 1, "planting-destroying": 1, "livestock": 0},
        ),
    ],
)
def test_what_is_typed_is_read(name, data, plain):
    assert typed(name, Many(data)) == plain


class Many(dict):
    """A query with several answers to one name."""

    def getlist(self, name):
        """All of them."""
        return self[name]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("wenzhou-2019（一）.village_land_low_m2_per_person", {"value": "八十五"}),
        ("wenzhou-2019（六）.city_pool_share", {"value": ""}),
        ("wenzhou-2019（四）.payment_due", {"value_0": "13", "value_1": "15"}),
        ("wenzhou-2019（六）.pooled_kinds", {"value": "nothing"}),
        ("wenzhou-2019（十六）.acceptance_reward_yuan", {"value_0": "0", "value_1": "999"}),
        ("haining-2021一（五）.block_class_min_mu", {"value_0": "120"}),
    ],
)
def test_what_cannot_be_typed_is_said_at_the_field(name, data):
    form = forms.Form(data)
    form.fields["value"] = field_for(KNOWN.history(name)[-1], "zh")
    assert list(form.errors) == ["value"]


@pytest.mark.parametrize("held", list(KNOWN), ids=lambda each: f"{each.name} {each.since}")
def test_every_shipped_value_has_a_field_that_shows(held):
    form = forms.Form()
    form.fields["value"] = field_for(held, "en")
    assert 'name="value' in str(form["value"])

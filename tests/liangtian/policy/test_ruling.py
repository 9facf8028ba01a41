from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangtian import units
from liangtian.finding import Outcome
from liangtian.policy.ruling import compared, declared, number, unknown


@pytest.mark.parametrize(
    ("measured", "relation", "required", "outcome"),
    [
        (Decimal("79.99"), "<", 80, Outcome.PASS),
        (80, "<", 80, Outcome.FAIL),
        (80, "<=", 80, Outcome.PASS),
        (Decimal("0.01"), "=", 0, Outcome.FAIL),
        (Decimal("666666.66"), ">=", 1000 * units.MU_M2, Outcome.FAIL),
        (Decimal("666666.67"), ">=", 1000 * units.MU_M2, Outcome.PASS),
        (90, ">", 90, Outcome.FAIL),
    ],
)
def test_edges_are_exact(measured, relation, required, outcome):
    ruling = compared(measured, relation, required, name="x", met="met", unmet="unmet")
    assert (ruling.outcome, ruling.message_id) == (outcome, "met" if outcome == Outcome.PASS else "unmet")


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_area_against_mu_is_the_rational_comparison(area_dm2, mu):
    ruling = compared(units.m2_from_dm2(area_dm2), ">=", mu * units.MU_M2, name="x", met="met", unmet="unmet")
    assert (ruling.outcome == Outcome.PASS) == (3 * area_dm2 >= 2000 * mu * 100)


def test_parcels_are_named_sorted_and_only_where_it_fails():
    assert compared(1, "=", 0, name="x", met="m", unmet="u", parcels=("b", "a")).parcels == ("a", "b")
    assert compared(0, "=", 0, name="x", met="m", unmet="u", parcels=("b", "a")).parcels == ()


def test_kilograms_are_worded_whole():
    assert compared(1234, ">=", 5, name="x", unit="kg", met="m", unmet="u").params == {
        "measured": "1,234",
        "required": "5",
    }


def test_declared_is_held_against_what_is_wanted():
    assert declared("x", False, met="m", unmet="u").outcome == Outcome.FAIL
    assert declared("x", False, wanted=False, met="m", unmet="u").outcome == Outcome.PASS


def test_unknown_names_every_fact():
    assert unknown("available_quantity_m2", "available_paddy_m2").params["facts"] == (
        "available_quantity_m2, available_paddy_m2"
    )


def test_figures_are_json_ready():
    assert [number(each) for each in (0, Decimal("0.00"), Decimal("120.50"), Fraction(1, 3))] == [0, 0, 120.5, 0.33]


def test_a_figure_that_is_not_whole_is_told_with_its_places():
    ruling = compared(Decimal("6.01"), "<=", 6, name="x", unit="degree", met="met", unmet="unmet")
    assert (ruling.params["measured"], ruling.params["required"]) == ("6.01", "6")
    ruling = compared(12580, ">=", 12580, name="x", unit="kg", met="met", unmet="unmet")
    assert (ruling.params["measured"], ruling.params["required"]) == ("12,580", "12,580")

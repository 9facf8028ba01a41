from __future__ import annotations

import pytest

from liangtian.finding import Outcome, Step
from liangtian.ledger.indices import indices
from liangtian.policy.amounts import BALANCE, COMPENSATION, amounts, compared_amounts
from liangtian.policy.facts import dictionary


def test_rows_are_summed_and_an_empty_cell_is_nought():
    rows = ({"quantity_m2": 100, "capacity_kg": None}, {"quantity_m2": 5, "paddy_m2": 7})
    assert amounts(rows, BALANCE) == {"quantity_m2": 105, "capacity_kg": 0, "paddy_m2": 7}
    assert amounts(()) == dict.fromkeys(COMPENSATION, 0)


@pytest.mark.parametrize(
    ("measured", "relation", "outcome"),
    [
        (9, "<=", Outcome.PASS),
        (10, "<=", Outcome.PASS),
        (11, "<=", Outcome.FAIL),
        (9, "=", Outcome.FAIL),
        (10, "=", Outcome.PASS),
        (9, ">=", Outcome.FAIL),
        (10, ">=", Outcome.PASS),
    ],
)
def test_amounts_are_compared_in_the_words_of_their_index(measured, relation, outcome):
    ruling = compared_amounts(measured, relation, 10, index="paddy_m2", name="held_amounts", met="met", unmet="unmet")
    holds = outcome is Outcome.PASS
    detail = {"measured": str(measured), "relation": relation, "required": "10", "unit": "m2"}
    assert (ruling.outcome, ruling.message_id) == (outcome, "met" if holds else "unmet")
    assert (ruling.params["index_zh"], ruling.params["unit"]) == ("水田规模", "m²")
    assert ruling.steps == (Step("compare", "held_amounts", holds, detail),)


def test_columns_of_amounts_are_indices_of_the_book():
    tables = {name: fact for name, fact in dictionary().items() if name.endswith("_amounts")}
    assert {name for name, fact in tables.items() if set(fact.columns) - set(indices())} == set()
    assert {kind for fact in tables.values() for kind in fact.columns.values()} == {"integer"}

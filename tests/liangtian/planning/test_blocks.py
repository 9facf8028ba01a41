"""Blocks of farmland on hand-made squares and in the demonstration county."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.datasets.county import generate
from liangtian.datasets.projects import planted
from liangtian.formats.features import Features
from liangtian.onemap.landclass import is_farmland
from liangtian.planning import land, parcels
from liangtian.planning.blocks import Blocks, blocks_of, inclusions_dm2, mean_grade
from liangtian.planning.layer import as_features, outlines_of
from liangtian.planning.parcels import Parcels
from liangtian.units import m2_from_dm2, net_dm2
from planning_land import RULE, made
from squares import PLANE, VILLAGE_A, VILLAGE_B, cell


def two_fields_and(code: str, width: float = 0.08) -> Parcels:
    """P1 and P3, fields of a hectare, on either side of a strip P2."""
    strip = cell(1, -1, width, 3)
    east = cell(1 + width, 0)
    return made([(cell(0, 0), {"DLBM": "0101"}), (strip, {"DLBM": code}), (east, {"DLBM": "0103"})])


def found(blocks: Blocks) -> list[tuple[str, ...]]:
    return [blocks.parcel_ids(n) for n in range(len(blocks))]


@pytest.mark.parametrize("code", ["1006", "1107", "1203"])
def test_fields_join_across_internal_classes(code: str) -> None:
    assert found(blocks_of(two_fields_and(code), RULE)) == [("P1", "P3")]


@pytest.mark.parametrize("code", ["1001", "1003", "1101", "1107A", "0301", "0702", None])
def test_other_classes_part_fields(code: str | None) -> None:
    assert found(blocks_of(two_fields_and(code), RULE)) == [("P1",), ("P3",)]


def test_a_road_widened_by_class_change_splits_a_block() -> None:
    before = blocks_of(two_fields_and("1006"), RULE)
    after = blocks_of(two_fields_and("1003", width=0.26), RULE)
    assert (len(before), len(after)) == (1, 2)
    assert int(before.net_dm2.sum()) == int(after.net_dm2.sum())  # the fields are the same, only no longer together


def test_a_stated_gap_crosses_any_ground_but_barriers() -> None:
    wide = replace(RULE, gap_m=Fraction(10))
    assert found(blocks_of(two_fields_and("0301"), wide)) == [("P1", "P3")]
    assert found(blocks_of(two_fields_and("1101"), wide)) == [("P1",), ("P3",)]


def test_internal_ground_wider_than_the_rule_parts_fields() -> None:
    assert found(blocks_of(two_fields_and("1107", width=0.17), RULE)) == [("P1",), ("P3",)]


def test_figures_of_a_block_close() -> None:
    land_ = made(
        [
            (cell(0, 0), {"DLBM": "0101", "KCXS": 0.0, "GDDB": 6, "GDPDJB": "1"}),
            (cell(1, 0), {"DLBM": "0103", "KCXS": 0.1, "GDDB": 9, "GDPDJB": "3"}),
            (cell(5, 5), {"DLBM": "0103", "KCXS": 0.0}),
        ],
        area_dm2=[1_000_000, 1_000_001, 1_000_000],
    )
    blocks = blocks_of(land_, RULE)
    assert blocks.ids == ("P1", "P3")
    assert blocks.area_dm2.tolist() == [2_000_001, 1_000_000]
    assert blocks.net_dm2.tolist() == [1_000_000 + 900_001, 1_000_000]
    assert blocks.count.tolist() == [2, 1]
    assert blocks.paddy_dm2(2).tolist() == [1_000_000, 0]
    grades, slopes = blocks.grades_dm2(2), blocks.slopes_dm2(2)
    assert {g: int(v) for g, v in enumerate(grades[0]) if v} == {6: 1_000_000, 9: 900_001}
    assert {s: int(v) for s, v in enumerate(slopes[0]) if v} == {1: 1_000_000, 3: 900_001}
    assert (mean_grade(grades[0]), mean_grade(grades[1])) == (Decimal("7.42"), None)


@pytest.mark.parametrize(("second_dm2", "reaching"), [(33_333_333, 0), (33_333_334, 1)])
def test_a_thousand_mu_is_reached_exactly(second_dm2: int, reaching: int) -> None:
    """666,666.66 m² is below 1000 mu, 666,666.67 m² is not; both print as 1000.00 mu."""
    pair = [(cell(0, 0), {"DLBM": "0101"}), (cell(1, 0), {"DLBM": "0101"})]
    blocks = blocks_of(made(pair, area_dm2=[33_333_333, second_dm2]), RULE)
    assert blocks.at_least(Fraction(1000)) == reaching
    assert blocks.net_m2(0) == Decimal(33_333_333 + second_dm2).scaleb(-2)


def test_a_ridge_coefficient_that_is_none_leaves_the_net_area_unknown() -> None:
    blocks = blocks_of(made([(cell(0, 0), {"DLBM": "0101", "KCXS": 1.5}), (cell(5, 0), {"DLBM": "0101"})]), RULE)
    known = {name: blocks.net_m2(n) is not None for n, name in enumerate(blocks.ids)}
    assert known == {"P1": False, "P2": True}


def test_blocks_end_at_the_village_when_asked() -> None:
    about = [{"DLBM": "0101", "ZLDWDM": VILLAGE_A}, {"DLBM": "0101", "ZLDWDM": VILLAGE_B}]
    pair = made([(cell(0, 0), about[0]), (cell(1, 0), about[1])])
    assert [len(blocks_of(pair, RULE, digits=digits)) for digits in (None, 9, 12)] == [1, 1, 2]


def test_a_parcel_in_two_pieces_may_be_in_two_blocks() -> None:
    pieces = cell(0, 0) | cell(5, 0)
    blocks = blocks_of(made([(pieces, {"DLBM": "0101"}), (cell(1, 0), {"DLBM": "0101"})]), RULE)
    assert found(blocks) == [("P1", "P2"), ("P1",)]
    assert blocks.ids == ("P1", "P1-2")
    assert blocks.count.tolist() == [2, 1]


def test_land_without_farmland_has_no_blocks() -> None:
    blocks = blocks_of(made([(cell(0, 0), {"DLBM": "0301"})]), RULE)
    assert (len(blocks), blocks.at_least(Fraction(0))) == (0, 0)


def test_an_outline_closes_the_roads_and_tells_what_lies_inside() -> None:
    ring = cell(0, 0, 3, 3) - cell(1, 1)
    rows = [(ring, {"DLBM": "0101"}), (cell(1, 1), {"DLBM": "0702"}), (cell(3, 0, 0.08, 3), {"DLBM": "1006"})]
    blocks = blocks_of(made([*rows, (cell(3.08, 0, 1, 3), {"DLBM": "0101"})]), RULE)
    outline = blocks.outline(0, closing_m=16.0)
    assert shapely.area(outline) == pytest.approx(120_000 - 10_000 + 2_400)
    (others,) = inclusions_dm2(blocks, np.array([outline]))
    assert list(others) == ["0702", "1006"]
    features = as_features(blocks, outlines_of(blocks, RULE, 1))
    assert features.attributes["id"].to_pylist() == ["P1"]
    assert features.attributes["others_m2"].to_pylist() == [sum(others.values()) / 100]
    assert shapely.equals(features.geometry[0], outline)


def test_blocks_of_one_size_stand_in_the_order_of_their_ids() -> None:
    """Not of their rows: an engine that reads them in another order says the same."""
    rows = [(cell(3 * n, 0), {"DLBM": "0103"}) for n in range(12)]
    blocks = blocks_of(made(rows, area_dm2=[50_000] * 12), RULE)
    assert list(blocks.ids) == sorted(f"P{n}" for n in range(1, 13))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_blocks_hold_all_farmland_once_whatever_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.choice(["0101", "0103", "1006", "1003", "0301"], 64, p=[0.4, 0.2, 0.15, 0.1, 0.15])
    rows = [
        (cell(n % 8 * 0.15, n // 8 * 0.15, 0.15, 0.15), {"DLBM": code, "KCXS": 0.1}) for n, code in enumerate(codes)
    ]
    land_ = made(rows)
    order = rng.permutation(64)
    shuffled = made([rows[n] for n in order])
    shuffled = replace(
        shuffled,
        attributes=shuffled.attributes.set_column(0, "parcel_id", pa.array([f"P{n + 1}" for n in order.tolist()])),
    )
    blocks, again = blocks_of(land_, RULE), blocks_of(shuffled, RULE)
    assert found(again) == found(blocks)
    assert again.net_dm2.tolist() == blocks.net_dm2.tolist()
    farmland = [f"P{n + 1}" for n in np.flatnonzero(is_farmland(list(codes)))]
    assert sorted(one for block in found(blocks) for one in block) == sorted(farmland)
    every = np.isin(codes, ["0101", "0103"])
    assert int(blocks.area_dm2.sum()) == int(land_.area_dm2[every].sum())
    whole = net_dm2(land_.area_dm2[every], np.full(int(every.sum()), 100_000))
    assert int(blocks.net_dm2.sum()) == int(whole.sum())


@cache
def county() -> tuple[dict[str, Features], Parcels]:
    layers = generate(parcels=20_000, seed=1)
    index = land.indexed(layers["DLTB"])
    return layers, parcels.of_index(index, np.arange(len(index)))


def test_the_planted_blocks_fall_on_their_sides_of_a_thousand_mu() -> None:
    layers, land_ = county()
    facts = planted(layers)
    blocks = blocks_of(land_, replace(RULE, barriers=(), gap_m=Fraction(16)))
    together = {blocks.parcel_ids(n): n for n in range(blocks.at_least(Fraction(900)))}
    for name, reaches in (("just_under_1000_mu", False), ("just_over_1000_mu", True)):
        number = together[tuple(sorted(facts[name]["parcels"]))]
        assert f"{m2_from_dm2(int(blocks.net_dm2[number]))}" == facts[name]["farmland_m2"]
        assert (number < blocks.at_least(Fraction(1000))) is reaches


def test_barriers_only_part() -> None:
    _, land_ = county()
    free, barred = blocks_of(land_, replace(RULE, barriers=())), blocks_of(land_, RULE)
    assert len(free) <= len(barred)
    assert int(free.net_dm2.sum()) == int(barred.net_dm2.sum())
    whole = free.block[np.searchsorted(free.parts, barred.parts)]
    assert all(len(set(whole[barred.block == n])) == 1 for n in range(50))


def test_ground_from_the_steep_grade_on_ends_blocks_whatever_its_class() -> None:
    """A steep country road is not crossed; a steep field joins nothing, though it touches its neighbour."""
    rule = replace(RULE, steep_grade=4)
    rows = [(cell(0, 0), {"DLBM": "0101"}), (cell(1.08, 0), {"DLBM": "0103", "GDPDJB": "3"})]
    road = cell(1, -1, 0.08, 3)
    assert found(blocks_of(made([*rows, (road, {"DLBM": "1006", "GDPDJB": "3"})]), rule)) == [("P1", "P2")]
    assert found(blocks_of(made([*rows, (road, {"DLBM": "1006", "GDPDJB": "4"})]), rule)) == [("P1",), ("P2",)]
    touching = made([rows[0], (cell(1, 0), {"DLBM": "0103", "GDPDJB": "5"}), (cell(0, 1), {"DLBM": "0103"})])
    assert found(blocks_of(touching, rule)) == [("P1", "P3"), ("P2",)]
    assert found(blocks_of(touching, RULE)) == [("P1", "P2", "P3")]


def test_steep_fields_of_different_villages_stay_alone_within_limits() -> None:
    pair = [(cell(n, 0), {"DLBM": "0101", "ZLDWDM": VILLAGE_A, "GDPDJB": grade}) for n, grade in enumerate("1155")]
    blocks = blocks_of(made(pair), replace(RULE, steep_grade=5), digits=12)
    assert found(blocks) == [("P1", "P2"), ("P3",), ("P4",)]


def test_slopes_in_degrees_make_grades_of_all_classes() -> None:
    """A strip of 8 m at 25.1° on average parts the fields, at 25.0° it does not; nan leaves what is written."""
    rule = replace(RULE, steep_grade=5)
    strip = two_fields_and("1006")
    for slope_deg, expected in ((25.0, [("P1", "P3")]), (25.1, [("P1",), ("P3",)]), (np.nan, [("P1", "P3")])):
        sloped = parcels.with_slopes(strip, np.array([1.0, slope_deg, np.nan]))
        assert found(blocks_of(sloped, rule)) == expected
    grades = parcels.with_slopes(strip, np.array([1.0, 7.0, np.nan])).text("GDPDJB").to_pylist()
    assert grades == ["1", "3", None]


def test_steep_ground_drawn_elsewhere_is_not_crossed() -> None:
    land_ = two_fields_and("1006")
    cliff = replace(land_, steep=np.array([cell(1.03, -5, 0.01, 20)]))
    beside = replace(land_, steep=np.array([cell(1.03, 1.5, 0.01, 20)]))
    assert found(blocks_of(cliff, RULE)) == [("P1",), ("P3",)]
    assert found(blocks_of(beside, RULE)) == [("P1", "P3")]


def test_fields_that_share_an_edge_in_steep_ground_drawn_elsewhere_are_parted() -> None:
    """Half of a parcel decides: three fields in a row, the hill over the middle one, whole or the smaller part of it."""
    row = made([(cell(n, 0), {"DLBM": "0101"}) for n in range(3)])
    hill = replace(row, steep=np.array([cell(0.9, -1, 0.7, 3)]))
    foot = replace(row, steep=np.array([cell(0.9, -1, 0.5, 3)]))
    assert found(blocks_of(hill, RULE)) == [("P1",), ("P2",), ("P3",)]
    assert found(blocks_of(foot, RULE)) == [("P1", "P2", "P3")]


def test_steep_ground_drawn_over_itself_counts_once() -> None:
    pair = [cell(0, 0, 0.4, 1), cell(0, 0, 0.3, 1)]
    layer = Features(np.array(pair, dtype=object), pa.table({"n": [1, 2]}), PLANE, "hill", np.arange(1, 3))
    whole = land.steep_ground(layer, PLANE)
    assert shapely.area(whole).sum() == pytest.approx(shapely.area(pair[0]))
    apart = replace(layer, geometry=np.array([cell(0, 0), cell(1, 0)], dtype=object))
    assert len(land.steep_ground(apart, PLANE)) == 2


def test_blocks_of_a_county_are_kept_and_only_changed_tiles_computed() -> None:
    _, land_ = county()
    kept: dict[str, np.ndarray] = {}
    blocks = blocks_of(land_, RULE, kept=kept)
    tiles = len(kept)
    again = blocks_of(land_, RULE, kept=kept)
    assert len(kept) == tiles
    assert again.block.tolist() == blocks.block.tolist()
    row = int(land_.owner[blocks.parts[0]])
    codes = ["0301" if n == row else code for n, code in enumerate(land_.text("DLBM").to_pylist())]
    at = land_.attributes.column_names.index("DLBM")
    felled = replace(land_, attributes=land_.attributes.set_column(at, "DLBM", pa.array(codes)))
    changed = blocks_of(felled, RULE, kept=kept)
    assert 1 <= len(kept) - tiles <= 4
    assert changed.block.tolist() == blocks_of(felled, RULE).block.tolist()

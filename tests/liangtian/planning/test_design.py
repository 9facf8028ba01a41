"""Designs over parcels: the network says what the geometry says, costs are exact, and a target out of reach says why."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.errors import LayerInvalid
from liangtian.planning import exclusion
from liangtian.planning.blocks import BlockRule, blocks_of
from liangtian.planning.design import Design, design, frontier, of_pieces, remeasured
from liangtian.planning.fragmentation import compared, fragmentation_of
from liangtian.planning.layer import design_features
from liangtian.planning.network import Need
from liangtian.planning.parcels import Parcels
from liangtian.planning.program import Effort
from liangtian.planning.works import Ground, Works, ground_of
from liangtian.units import MU_M2
from planning_land import RULE, made
from squares import VILLAGE_A, VILLAGE_B, cell

WORKS = (
    Works("restore", ("0201", "1104"), Fraction(4000), "haining-2021一（三）"),
    Works("clear", ("0702",), Fraction(60_000), "linkage-2008", ridge=Fraction(1, 10)),
)
HECTARE = 1_000_000  # hundredths of m²


def strip(codes: list[str], **about: list[str]) -> Parcels:
    """Squares of a hectare side by side, P1 in the west, areas given."""
    rows = [(cell(n, 0), {"DLBM": code} | {k: v[n] for k, v in about.items()}) for n, code in enumerate(codes)]
    return made(rows, area_dm2=[HECTARE] * len(codes))


def ground(codes: list[str], **excluded: str) -> Ground:
    return ground_of(strip(codes), RULE, WORKS, excluded=excluded)


def test_the_gap_between_two_fields_is_filled() -> None:
    land = ground(["0101", "0201", "0101", "0702", "0103"])
    plan = design(land, Need(3 * HECTARE))
    assert plan.pieces == ("P2",)
    (row,) = plan.conversions
    assert (row.code, row.works, row.becomes, row.clause) == ("0201", "restore", "0103", "haining-2021一（三）")
    assert (row.area_m2, row.cost_fen) == (Decimal("10000.00"), 6_000_000)
    assert (plan.outcome.blocks_dm2, plan.cost_fen, plan.bound_fen) == ((3 * HECTARE,), 6_000_000, 6_000_000)
    assert (plan.proven, plan.gap, plan.greedy_fen) == (True, Fraction(0), 6_000_000)


def test_ridges_of_the_new_field_do_not_count() -> None:
    land = ground(["0101", "0702", "0103"])
    assert design(land, Need(2_900_000)).outcome.blocks_dm2 == (2_900_000,)
    assert design(land, Need(2_900_001)).shortfall is not None


def test_a_barrier_is_not_crossed_whatever_is_converted() -> None:
    land = ground(["0101", "0201", "1101", "0201", "0101"])
    plan = design(land, Need(3 * HECTARE))
    assert plan.shortfall is not None
    assert (plan.shortfall.cause, plan.shortfall.reach_m2, plan.shortfall.exclusions) == (
        "reach",
        Decimal("20000.00"),
        (),
    )
    assert (plan.conversions, plan.proven) == ((), True)


def test_what_stands_in_the_way_is_named_with_what_it_costs() -> None:
    land = ground(["0101", "0201", "0101", "1104", "0101"], P2="STBHHX", P4="named", P5="slope")
    shortfall = design(land, Need(4 * HECTARE)).shortfall
    assert shortfall is not None
    told = [(each.reason, each.parcels, each.area_m2, each.reach_m2) for each in shortfall.exclusions]
    assert told == [
        ("STBHHX", 1, Decimal("10000.00"), Decimal("30000.00")),
        ("named", 1, Decimal("10000.00"), Decimal("30000.00")),
    ]


def test_a_budget_too_small_says_what_it_would_take() -> None:
    land = ground(["0101", "0201", "0101"])
    plan = design(land, Need(3 * HECTARE, budget_fen=5_999_999))
    assert plan.shortfall is not None
    assert (plan.shortfall.cause, plan.shortfall.cheapest_fen) == ("budget", 6_000_000)
    assert design(land, Need(3 * HECTARE, budget_fen=6_000_000)).pieces == ("P2",)


@pytest.mark.parametrize(
    ("need", "cause"), [(Need(HECTARE, gain_dm2=2 * HECTARE), "gain"), (Need(HECTARE, 3), "count")]
)
def test_other_needs_out_of_reach(need: Need, cause: str) -> None:
    plan = design(ground(["0101", "0201", "0101", "0301", "0301"]), need)
    assert plan.shortfall is not None
    assert (plan.shortfall.cause, plan.proven) == (cause, True)


def test_blocks_end_at_villages() -> None:
    about = [VILLAGE_A, VILLAGE_A, VILLAGE_B]
    land = strip(["0101", "0201", "0101"], ZLDWDM=about)
    apart = ground_of(land, RULE, WORKS, digits=12)
    assert design(apart, Need(2 * HECTARE)).pieces == ("P2",)
    assert design(apart, Need(3 * HECTARE)).shortfall is not None
    assert design(ground_of(land, RULE, WORKS), Need(3 * HECTARE)).pieces == ("P2",)


def test_each_piece_of_a_parcel_is_converted_by_itself() -> None:
    rows = [(cell(0, 0), {"DLBM": "0101"}), (cell(1, 0) | cell(9, 9), {"DLBM": "0201"}), (cell(2, 0), {"DLBM": "0101"})]
    land = ground_of(made(rows), RULE, WORKS)
    assert land.ids == ("P2#1", "P2#2")
    plan = design(land, Need.of(Fraction(40)))
    (row,) = plan.conversions
    assert row.parcel == "P2"
    drawn = design_features(land, plan)
    assert shapely.equals(drawn.geometry[0], cell(1, 0))
    assert drawn.attributes["id"].to_pylist() == [row.piece]


def test_one_parcel_more_or_less() -> None:
    land = ground(["0101", "0201", "0101", "1104", "0101"])
    plan = design(land, Need(5 * HECTARE))
    less = of_pieces(land, plan.need, ["P2"])
    assert (less.pieces, less.outcome.largest_dm2, less.cost_fen) == (("P2",), 3 * HECTARE, 6_000_000)
    assert not less.outcome.meets(less.need)
    assert of_pieces(land, plan.need, ["P4", "P2"]).outcome == plan.outcome
    with pytest.raises(LayerInvalid) as raised:
        of_pieces(land, plan.need, ["P1"])
    assert raised.value.message_id == "design-not-convertible"


def test_more_area_costs_more() -> None:
    land = ground(["0101", "0201", "0101", "0702", "0103"])
    plans = list(frontier(land, Need(HECTARE), [4 * HECTARE, HECTARE, 3 * HECTARE]))
    assert [plan.cost_fen for plan in plans] == [0, 6_000_000, 96_000_000]


@pytest.mark.parametrize("code", ["0101", "1006", "1101"])
def test_works_on_land_that_decides_what_joins_are_refused(code: str) -> None:
    with pytest.raises(LayerInvalid) as raised:
        ground_of(strip(["0101"]), RULE, (Works("wrong", (code,), Fraction(1), "x"),))
    assert raised.value.params["classes"] == code


def test_costs_are_whole_fen() -> None:
    works = Works("restore", ("0201",), Fraction("0.01"), "x")
    assert [works.cost_fen(area) for area in (0, 33_333, 33_334, 6_666_667)] == [0, 0, 1, 100]
    assert works.cost_fen(int(MU_M2 * 100 * 3)) == 3


def test_steep_land_and_land_inside_a_line() -> None:
    land = strip(["0201", "0201", "0201"], GDPDJB=["5", "4", "1"])
    assert exclusion.steep(land) == ("P1",)
    lines = np.array([cell(1.5, 0, 0.7, 1), cell(-1, 0)], dtype=object)  # P1 is touched from outside
    assert exclusion.reaching_into(land, lines) == ("P2", "P3")


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_design_is_what_its_geometry_measures(seed: int) -> None:
    """On grids with roads, rivers and gaps: the blocks promised are the blocks found on the converted land."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(["0101", "0201", "0702", "1006", "1003", "0301"], 64, p=[0.3, 0.3, 0.1, 0.12, 0.08, 0.1])
    rows = [
        (cell(n % 8 * 0.15, n // 8 * 0.15, 0.15, 0.15), {"DLBM": code, "KCXS": 0.05}) for n, code in enumerate(codes)
    ]
    land = made(rows)
    rule = replace(RULE, gap_m=Fraction(int(rng.integers(0, 20))))
    prepared = ground_of(land, rule, WORKS)
    before = blocks_of(land, rule)
    for size in (1.5, 2.5, 4.0):
        need = Need(int(size * int(before.net_dm2.max(initial=10_000))))
        plan: Design = design(prepared, need, Effort(20.0))
        if plan.shortfall is None:
            found = remeasured(prepared, plan, rule)
            assert found.net_dm2[: found.at_least(Fraction(need.block_dm2, 100) / MU_M2)].tolist() == list(
                plan.outcome.blocks_dm2
            )
            assert plan.proven
        else:
            every = of_pieces(prepared, need, prepared.ids)
            assert int(remeasured(prepared, every, rule).net_dm2.max(initial=0)) < need.block_dm2


def test_a_rule_without_links_joins_by_touch_alone() -> None:
    rule = BlockRule((), (), across_m=Fraction(0), gap_m=Fraction(0))
    land = made([(cell(0, 0), {"DLBM": "0101"}), (cell(1, 1), {"DLBM": "0201"}), (cell(2.01, 2), {"DLBM": "0101"})])
    prepared = ground_of(land, rule, WORKS)
    assert list(zip(prepared.network.one.tolist(), prepared.network.other.tolist(), strict=True)) == [(0, 2)]


def test_a_design_joins_no_steep_field_and_breaks_the_land_up_less() -> None:
    """P2 joins P1 to P3, as P4 would to P5, but that is steep: what is measured anew is what was planned."""
    rule = replace(RULE, steep_grade=5)
    codes = ["0101", "0201", "0101", "0201", "0101"]
    land = made([(cell(n, 0), {"DLBM": code, "GDPDJB": "5" if n == 4 else None}) for n, code in enumerate(codes)])
    prepared = ground_of(land, rule, WORKS)
    pairs = list(zip(prepared.network.one.tolist(), prepared.network.other.tolist(), strict=True))
    assert len(pairs) == 3  # P1-P2, P2-P3, P3-P4
    plan = of_pieces(prepared, Need(1), prepared.ids)
    after = remeasured(prepared, plan, rule)
    assert [after.parcel_ids(n) for n in range(len(after))] == [("P1", "P2", "P3", "P4"), ("P5",)]
    before, now = fragmentation_of(prepared.blocks), fragmentation_of(after)
    assert before is not None
    assert now is not None
    changes = {change.name: change.better for change in compared(before, now)}
    assert {
        name: changes[name] for name in ("blocks", "mesh_m2", "largest_share", "edge_m_per_ha", "area_m2")
    } == dict.fromkeys(("blocks", "mesh_m2", "largest_share", "edge_m_per_ha", "area_m2"), True)
